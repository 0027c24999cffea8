//! Sessions on the account page, and what a page does when its own has ended.

use std::time::Duration;

use serde_json::json;
use tests::client::user_id;

use super::{at_home, elsewhere, settle, sign_out};

const ADA: &str = "ada@example.com";
const TOKEN: &str = "return JSON.parse(localStorage['countersign.token']).token";

#[tokio::test]
async fn others_are_ended_one_by_one_and_all_at_once() {
    let Some((server, browser)) = at_home().await else {
        return;
    };
    let client = server.client();
    settle(&browser, ADA).await;
    let mut tokens = Vec::new();
    for _ in 0..3 {
        server.clock.advance(Duration::from_secs(1));
        tokens.push(elsewhere(&server, ADA).await);
    }
    browser.reload().await;
    browser.reads("#sessions .rows", "Safari on iPhone").await;
    assert_eq!(browser.texts("#sessions .rows li").await.len(), 4);
    assert!(browser.texts("#sessions .rows li").await[0].contains("This browser"));
    // The first of the others is the newest.
    browser.clicks("#sessions li:nth-child(2) button").await;
    browser.reads("#sessions [role=status]", "has ended").await;
    client.me(&tokens[2]).await.expect(401);
    client.me(&tokens[1]).await.expect(200);
    browser.clicks("#end-others").await;
    browser.clicks("dialog [value=yes]").await;
    browser.reads("#sessions [role=status]", "All other").await;
    assert!(!browser.can_see("#end-others").await);
    for token in &tokens {
        client.me(token).await.expect(401);
    }
    browser.reload().await;
    browser.reads("#sessions .rows", "This browser").await;
    browser.closes().await;
}

#[tokio::test]
async fn a_page_whose_session_was_ended_asks_to_sign_in() {
    let Some((server, browser)) = at_home().await else {
        return;
    };
    let client = server.client();
    settle(&browser, ADA).await;
    let token = client.sign_in(ADA).await;
    let path = format!("/api/v1/sessions/users/{}", user_id(&token));
    client.call(http::Method::DELETE, &path, &token).await.expect(200);
    browser.clicks("#profile [type=submit]").await;
    browser.arrives("/account/sign-in").await;
    browser.reads("#said", "Your session has ended").await;
    // And is not let in by what it still has.
    browser.goto("/account").await;
    browser.arrives("/account/sign-in").await;
    browser.closes().await;
}

#[tokio::test]
async fn signing_out_acts_in_every_tab() {
    let Some((server, browser)) = at_home().await else {
        return;
    };
    settle(&browser, ADA).await;
    browser.opens_a_tab().await;
    browser.goto("/account").await;
    browser.reads("#address", ADA).await;
    let token = browser.runs(TOKEN, vec![]).await;
    sign_out(&browser).await;
    browser.reads("#said", "signed out").await;
    browser.returns_to_the_first_tab().await;
    browser.arrives("/account/sign-in").await;
    assert_eq!(browser.runs("return localStorage.length", vec![]).await, 0);
    server.client().me(token.as_str().unwrap()).await.expect(401);
    browser.closes().await;
}

/// Each tab has a fresh token when it opens, of which the others take no notice.
#[tokio::test]
async fn two_tabs_do_not_disturb_each_other() {
    let Some((_server, browser)) = at_home().await else {
        return;
    };
    settle(&browser, ADA).await;
    browser.fills("#bio", "not saved yet").await;
    let token = browser.runs(TOKEN, vec![]).await;
    browser.opens_a_tab().await;
    browser.goto("/account").await;
    browser.reads("#address", ADA).await;
    assert_ne!(browser.runs(TOKEN, vec![]).await, token);
    browser.returns_to_the_first_tab().await;
    let bio = "return document.getElementById('bio').value";
    assert_eq!(browser.runs(bio, vec![]).await, "not saved yet");
    browser.closes().await;
}

/// A token lives an hour, its session a day: the page renews it, whatever this device's clock says.
#[tokio::test]
async fn a_token_is_renewed_while_its_page_is_used() {
    let Some((server, browser)) = at_home().await else {
        return;
    };
    settle(&browser, ADA).await;
    let before = browser.runs(TOKEN, vec![]).await;
    server.clock.advance(Duration::from_secs(40 * 60));
    let forty_minutes_ago = "const kept = JSON.parse(localStorage['countersign.token']); \
                             kept.since -= 40 * 60_000; localStorage['countersign.token'] = JSON.stringify(kept);";
    browser.runs(forty_minutes_ago, vec![]).await;
    browser.clicks("#profile [type=submit]").await;
    browser.reads("#profile [role=status]", "Saved").await;
    server.clock.advance(Duration::from_secs(40 * 60));
    browser.clicks("#profile [type=submit]").await;
    browser.reads("#profile [role=status]", "Saved").await;
    assert_ne!(browser.runs(TOKEN, vec![]).await, before);
    browser.closes().await;
}

/// What else stands in the browser's storage leads nowhere but to our own pages.
#[tokio::test]
async fn nobody_is_led_elsewhere_after_signing_in() {
    let Some((server, browser)) = at_home().await else {
        return;
    };
    server.client().sign_up(ADA).await;
    for next in [
        "//evil.example/",
        "https://evil.example/",
        "javascript:alert(1)",
        "/\\evil.example",
        "/account/../_local/mail",
    ] {
        browser.goto("/account/sign-in").await;
        browser
            .runs("sessionStorage['countersign.next'] = arguments[0]", vec![json!(next)])
            .await;
        super::sign_in(&browser, ADA, tests::PASSWORD).await;
        browser.arrives("/account").await;
        sign_out(&browser).await;
    }
    browser.closes().await;
}
