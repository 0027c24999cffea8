//! Signing in where the account asks for a code of an authenticator app.

use std::time::Duration;

use tests::PASSWORD;
use tests::totp::another;

use super::{at_home, settle, sign_in, sign_out};

const ADA: &str = "ada@example.com";

#[tokio::test]
async fn a_code_beside_the_password_and_beside_the_passkey() {
    let Some((server, browser)) = at_home().await else {
        return;
    };
    browser.has_an_authenticator().await;
    settle(&browser, ADA).await;
    browser.fills("#passkey-name", "My laptop").await;
    browser.clicks("#passkey-form button").await;
    browser.reads("#passkeys .rows strong", "My laptop").await;
    browser.offers_no_passkeys().await;
    // Switching the codes on ends the session of the page.
    let codes = server.client().arc().enrol(&server, ADA).await;
    let next = || {
        server.clock.advance(Duration::from_secs(30));
        codes.now(&server)
    };
    browser.goto("/account").await;
    browser.arrives("/account/sign-in").await;

    assert!(!browser.can_see("#otp-code").await);
    sign_in(&browser, ADA, PASSWORD).await;
    browser
        .reads(".problem", "Enter the code of your authenticator app")
        .await;
    let now = next();
    browser.fills("#otp-code", &another(&now)).await;
    browser.clicks("#sign-in [type=submit]").await;
    browser
        .reads(".problem", "not the code of your authenticator app")
        .await;
    browser.fills("#otp-code", &now).await;
    browser.clicks("#sign-in [type=submit]").await;
    browser.reads("#address", ADA).await;

    sign_out(&browser).await;
    browser.clicks("#by-passkey > button").await;
    browser.fills("#passkey-otp-code", &another(&next())).await;
    browser.clicks("#passkey-code [type=submit]").await;
    browser
        .reads("#by-passkey > [role=alert]", "Use the passkey again")
        .await;
    assert!(!browser.can_see("#passkey-otp-code").await);
    browser.clicks("#by-passkey > button").await;
    browser.fills("#passkey-otp-code", &codes.now(&server)).await;
    browser.clicks("#passkey-code [type=submit]").await;
    browser.reads("#address", ADA).await;
    browser.closes().await;
}
