//! An account by the link that arc mails.

use serde_json::json;
use tests::PASSWORD;

use super::{at_home, mailed_link, sign_in};

const ADA: &str = "ada@example.com";

#[tokio::test]
async fn from_the_mail_to_the_account() {
    let Some((server, browser)) = at_home().await else {
        return;
    };
    let arc = server.client().arc();
    let asked = arc.post("/auth/sign-up/create-token", &json!({ "email": ADA })).await;
    asked.expect(204);
    let link = mailed_link(&server, ADA).await;
    browser.follow(&link).await;
    browser.sees("#mailed-sign-up").await;
    browser.fills("#password", "password").await;
    browser.clicks("#mailed-sign-up [type=submit]").await;
    browser.reads(".problem", "too easy to guess").await;
    browser.fills("#password", PASSWORD).await;
    browser.clicks("#mailed-sign-up [type=submit]").await;
    browser.arrives("/account/sign-in").await;
    browser.reads("#said", "Your account is made").await;
    // The link is used up.
    browser.follow(&link).await;
    browser
        .reads("#sign-up-card > [role=alert]", "does not work any more")
        .await;
    browser.goto("/account/sign-in").await;
    sign_in(&browser, ADA, PASSWORD).await;
    browser.reads("#address", ADA).await;
    browser.closes().await;
}
