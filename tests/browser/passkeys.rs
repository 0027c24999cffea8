//! Passkeys from the first to the last, with the browser's own authenticator.

use tests::PASSWORD;

use super::{at_home, settle, sign_in, sign_out};

const ADA: &str = "ada@example.com";

#[tokio::test]
async fn from_signing_up_to_a_passkey_that_is_removed() {
    let Some((server, browser)) = at_home().await else {
        return;
    };
    browser.has_an_authenticator().await;
    settle(&browser, ADA).await;
    browser.sees("#suggestion").await;
    browser.fills("#passkey-name", "My laptop").await;
    browser.clicks("#passkey-form button").await;
    browser.reads("#passkeys .rows strong", "My laptop").await;
    browser.reads("#passkeys [role=status]", "is added").await;
    assert!(!browser.can_see("#suggestion").await);
    let mails = server.client().mails(ADA).await;
    assert!(mails[0]["text"].as_str().unwrap().contains("My laptop"));

    // The browser offers it beside the form, and this authenticator takes the offer.
    sign_out(&browser).await;
    browser.reads("#address", ADA).await;

    // By the button.
    browser.offers_no_passkeys().await;
    sign_out(&browser).await;
    browser.clicks("#by-passkey button").await;
    browser.reads("#address", ADA).await;

    browser.clicks("#passkeys .rows button").await;
    browser.reads("dialog", "My laptop").await;
    browser.clicks("dialog [value=no]").await;
    assert_eq!(browser.texts("#passkeys .rows strong").await, ["My laptop"]);
    browser.clicks("#passkeys .rows button").await;
    browser.clicks("dialog [value=yes]").await;
    browser.reads("#passkeys [role=status]", "is removed").await;
    browser.sees("#passkeys .empty").await;
    browser.reload().await;
    browser.sees("#passkeys .empty").await;

    // The device still has it, and offers it.
    sign_out(&browser).await;
    browser.clicks("#by-passkey button").await;
    browser.reads("#by-passkey [role=alert]", "does not sign in here").await;
    assert_eq!(browser.path().await, "/account/sign-in");
    sign_in(&browser, ADA, PASSWORD).await;
    browser.reads("#address", ADA).await;
    browser.closes().await;
}

#[tokio::test]
async fn a_passkey_that_does_not_sign_in_leaves_the_form_as_it_is() {
    let Some((server, browser)) = at_home().await else {
        return;
    };
    browser.has_an_authenticator().await;
    settle(&browser, ADA).await;
    browser.clicks("#passkey-form button").await;
    browser.reads("#passkeys [role=status]", "is added").await;
    // It is removed elsewhere, while the device keeps it.
    let client = server.client();
    let token = client.sign_in(ADA).await;
    let passkey = client.passkeys(&token).await[0]["id"].to_string();
    let path = format!("/api/v1/webauthn/credentials/{passkey}");
    client.call(http::Method::DELETE, &path, &token).await.expect(200);
    sign_out(&browser).await;
    // The offer is taken by itself and refused.
    browser.reads("#by-passkey [role=alert]", "does not sign in here").await;
    sign_in(&browser, ADA, PASSWORD).await;
    browser.reads("#address", ADA).await;
    browser.closes().await;
}

#[tokio::test]
async fn one_device_holds_one_passkey_of_an_account() {
    let Some((_server, browser)) = at_home().await else {
        return;
    };
    browser.has_an_authenticator().await;
    settle(&browser, ADA).await;
    browser.clicks("#passkey-form button").await;
    browser.reads("#passkeys [role=status]", "is added").await;
    browser.clicks("#passkey-form button").await;
    browser.reads("#passkey-form [role=alert]", "holds a passkey").await;
    assert_eq!(browser.texts("#passkeys .rows strong").await.len(), 1);
    browser.fills("#passkey-name", "").await;
    browser.clicks("#passkey-form button").await;
    browser.reads("#passkey-form .problem", "Give it a name").await;
    browser.closes().await;
}

/// Passkeys are bound to a name, and whoever opens the pages by the number is taken there.
#[tokio::test]
async fn the_number_of_this_machine_leads_to_its_name() {
    let Some((server, browser)) = at_home().await else {
        return;
    };
    browser
        .follow(&format!("{}/account/sign-in", server.client().url()))
        .await;
    browser.sees("#by-passkey button").await;
    assert!(browser.runs("return location.origin", vec![]).await.as_str() == Some(browser.url.as_str()));
    browser.closes().await;
}

/// A page of a service whose passkeys are bound elsewhere does not offer what cannot work.
#[tokio::test]
async fn where_passkeys_cannot_work_none_are_offered() {
    let server = tests::Server::setup().env("WEBAUTHN_RP_ID", "example.com");
    let server = server.env("WEBAUTHN_ORIGINS", "https://id.example.com").start().await;
    let Some(browser) = tests::Browser::open(&server).await else {
        return;
    };
    settle(&browser, ADA).await;
    browser.reads("#passkey-impossible", "example.com").await;
    assert!(!browser.can_see("#passkey-form").await);
    assert!(!browser.can_see("#suggestion").await);
    sign_out(&browser).await;
    browser.sees("#sign-in").await;
    assert!(!browser.can_see("#by-passkey").await);
    browser.closes().await;
}
