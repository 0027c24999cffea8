//! Connections to the table that die without a word, in the middle of an answer or in the pool: what was asked is asked again on
//! another one, nothing is done twice, and whoever waits in vain is told so in time.

use std::time::{Duration, Instant};

use aws_sdk_dynamodb::types::AttributeValue;
use futures_util::future::join_all;
use rstest::rstest;
use shared::store::commit::Step;
use shared::store::{Commit, Condition, Patience, Store, StoreError};
use tests::Server;
use tests::server::Table::{self, DynamoDbLocal, Embedded};

use super::faults::contents;
use super::notes::{Note, keep, key, of};
use super::people::{ADA, Newcomer, People, SURFACES, Surface};
use super::wire::{End, Verdict, Wire};

/// Enough for an engine on a busy machine.
const IMPATIENT: Patience = Patience {
    connect: Duration::from_millis(400),
    request: Duration::from_millis(500),
    call: Duration::from_secs(2),
    pause: Duration::from_millis(1),
};

/// So many requests a call is.
const REQUESTS: usize = 3;

async fn start(table: Table) -> Option<(Server, Wire, Store)> {
    let (server, wire) = Wire::impatient_server(table, IMPATIENT).await?;
    let store = server.app().store.clone();
    Some((server, wire, store))
}

async fn users(server: &Server) -> usize {
    let is_user = |kind: &AttributeValue| kind.as_s().unwrap() == "user";
    server.dump().await.iter().filter(|item| is_user(&item["kind"])).count()
}

/// Each call of the store meets it once.
#[rstest]
#[case::before_it_arrives(Verdict::Silent { arrives: false })]
#[case::after_it_arrived(Verdict::Silent { arrives: true })]
#[case::in_an_answer(Verdict::Half(End::Silence))]
#[case::with_a_close(Verdict::Half(End::Close))]
#[case::with_a_reset(Verdict::Half(End::Reset))]
#[tokio::test]
async fn a_connection_that_breaks_is_left_for_another_one(#[case] verdict: Verdict) {
    let (_server, wire, store) = start(Embedded).await.unwrap();
    keep(
        &store,
        &[Note::new("x", "a").counting(0), Note::new("x", "b").counting(0)],
    )
    .await;
    wire.take();
    let add = |condition: Condition, names: &[&str]| {
        let mut commit = Commit::<StoreError>::new();
        for name in names {
            commit.update(key("x", name), condition.clone(), [Step::Add("count", 1)]);
        }
        store.commit(commit)
    };
    for operation in ["GetItem", "BatchGetItem", "Query", "TransactWriteItems", "DeleteItem"] {
        wire.plan(operation, [verdict.clone()]);
        match operation {
            "GetItem" => drop(store.get([key("x", "a")]).await.unwrap()),
            "BatchGetItem" => drop(store.get([key("x", "a"), key("x", "b")]).await.unwrap()),
            "Query" => assert_eq!(store.query(of("x")).await.unwrap().items.len(), 2),
            "TransactWriteItems" => add(Condition::Version(1), &["a", "b"]).await.unwrap(),
            _ => {
                let mut commit = Commit::<StoreError>::new();
                commit.delete(key("x", "c"), Condition::Always);
                store.commit(commit).await.unwrap();
            }
        }
        let seen: Vec<usize> = wire.take().iter().map(|seen| seen.connection).collect();
        assert_eq!((seen.len(), wire.planned()), (2, 0), "{operation}");
        assert_ne!(seen[0], seen[1], "{operation}");
    }
    for name in ["a", "b"] {
        let [item] = store.get([key("x", name)]).await.unwrap();
        assert_eq!(item.unwrap()["count"].as_n().unwrap(), "1", "{name}");
    }
}

/// A single change that may be made twice costs no transaction, and is made twice at most.
#[tokio::test]
async fn a_counter_counts_no_attempt_too_few() {
    let (_server, wire, store) = start(Embedded).await.unwrap();
    for (arrives, counted) in [(false, "1"), (true, "3")] {
        wire.plan("UpdateItem", [Verdict::Silent { arrives }]);
        let mut commit = Commit::<StoreError>::new();
        commit.update(key("x", "n"), Condition::Below("count", 9), [Step::Add("count", 1)]);
        store.commit(commit).await.unwrap();
        let [item] = store.get([key("x", "n")]).await.unwrap();
        assert_eq!(item.unwrap()["count"].as_n().unwrap(), counted);
    }
}

