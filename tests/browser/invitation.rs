//! Accepting an invitation behind the link of its mail.

use tests::{Browser, PASSWORD, Tenant};

use super::{mailed_link, settle, sign_in, sign_out, sign_up};

const BOB: &str = "bob@example.com";

/// An organization that has invited Bob into a role, a browser, and the link of the mail.
async fn invited() -> Option<(Tenant, String, Browser, String)> {
    let tenant = Tenant::start().await;
    let browser = Browser::open(&tenant.server).await?;
    let role = tenant.role("Operator", &[]).await;
    let invitation = tenant.invite(BOB, &role).await["id"].as_str().unwrap().to_owned();
    let link = mailed_link(&tenant.server, BOB).await;
    Some((tenant, invitation, browser, link))
}

#[tokio::test]
async fn by_somebody_who_has_no_account_yet() {
    let Some((_tenant, _, browser, link)) = invited().await else {
        return;
    };
    browser.follow(&link).await;
    browser.clicks("#strange a[href='/account/sign-up']").await;
    sign_up(&browser, BOB).await;
    browser.reads("#accept", BOB).await;
    browser.clicks("#accept [type=submit]").await;
    browser.reads("#accepted", "Acme").await;
    browser.clicks("#accepted a").await;
    browser.reads("#organizations .rows", "Acme").await;
    browser.reads("#organizations .badge", "Operator").await;
    // A second time.
    browser.follow(&link).await;
    browser.clicks("#accept [type=submit]").await;
    browser.reads("#accept [role=alert]", "accepted already").await;
    browser.closes().await;
}

#[tokio::test]
async fn by_nobody_but_the_invited() {
    let Some((tenant, _, browser, link)) = invited().await else {
        return;
    };
    tenant.client.sign_up(BOB).await;
    settle(&browser, "eve@example.com").await;
    browser.offers_no_passkeys().await;
    browser.follow(&link).await;
    browser.reads("#accept", "eve@example.com").await;
    browser.clicks("#accept [type=submit]").await;
    browser.reads("#accept [role=alert]", "another address").await;
    // The right one comes back here by itself.
    browser.clicks("#other").await;
    sign_in(&browser, BOB, PASSWORD).await;
    browser.reads("#accept", BOB).await;
    browser.clicks("#accept [type=submit]").await;
    browser.reads("#accepted", "Acme").await;
    browser.closes().await;
}

#[tokio::test]
async fn not_when_it_was_revoked() {
    let Some((tenant, invitation, browser, link)) = invited().await else {
        return;
    };
    let path = format!("/api/v1/invitations/{invitation}");
    tenant.delete(&path, &tenant.admin).await.expect(200);
    settle(&browser, BOB).await;
    browser.follow(&link).await;
    browser.clicks("#accept [type=submit]").await;
    browser.reads("#accept [role=alert]", "revoked").await;
    sign_out_and_return(&browser, &link).await;
    browser.closes().await;
}

/// Whoever signs out on the account page meets an invitation as a stranger.
async fn sign_out_and_return(browser: &Browser, link: &str) {
    browser.goto("/account").await;
    sign_out(browser).await;
    browser.follow(link).await;
    browser.sees("#strange").await;
}
