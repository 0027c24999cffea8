//! Guessing passwords (ASVS 6.3.1).

use std::time::Duration;

use futures_util::future::join_all;
use rstest::rstest;
use serde_json::json;
use tests::server::Table::{self, DynamoDbLocal, Embedded};
use tests::{Answer, PASSWORD, Server};

const ADA: &str = "ada@example.com";

/// 429 in the surface's own shape, with the seconds until it passes.
#[track_caller]
fn throttled(answer: Answer) -> u64 {
    let answer = answer.expect_engine_error(429, &[]);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    answer.header("retry-after").expect("Retry-After").parse().unwrap()
}

#[rstest]
#[tokio::test]
async fn after_ten_wrong_guesses_even_the_right_password_waits(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::setup().env("THROTTLE", "on").start_on(table).await else {
        return;
    };
    let client = server.client();
    client.sign_up(ADA).await;
    client.sign_up("bob@example.com").await;
    for _ in 0..10 {
        client.sign_in_with(ADA, "not the password").await.expect(401);
    }
    let seconds = throttled(client.sign_in_with(ADA, PASSWORD).await);
    assert!((1..=900).contains(&seconds), "{seconds}");
    // Another spelling is the same account.
    for spelling in ["ADA@EXAMPLE.COM", " Ada@Example.com "] {
        throttled(client.sign_in_with(spelling, PASSWORD).await);
    }
    client.sign_in_with("bob@example.com", PASSWORD).await.expect(200);

    server.clock.advance(Duration::from_secs(seconds - 1));
    assert_eq!(throttled(client.sign_in_with(ADA, PASSWORD).await), 1);
    server.clock.advance(Duration::from_secs(1));
    client.sign_in_with(ADA, PASSWORD).await.expect(200);
}

#[tokio::test]
async fn guesses_are_counted_whether_there_is_such_an_account_or_not() {
    let server = Server::setup()
        .env("THROTTLE", "on")
        .env("THROTTLE_SIGNIN_ACCOUNT", "3/900")
        .start()
        .await;
    let client = server.client();
    client.sign_up(ADA).await;
    let mut seen = Vec::new();
    for email in [ADA, "nobody@example.com", "no address", &"x".repeat(3000)] {
        let mut statuses = Vec::new();
        for _ in 0..5 {
            let answer = client.sign_in_with(email, "not the password").await;
            statuses.push((answer.status.as_u16(), answer.bytes));
        }
        seen.push(statuses);
    }
    assert_eq!(
        seen[0].iter().map(|(status, _)| *status).collect::<Vec<_>>(),
        [401, 401, 401, 429, 429]
    );
    for statuses in &seen {
        assert_eq!(statuses, &seen[0]);
    }
}

#[rstest]
#[tokio::test]
async fn a_success_gives_the_attempts_back(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::setup()
        .env("THROTTLE", "on")
        .env("THROTTLE_SIGNIN_ACCOUNT", "3/900")
        .start_on(table)
        .await
    else {
        return;
    };
    let client = server.client();
    client.sign_up(ADA).await;
    for _ in 0..3 {
        for _ in 0..2 {
            client.sign_in_with(ADA, "not the password").await.expect(401);
        }
        client.sign_in_with(ADA, PASSWORD).await.expect(200);
    }
}

#[rstest]
#[tokio::test]
async fn guesses_at_the_same_moment_are_all_counted(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::setup().env("THROTTLE", "on").start_on(table).await else {
        return;
    };
    let client = server.client();
    client.sign_up(ADA).await;
    let guesses = (0..30).map(|_| client.sign_in_with(ADA, "not the password"));
    let answers = join_all(guesses).await;
    let count = |status: u16| answers.iter().filter(|answer| answer.status == status).count();
    assert!((1..=10).contains(&count(401)), "{} were evaluated", count(401));
    assert_eq!(count(401) + count(429), 30, "{answers:?}");
    throttled(client.sign_in_with(ADA, PASSWORD).await);
}

#[tokio::test]
async fn one_client_cannot_try_one_password_on_everybody() {
    let server = Server::setup()
        .env("THROTTLE", "on")
        .env("THROTTLE_SIGNIN_ADDRESS", "4/900")
        .start()
        .await;
    let client = server.client();
    client.sign_up(ADA).await;
    for n in 0..4 {
        client
            .sign_in_with(&format!("user{n}@example.com"), PASSWORD)
            .await
            .expect(401);
    }
    // A success of its own account does not give these back.
    throttled(client.sign_in_with(ADA, PASSWORD).await);
    server.clock.advance(Duration::from_secs(900));
    client.sign_in_with(ADA, PASSWORD).await.expect(200);
    for n in 0..3 {
        client
            .sign_in_with(&format!("user{n}@example.com"), PASSWORD)
            .await
            .expect(401);
    }
    throttled(client.sign_in_with(ADA, PASSWORD).await);
}

#[tokio::test]
async fn one_client_cannot_make_accounts_without_end() {
    let server = Server::setup()
        .env("THROTTLE", "on")
        .env("THROTTLE_SIGNUP_ADDRESS", "3/3600")
        .start()
        .await;
    let client = server.client();
    let sign_up = async |email: &str| {
        let body = json!({ "email": email, "password": PASSWORD, "firstName": "A", "lastName": "L" });
        client.post("/api/v1/signup", &body).await
    };
    sign_up("a@example.com").await.expect(200);
    // Asking who is there counts as well.
    sign_up("a@example.com").await.expect(400);
    sign_up("b@example.com").await.expect(200);
    let seconds = throttled(sign_up("c@example.com").await);
    assert!(seconds <= 3600);
    client.sign_in_with("c@example.com", PASSWORD).await.expect(401);
    server.clock.advance(Duration::from_secs(seconds));
    sign_up("c@example.com").await.expect(200);
}

/// Locking somebody out by guessing on purpose ends with the window, and sooner for whoever owns the address.
#[tokio::test]
async fn a_reset_lets_the_owner_in_while_others_guess() {
    let server = Server::setup().env("THROTTLE", "on").start().await;
    let client = server.client();
    client.sign_up(ADA).await;
    for _ in 0..10 {
        client.sign_in_with(ADA, "not the password").await.expect(401);
    }
    throttled(client.sign_in_with(ADA, PASSWORD).await);
    let token = client.reset_token(ADA).await;
    client
        .change_password(&token, ADA, "a different long phrase")
        .await
        .expect(200);
    client.sign_in_with(ADA, "a different long phrase").await.expect(200);
}

#[tokio::test]
async fn sessions_that_are_open_are_not_held_up() {
    let server = Server::setup()
        .env("THROTTLE", "on")
        .env("THROTTLE_SIGNIN_ADDRESS", "2/900")
        .start()
        .await;
    let client = server.client();
    let token = client.join(ADA).await;
    client.sign_in_with(ADA, "not the password").await.expect(401);
    throttled(client.sign_in_with(ADA, PASSWORD).await);
    client.me(&token).await.expect(200);
}
