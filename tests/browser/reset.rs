//! A new password, from the page that asks for it to the first sign-in with it.

use super::{at_home, elsewhere, mailed_link, settle, sign_in, sign_out};

const ADA: &str = "ada@example.com";
const NEW: &str = "an entirely different phrase";

#[tokio::test]
async fn by_the_link_of_a_mail() {
    let Some((server, browser)) = at_home().await else {
        return;
    };
    server.client().sign_up(ADA).await;
    let token = elsewhere(&server, ADA).await;
    browser.goto("/account/sign-in").await;
    browser.clicks("a[href='/account/forgotten']").await;
    browser.fills("#email", ADA).await;
    browser.clicks("#forgotten [type=submit]").await;
    browser.reads("#sent", ADA).await;

    // From the mailbox, as a person would.
    browser.goto("/_local/mail").await;
    browser.clicks(".message a").await;
    browser.clicks("a[href*='/auth/changepassword/']").await;
    browser.fills("#password", "123456").await;
    browser.clicks("#new-password [type=submit]").await;
    browser.reads(".problem", "one of the first").await;
    browser.fills("#password", NEW).await;
    browser.clicks("#new-password [type=submit]").await;
    browser.reads("#said", "Your password is set").await;
    server.client().me(&token).await.expect(401);
    browser.offers_no_passkeys().await;

    sign_in(&browser, ADA, tests::PASSWORD).await;
    browser
        .reads("#sign-in [role=alert]", "Wrong e-mail address or password")
        .await;
    sign_in(&browser, ADA, NEW).await;
    browser.reads("#address", ADA).await;

    // The link works once.
    let link = mailed_link_of_reset(&server).await;
    browser.follow(&link).await;
    browser.fills("#password", "yet another quiet phrase").await;
    browser.clicks("#new-password [type=submit]").await;
    browser
        .reads("#new-password [role=alert]", "does not work any more")
        .await;
    browser.sees("#another a").await;
    browser.closes().await;
}

/// The mail before the notice that the password was changed.
async fn mailed_link_of_reset(server: &tests::Server) -> String {
    let mails = server.client().mails(ADA).await;
    let text = mails.iter().map(|mail| mail["text"].as_str().unwrap());
    let mut words = text.flat_map(str::split_whitespace);
    words
        .find(|word| word.contains("/auth/changepassword/"))
        .unwrap()
        .to_owned()
}

/// Whoever is signed in asks for the link on the account page, and is signed out by its use.
#[tokio::test]
async fn from_the_account_page() {
    let Some((server, browser)) = at_home().await else {
        return;
    };
    settle(&browser, ADA).await;
    browser.clicks("#mail-link").await;
    browser.reads("#password [role=status]", ADA).await;
    let link = mailed_link(&server, ADA).await;
    browser.opens_a_tab().await;
    browser.follow(&link).await;
    let address = browser
        .runs("return document.getElementById('email').value", vec![])
        .await;
    assert_eq!(address, ADA);
    browser.fills("#password", NEW).await;
    browser.clicks("#new-password [type=submit]").await;
    browser.reads("#said", "Your password is set").await;
    // The other tab has noticed.
    browser.returns_to_the_first_tab().await;
    browser.arrives("/account/sign-in").await;
    sign_in(&browser, ADA, NEW).await;
    browser.reads("#address", ADA).await;
    sign_out(&browser).await;
    browser.closes().await;
}

/// A mail scanner opens links and follows what it finds: nothing is used up by that.
#[tokio::test]
async fn opening_the_link_uses_nothing_up() {
    let Some((server, browser)) = at_home().await else {
        return;
    };
    server.client().sign_up(ADA).await;
    let token = server.client().reset_token(ADA).await;
    for _ in 0..2 {
        browser.goto(&format!("/auth/changepassword/{token}?u={ADA}")).await;
        browser.sees("#new-password").await;
    }
    server.client().change_password(&token, ADA, NEW).await.expect(200);
    browser.closes().await;
}
