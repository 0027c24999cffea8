//! Flooding a mailbox, and guessing reset tokens (ASVS 2.4.1, 6.6.3).

use std::time::Duration;

use rstest::rstest;
use serde_json::json;
use tests::server::Table::{self, DynamoDbLocal, Embedded};
use tests::{Answer, Server};

const ADA: &str = "ada@example.com";
const NEW: &str = "a different long phrase";

async fn ask(server: &Server, email: &str) -> Answer {
    server
        .client()
        .post("/api/v1/user/reset", &json!({ "email": email }))
        .await
}

#[rstest]
#[tokio::test]
async fn a_mailbox_gets_five_reset_mails_an_hour(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::setup().env("THROTTLE", "on").start_on(table).await else {
        return;
    };
    let client = server.client();
    client.sign_up(ADA).await;
    for email in [ADA, "ADA@example.com", " ada@Example.com", ADA, ADA] {
        ask(&server, email).await.expect(200);
    }
    let answer = ask(&server, "Ada@example.com").await.expect_engine_error(429, &[]);
    let seconds = answer.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=3600).contains(&seconds), "{seconds}");
    assert_eq!(client.mails(ADA).await.len(), 5);

    server.clock.advance(Duration::from_secs(seconds));
    ask(&server, ADA).await.expect(200);
    assert_eq!(client.mails(ADA).await.len(), 6);
}

#[tokio::test]
async fn the_limit_does_not_tell_who_has_an_account() {
    let server = Server::setup()
        .env("THROTTLE", "on")
        .env("THROTTLE_RESET_ACCOUNT", "2/3600")
        .start()
        .await;
    server.client().sign_up(ADA).await;
    let mut seen = Vec::new();
    for email in [ADA, "nobody@example.com"] {
        let mut answers = Vec::new();
        for _ in 0..4 {
            let answer = ask(&server, email).await;
            answers.push((answer.status.as_u16(), answer.bytes));
        }
        seen.push(answers);
    }
    assert_eq!(seen[0], seen[1]);
    assert_eq!(seen[0][1].0, 200);
    assert_eq!(seen[0][2].0, 429);
}

#[tokio::test]
async fn one_client_cannot_mail_everybody() {
    let server = Server::setup()
        .env("THROTTLE", "on")
        .env("THROTTLE_RESET_ADDRESS", "3/3600")
        .start()
        .await;
    for n in 0..3 {
        ask(&server, &format!("user{n}@example.com")).await.expect(200);
    }
    ask(&server, "user4@example.com").await.expect_engine_error(429, &[]);
    server.clock.advance(Duration::from_secs(3600));
    ask(&server, "user4@example.com").await.expect(200);
}

#[tokio::test]
async fn one_client_cannot_try_tokens_without_end() {
    let server = Server::setup()
        .env("THROTTLE", "on")
        .env("THROTTLE_RESET_ADDRESS", "4/3600")
        .start()
        .await;
    let client = server.client();
    client.sign_up(ADA).await;
    let token = client.reset_token(ADA).await;
    for _ in 0..3 {
        client.change_password("wrong", ADA, NEW).await.expect(400);
    }
    let answer = client
        .change_password(&token, ADA, NEW)
        .await
        .expect_engine_error(429, &[]);
    assert!(answer.header("retry-after").is_some());
    client.sign_in(ADA).await;
}

/// The cap holds where throttling is off, too, and counts under concurrency.
#[tokio::test]
async fn a_reset_token_is_void_after_five_wrong_ones_at_the_same_moment() {
    let server = Server::start().await;
    let client = server.client();
    client.sign_up(ADA).await;
    let token = client.reset_token(ADA).await;
    let guesses = (0..8).map(|_| client.change_password("wrong", ADA, NEW));
    for answer in futures_util::future::join_all(guesses).await {
        answer.expect_engine_error(400, &["Token"]);
    }
    let answer = client.change_password(&token, ADA, NEW).await;
    answer.expect_engine_error(400, &["Token"]);
    client.sign_in(ADA).await;
}

#[tokio::test]
async fn a_reset_token_works_once_at_the_same_moment() {
    let server = Server::start().await;
    let client = server.client();
    client.sign_up(ADA).await;
    let token = client.reset_token(ADA).await;
    let passwords: Vec<String> = (0..8).map(|n| format!("a different long phrase {n}")).collect();
    let tries = passwords
        .iter()
        .map(|password| client.change_password(&token, ADA, password));
    let answers = futures_util::future::join_all(tries).await;
    let won: Vec<usize> = (0..8).filter(|n| answers[*n].status == 200).collect();
    assert_eq!(won.len(), 1, "{answers:?}");
    for (n, password) in passwords.iter().enumerate() {
        let expected = if won == [n] { 200 } else { 401 };
        client.sign_in_with(ADA, password).await.expect(expected);
    }
}
