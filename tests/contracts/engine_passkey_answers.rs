//! Answers to challenges: what an authenticator must say, and that each challenge works once.

use http::Method;
use rstest::rstest;
use serde_json::{Value, json};
use tests::Server;
use tests::authenticator::{Authenticator, BACKUP_ELIGIBLE, PRESENT, with};

const ADA: &str = "ada@example.com";
const REGISTER_FINISH: &str = "/api/v1/webauthn/register/finish";
const LOGIN_FINISH: &str = "/api/v1/webauthn/login/finish";

#[tokio::test]
async fn verification_of_the_user_is_preferred_and_not_required() {
    let server = Server::start().await;
    let client = server.client();
    let token = client.join(ADA).await;
    let mut authenticator = client.authenticator();
    authenticator.flags = PRESENT;
    let credential = client.add_passkey(&token, &authenticator).await;
    assert_eq!(client.passkeys(&token).await[0]["discoverable"], false);
    client.sign_in_by_passkey(&authenticator, &credential).await.expect(202);
    authenticator.flags = 0;
    client
        .sign_in_by_passkey(&authenticator, &credential)
        .await
        .expect_engine_error(401, &[]);
}

#[tokio::test]
async fn a_challenge_is_consumed_by_the_first_answer_good_or_bad() {
    let server = Server::start().await;
    let client = server.client();
    let token = client.join(ADA).await;
    let authenticator = client.authenticator();
    let credential = client.add_passkey(&token, &authenticator).await;

    let first = client.passkey_challenge(&json!({})).await;
    let good = authenticator.sign(&first, &credential);
    client.answer_challenge(&good).await.expect(202);
    client.answer_challenge(&good).await.expect_engine_error(401, &[]);

    let second = client.passkey_challenge(&json!({})).await;
    let good = authenticator.sign(&second, &credential);
    let bad = with(good.clone(), "response.signature", json!("MAYCAQECAQE"));
    client.answer_challenge(&bad).await.expect_engine_error(401, &[]);
    client.answer_challenge(&good).await.expect_engine_error(401, &[]);

    let creation = client.passkey_options(&token).await;
    let (_, good) = authenticator.register(&creation);
    let mut elsewhere = authenticator.clone();
    elsewhere.origin = "https://evil.example".into();
    let (_, bad) = elsewhere.register(&creation);
    let finish = async |body: &Value| client.finish_passkey(&token, body).await;
    finish(&bad).await.expect_engine_error(400, &["credential"]);
    finish(&good).await.expect_engine_error(400, &["challenge"]);
}

#[tokio::test]
async fn a_challenge_is_good_for_five_minutes() {
    let server = Server::start().await;
    let client = server.client();
    let token = client.join(ADA).await;
    let authenticator = client.authenticator();
    let almost = std::time::Duration::from_secs(300) - std::time::Duration::from_micros(1);
    let credential = client.add_passkey(&token, &authenticator).await;
    for (wait, status) in [(almost, 202), (std::time::Duration::from_secs(300), 401)] {
        let response = authenticator.sign(&client.passkey_challenge(&json!({})).await, &credential);
        server.clock.advance(wait);
        client.answer_challenge(&response).await.expect(status);
    }
    let (_, response) = authenticator.register(&client.passkey_options(&token).await);
    server.clock.advance(std::time::Duration::from_secs(300));
    let answer = client.finish_passkey(&token, &response).await;
    answer.expect_engine_error(400, &["challenge"]);
}

