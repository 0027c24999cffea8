//! A table that says no again and again: competitors, conditions, throttling and faults of its own. Few of them cost nobody
//! anything but time; without an end they end in the surface's own 503, after a bounded number of requests, with nothing done.

use std::time::{Duration, Instant};

use reqwest::multipart::Form;
use rstest::rstest;
use serde_json::json;
use shared::store::{Patience, StoreError};
use tests::server::Table::Embedded;
use tests::{Answer, Client, Server};

use super::faults::contents;
use super::notes::key;
use super::people::{ADA, Newcomer, People, SURFACES, Surface};
use super::wire::{Seen, Verdict, Wire, cancelled, error};

/// So often a call steps aside for competitors, and so often an act reads and writes again.
const ASIDE: usize = 6;
const AGAIN: usize = 30;

/// So many requests a call is that is throttled or fails.
const REQUESTS: usize = 3;

/// Waits as usual, but steps aside for shorter times.
fn hasty(pause: Duration) -> Patience {
    Patience {
        pause,
        ..Patience::default()
    }
}

async fn start(pause: Duration) -> (Server, Wire, Client) {
    let (server, wire) = Wire::impatient_server(Embedded, hasty(pause)).await.unwrap();
    let client = server.client();
    (server, wire, client)
}

fn competitor() -> Verdict {
    cancelled(&["TransactionConflict"])
}

fn of(operation: &str, seen: Vec<Seen>) -> Vec<Seen> {
    seen.into_iter().filter(|seen| seen.operation == operation).collect()
}

async fn change_profile(client: &Client, token: &str) -> Answer {
    client
        .update_profile(token, Form::new().text("country", "England"))
        .await
}

/// Each pause is at least half of twice the last one. Each attempt is a new transaction: the last one did nothing.
#[tokio::test]
async fn a_commit_steps_aside_for_competitors_longer_each_time() {
    let pause = Duration::from_millis(8);
    let (_server, wire, client) = start(pause).await;
    for surface in SURFACES {
        let newcomer = Newcomer::new(&client, surface, &format!("{surface:?}")).await;
        client.mails(ADA).await;
        wire.take();
        wire.plan("TransactWriteItems", vec![competitor(); ASIDE - 1]);
        let answer = newcomer.sign_up().await;
        assert!(answer.status.is_success(), "{surface:?}: {}", answer.text());
        let seen = of("TransactWriteItems", wire.take());
        // The mailer's come after those.
        let seen = &seen[..ASIDE];
        for (attempt, pair) in seen.windows(2).enumerate() {
            let (waited, most) = (pair[1].at - pair[0].at, pause * (1 << attempt));
            assert!(waited >= most / 2, "{surface:?}, attempt {attempt}: {waited:?}");
            let tokens = [0, 1].map(|at| &pair[at].request["ClientRequestToken"]);
            assert_ne!(tokens[0], tokens[1], "{surface:?}");
        }
        assert_eq!(wire.planned(), 0);
    }
}

#[tokio::test]
async fn competitors_without_an_end_are_503_and_nothing_is_half_done() {
    let (server, wire, client) = start(Duration::from_micros(50)).await;
    let people = People::new(&client).await;
    let mut newcomers = Vec::new();
    for surface in SURFACES {
        newcomers.push((surface, Newcomer::new(&client, surface, &format!("{surface:?}")).await));
    }
    client.mails(ADA).await;
    let store = &server.app().store;
    let before = contents(store).await;
    wire.rule("TransactWriteItems", competitor());
    for (surface, newcomer) in &newcomers {
        wire.take();
        surface.expect_unavailable(newcomer.sign_up().await);
        let attempts = of("TransactWriteItems", wire.take()).len();
        assert!(
            attempts >= ASIDE && attempts.is_multiple_of(ASIDE),
            "{surface:?}: {attempts}"
        );
        assert!(attempts <= ASIDE * AGAIN, "{surface:?}: {attempts}");
    }
    // Who reads, changes and writes does so again: thirty times, or for eight seconds on a machine that is busy.
    wire.take();
    Surface::Engine.expect_unavailable(change_profile(&client, &people.token).await);
    let attempts = of("TransactWriteItems", wire.take()).len();
    assert!(
        attempts > ASIDE && attempts.is_multiple_of(ASIDE) && attempts <= ASIDE * AGAIN,
        "{attempts}"
    );
    assert_eq!(contents(store).await, before);

    wire.heal();
    change_profile(&client, &people.token).await.expect(200);
    for (surface, newcomer) in &newcomers {
        let answer = newcomer.sign_up().await;
        assert!(answer.status.is_success(), "{surface:?}: {}", answer.text());
    }
}

