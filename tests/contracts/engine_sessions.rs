//! What holds of sessions, whoever asks.

use std::time::Duration;

use http::Method;
use rstest::rstest;
use shared::accounts::State;
use tests::server::Table::{self, DynamoDbLocal, Embedded};
use tests::{PASSWORD, Server};

use super::{sessions_of, set_state, user_of};

const HOUR: Duration = Duration::from_secs(3600);

#[rstest]
#[tokio::test]
async fn a_sixth_session_ends_the_oldest(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let client = server.client();
    client.sign_up("ada@example.com").await;
    let mut tokens = Vec::new();
    for _ in 0..7 {
        tokens.push(client.sign_in("ada@example.com").await);
        server.clock.advance(Duration::from_millis(1));
    }
    let mut alive = Vec::new();
    for token in &tokens {
        alive.push(client.me(token).await.status == 200);
    }
    assert_eq!(alive, [false, false, true, true, true, true, true]);
    assert_eq!(sessions_of(&server, user_of(&tokens[0])).await.len(), 5);
}

#[tokio::test]
async fn of_sessions_of_one_instant_the_newest_is_never_the_one_that_ends() {
    let server = Server::start().await;
    let client = server.client();
    client.sign_up("ada@example.com").await;
    for _ in 0..9 {
        let token = client.sign_in("ada@example.com").await;
        client.me(&token).await.expect(200);
        assert!(sessions_of(&server, user_of(&token)).await.len() <= 5);
    }
}

#[tokio::test]
async fn a_session_that_was_ended_or_is_overdue_takes_no_place() {
    let server = Server::start().await;
    let client = server.client();
    client.sign_up("ada@example.com").await;
    let mut tokens = Vec::new();
    for _ in 0..5 {
        tokens.push(client.sign_in("ada@example.com").await);
        server.clock.advance(Duration::from_millis(1));
    }
    client
        .call(Method::POST, "/api/v1/signout", &tokens[3])
        .await
        .expect(200);
    let sixth = client.sign_in("ada@example.com").await;
    for token in [&tokens[0], &tokens[1], &tokens[2], &tokens[4], &sixth] {
        client.me(token).await.expect(200);
    }
}

#[tokio::test]
async fn others_sessions_do_not_count() {
    let server = Server::start().await;
    let client = server.client();
    let ada = client.join("ada@example.com").await;
    client.sign_up("bob@example.com").await;
    for _ in 0..6 {
        client.sign_in("bob@example.com").await;
    }
    client.me(&ada).await.expect(200);
}

#[tokio::test]
async fn a_token_lives_3600_seconds() {
    let server = Server::start().await;
    let client = server.client();
    let token = client.join("ada@example.com").await;
    server.clock.advance(HOUR - Duration::from_micros(1));
    client.me(&token).await.expect(200);
    server.clock.advance(Duration::from_micros(1));
    client.me(&token).await.expect_engine_error(401, &[]);
    for path in ["/api/v1/renew", "/api/v1/signout"] {
        client
            .call(Method::POST, path, &token)
            .await
            .expect_engine_error(401, &[]);
    }
}

#[rstest]
#[tokio::test]
async fn a_session_lives_24_hours_however_busy(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let client = server.client();
    let mut token = client.join("ada@example.com").await;
    let half = HOUR / 2;
    for _ in 0..47 {
        server.clock.advance(half);
        token = client
            .call(Method::POST, "/api/v1/renew", &token)
            .await
            .expect(202)
            .text();
    }
    server.clock.advance(half - Duration::from_micros(1));
    client.me(&token).await.expect(200);
    server.clock.advance(Duration::from_micros(1));
    client.me(&token).await.expect_engine_error(401, &[]);
    let renewal = client.call(Method::POST, "/api/v1/renew", &token).await;
    renewal.expect_engine_error(401, &[]);
}

#[rstest]
#[tokio::test]
async fn the_last_use_is_written_down(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let client = server.client();
    let token = client.join("ada@example.com").await;
    let before = &sessions_of(&server, user_of(&token)).await[0];
    server.clock.advance(Duration::from_secs(60));
    client.me(&token).await.expect(200);
    let after = &sessions_of(&server, user_of(&token)).await[0];
    assert_eq!(after.last_seen, server.clock.read());
    assert_eq!(
        (after.created_at, after.valid_until),
        (before.created_at, before.valid_until),
        "only that"
    );
    // To the minute: a read does not cost a write each time.
    server.clock.advance(Duration::from_secs(59));
    client.me(&token).await.expect(200);
    assert_eq!(
        sessions_of(&server, user_of(&token)).await[0].last_seen,
        after.last_seen
    );
}

#[rstest]
#[tokio::test]
async fn a_state_that_forbids_sign_in_ends_sessions_at_once(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let client = server.client();
    let token = client.join("ada@example.com").await;
    for state in [State::Inactive, State::Locked, State::Banned, State::Deleted] {
        set_state(&server, user_of(&token), state).await;
        for (method, path) in [
            (Method::GET, "/api/v1/me"),
            (Method::POST, "/api/v1/renew"),
            (Method::POST, "/api/v1/user/updateprofile"),
            (Method::POST, "/api/v1/signout"),
        ] {
            let answer = client.call(method, path, &token).await;
            answer.expect_engine_error(401, &[]);
        }
    }
}

#[tokio::test]
async fn a_sign_in_ends_no_other_session() {
    let server = Server::start().await;
    let client = server.client();
    let first = client.join("ada@example.com").await;
    let second = client
        .sign_in_with("ada@example.com", PASSWORD)
        .await
        .expect(200)
        .text();
    client
        .sign_in_with("ada@example.com", "not the password")
        .await
        .expect(401);
    client.me(&first).await.expect(200);
    client.me(&second).await.expect(200);
}
