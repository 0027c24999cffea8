//! public-authenticate and auth-authenticate, and what the token says.

use rstest::rstest;
use serde_json::{Value, json};
use shared::accounts::State;
use tests::client::{claims, header_of};
use tests::server::Table::{self, DynamoDbLocal, Embedded};
use tests::{PASSWORD, Server};

use super::members;

const ADA: &str = "Ada@example.com";

#[rstest]
#[tokio::test]
async fn answers_the_user_with_a_token(
    #[values(Embedded, DynamoDbLocal)] table: Table,
    #[values("/public/authenticate", "/auth/authenticate")] path: &str,
) {
    let Some(server) = Server::on(table).await else { return };
    let identity = server.client().identity();
    let (uid, _) = identity.join(ADA).await;
    let body = json!({ "email": "ADA@EXAMPLE.COM", "password": PASSWORD });
    let answer = identity.post(path, &body).await.expect(200);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let mut answer = answer.json();
    let token = answer.as_object_mut().unwrap().remove("token").unwrap();
    let user = json!({ "uid": uid, "name": "Ada Lovelace", "email": ADA.to_lowercase(), "active": true, "reset_password": false });
    assert_eq!(answer, user);

    let token = token.as_str().unwrap();
    let now = server.clock.read().as_second();
    let claims = claims(token);
    assert_eq!(members(&claims), ["aud", "exp", "iat", "iss", "jti", "nbf", "sub"]);
    assert_eq!((&claims["iss"], &claims["sub"]), (&json!("go"), &json!("Ada Lovelace")));
    assert_eq!(claims["aud"], json!([uid]));
    let times = ["iat", "nbf", "exp"].map(|name| claims[name].as_i64().unwrap());
    assert_eq!(times, [now, now, now + 1800]);
    let header = header_of(token);
    assert_eq!(members(&header), ["alg", "kid", "typ"]);
    assert_eq!(
        (&header["alg"], &header["typ"]),
        (&json!("RS512"), &json!("identity+jwt"))
    );
}

#[rstest]
#[tokio::test]
async fn a_wrong_password_and_an_unknown_address_are_the_same_401(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let identity = server.client().identity();
    identity.join(ADA).await;
    for (email, password) in [
        (ADA, "wrong"),
        (ADA, &PASSWORD.to_uppercase()),
        (ADA, &format!("{PASSWORD} ")),
        (ADA, &"x".repeat(2000)),
        ("nobody@example.com", PASSWORD),
    ] {
        let answer = identity.authenticate(email, password).await;
        answer.expect_said(401, "Invalid Credentials");
    }
}

#[rstest]
#[case::no_email(json!({ "password": PASSWORD }))]
#[case::empty_email(json!({ "email": "", "password": PASSWORD }))]
#[case::no_address(json!({ "email": "ada", "password": PASSWORD }))]
#[case::null_email(json!({ "email": null, "password": PASSWORD }))]
#[case::number(json!({ "email": 7, "password": PASSWORD }))]
#[case::no_password(json!({ "email": ADA }))]
#[case::empty_password(json!({ "email": ADA, "password": "" }))]
#[case::list(json!({ "email": ADA, "password": [PASSWORD] }))]
#[case::nothing(json!({}))]
#[case::no_object(json!([ADA, PASSWORD]))]
#[tokio::test]
async fn without_address_or_password_it_is_an_invalid_request(#[case] body: Value) {
    let server = Server::start().await;
    let answer = server.client().identity().post("/public/authenticate", &body).await;
    answer.expect_said(400, "Invalid Request");
}

/// What is said of an account that may not be used, and to whom: only with the right password, and of a locked one never.
#[rstest]
#[case(State::Unactivated, 403)]
#[case(State::Pending, 200)]
#[case(State::Active, 200)]
#[case(State::Inactive, 403)]
#[case(State::Locked, 401)]
#[case(State::Banned, 401)]
#[case(State::Deleted, 401)]
#[tokio::test]
async fn only_an_account_in_use_gets_a_token(#[case] state: State, #[case] status: u16) {
    let server = Server::start().await;
    let (client, identity) = (server.client(), server.client().identity());
    let token = client.join(ADA).await;
    super::set_state(&server, super::user_of(&token), state).await;
    let answer = identity.authenticate(ADA, PASSWORD).await.expect(status);
    match status {
        200 => assert_eq!(answer.json()["active"], true),
        403 => drop(answer.expect_said(403, "User Not Active")),
        _ => drop(answer.expect_said(401, "Invalid Credentials")),
    }
    let wrong = identity.authenticate(ADA, "wrong").await;
    wrong.expect_said(401, "Invalid Credentials");
    client
        .sign_in_with(ADA, PASSWORD)
        .await
        .expect(if status == 200 { 200 } else { 401 });
}

#[tokio::test]
async fn reset_password_is_reported_and_keeps_nobody_out() {
    let server = Server::start().await;
    let identity = server.client().identity();
    let body = json!({ "name": "Ada", "email": ADA, "password": PASSWORD, "reset_password": true });
    identity.post("/public/register", &body).await.expect(200);
    identity.activate(&identity.link(ADA).await).await.expect(200);
    for _ in 0..2 {
        let answer = identity.authenticate(ADA, PASSWORD).await.expect(200).json();
        assert_eq!(answer["reset_password"], true);
        assert!(identity.is_live(answer["token"].as_str().unwrap()).await);
    }
}

#[tokio::test]
async fn the_issuer_is_configured() {
    let server = Server::setup()
        .env("IDENTITY_ISSUER", "https://id.example.com")
        .start()
        .await;
    let (_, token) = server.client().identity().join(ADA).await;
    assert_eq!(claims(&token)["iss"], "https://id.example.com");
    assert!(server.client().identity().is_live(&token).await);
    // The same keys, another issuer.
    let other = Server::start().await;
    assert!(!other.client().identity().is_live(&token).await);
}

#[tokio::test]
async fn guesses_are_limited_together_with_those_of_the_other_surface() {
    let setup = Server::setup()
        .env("THROTTLE", "on")
        .env("THROTTLE_SIGNIN_ACCOUNT", "4/900");
    let server = setup.start().await;
    let (client, identity) = (server.client(), server.client().identity());
    client.sign_up(ADA).await;
    for _ in 0..2 {
        identity.authenticate(ADA, "wrong").await.expect(401);
        client.sign_in_with(ADA, "wrong").await.expect(401);
    }
    let answer = identity.authenticate(ADA, PASSWORD).await;
    let answer = answer.expect_said(429, "Too Many Requests");
    assert!(answer.header("retry-after").unwrap().parse::<u32>().unwrap() <= 900);
    client.sign_in_with(ADA, PASSWORD).await.expect(429);
}

#[tokio::test]
async fn a_sixth_session_ends_the_first_whichever_surface_opened_them() {
    let server = Server::start().await;
    let (client, identity) = (server.client(), server.client().identity());
    let first = client.join(ADA).await;
    let mut tokens = Vec::new();
    for _ in 0..5 {
        server.clock.advance(std::time::Duration::from_secs(1));
        tokens.push(identity.sign_in(ADA, PASSWORD).await);
    }
    client.me(&first).await.expect(401);
    client.sign_in(ADA).await;
    assert!(!identity.is_live(&tokens[0]).await);
    assert!(identity.is_live(&tokens[1]).await);
}
