//! Signing in with a passkey: whose challenge it is, and who gets in.

use http::Method;
use rstest::rstest;
use serde_json::{Value, json};
use shared::accounts::State;
use tests::Server;
use tests::authenticator::with;

use super::{set_state, user_of};

const ADA: &str = "ada@example.com";
const LOGIN_BEGIN: &str = "/api/v1/webauthn/login/begin";
const LOGIN_FINISH: &str = "/api/v1/webauthn/login/finish";

#[rstest]
#[case::no_body("", Some("conditional"))]
#[case::blanks("  \n", Some("conditional"))]
#[case::null("null", Some("conditional"))]
#[case::empty("{}", Some("conditional"))]
#[case::no_name(r#"{"username":""}"#, Some("conditional"))]
#[case::said(r#"{"mediation":" Optional "}"#, Some("optional"))]
#[case::with_a_name(r#"{"username":"ada@example.com"}"#, None)]
#[case::with_a_name_and_said(r#"{"username":"ada@example.com","mediation":"required"}"#, Some("required"))]
#[tokio::test]
async fn mediation(#[case] body: &str, #[case] told: Option<&str>) {
    let server = Server::start().await;
    let client = server.client();
    let token = client.join(ADA).await;
    client.add_passkey(&token, &client.authenticator()).await;
    let request = client.post_text(LOGIN_BEGIN, body).await.expect(200).json();
    assert_eq!(request["mediation"].as_str(), told);
}

#[tokio::test]
async fn begin_refuses_what_it_cannot_read() {
    let server = Server::start().await;
    let client = server.client();
    for body in ["{", "[]", "1", r#""ada@example.com""#] {
        client.post_text(LOGIN_BEGIN, body).await.expect_engine_error(400, &[]);
    }
    let answer = client.post(LOGIN_BEGIN, &json!({ "username": 7 })).await;
    answer.expect_engine_error(400, &["username"]);
    let answer = client.post(LOGIN_BEGIN, &json!({ "mediation": "immediate" })).await;
    answer.expect_engine_error(400, &["mediation"]);
}

#[tokio::test]
async fn who_has_no_passkey_is_not_told_from_who_does_not_exist() {
    let server = Server::start().await;
    let client = server.client();
    client.sign_up(ADA).await;
    let begin = async |name: &str| client.post(LOGIN_BEGIN, &json!({ "username": name })).await;
    let (known, unknown) = (begin(ADA).await, begin("nobody@example.com").await);
    assert_eq!(known.bytes, unknown.bytes);
    known.expect_engine_error(400, &["username"]);
    for name in [ADA, "nobody@example.com", "no address", &"x".repeat(5000)] {
        let request = client
            .request(Method::GET, "/api/v1/webauthn/check")
            .query(&[("username", name)]);
        assert_eq!(
            client.send(request).await.expect(200).json(),
            json!({ "has_credentials": false })
        );
    }
}

#[tokio::test]
async fn check_tells_whether_there_is_a_passkey() {
    let server = Server::start().await;
    let client = server.client();
    let token = client.join(ADA).await;
    client.add_passkey(&token, &client.authenticator()).await;
    let check = async |query: &str| client.get(&format!("/api/v1/webauthn/check{query}")).await;
    let answer = check("?username=ADA@example.com").await.expect(200);
    assert_eq!(answer.json(), json!({ "has_credentials": true }));
    check("").await.expect_engine_error(400, &["username"]);
    check("?username=").await.expect_engine_error(400, &["username"]);
}

#[tokio::test]
async fn the_user_handle_decides_without_a_name_and_must_agree_with_one() {
    let server = Server::start().await;
    let client = server.client();
    let (ada, eve) = (client.join(ADA).await, client.join("eve@example.com").await);
    let authenticator = client.authenticator();
    let credential = client.add_passkey(&ada, &authenticator).await;
    client.add_passkey(&eve, &authenticator).await;
    let handle = |token: &str| json!(tests::authenticator::text(user_of(token).to_string().as_bytes()));
    let named = json!({ "username": ADA });
    let path = format!("{LOGIN_FINISH}?username={ADA}");

    // Without a name it is needed, and it must be the credential's owner's.
    for (value, status) in [
        (Value::Null, 401),
        (json!(""), 401),
        (handle(&eve), 401),
        (json!("bm9ib2R5"), 401),
        (handle(&ada), 202),
    ] {
        let response = authenticator.sign(&client.passkey_challenge(&json!({})).await, &credential);
        let answer = client
            .answer_challenge(&with(response, "response.userHandle", value.clone()))
            .await;
        assert_eq!(answer.status.as_u16(), status, "{value}");
    }
    // With one it may be absent.
    for (value, status) in [(Value::Null, 202), (handle(&ada), 202), (handle(&eve), 401)] {
        let response = authenticator.sign(&client.passkey_challenge(&named).await, &credential);
        let answer = client
            .post(&path, &with(response, "response.userHandle", value.clone()))
            .await;
        assert_eq!(answer.status.as_u16(), status, "{value}");
    }
    // The name is the one that was given to begin.
    for (begun, finished, status) in [
        (&named, LOGIN_FINISH.to_owned(), 401),
        (&named, format!("{LOGIN_FINISH}?username=eve@example.com"), 401),
        (&named, format!("{LOGIN_FINISH}?username=ADA@example.com"), 202),
        (&json!({}), path.clone(), 401),
    ] {
        let response = authenticator.sign(&client.passkey_challenge(begun).await, &credential);
        client.post(&finished, &response).await.expect(status);
    }
}

#[tokio::test]
async fn an_account_that_may_not_sign_in_may_not_by_passkey_either() {
    let server = Server::start().await;
    let client = server.client();
    let token = client.join(ADA).await;
    let authenticator = client.authenticator();
    let credential = client.add_passkey(&token, &authenticator).await;
    for state in [State::Inactive, State::Locked, State::Banned, State::Deleted] {
        set_state(&server, user_of(&token), state).await;
        client
            .sign_in_by_passkey(&authenticator, &credential)
            .await
            .expect_engine_error(401, &[]);
    }
    set_state(&server, user_of(&token), State::Active).await;
    client.sign_in_by_passkey(&authenticator, &credential).await.expect(202);
}

#[tokio::test]
async fn a_sixth_session_ends_the_oldest_however_it_began() {
    let server = Server::start().await;
    let client = server.client();
    let first = client.join(ADA).await;
    let authenticator = client.authenticator();
    let credential = client.add_passkey(&first, &authenticator).await;
    for _ in 0..5 {
        server.clock.advance(std::time::Duration::from_millis(1));
        client.sign_in_by_passkey(&authenticator, &credential).await.expect(202);
    }
    client.me(&first).await.expect_engine_error(401, &[]);
}

#[tokio::test]
async fn questions_and_attempts_are_limited() {
    let limits = Server::setup()
        .env("THROTTLE", "on")
        .env("THROTTLE_PASSKEY_ADDRESS", "3/4000000000");
    let server = limits.start().await;
    let client = server.client();
    for _ in 0..3 {
        client.get("/api/v1/webauthn/check?username=x").await.expect(200);
    }
    let answer = client
        .get("/api/v1/webauthn/check?username=x")
        .await
        .expect_engine_error(429, &[]);
    assert!(answer.header("retry-after").is_some());
    client.post(LOGIN_BEGIN, &json!({})).await.expect_engine_error(429, &[]);
}
