//! otp-caches: what is stored for a name, by whom, and what it is worth.

use std::time::Duration;

use http::Method;
use rstest::rstest;
use serde_json::{Value, json};
use tests::server::Table::{self, DynamoDbLocal, Embedded};
use tests::server::{CLIENT_ID, CLIENT_SECRET};
use tests::{Answer, Client, PASSWORD, Server};

const ADA: &str = "ada@example.com";
const OTP: &str = "4711";

fn entry(otp: &str) -> Value {
    json!({ "otp": otp, "username": ADA })
}

async fn login(client: &Client, password: &str) -> Answer {
    let body = json!({ "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "username": ADA, "password": password });
    client.post("/auth/login", &body).await
}

async fn delete(client: &Client) -> Answer {
    client
        .send(client.request(Method::DELETE, &format!("/otp-caches/{ADA}")))
        .await
}

#[track_caller]
fn refused(answer: Answer) {
    answer.expect_arc(401, "UnauthorizedError", json!({ "message": "Invalid Credentials" }));
}

/// This is the gravest flaw of the original: there, anybody could store the password of anybody.
#[rstest]
#[tokio::test]
async fn what_a_stranger_stores_is_no_password(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let (client, admin) = (server.client(), server.managing().await);
    client.sign_up(ADA).await;
    let ada = server.managing_as(ADA, PASSWORD).await;
    let answer = client.post("/otp-caches", &entry(OTP)).await.expect(200);
    assert_eq!(answer.json(), entry(OTP));
    refused(login(&client, OTP).await);
    // A user without the permission is a stranger, and so is whoever has a token that is none.
    ada.call(Method::POST, "/otp-caches", &entry(OTP)).await.expect(200);
    let request = client
        .request(Method::POST, "/otp-caches")
        .header("authorization", "Bearer x");
    client.send(request.json(&entry(OTP))).await.expect(200);
    refused(login(&client, OTP).await);

    let path = format!("/otp-caches/{ADA}");
    assert_eq!(client.get(&path).await.expect(200).json(), entry("******"));
    assert_eq!(ada.get(&path).await.expect(200).json(), entry("******"));
    assert_eq!(admin.get(&path).await.expect(200).json(), entry(OTP));
    assert!(delete(&client).await.expect(204).bytes.is_empty());
    for by in [client.get(&path).await, admin.get(&path).await] {
        assert_eq!(by.expect(200).json(), Value::Null);
    }
    delete(&client).await.expect(204);
}

#[rstest]
#[tokio::test]
async fn what_an_administrator_stores_works_once(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let (client, admin) = (server.client(), server.managing().await);
    client.sign_up(ADA).await;
    let store = async |otp: &str| admin.call(Method::POST, "/otp-caches", &entry(otp)).await.expect(200);
    assert_eq!(store(OTP).await.json(), entry(OTP));
    assert!(!format!("{:?}", server.dump().await).contains(OTP));
    // Whether one waits is nobody's business but the administrator's, who sees no more than that.
    let path = format!("/otp-caches/{ADA}");
    assert_eq!(client.get(&path).await.expect(200).json(), Value::Null);
    assert_eq!(admin.get(&path).await.expect(200).json(), entry("******"));
    // A stranger can neither remove it nor put another in its place.
    delete(&client).await.expect(204);
    client.post("/otp-caches", &entry("0815")).await.expect(200);
    refused(login(&client, "0815").await);

    let code = login(&client, OTP).await.expect(200).json();
    let exchange = json!({ "code": code["code"], "clientId": CLIENT_ID });
    let tokens = client.post("/auth/token", &exchange).await.expect(200).json();
    assert!(tokens["accessToken"].is_string());
    refused(login(&client, OTP).await);
    // The password is what it was, and no other surface takes one.
    login(&client, PASSWORD).await.expect(200);
    store("a second one").await;
    client.sign_in_with(ADA, "a second one").await.expect(401);
    login(&client, "a second one").await.expect(200);

    // A newer one replaces the older; an administrator removes it.
    store("a third one").await;
    store("a fourth one").await;
    refused(login(&client, "a third one").await);
    admin.call(Method::DELETE, &path, &Value::Null).await.expect(204);
    refused(login(&client, "a fourth one").await);
}

#[rstest]
#[tokio::test]
async fn it_ends_and_few_guesses_void_it(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let (client, admin) = (server.client(), server.managing().await);
    client.sign_up(ADA).await;
    let store = async || admin.call(Method::POST, "/otp-caches", &entry(OTP)).await.expect(200);
    store().await;
    for guess in 0..5 {
        refused(login(&client, &format!("guess {guess}")).await);
    }
    refused(login(&client, OTP).await);
    store().await;
    for guess in 0..4 {
        refused(login(&client, &format!("guess {guess}")).await);
    }
    login(&client, OTP).await.expect(200);

    client.post("/otp-caches", &entry(OTP)).await.expect(200);
    store().await;
    server.clock.advance(Duration::from_secs(899));
    let path = format!("/otp-caches/{ADA}");
    assert_eq!(client.get(&path).await.expect(200).json(), entry("******"));
    server.clock.advance(Duration::from_secs(1));
    assert_eq!(client.get(&path).await.expect(200).json(), Value::Null);
    refused(login(&client, OTP).await);
}

/// It stands for a password, not for the account's state.
#[tokio::test]
async fn it_opens_no_account_that_is_switched_off() {
    let server = Server::start().await;
    let (client, admin) = (server.client(), server.managing().await);
    let token = client.join(ADA).await;
    admin.call(Method::POST, "/otp-caches", &entry(OTP)).await.expect(200);
    super::set_state(&server, super::user_of(&token), shared::accounts::State::Inactive).await;
    login(&client, OTP).await.expect(401);
    // And none that is not there.
    let body = json!({ "otp": OTP, "username": "nobody@example.com" });
    admin.call(Method::POST, "/otp-caches", &body).await.expect(200);
    let body = json!({
        "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "username": "nobody@example.com", "password": OTP,
    });
    refused(client.post("/auth/login", &body).await);
}

#[rstest]
#[case(json!({}))]
#[case(json!({ "otp": "1" }))]
#[case(json!({ "username": ADA }))]
#[case(json!({ "otp": 4711, "username": ADA }))]
#[case(json!({ "otp": "", "username": ADA }))]
#[case(json!({ "otp": "1", "username": "" }))]
#[case(json!({ "otp": "1".repeat(201), "username": ADA }))]
#[case(json!({ "otp": "1", "username": "a".repeat(255) }))]
#[case(json!({ "otp": "1", "username": ADA, "trusted": true }))]
#[tokio::test]
async fn a_body_that_breaks_its_schema(#[case] body: Value) {
    let server = Server::start().await;
    let answer = server.client().post("/otp-caches", &body).await.expect(422).json();
    assert_eq!(answer["error"]["code"], "VALIDATION_FAILED");
}

#[tokio::test]
async fn what_is_not_there() {
    let server = Server::start().await;
    let client = server.client();
    for (method, path) in [
        (Method::GET, "/otp-caches"),
        (Method::PUT, "/otp-caches/x"),
        (Method::GET, "/otp-caches/x/y"),
    ] {
        let answer = client.send(client.request(method, path)).await;
        answer.expect_arc(404, "NotFoundError", "API not found !");
    }
    // A name may be anything.
    for name in ["nobody", "%F0%9F%A6%80", &"a".repeat(3000)] {
        assert_eq!(
            client.get(&format!("/otp-caches/{name}")).await.expect(200).json(),
            Value::Null
        );
    }
}

/// Where the deployment wants that, those who may store one see what works; strangers still see nothing, and the table has no text.
#[tokio::test]
async fn what_works_may_be_shown_to_who_may_store_it() {
    let server = Server::setup().env("OTP_CACHE_REVEAL", "1").start().await;
    let (client, managing) = (server.client(), server.managing().await);
    let entry = entry("for once and by telephone");
    managing.call(Method::POST, "/otp-caches", &entry).await.expect(200);
    let path = format!("/otp-caches/{ADA}");
    assert_eq!(managing.get(&path).await.expect(200).json(), entry);
    assert_eq!(client.get(&path).await.expect(200).json(), Value::Null);
    assert!(!format!("{:?}", server.dump().await).contains("by telephone"));
}

#[tokio::test]
async fn strangers_store_so_much_and_no_more() {
    let server = Server::setup()
        .env("THROTTLE", "on")
        .env("THROTTLE_OTP_ADDRESS", "2/60")
        .start()
        .await;
    let client = server.client();
    for _ in 0..2 {
        client.post("/otp-caches", &entry(OTP)).await.expect(200);
    }
    let answer = client.post("/otp-caches", &entry(OTP)).await.expect(429);
    assert!(answer.header("retry-after").is_some());
}