/// On each surface 503 in its own shape and in time, and the table as it was.
#[rstest]
#[case::nothing_arrives(Verdict::Silent { arrives: false })]
#[case::nothing_comes_back(Verdict::Silent { arrives: true })]
#[case::half_comes_back(Verdict::Half(End::Silence))]
#[case::it_closes(Verdict::Lost)]
#[case::it_is_reset(Verdict::Half(End::Reset))]
#[tokio::test]
async fn a_table_that_never_answers_is_503_in_time(#[case] verdict: Verdict) {
    let (server, wire, store) = start(Embedded).await.unwrap();
    let client = server.client();
    let people = People::new(&client).await;
    client.mails(ADA).await;
    let before = contents(&store).await;
    wire.rule("*", verdict);
    wire.take();
    client.me(&people.token).await.expect_engine_error(503, &[]);
    let seen = wire.take();
    let asked = seen.iter().filter(|seen| seen.operation == "BatchGetItem");
    assert_eq!(asked.count(), REQUESTS);

    let begun = Instant::now();
    for (surface, answer) in people.ask().await {
        surface.expect_unavailable(answer);
    }
    // The first call that fails ends a request; a hash may have been made meanwhile.
    let took = begun.elapsed();
    assert!(took < IMPATIENT.call * 3, "{took:?}");

    wire.heal();
    assert_eq!(contents(&store).await, before);
    for (surface, answer) in people.ask().await {
        assert!(answer.status.is_success(), "{surface:?}: {}", answer.text());
    }
}

/// The answer to the commit is lost, and the commit is asked for again: one account, one answer.
#[rstest]
#[tokio::test]
async fn a_sign_up_whose_answer_is_lost_is_made_once(
    #[values(Embedded, DynamoDbLocal)] table: Table,
    #[values(Verdict::Silent { arrives: true }, Verdict::Half(End::Reset))] verdict: Verdict,
) {
    let Some((server, wire, _)) = start(table).await else {
        return;
    };
    let client = server.client();
    for surface in SURFACES {
        let newcomer = Newcomer::new(&client, surface, &format!("{surface:?}")).await;
        let before = users(&server).await;
        client.mails(ADA).await;
        wire.take();
        wire.plan("TransactWriteItems", [verdict.clone()]);
        let answer = newcomer.sign_up().await;
        assert!(answer.status.is_success(), "{surface:?}: {}", answer.text());
        let mut seen = wire.take();
        seen.retain(|seen| seen.operation == "TransactWriteItems");
        let tokens: Vec<_> = seen.iter().map(|seen| &seen.request["ClientRequestToken"]).collect();
        assert_eq!(tokens[0], tokens[1], "{surface:?}");
        assert_eq!((users(&server).await, wire.planned()), (before + 1, 0), "{surface:?}");
    }
}

/// It is made and nobody is told, however often it is asked for; whoever asks again later does not make another one.
#[rstest]
#[tokio::test]
async fn a_sign_up_that_is_never_answered_is_made_once(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some((server, wire, _)) = start(table).await else {
        return;
    };
    let client = server.client();
    let newcomers = SURFACES.map(async |surface| {
        let newcomer = Newcomer::new(&client, surface, &format!("{surface:?}")).await;
        (surface, newcomer)
    });
    let newcomers = join_all(newcomers).await;
    let before = users(&server).await;
    client.mails(ADA).await;
    wire.rule("TransactWriteItems", Verdict::Silent { arrives: true });
    let asked = newcomers
        .iter()
        .map(async |(surface, newcomer)| (*surface, newcomer.sign_up().await));
    for (surface, answer) in join_all(asked).await {
        surface.expect_unavailable(answer);
    }
    wire.heal();
    assert_eq!(users(&server).await, before + SURFACES.len());
    for (surface, newcomer) in &newcomers {
        let answer = newcomer.sign_up().await;
        assert!(!answer.status.is_server_error(), "{surface:?}: {}", answer.text());
    }
    assert_eq!(users(&server).await, before + SURFACES.len());
}

/// What a process finds that was frozen for a while: its pool is full of connections whose other end is gone.
#[tokio::test]
async fn connections_that_died_in_the_pool_are_left_behind() {
    let (server, wire, _) = start(Embedded).await.unwrap();
    let client = server.client();
    let token = client.join(ADA).await;
    client.mails(ADA).await;
    // One after another takes one connection, and the next request survives its death.
    client.me(&token).await.expect(200);
    let made = wire.kill_connections();
    wire.take();
    let begun = Instant::now();
    client.me(&token).await.expect(200);
    assert!(begun.elapsed() >= IMPATIENT.request);
    let answered = wire.take().into_iter().filter(|seen| !seen.answer.is_null());
    assert!(
        answered
            .map(|seen| seen.connection)
            .all(|connection| connection >= made)
    );

    // Many at the same time take many, and each of them is tried at most once.
    join_all((0..8).map(|_| client.me(&token))).await;
    let made = wire.kill_connections();
    let mut refused = 0;
    loop {
        let answer = client.me(&token).await;
        if answer.status == 200 {
            break;
        }
        Surface::Engine.expect_unavailable(answer);
        refused += 1;
        assert!(refused <= made.div_ceil(REQUESTS), "{refused} of {made} connections");
    }
    client.me(&token).await.expect(200);
}
