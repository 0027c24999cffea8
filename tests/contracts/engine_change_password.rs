//! change_password.

use std::time::Duration;

use http::Method;
use rstest::rstest;
use serde_json::json;
use tests::server::Table::{self, DynamoDbLocal, Embedded};
use tests::{PASSWORD, Server};

const ADA: &str = "ada@example.com";
const NEW: &str = "a different long phrase";

#[rstest]
#[tokio::test]
async fn sets_the_password_once_and_ends_all_sessions(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let client = server.client();
    let sessions = [client.join(ADA).await, client.sign_in(ADA).await];
    let other = client.join("bob@example.com").await;
    let token = client.reset_token(ADA).await;
    server.clock.advance(Duration::from_secs(1));

    let answer = client.change_password(&token, ADA, NEW).await.expect(200);
    assert!(answer.bytes.is_empty(), "{answer:?}");
    for session in &sessions {
        client.me(session).await.expect_engine_error(401, &[]);
        let renewal = client.call(Method::POST, "/api/v1/renew", session).await;
        renewal.expect_engine_error(401, &[]);
    }
    client.me(&other).await.expect(200);
    client.sign_in_with(ADA, PASSWORD).await.expect(401);
    let new = client.sign_in_with(ADA, NEW).await.expect(200).text();

    // Used: the token does nothing more, and the new session lives on.
    let again = client.change_password(&token, ADA, "yet another long phrase").await;
    again.expect_engine_error(400, &["Token"]);
    client.me(&new).await.expect(200);
    // The owner is told.
    assert_eq!(client.mails(ADA).await[0]["subject"], "Your password was changed");
}

#[rstest]
#[tokio::test]
async fn whatever_is_wrong_with_the_token_is_the_same_400(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let client = server.client();
    for email in [ADA, "bob@example.com", "eve@example.com"] {
        client.sign_up(email).await;
    }
    let ada = client.reset_token(ADA).await;
    let bob = client.reset_token("bob@example.com").await;
    let unknown = "0".repeat(32);
    let mut answers = vec![
        ("unknown token", client.change_password(&unknown, ADA, NEW).await),
        ("short token", client.change_password("z", ADA, NEW).await),
        ("somebody else's", client.change_password(&bob, ADA, NEW).await),
        (
            "nothing asked for",
            client.change_password(&ada, "eve@example.com", NEW).await,
        ),
        (
            "unknown address",
            client.change_password(&ada, "nobody@example.com", NEW).await,
        ),
    ];
    client.change_password(&bob, "bob@example.com", NEW).await.expect(200);
    answers.push(("used", client.change_password(&bob, "bob@example.com", NEW).await));
    server.clock.advance(Duration::from_secs(3600));
    answers.push(("expired", client.change_password(&ada, ADA, NEW).await));
    let body = answers[0].1.bytes.clone();
    for (what, answer) in answers {
        assert_eq!(answer.expect_engine_error(400, &["Token"]).bytes, body, "{what}");
    }
    client.sign_in(ADA).await;
}

#[tokio::test]
async fn a_token_is_good_for_one_hour() {
    let server = Server::start().await;
    let client = server.client();
    client.sign_up(ADA).await;
    let token = client.reset_token(ADA).await;
    server.clock.advance(Duration::from_secs(3600));
    client.change_password(&token, ADA, NEW).await.expect(400);

    let token = client.reset_token(ADA).await;
    server.clock.advance(Duration::from_micros(3_600_000_000 - 1));
    client.change_password(&token, ADA, NEW).await.expect(200);
}

#[rstest]
#[tokio::test]
async fn five_wrong_tokens_void_it(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let client = server.client();
    client.sign_up(ADA).await;
    let token = client.reset_token(ADA).await;
    for _ in 0..4 {
        client
            .change_password("wrong", ADA, NEW)
            .await
            .expect_engine_error(400, &["Token"]);
    }
    // Four do not.
    client.change_password(&token, ADA, NEW).await.expect(200);

    server.clock.advance(Duration::from_secs(1));
    let token = client.reset_token(ADA).await;
    for _ in 0..5 {
        client
            .change_password("wrong", ADA, PASSWORD)
            .await
            .expect_engine_error(400, &["Token"]);
    }
    let answer = client.change_password(&token, ADA, PASSWORD).await;
    answer.expect_engine_error(400, &["Token"]);
    client.sign_in_with(ADA, NEW).await.expect(200);

    // The next one is good again.
    server.clock.advance(Duration::from_secs(1));
    let token = client.reset_token(ADA).await;
    client.change_password(&token, ADA, PASSWORD).await.expect(200);
}

#[tokio::test]
async fn a_password_that_is_no_good_leaves_the_token_usable() {
    let server = Server::start().await;
    let client = server.client();
    client.sign_up(ADA).await;
    let token = client.reset_token(ADA).await;
    let path = format!("/api/v1/user/changepassword/{token}");
    let (too_long, endless) = ("maple window seven ".repeat(14), "x".repeat(1025));
    for password in ["", "zq7xw", "123456", &too_long[..257], &endless] {
        let answer = client.change_password(&token, ADA, password).await;
        answer.expect_engine_error(400, &["password"]);
    }
    let absent = client.post(&path, &json!({ "email": ADA })).await;
    absent.expect_engine_error(400, &["password"]);
    for (body, member) in [
        (json!({ "email": 1, "password": NEW }), "email"),
        (json!({ "email": ADA, "password": 1 }), "password"),
        (json!({ "password": NEW }), "email"),
        (json!({ "email": "nonsense", "password": NEW }), "email"),
    ] {
        client.post(&path, &body).await.expect_engine_error(400, &[member]);
    }
    for text in ["", "{", "[]"] {
        client.post_text(&path, text).await.expect_engine_error(400, &[]);
    }
    client.change_password(&token, ADA, NEW).await.expect(200);
}

#[tokio::test]
async fn the_address_is_compared_without_case() {
    let server = Server::start().await;
    let client = server.client();
    client.sign_up(ADA).await;
    let token = client.reset_token(ADA).await;
    client
        .change_password(&token, " ADA@Example.com ", NEW)
        .await
        .expect(200);
    client.sign_in_with(ADA, NEW).await.expect(200);
}

#[tokio::test]
async fn a_path_outside_its_alphabet_is_404() {
    let server = Server::start().await;
    let client = server.client();
    client.sign_up(ADA).await;
    let token = client.reset_token(ADA).await;
    for path in [
        token.to_uppercase().as_str(),
        "ABC",
        "a-b",
        "a.b",
        "a%20b",
        "a%2Fb",
        "%ff",
        "caf%C3%A9",
        &format!("{token}%00"),
    ] {
        client
            .change_password(path, ADA, NEW)
            .await
            .expect_engine_error(404, &[]);
    }
    for path in ["", "/a/b"] {
        client
            .post(&format!("/api/v1/user/changepassword{path}"), &json!({}))
            .await
            .expect_engine_error(404, &[]);
    }
    client.change_password(&token, ADA, NEW).await.expect(200);
}

#[tokio::test]
async fn an_account_that_may_not_sign_in_may_not_by_a_new_password_either() {
    let server = Server::start().await;
    let client = server.client();
    let user = super::user_of(&client.join(ADA).await);
    super::set_state(&server, user, shared::accounts::State::Inactive).await;
    let token = client.reset_token(ADA).await;
    // Whether it works does not matter; that it opens nothing does.
    let _either = client.change_password(&token, ADA, NEW).await;
    client.sign_in_with(ADA, NEW).await.expect_engine_error(401, &[]);
}
