//! forget-password, verify-reset-password-link and reset-password.

use std::time::Duration;

use rstest::rstest;
use serde_json::json;
use shared::accounts::State;
use tests::server::Table::{self, DynamoDbLocal, Embedded};
use tests::server::{CLIENT_ID, CLIENT_SECRET};
use tests::{Arc, PASSWORD, Server};

use super::{set_state, user_of};

const ADA: &str = "Ada@example.com";
const NEW: &str = "a different long phrase";

async fn look(arc: &Arc, token: &str) -> tests::Answer {
    arc.get(&format!("/auth/verify-reset-password-link?token={token}"))
        .await
}

#[rstest]
#[tokio::test]
async fn a_token_sets_a_password_once(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let arc = server.client().arc();
    let (mine, engine) = (arc.join(ADA).await, arc.0.sign_in(ADA).await);
    arc.forget("ADA@EXAMPLE.com").await.expect(204);
    let token = arc.mailed(ADA, "/account/reset/").await.unwrap();
    assert_eq!(token.len(), 64);
    assert!(!format!("{:?}", server.dump().await).contains(&token), "kept as a hash");
    for _ in 0..2 {
        assert_eq!(look(&arc, &token).await.expect(200).json(), json!({ "success": true }));
    }
    let answer = arc.reset(&token, NEW).await.expect(204);
    assert!(answer.bytes.is_empty());
    arc.reset(&token, NEW).await.expect_said_by_handler(401, "TokenRevoked");
    look(&arc, &token).await.expect_said_by_handler(401, "TokenRevoked");
    arc.me(&mine.access).await.expect_said_by_check(401, "TokenRevoked");
    arc.refresh(&mine).await.expect_said_by_handler(401, "Token Expired");
    arc.0.me(&engine).await.expect(401);
    arc.login(ADA, PASSWORD).await.expect(401);
    arc.login_token(ADA, NEW).await.expect_pair();
    let mails = arc.0.mails(ADA).await;
    assert!(
        mails.iter().any(|mail| mail["subject"] == "Your password was changed"),
        "{mails:?}"
    );
}

#[tokio::test]
async fn a_refused_attempt_leaves_the_token_good() {
    let server = Server::start().await;
    let arc = server.client().arc();
    arc.0.sign_up(ADA).await;
    server.managing().await.make("other").await;
    let token = arc.reset_token(ADA).await;
    let body = |client: &str, secret: &str, token: &str| json!({ "token": token, "password": NEW, "client_id": client, "client_secret": secret });
    let path = "/auth/reset-password";
    let answer = arc.patch(path, &body("other", "one secret", &token)).await;
    answer.expect_said_by_handler(401, "Client Invalid");
    let answer = arc.patch(path, &body("other", "wrong", &token)).await;
    answer.expect_said_by_check(401, "Client Verification Failed");
    let answer = arc.patch(path, &body("other", "wrong", "")).await;
    answer.expect_said_by_check(401, "Client Verification Failed");
    let answer = arc.patch(path, &body(CLIENT_ID, CLIENT_SECRET, "")).await;
    answer.expect_said_by_handler(422, "TokenMissing");
    arc.patch(path, &json!({}))
        .await
        .expect_violations(&[("", "required"); 3]);
    let same = arc.reset(&token, PASSWORD).await;
    same.expect_said_by_handler(401, "Password cannot be same as previous password!");
    for weak in ["", "12345", "password", &"x".repeat(5000)] {
        arc.reset(&token, weak)
            .await
            .expect_said_by_handler(400, "PasswordInvalid");
    }
    arc.reset(&token, NEW).await.expect(204);
}

