//! public-validate and auth-validate.

use std::time::Duration;

use http::Method;
use rstest::rstest;
use serde_json::{Value, json};
use shared::accounts::State;
use tests::server::Table::{self, DynamoDbLocal, Embedded};
use tests::{PASSWORD, Server};

const ADA: &str = "ada@example.com";

#[rstest]
#[tokio::test]
async fn a_live_token_is_true_and_anything_else_false(
    #[values(Embedded, DynamoDbLocal)] table: Table,
    #[values("/public/validate", "/auth/validate")] path: &str,
) {
    let Some(server) = Server::on(table).await else { return };
    let identity = server.client().identity();
    let (_, token) = identity.join(ADA).await;
    let validate = async |token: &str| identity.post(path, &json!({ "token": token })).await;
    validate(&token).await.expect_json(200, &json!(true));
    for other in [
        "",
        " ",
        "abc",
        "a.b.c",
        &format!("Bearer {token}"),
        &format!("{token}x"),
        &"x".repeat(100_000),
    ] {
        validate(other).await.expect_json(401, &json!(false));
    }
}

#[rstest]
#[case::missing(json!({}))]
#[case::null(json!({ "token": null }))]
#[case::number(json!({ "token": 1 }))]
#[case::other_name(json!({ "Token": "a.b.c" }))]
#[case::no_object(json!("a.b.c"))]
#[tokio::test]
async fn without_a_token_it_is_an_invalid_request(#[case] body: Value) {
    let server = Server::start().await;
    let answer = server.client().identity().post("/public/validate", &body).await;
    answer.expect_said(400, "Invalid Request");
}

#[tokio::test]
async fn a_token_lives_for_half_an_hour() {
    let server = Server::start().await;
    let identity = server.client().identity();
    let (_, token) = identity.join(ADA).await;
    server.clock.advance(Duration::from_secs(1799));
    assert!(identity.is_live(&token).await);
    server.clock.advance(Duration::from_secs(1));
    assert!(!identity.is_live(&token).await);
}

#[rstest]
#[tokio::test]
async fn what_ends_a_session_anywhere_ends_the_token(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let (client, identity) = (server.client(), server.client().identity());
    let (uid, _) = identity.join(ADA).await;
    let token = async || identity.sign_in(ADA, PASSWORD).await;

    let signed_out = token().await;
    let engine = client.sign_in(ADA).await;
    let session = tests::client::claims(&signed_out)["jti"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/sessions/{session}");
    client.call(Method::DELETE, &path, &engine).await.expect(200);
    assert!(!identity.is_live(&signed_out).await);

    let other = token().await;
    let id = tests::client::user_id(&engine);
    let path = format!("/api/v1/users/{id}/sessions");
    client.call(Method::DELETE, &path, &engine).await.expect(200);
    assert!(!identity.is_live(&other).await);

    let before = token().await;
    // So that the newest mail is the reset's.
    server.clock.advance(Duration::from_secs(1));
    let reset = client.reset_token(ADA).await;
    client
        .change_password(&reset, ADA, "a different long phrase")
        .await
        .expect(200);
    assert!(!identity.is_live(&before).await);

    let again = identity.sign_in(ADA, "a different long phrase").await;
    identity
        .reset_password(&uid, "a different long phrase", PASSWORD)
        .await
        .expect(200);
    assert!(!identity.is_live(&again).await);
}

#[rstest]
#[case(State::Inactive)]
#[case(State::Locked)]
#[case(State::Banned)]
#[case(State::Deleted)]
#[case(State::Unactivated)]
#[tokio::test]
async fn a_user_who_may_not_sign_in_has_no_live_token(#[case] state: State) {
    let server = Server::start().await;
    let (client, identity) = (server.client(), server.client().identity());
    let engine = client.join(ADA).await;
    let token = identity.sign_in(ADA, PASSWORD).await;
    assert!(identity.is_live(&token).await);
    super::set_state(&server, super::user_of(&engine), state).await;
    assert!(!identity.is_live(&token).await);
}

#[tokio::test]
async fn a_token_of_engine_is_none_here_and_the_other_way_round() {
    let server = Server::start().await;
    let (client, identity) = (server.client(), server.client().identity());
    let engine = client.join(ADA).await;
    let own = identity.sign_in(ADA, PASSWORD).await;
    assert!(!identity.is_live(&engine).await);
    identity
        .get_by(&engine, "/users")
        .await
        .expect_said(401, "Unauthorized");
    client.me(&own).await.expect_engine_error(401, &[]);
    let request = client.request(Method::GET, "/api/v1/me");
    let answer = client
        .send(request.header("authorization", format!("Bearer {own}")))
        .await;
    answer.expect_engine_error(401, &[]);
}
