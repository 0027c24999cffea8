//! Activating an account behind the link of its mail.

use tests::PASSWORD;

use super::{at_home, mailed_link, sign_in};

const ADA: &str = "ada@example.com";

#[tokio::test]
async fn takes_a_click_and_then_every_surface_lets_in() {
    let Some((server, browser)) = at_home().await else {
        return;
    };
    let identity = server.client().identity();
    identity.register(ADA).await;
    let link = mailed_link(&server, ADA).await;
    browser.follow(&link).await;
    browser.sees("#activate").await;
    // Looking at it was not enough.
    identity
        .authenticate(ADA, PASSWORD)
        .await
        .expect_said(403, "User Not Active");
    browser.clicks("#activate [type=submit]").await;
    browser.reads("#activated", "active").await;
    browser.clicks("#activated a").await;
    sign_in(&browser, ADA, PASSWORD).await;
    browser.reads("#address", ADA).await;
    identity.authenticate(ADA, PASSWORD).await.expect(200);
    browser.follow(&link).await;
    browser.clicks("#activate [type=submit]").await;
    browser.reads("#activate [role=alert]", "does not work").await;
    browser.closes().await;
}
