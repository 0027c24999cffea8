//! signup.

use http::Method;
use rstest::rstest;
use serde_json::{Value, json};
use shared::accounts::{Account, State};
use tests::server::Table::{self, DynamoDbLocal, Embedded};
use tests::{Answer, Client, PASSWORD, Server};

use super::user_of;

const PATH: &str = "/api/v1/signup";

fn body() -> Value {
    json!({ "email": "ada@example.com", "password": PASSWORD, "firstName": "Ada", "lastName": "Lovelace" })
}

/// The usual body but for one member; `Null` leaves it out.
async fn with(client: &Client, member: &str, value: impl Into<Value>) -> Answer {
    let mut body = body();
    match value.into() {
        Value::Null => body.as_object_mut().unwrap().remove(member),
        value => body.as_object_mut().unwrap().insert(member.to_owned(), value),
    };
    client.post(PATH, &body).await
}

#[rstest]
#[tokio::test]
async fn makes_an_account_in_state_pending(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let client = server.client();
    client
        .post(PATH, &body())
        .await
        .expect_message("User registered successfully");

    // No session and no mail come of it; the new id is learnt from the first token.
    assert!(client.mails("ada@example.com").await.is_empty());
    let token = client.sign_in("ada@example.com").await;
    let account = Account::read(&server.app().store, user_of(&token)).await.unwrap();
    let account = account.unwrap();
    assert_eq!(account.user.state, State::Pending);
    assert_eq!((account.sessions.len(), account.memberships.len()), (1, 0));

    let me = client.me(&token).await.expect(200).json();
    assert_eq!(me["username"], "ada@example.com");
    assert_eq!(me["profile"]["email"], "ada@example.com");
    assert_eq!(me["profile"]["firstName"], "Ada");
    assert_eq!(me["profile"]["lastName"], "Lovelace");
    assert_eq!(me["profile"]["timezone"], "UTC");
    assert_eq!((&me["roles"], &me["organizations"]), (&json!([]), &json!([])));
}

#[rstest]
#[tokio::test]
async fn a_taken_address_is_400_in_whatever_case(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let client = server.client();
    client.sign_up("ada@example.com").await;
    for email in ["ada@example.com", "ADA@Example.COM", "  ada@example.com "] {
        let answer = with(&client, "email", email).await;
        answer.expect_engine_error(400, &["email"]);
    }
    // The first account is what it was.
    let other = with(&client, "password", "another quiet evening").await;
    other.expect_engine_error(400, &["email"]);
    client.sign_in("ada@example.com").await;
}

#[tokio::test]
async fn each_member_is_required_and_named() {
    let server = Server::start().await;
    let client = server.client();
    for member in ["email", "password", "firstName", "lastName"] {
        for value in [Value::Null, json!("")] {
            with(&client, member, value).await.expect_engine_error(400, &[member]);
        }
    }
    for member in ["firstName", "lastName"] {
        with(&client, member, "  ").await.expect_engine_error(400, &[member]);
    }
    let all = ["email", "password", "firstName", "lastName"];
    client.post(PATH, &json!({})).await.expect_engine_error(400, &all);
    // Nothing was made on the way.
    client.post(PATH, &body()).await.expect(200);
}

#[tokio::test]
async fn an_address_must_be_one() {
    let server = Server::start().await;
    let client = server.client();
    let too_long = format!("{}@example.com", "a".repeat(250));
    for email in [
        "ada",
        "ada@",
        "@example.com",
        "a b@example.com",
        "Ada <ada@example.com>",
        "ada@example.com\r\nBcc: eve@example.com",
        "ada@[127.0.0.1]",
        &too_long,
    ] {
        with(&client, "email", email).await.expect_engine_error(400, &["email"]);
    }
}

#[tokio::test]
async fn a_password_has_6_to_256_code_points() {
    let server = Server::start().await;
    let client = server.client();
    let words = "maple window seven ".repeat(14);
    let (most, too_many) = (&words[..256], &words[..257]);
    let wide = "密码正确的马电池订书钉".repeat(24);
    let too_wide: String = wide.chars().take(257).collect();
    let wide: String = wide.chars().take(256).collect();
    for password in ["zq7xw", "密码正确的", too_many, &too_wide] {
        with(&client, "password", password)
            .await
            .expect_engine_error(400, &["password"]);
    }
    for (n, password) in ["zq7xwk", "密码正确的马", most, &wide].into_iter().enumerate() {
        let email = format!("ada{n}@example.com");
        let body = json!({ "email": email, "password": password, "firstName": "Ada", "lastName": "L" });
        client.post(PATH, &body).await.expect(200);
        client.sign_in_with(&email, password).await.expect(200);
    }
}

#[tokio::test]
async fn a_password_that_others_would_try_first_is_refused() {
    let server = Server::start().await;
    let client = server.client();
    for password in ["123456", "password", "Lovelace1", "lovelace lovelace"] {
        with(&client, "password", password)
            .await
            .expect_engine_error(400, &["password"]);
    }
}

#[tokio::test]
async fn the_least_length_of_a_password_is_configurable_upwards() {
    let server = Server::setup().env("PASSWORD_MIN_LENGTH", "15").start().await;
    let client = server.client();
    let answer = with(&client, "password", "maple window 7").await;
    let answer = answer.expect_engine_error(400, &["password"]);
    assert!(
        answer.json()["errors"]["password"].as_str().unwrap().contains("15"),
        "it says how many are needed"
    );
    with(&client, "password", "maple window 77").await.expect(200);
}

#[tokio::test]
async fn a_password_beyond_72_bytes_counts_to_its_last_character() {
    let server = Server::start().await;
    let client = server.client();
    let password = format!("{} the end", "maple window seven ".repeat(8));
    with(&client, "password", password.as_str()).await.expect(200);
    let refused = [
        &password[..72],
        &password[..password.len() - 1],
        &format!("{password} "),
        &password.to_uppercase(),
    ];
    for other in refused {
        client
            .sign_in_with("ada@example.com", other)
            .await
            .expect_engine_error(401, &[]);
    }
    client.sign_in_with("ada@example.com", &password).await.expect(200);
}

#[tokio::test]
async fn a_name_has_at_most_100_characters() {
    let server = Server::start().await;
    let client = server.client();
    for member in ["firstName", "lastName"] {
        let answer = with(&client, member, "ß".repeat(101)).await;
        answer.expect_engine_error(400, &[member]);
    }
    let longest = "ß".repeat(100);
    with(&client, "firstName", longest.as_str()).await.expect(200);
    let token = client.sign_in("ada@example.com").await;
    let me = client.me(&token).await.json();
    assert_eq!(me["profile"]["firstName"], longest.as_str());
}

#[tokio::test]
async fn broken_bodies_are_400() {
    let server = Server::start().await;
    let client = server.client();
    for text in ["", "{", "[]", "no json"] {
        client.post_text(PATH, text).await.expect_engine_error(400, &[]);
    }
    for member in ["email", "password", "firstName", "lastName"] {
        with(&client, member, json!(7))
            .await
            .expect_engine_error(400, &[member]);
    }
    client
        .send(client.request(Method::PUT, PATH))
        .await
        .expect_engine_error(405, &[]);
}
