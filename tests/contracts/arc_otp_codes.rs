//! send-otp and verify-otp: a code by mail, and an authorization code for it.

use std::time::Duration;

use http::Method;
use rstest::rstest;
use serde_json::{Value, json};
use shared::accounts::State;
use tests::managing::new_client;
use tests::server::Table::{self, DynamoDbLocal, Embedded};
use tests::server::{CLIENT_ID, CLIENT_SECRET};
use tests::totp::another;
use tests::{Answer, Client, PASSWORD, Server};

use super::{set_state, user_of};

const ADA: &str = "ada@example.com";

async fn send(client: &Client, key: &str) -> Answer {
    let body = json!({ "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "key": key });
    client.post("/auth/send-otp", &body).await
}

async fn verify(client: &Client, key: &str, otp: &str) -> Answer {
    client
        .post("/auth/verify-otp", &json!({ "key": key, "otp": otp }))
        .await
}

/// The newest code that was mailed.
async fn mailed(client: &Client, email: &str) -> String {
    let mails = client.mails(email).await;
    let text = mails.first().expect("a mail")["text"].as_str().unwrap().to_owned();
    let code = text
        .lines()
        .find(|line| line.len() == 6 && line.chars().all(|c| c.is_ascii_digit()));
    code.expect("six digits").to_owned()
}

#[track_caller]
fn refused(answer: Answer, key: &str) {
    answer.expect_arc(401, "UnauthorizedError", json!({ "message": key }));
}

const INVALID: &str = "Otp Invalid";
const OVER: &str = "Otp Token Incorrect or Expired";

#[rstest]
#[tokio::test]
async fn a_code_signs_in_once(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let client = server.client();
    client.sign_up("Ada@Example.com").await;
    refused(verify(&client, ADA, "000000").await, OVER);
    assert!(send(&client, "ADA@example.com").await.expect(204).bytes.is_empty());
    let code = mailed(&client, ADA).await;
    assert!(!format!("{:?}", server.dump().await).contains(&format!("\"{code}\"")));
    refused(verify(&client, ADA, &another(&code)).await, INVALID);
    let given = verify(&client, ADA, &code).await.expect(200).json();
    refused(verify(&client, ADA, &code).await, OVER);
    let exchange = json!({ "code": given["code"], "clientId": CLIENT_ID });
    let tokens = client.post("/auth/token", &exchange).await.expect(200).json();
    let bearer = format!("Bearer {}", tokens["accessToken"].as_str().unwrap());
    let me = client.request(Method::GET, "/auth/me").header("authorization", bearer);
    assert_eq!(client.send(me).await.expect(200).json()["username"], ADA);
    // An authorization code is no such code, and the other way round.
    server.clock.advance(Duration::from_secs(1));
    send(&client, ADA).await.expect(204);
    let code = mailed(&client, ADA).await;
    let exchange = json!({ "code": code, "clientId": CLIENT_ID });
    client
        .post("/auth/token", &exchange)
        .await
        .expect_arc(401, "UnauthorizedError", "Invalid Credentials");
}

#[rstest]
#[tokio::test]
async fn a_code_ends_and_few_guesses_void_it(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let client = server.client();
    client.sign_up(ADA).await;
    send(&client, ADA).await.expect(204);
    let first = mailed(&client, ADA).await;
    for _ in 0..5 {
        refused(verify(&client, ADA, &another(&first)).await, INVALID);
    }
    refused(verify(&client, ADA, &first).await, OVER);

    server.clock.advance(Duration::from_secs(1));
    send(&client, ADA).await.expect(204);
    let second = mailed(&client, ADA).await;
    server.clock.advance(Duration::from_secs(300));
    refused(verify(&client, ADA, &second).await, OVER);

    send(&client, ADA).await.expect(204);
    let third = mailed(&client, ADA).await;
    server.clock.advance(Duration::from_secs(1));
    send(&client, ADA).await.expect(204);
    let fourth = mailed(&client, ADA).await;
    refused(verify(&client, ADA, &third).await, INVALID);
    verify(&client, ADA, &fourth).await.expect(200);
}

/// Nothing tells a name that nobody has.
#[tokio::test]
async fn a_name_that_nobody_has_is_answered_alike() {
    let server = Server::start().await;
    let client = server.client();
    client.sign_up(ADA).await;
    for name in ["nobody@example.com", "no address", &"x".repeat(3000)] {
        send(&client, name).await.expect(204);
        for _ in 0..5 {
            refused(verify(&client, name, "000000").await, INVALID);
        }
        refused(verify(&client, name, "000000").await, OVER);
    }
    assert!(client.mails("nobody@example.com").await.is_empty());
}

#[rstest]
#[case(json!({}), 422)]
#[case(json!({ "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET }), 422)]
#[case(json!({ "client_id": CLIENT_ID, "key": ADA }), 422)]
#[case(json!({ "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "key": ADA, "x": 1 }), 422)]
#[case(json!({ "client_id": CLIENT_ID, "client_secret": "wrong", "key": ADA }), 401)]
#[case(json!({ "client_id": "nobody", "client_secret": CLIENT_SECRET, "key": ADA }), 401)]
#[tokio::test]
async fn only_a_client_has_codes_mailed(#[case] body: Value, #[case] status: u16) {
    let server = Server::start().await;
    let client = server.client();
    client.sign_up(ADA).await;
    let answer = client.post("/auth/send-otp", &body).await.expect(status);
    if status == 401 {
        refused(answer, "Client Verification Failed");
    }
    assert!(client.mails(ADA).await.is_empty());
    let absent = client.send(client.request(Method::POST, "/auth/send-otp")).await;
    absent.expect_arc(401, "UnauthorizedError", "Unauthorized");
    for body in [
        json!({ "key": ADA }),
        json!({ "otp": "1" }),
        json!({ "key": ADA, "otp": 1 }),
    ] {
        client.post("/auth/verify-otp", &body).await.expect(422);
    }
}

/// A code is worth what the account and the client are at the moment at which it is used.
#[tokio::test]
async fn a_code_does_not_outlive_what_it_is_for() {
    let server = Server::start().await;
    let (client, admin) = (server.client(), server.managing().await);
    let token = client.join(ADA).await;
    let user = user_of(&token);
    send(&client, ADA).await.expect(204);
    let code = mailed(&client, ADA).await;
    set_state(&server, user, State::Inactive).await;
    refused(verify(&client, ADA, &code).await, "UserInactive");
    set_state(&server, user, State::Active).await;

    server.clock.advance(Duration::from_secs(1));
    let id = admin.make("web").await;
    let by_web = json!({ "client_id": "web", "client_secret": "one secret", "key": ADA });
    client.post("/auth/send-otp", &by_web).await.expect(204);
    let code = mailed(&client, ADA).await;
    // The client is not for Ada.
    verify(&client, ADA, &code)
        .await
        .expect_arc(401, "UnauthorizedError", "Client Invalid");
    admin
        .call(Method::DELETE, &format!("/auth-clients/{id}"), &Value::Null)
        .await
        .expect(204);
    let mut again = new_client("web");
    again["clientSecret"] = json!("one secret");
    admin.call(Method::POST, "/auth-clients", &again).await.expect(200);
    refused(verify(&client, ADA, &code).await, OVER);
    login_still_works(&client).await;
}

async fn login_still_works(client: &Client) {
    let body = json!({ "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "username": ADA, "password": PASSWORD });
    client.post("/auth/login", &body).await.expect(200);
}

#[rstest]
#[case("THROTTLE_OTP_ACCOUNT", 0)]
#[case("THROTTLE_OTP_ADDRESS", 0)]
#[case("THROTTLE_OTP_ADDRESS", 1)]
#[tokio::test]
async fn so_many_codes_and_no_more(#[case] limit: &str, #[case] what: u8) {
    let server = Server::setup().env("THROTTLE", "on").env(limit, "2/3600").start().await;
    let client = server.client();
    client.sign_up(ADA).await;
    let act = async || match what {
        0 => send(&client, ADA).await,
        _ => verify(&client, ADA, "000000").await,
    };
    for _ in 0..2 {
        assert_ne!(act().await.status, 429);
    }
    let answer = act().await.expect(429);
    assert!(answer.header("retry-after").is_some());
}