/// What may be wrong with an assertion.
#[rstest]
#[case::origin(|a: &mut Authenticator| a.origin = "https://evil.example".into())]
#[case::other_port(|a: &mut Authenticator| a.origin = "http://localhost:1".into())]
#[case::subdomain(|a: &mut Authenticator| a.origin = a.origin.replace("localhost", "x.localhost"))]
#[case::relying_party(|a: &mut Authenticator| a.rp_id = "evil.example".into())]
#[case::kind(|a: &mut Authenticator| a.kinds = ["webauthn.get".into(), "webauthn.create".into()])]
#[case::nobody_there(|a: &mut Authenticator| a.flags = 0)]
#[tokio::test]
async fn a_response_that_is_not_for_us_is_refused(#[case] change: fn(&mut Authenticator)) {
    let server = Server::start().await;
    let client = server.client();
    let token = client.join(ADA).await;
    let authenticator = client.authenticator();
    let credential = client.add_passkey(&token, &authenticator).await;
    let mut wrong = authenticator.clone();
    change(&mut wrong);
    client
        .sign_in_by_passkey(&wrong, &credential)
        .await
        .expect_engine_error(401, &[]);
    let (_, response) = wrong.register(&client.passkey_options(&token).await);
    let answer = client.finish_passkey(&token, &response).await;
    answer.expect_engine_error(400, &["credential"]);
    assert_eq!(client.passkeys(&token).await.len(), 1);
    client.sign_in_by_passkey(&authenticator, &credential).await.expect(202);
}

#[tokio::test]
async fn a_signature_counter_must_rise() {
    let server = Server::start().await;
    let client = server.client();
    let token = client.join(ADA).await;
    let mut authenticator = client.authenticator();
    authenticator.counter = 5;
    let credential = client.add_passkey(&token, &authenticator).await;
    for (counter, status) in [
        (5, 401),
        (6, 202),
        (6, 401),
        (3, 401),
        (0, 401),
        (7, 202),
        (100, 202),
        (99, 401),
    ] {
        authenticator.counter = counter;
        client
            .sign_in_by_passkey(&authenticator, &credential)
            .await
            .expect(status);
    }
}

#[tokio::test]
async fn backup_eligibility_must_not_change() {
    let server = Server::start().await;
    let client = server.client();
    let token = client.join(ADA).await;
    let authenticator = client.authenticator();
    let credential = client.add_passkey(&token, &authenticator).await;
    let mut changed = authenticator.clone();
    changed.flags |= BACKUP_ELIGIBLE;
    client
        .sign_in_by_passkey(&changed, &credential)
        .await
        .expect_engine_error(401, &[]);
    client.sign_in_by_passkey(&authenticator, &credential).await.expect(202);
}

#[tokio::test]
async fn responses_that_cannot_be_read_are_400() {
    let server = Server::start().await;
    let client = server.client();
    let token = client.join(ADA).await;
    let authenticator = client.authenticator();
    let credential = client.add_passkey(&token, &authenticator).await;
    let assertion = authenticator.sign(&client.passkey_challenge(&json!({})).await, &credential);
    for path in [REGISTER_FINISH, LOGIN_FINISH] {
        for body in [
            "",
            "{",
            "[]",
            "null",
            "{}",
            r#"{"id":1}"#,
            r#"{"id":"x","rawId":"%","type":"public-key"}"#,
        ] {
            let request = client.request(Method::POST, path).header("x-auth", &token).body(body);
            assert_eq!(
                client.send(request).await.expect(400).json().as_object().unwrap().len(),
                2,
                "{body}"
            );
        }
    }
    for member in ["rawId", "response", "response.clientDataJSON", "response.signature"] {
        let answer = client
            .answer_challenge(&with(assertion.clone(), member, Value::Null))
            .await;
        answer.expect(400);
    }
    // Readable, but nonsense.
    for (member, value) in [
        ("response.clientDataJSON", "e30"),
        ("response.clientDataJSON", "AAAA"),
        ("response.authenticatorData", ""),
        ("response.authenticatorData", "AAAA"),
        ("response.signature", ""),
        ("rawId", "AAAA"),
    ] {
        let assertion = authenticator.sign(&client.passkey_challenge(&json!({})).await, &credential);
        let answer = client.answer_challenge(&with(assertion, member, json!(value))).await;
        answer.expect_engine_error(401, &[]);
    }
}
