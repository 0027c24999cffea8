//! When the table fails, nobody gets in (ASVS 16.5.2, 16.5.3).

use std::sync::Arc;

use http::Method;
use serde_json::json;
use shared::store::door::{Fault, Faulty};
use tests::{PASSWORD, Server};

const ADA: &str = "ada@example.com";

async fn faulty() -> (Server, Arc<Faulty>) {
    let door = Arc::new(Faulty::default());
    let before = door.clone();
    let server = Server::setup()
        .with(move |parts| parts.store = parts.store.clone().behind(before))
        .start()
        .await;
    (server, door)
}

#[tokio::test]
async fn a_session_that_cannot_be_read_is_not_believed() {
    let (server, door) = faulty().await;
    let client = server.client();
    let token = client.join(ADA).await;
    // The mailer asks as well now and then, so one more than the request needs.
    for fault in [Fault::Lost, Fault::Throttled, Fault::AnswerLost, Fault::Conflict] {
        door.plan([fault; 2]);
        let answer = client.me(&token).await;
        let answer = answer.expect_engine_error(503, &[]);
        assert_eq!(answer.header("retry-after"), Some("1"));
        client.me(&token).await;
        client.me(&token).await.expect(200);
    }
}

#[tokio::test]
async fn no_fault_lets_a_wrong_password_in_or_says_why() {
    let (server, door) = faulty().await;
    let client = server.client();
    client.sign_up(ADA).await;
    for fault in [Fault::Lost, Fault::Throttled, Fault::AnswerLost, Fault::Conflict] {
        for healthy in 0..4 {
            let mut plan = vec![Fault::None; healthy];
            plan.extend([fault; 2]);
            door.plan(plan);
            let answer = client.sign_in_with(ADA, "not the password").await;
            assert!(
                [401, 503].contains(&answer.status.as_u16()),
                "{fault:?}: {}",
                answer.status
            );
            for told in ["lost", "table", "throttl", "Dynamo", "conflict", "writer"] {
                assert!(!answer.text().contains(told), "{}", answer.text());
            }
            // What is left of the plan.
            for _ in 0..6 {
                client.get("/healthz").await;
            }
        }
    }
    client.sign_in_with(ADA, PASSWORD).await.expect(200);
}

#[tokio::test]
async fn without_its_counters_nobody_is_let_in() {
    let door = Arc::new(Faulty::default());
    let before = door.clone();
    let server = Server::setup()
        .env("THROTTLE", "on")
        .with(move |parts| parts.store = parts.store.clone().behind(before))
        .start()
        .await;
    let client = server.client();
    client.sign_up(ADA).await;
    // The first call reads; those beside the hash count.
    door.plan([Fault::None, Fault::Lost, Fault::Lost, Fault::Lost]);
    let answer = client.sign_in_with(ADA, PASSWORD).await;
    answer.expect_engine_error(503, &[]);
}

#[tokio::test]
async fn a_password_change_happens_whole_or_not_at_all() {
    let (server, door) = faulty().await;
    let client = server.client();
    let session = client.join(ADA).await;
    let token = client.reset_token(ADA).await;
    // Read, then the commit, which never arrives.
    door.plan([Fault::None, Fault::Lost, Fault::Lost]);
    let answer = client.change_password(&token, ADA, "a different long phrase").await;
    answer.expect_engine_error(503, &[]);
    client.get("/healthz").await;
    client.get("/healthz").await;
    client.me(&session).await.expect(200);
    client.sign_in(ADA).await;
    client
        .change_password(&token, ADA, "a different long phrase")
        .await
        .expect(200);
    client.me(&session).await.expect(401);
}

#[tokio::test]
async fn without_a_keyring_there_are_no_tokens() {
    let server = Server::start().await;
    let client = server.client();
    let token = client.join(ADA).await;
    std::fs::write(server.data_dir().join("keyring.json"), "{}").unwrap();
    // The keyring is read again after five minutes, and believed for half an hour while it cannot be.
    server.clock.advance(std::time::Duration::from_secs(301));
    client.me(&token).await.expect(200);
    server.clock.advance(shared::tokens::keys::STALE);
    let answer = client.me(&token).await.expect_engine_error(503, &[]);
    assert!(!answer.text().contains("keyring"), "{}", answer.text());
    client.sign_in_with(ADA, PASSWORD).await.expect_engine_error(503, &[]);
    client
        .call(Method::POST, "/api/v1/renew", &token)
        .await
        .expect_engine_error(503, &[]);
    client
        .post("/api/v1/user/reset", &json!({ "email": ADA }))
        .await
        .expect_engine_error(503, &[]);
    client.get("/.well-known/jwks.json").await.expect(503);
}
