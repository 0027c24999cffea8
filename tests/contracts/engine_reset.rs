//! send_reset_token.

use std::time::Duration;

use rstest::rstest;
use serde_json::json;
use tests::Server;
use tests::server::Table::{self, DynamoDbLocal, Embedded};

const PATH: &str = "/api/v1/user/reset";
const MESSAGE: &str = "Password reset token sent to registered email";

#[rstest]
#[tokio::test]
async fn mails_a_link_to_a_known_address(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let client = server.client();
    client.sign_up("Ada+1@Example.com").await;
    let body = json!({ "email": " aDA+1@example.com " });
    client.post(PATH, &body).await.expect_message(MESSAGE);

    let [mail] = &client.mails("ada+1@example.com").await[..] else {
        panic!("one mail")
    };
    // To the address as its owner typed it, not as whoever asks does.
    assert_eq!(mail["to"], "Ada+1@Example.com");
    assert_eq!(mail["subject"], "Reset your password");
    let text = mail["text"].as_str().unwrap();
    assert!(text.contains("60 minutes"), "{text}");
    let (link, more) = text
        .split_once("http")
        .map(|(_, rest)| rest.split_once('\n').unwrap())
        .unwrap();
    assert!(!more.contains("http"), "one link: {text}");
    let path = format!("http{link}").strip_prefix(client.url()).unwrap().to_owned();
    let (token, query) = path
        .strip_prefix("/auth/changepassword/")
        .unwrap()
        .split_once('?')
        .unwrap();
    assert_eq!(query, "u=ada%2B1@example.com");
    assert_eq!(token.len(), 32, "128 bits");
    assert!(token.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')), "{token}");
    let html = mail["html"].as_str().unwrap();
    assert!(html.contains(token), "{html}");
}

#[rstest]
#[tokio::test]
async fn an_unknown_address_is_answered_the_same_and_gets_nothing(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let client = server.client();
    client.sign_up("ada@example.com").await;
    let known = client.post(PATH, &json!({ "email": "ada@example.com" })).await;
    let unknown = client.post(PATH, &json!({ "email": "nobody@example.com" })).await;
    unknown.clone().expect_message(MESSAGE);
    assert_eq!((known.status, known.bytes), (unknown.status, unknown.bytes));
    assert_eq!(client.mails("ada@example.com").await.len(), 1);
    assert!(client.mails("nobody@example.com").await.is_empty());
}

#[tokio::test]
async fn without_an_address_it_is_400_and_nothing_is_sent() {
    let server = Server::start().await;
    let client = server.client();
    client.sign_up("ada@example.com").await;
    for body in [
        json!({}),
        json!({ "email": "" }),
        json!({ "email": "  " }),
        json!({ "email": null }),
        json!({ "email": "nonsense" }),
        json!({ "email": "ada@example.com, eve@example.com" }),
        json!({ "email": 7 }),
        json!({ "email": ["ada@example.com"] }),
        json!({ "email": { "$ne": "" } }),
    ] {
        client.post(PATH, &body).await.expect_engine_error(400, &["email"]);
    }
    for text in ["", "{", "[]"] {
        client.post_text(PATH, text).await.expect_engine_error(400, &[]);
    }
    let all = client.get("/_local/mail").await.expect(200).json();
    assert_eq!(all, json!([]));
}

#[rstest]
#[tokio::test]
async fn a_newer_request_replaces_the_older_token(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let client = server.client();
    client.sign_up("ada@example.com").await;
    let older = client.reset_token("ada@example.com").await;
    server.clock.advance(Duration::from_secs(1));
    let newer = client.reset_token("ada@example.com").await;
    assert_ne!(older, newer);
    let password = "a different long phrase";
    let answer = client.change_password(&older, "ada@example.com", password).await;
    answer.expect_engine_error(400, &["Token"]);
    client
        .change_password(&newer, "ada@example.com", password)
        .await
        .expect(200);
}

#[tokio::test]
async fn a_request_alone_changes_nothing() {
    let server = Server::start().await;
    let client = server.client();
    let token = client.join("ada@example.com").await;
    client.reset_token("ada@example.com").await;
    client.me(&token).await.expect(200);
    client.sign_in("ada@example.com").await;
}