#[tokio::test]
async fn what_is_no_such_token() {
    let server = Server::start().await;
    let arc = server.client().arc();
    let pair = arc.join(ADA).await;
    let code = arc.code(ADA).await;
    let sign_up = arc.sign_up_token("bob@example.com").await;
    arc.get("/auth/verify-reset-password-link").await.expect(400);
    let missing = arc.get("/auth/verify-reset-password-link?token=").await;
    let missing = missing.expect_said_by_handler(400, "Required parameter token is missing!");
    assert_eq!(missing.json()["error"]["code"], "MISSING_REQUIRED_PARAMETER");
    for (token, message) in [
        ("garbage", "Token Expired"),
        (&"0".repeat(64), "Token Expired"),
        (&pair.access, "Token Invalid"),
        (&pair.refresh, "Token Invalid"),
        (&code, "Token Invalid"),
        (&sign_up, "Token Invalid"),
    ] {
        look(&arc, token).await.expect_said_by_handler(401, message);
        arc.reset(token, NEW).await.expect_said_by_handler(401, message);
    }
}

#[tokio::test]
async fn it_lives_half_an_hour_and_a_newer_one_voids_it() {
    let server = Server::start().await;
    let arc = server.client().arc();
    arc.0.sign_up(ADA).await;
    let first = arc.reset_token(ADA).await;
    // Mails of the same millisecond have no order.
    let tick = || server.clock.advance(Duration::from_millis(1));
    tick();
    let second = arc.reset_token(ADA).await;
    look(&arc, &first).await.expect_said_by_handler(401, "TokenRevoked");
    look(&arc, &second).await.expect(200);
    // One of engine's voids it as well, and neither is the other.
    tick();
    let engine = arc.0.reset_token(ADA).await;
    look(&arc, &second).await.expect_said_by_handler(401, "TokenRevoked");
    look(&arc, &engine).await.expect_said_by_handler(401, "Token Expired");
    tick();
    let third = arc.reset_token(ADA).await;
    arc.0.change_password(&engine, ADA, NEW).await.expect(400);
    arc.0.change_password(&third, ADA, NEW).await.expect(400);
    server.clock.advance(Duration::from_secs(1800));
    look(&arc, &third).await.expect_said_by_handler(401, "Token Expired");
    arc.reset(&third, NEW)
        .await
        .expect_said_by_handler(401, "Token Expired");
}

#[tokio::test]
async fn whether_there_is_such_a_user_is_not_said() {
    let server = Server::start().await;
    let arc = server.client().arc();
    let engine = arc.0.join(ADA).await;
    set_state(&server, user_of(&engine), State::Inactive).await;
    for name in [ADA, "nobody@example.com", "no address", ""] {
        let answer = arc.forget(name).await.expect(204);
        assert!(answer.bytes.is_empty());
    }
    set_state(&server, user_of(&engine), State::Active).await;
    // Of another client.
    server.managing().await.make("other").await;
    let body = json!({ "username": ADA, "client_id": "other", "client_secret": "one secret" });
    arc.post("/auth/forget-password", &body).await.expect(204);
    for name in [ADA, "nobody@example.com"] {
        assert!(arc.0.mails(name).await.is_empty(), "{name}");
    }
}

#[tokio::test]
async fn mails_are_limited() {
    let server = Server::setup()
        .env("THROTTLE", "on")
        .env("THROTTLE_RESET_ACCOUNT", "2/3600")
        .start()
        .await;
    let arc = server.client().arc();
    for _ in 0..2 {
        arc.forget("nobody@example.com").await.expect(204);
    }
    let answer = arc.forget("nobody@example.com").await.expect(429);
    assert!(answer.header("retry-after").is_some());
}

/// The client's secret is needed to set the password, so that the page behind the link is the application's.
#[tokio::test]
async fn the_link_leads_where_the_deployment_says() {
    let place = "https://app.example.com/reset#";
    let server = Server::setup().env("ARC_RESET_URL", place).start().await;
    let arc = server.client().arc();
    arc.0.sign_up(ADA).await;
    arc.forget(ADA).await.expect(204);
    let token = arc.mailed(ADA, place).await.expect("a link");
    arc.reset(&token, NEW).await.expect(204);
}