/// Somebody else writes between every read and its commit.
#[tokio::test]
async fn conditions_that_never_hold_are_not_tried_for_ever() {
    let (server, wire, client) = start(Duration::from_millis(10)).await;
    let people = People::new(&client).await;
    client.mails(ADA).await;
    let before = contents(&server.app().store).await;
    let missed = || cancelled(&["ConditionalCheckFailed"]);
    wire.take();
    wire.rule("TransactWriteItems", missed());
    Surface::Engine.expect_unavailable(change_profile(&client, &people.token).await);
    let seen = wire.take();
    let attempts = of("TransactWriteItems", seen.clone()).len();
    assert!((2..=AGAIN).contains(&attempts), "{attempts}");
    // Each of them was made of what was read after the one before.
    assert!(of("Query", seen).len() >= attempts);
    wire.heal();
    assert_eq!(contents(&server.app().store).await, before);

    wire.plan("TransactWriteItems", vec![missed(); 9]);
    change_profile(&client, &people.token).await.expect(200);
    assert_eq!(wire.planned(), 0);
}

/// Whatever is asked for, on each surface; and once, it costs nobody anything.
#[rstest]
#[case::capacity("ProvisionedThroughputExceededException")]
#[case::rate("ThrottlingException")]
#[case::account("RequestLimitExceeded")]
#[case::fault("InternalServerError")]
#[tokio::test]
async fn a_table_that_refuses_all_is_503_after_three_requests(#[case] name: &str) {
    let (server, wire, client) = start(Duration::from_millis(1)).await;
    let people = People::new(&client).await;
    for operation in ["BatchGetItem", "Query", "TransactWriteItems"] {
        wire.plan(operation, vec![error(name); REQUESTS - 1]);
    }
    client.sign_in(ADA).await;
    change_profile(&client, &people.token).await.expect(200);
    assert_eq!(wire.planned(), 0);

    client.mails(ADA).await;
    let before = contents(&server.app().store).await;
    wire.rule("*", error(name));
    wire.take();
    Surface::Engine.expect_unavailable(client.me(&people.token).await);
    assert_eq!(of("BatchGetItem", wire.take()).len(), REQUESTS);
    // Among many that fail the SDK repeats less and less, so that nobody adds to a storm.
    let begun = Instant::now();
    for (surface, answer) in people.ask().await {
        surface.expect_unavailable(answer);
    }
    assert!(begun.elapsed() < Patience::default().call, "{:?}", begun.elapsed());
    wire.heal();
    assert_eq!(contents(&server.app().store).await, before);
    for (surface, answer) in people.ask().await {
        assert!(answer.status.is_success(), "{surface:?}: {}", answer.text());
    }
}

/// DynamoDB may leave keys of a batch unread, also all of them.
#[tokio::test]
async fn keys_that_stay_unread_are_asked_for_six_times() {
    let (server, wire, _) = start(Duration::from_micros(50)).await;
    let store = &server.app().store;
    let keys =
        json!([{ "pk": { "S": "NOTES#x" }, "sk": { "S": "a" } }, { "pk": { "S": "NOTES#x" }, "sk": { "S": "b" } }]);
    let unread = json!({ store.table().name(): { "Keys": keys, "ConsistentRead": true } });
    let unread = Verdict::Says(200, json!({ "Responses": {}, "UnprocessedKeys": unread }));
    let read = || store.get([key("x", "a"), key("x", "b")]);
    wire.plan("BatchGetItem", vec![unread.clone(); ASIDE - 1]);
    assert_eq!(read().await, Ok([None, None]));
    wire.plan("BatchGetItem", vec![unread; ASIDE]);
    assert_eq!(read().await, Err(StoreError::Throttled));
    assert_eq!(wire.planned(), 0);
}
