//! token: exchanging a code.

use std::time::Duration;

use rstest::rstest;
use serde_json::json;
use shared::accounts::State;
use tests::Server;
use tests::server::Table::{self, DynamoDbLocal, Embedded};

use super::{set_state, user_of};

const ADA: &str = "ada@example.com";

#[rstest]
#[tokio::test]
async fn a_code_is_exchanged_once_and_a_replay_ends_the_session(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let arc = server.client().arc();
    arc.0.sign_up(ADA).await;
    let code = arc.code(ADA).await;
    let pair = arc.exchange(&code).await.expect_pair();
    assert_eq!(pair.expires, (server.clock.read().as_second() + 900) * 1000);
    arc.me(&pair.access).await.expect(200);
    let other = arc.sign_in(ADA).await;
    arc.exchange(&code).await.expect_said_by_handler(401, "Code Expired");
    arc.me(&pair.access).await.expect_said_by_check(401, "TokenRevoked");
    arc.refresh(&pair).await.expect_said_by_handler(401, "Token Expired");
    // Only that session.
    arc.me(&other.access).await.expect(200);
    arc.exchange(&code).await.expect_said_by_handler(401, "Code Expired");
}

#[tokio::test]
async fn a_replay_is_noticed_for_as_long_as_the_session_may_live() {
    let server = Server::start().await;
    let arc = server.client().arc();
    arc.0.sign_up(ADA).await;
    let code = arc.code(ADA).await;
    let pair = arc.exchange(&code).await.expect_pair();
    server.clock.advance(Duration::from_secs(600));
    arc.exchange(&code).await.expect_said_by_handler(401, "Code Expired");
    arc.me(&pair.access).await.expect_said_by_check(401, "TokenRevoked");
}

#[tokio::test]
async fn a_code_lives_three_minutes() {
    let server = Server::start().await;
    let arc = server.client().arc();
    arc.0.sign_up(ADA).await;
    let (young, old) = (arc.code(ADA).await, arc.code(ADA).await);
    server.clock.advance(Duration::from_secs(179));
    arc.exchange(&young).await.expect_pair();
    server.clock.advance(Duration::from_secs(1));
    arc.exchange(&old).await.expect_said_by_handler(401, "Code Expired");
}

#[tokio::test]
async fn a_code_is_for_one_client() {
    let server = Server::start().await;
    let arc = server.client().arc();
    arc.0.sign_up(ADA).await;
    server.managing().await.make("other").await;
    let code = arc.code(ADA).await;
    for (client, message) in [
        ("other", "Invalid Credentials"),
        ("nobody", "Client Invalid"),
        ("", "Client Invalid"),
    ] {
        let body = json!({ "code": code, "clientId": client });
        arc.post("/auth/token", &body)
            .await
            .expect_said_by_handler(401, message);
    }
    arc.exchange("garbage")
        .await
        .expect_said_by_handler(401, "Invalid Credentials");
    arc.exchange("")
        .await
        .expect_said_by_handler(401, "Invalid Credentials");
    // None of these used it up.
    let pair = arc.exchange(&code).await.expect_pair();
    // Nor is a token of another kind a code.
    for other in [&pair.access, &pair.refresh] {
        arc.exchange(other)
            .await
            .expect_said_by_handler(401, "Invalid Credentials");
    }
}

#[tokio::test]
async fn whoever_ends_all_sessions_ends_codes_as_well() {
    let server = Server::start().await;
    let arc = server.client().arc();
    let engine = arc.0.join(ADA).await;
    let code = arc.code(ADA).await;
    let token = arc.0.reset_token(ADA).await;
    arc.0
        .change_password(&token, ADA, "a different long phrase")
        .await
        .expect(200);
    arc.exchange(&code)
        .await
        .expect_said_by_handler(401, "Invalid Credentials");
    let code = arc.login(ADA, "a different long phrase").await.expect(200).json();
    set_state(&server, user_of(&engine), State::Inactive).await;
    let answer = arc.exchange(code["code"].as_str().unwrap()).await;
    answer.expect_said_by_handler(401, "Invalid Credentials");
}

#[tokio::test]
async fn the_body_names_the_client_in_its_own_way() {
    let server = Server::start().await;
    let arc = server.client().arc();
    let body = json!({ "code": "x", "client_id": "the first client" });
    let wanted = [("", "required"), ("", "additionalProperties")];
    arc.post("/auth/token", &body).await.expect_violations(&wanted);
    arc.post("/auth/token", &json!({}))
        .await
        .expect_violations(&[("", "required"); 2]);
    let empty = arc.0.send(arc.0.request(http::Method::POST, "/auth/token")).await;
    empty.expect_violations(&[("", "required"); 2]);
}
