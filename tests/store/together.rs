//! Many at the same moment, and answers that get lost on the way.

use futures_util::future::join_all;
use rstest::rstest;
use shared::store::commit::Step;
use shared::store::{Attempts, Commit, Condition, Store, StoreError};
use tests::server::Table::{self, DynamoDbLocal, Embedded};

use super::notes::{Note, Write, keep, key, note, store_on, versioned};
use super::wire::{Verdict, Wire, cancelled, error};

async fn create(store: &Store, name: &str, author: &str) -> Result<(), StoreError> {
    let mut commit = Commit::new();
    commit.write(&Note::new("x", name).saying(author), Condition::Absent);
    commit.write(&Note::new("x", author), Condition::Always);
    store.commit(commit).await
}

/// A read-modify-write as the acts do it.
async fn increment(store: &Store, name: &str) -> Result<(), StoreError> {
    let mut attempts = Attempts::default();
    loop {
        let (read, version) = versioned(store, "x", name).await;
        let mut commit = Commit::new();
        let more = Note::new("x", name).counting(read.count.unwrap() + 1);
        commit.write(&more, Condition::Version(version));
        let tried = store.commit(commit).await;
        if !attempts.again(&tried) {
            return tried;
        }
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn of_twenty_who_create_the_same_one_does(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some((_server, store)) = store_on(table).await else {
        return;
    };
    let all = (0..20).map(|n| {
        let store = store.clone();
        tokio::spawn(async move { (n, create(&store, "same", &format!("author {n}")).await) })
    });
    let all: Vec<_> = join_all(all).await.into_iter().map(Result::unwrap).collect();
    let done: Vec<i32> = all.iter().filter(|(_, tried)| tried.is_ok()).map(|(n, _)| *n).collect();
    assert_eq!(done.len(), 1, "{all:?}");
    assert!(
        all.iter()
            .all(|(_, tried)| matches!(tried, Ok(()) | Err(StoreError::Conflict))),
        "{all:?}"
    );
    assert_eq!(
        note(&store, "x", "same").await.unwrap().text,
        Some(format!("author {}", done[0]))
    );
    // Nothing of the others is there.
    for n in 0..20 {
        assert_eq!(
            note(&store, "x", &format!("author {n}")).await.is_some(),
            n == done[0],
            "{n}"
        );
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn twenty_increments_are_twenty(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some((_server, store)) = store_on(table).await else {
        return;
    };
    keep(&store, &[Note::new("x", "sum").counting(0)]).await;
    let all = (0..20).map(|_| {
        let store = store.clone();
        tokio::spawn(async move { increment(&store, "sum").await })
    });
    for tried in join_all(all).await {
        tried.unwrap().unwrap();
    }
    let (read, version) = versioned(&store, "x", "sum").await;
    assert_eq!((read.count, version), (Some(20), 21));
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_counter_never_passes_its_bound(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some((_server, store)) = store_on(table).await else {
        return;
    };
    let all = (0..20).map(|_| {
        let store = store.clone();
        tokio::spawn(async move {
            let mut commit = Commit::<StoreError>::new();
            commit.update(
                key("x", "counter"),
                Condition::Below("count", 7),
                [Step::Add("count", 1)],
            );
            store.commit(commit).await
        })
    });
    let all: Vec<_> = join_all(all).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(all.iter().filter(|tried| tried.is_ok()).count(), 7, "{all:?}");
    assert_eq!(
        all.iter().filter(|tried| **tried == Err(StoreError::Conflict)).count(),
        13,
        "{all:?}"
    );
}

/// The tokens that the requests of a transaction carried.
fn tokens(wire: &Wire) -> Vec<String> {
    let writes = wire
        .take()
        .into_iter()
        .filter(|seen| seen.operation == "TransactWriteItems");
    writes
        .map(|seen| seen.request["ClientRequestToken"].as_str().unwrap().to_owned())
        .collect()
}

#[rstest]
#[case::once(vec![Verdict::AnswerLost])]
#[case::twice(vec![Verdict::AnswerLost, Verdict::AnswerLost])]
#[case::after_the_call_itself(vec![Verdict::Lost, Verdict::AnswerLost])]
#[tokio::test]
async fn a_commit_whose_answer_is_lost_does_not_refuse_itself(
    #[values(Embedded, DynamoDbLocal)] table: Table,
    #[case] verdicts: Vec<Verdict>,
) {
    let Some((server, wire)) = Wire::server(table).await else {
        return;
    };
    let store = server.app().store.clone();
    keep(&store, &[Note::new("x", "sum").counting(0)]).await;
    wire.take();
    wire.plan("TransactWriteItems", verdicts.clone());
    create(&store, "same", "author").await.unwrap();
    let sent = tokens(&wire);
    assert_eq!(sent.len(), verdicts.len() + 1);
    assert!(sent.iter().all(|token| *token == sent[0]), "{sent:?}");
    assert_eq!(create(&store, "same", "other").await, Err(StoreError::Conflict));

    wire.plan("TransactWriteItems", verdicts);
    increment(&store, "sum").await.unwrap();
    let (read, version) = versioned(&store, "x", "sum").await;
    assert_eq!((read.count, version, wire.planned()), (Some(1), 2, 0));
}

#[rstest]
#[tokio::test]
async fn an_answer_that_never_comes_is_not_a_refusal(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some((server, wire)) = Wire::server(table).await else {
        return;
    };
    let store = server.app().store.clone();
    wire.plan("TransactWriteItems", vec![Verdict::AnswerLost; 3]);
    let tried = create(&store, "same", "author").await;
    assert!(matches!(tried, Err(StoreError::Unavailable(_))), "{tried:?}");
    assert!(note(&store, "x", "same").await.is_some());
    wire.plan("BatchGetItem", vec![Verdict::Lost; 3]);
    let tried = store.get([key("x", "same"), key("x", "b")]).await;
    assert!(matches!(tried, Err(StoreError::Unavailable(_))), "{tried:?}");
    assert_eq!(wire.planned(), 0);
}

/// The first request is still being worked on when it is repeated: DynamoDB says so, and the commit waits for the outcome.
#[rstest]
#[tokio::test]
async fn a_commit_that_is_under_way_does_not_refuse_itself(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some((server, wire)) = Wire::server(table).await else {
        return;
    };
    let store = server.app().store.clone();
    wire.take();
    let under_way = || error("TransactionInProgressException");
    wire.plan("TransactWriteItems", [Verdict::AnswerLost, under_way(), under_way()]);
    // Those of the start are of no interest.
    tokens(&wire);
    create(&store, "same", "author").await.unwrap();
    let sent = tokens(&wire);
    assert_eq!(sent.len(), 4, "{sent:?}");
    assert!(
        sent.len() == 4 && sent.iter().all(|token| *token == sent[0]),
        "{sent:?}"
    );
}

#[rstest]
#[tokio::test]
async fn a_counter_whose_answer_is_lost_errs_on_the_safe_side(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some((server, wire)) = Wire::server(table).await else {
        return;
    };
    let store = server.app().store.clone();
    wire.plan("UpdateItem", [Verdict::AnswerLost]);
    let mut commit = Commit::<StoreError>::new();
    commit.update(
        key("x", "counter"),
        Condition::Below("count", 7),
        [Step::Add("count", 1)],
    );
    store.commit(commit).await.unwrap();
    let [item] = store.get([key("x", "counter")]).await.unwrap();
    assert_eq!(item.unwrap()["count"].as_n().unwrap(), "2");
}

#[tokio::test]
async fn competing_transactions_are_waited_for_and_then_reported() {
    let (server, wire) = Wire::server(Embedded).await.unwrap();
    let store = server.app().store.clone();
    let conflict = || cancelled(&["None", "TransactionConflict"]);
    wire.plan("TransactWriteItems", vec![conflict(); 5]);
    create(&store, "first", "author").await.unwrap();
    wire.plan("TransactWriteItems", vec![conflict(); 6]);
    assert_eq!(create(&store, "second", "author").await, Err(StoreError::Conflict));
    let busy = || cancelled(&["ThrottlingError", "None"]);
    wire.plan("TransactWriteItems", vec![busy(); 5]);
    create(&store, "third", "author").await.unwrap();
    wire.plan("TransactWriteItems", vec![busy(); 6]);
    assert_eq!(create(&store, "fourth", "author").await, Err(StoreError::Throttled));
    assert_eq!(wire.planned(), 0);
    for (name, there) in [("first", true), ("second", false), ("third", true), ("fourth", false)] {
        assert_eq!(note(&store, "x", name).await.is_some(), there, "{name}");
    }
}

/// DynamoDB refuses a single write of an item that a transaction holds at that moment.
#[rstest]
#[case::update(Condition::Below("count", 7), "UpdateItem")]
#[case::delete(Condition::Always, "DeleteItem")]
#[tokio::test]
async fn a_single_write_waits_for_a_competing_transaction(#[case] condition: Condition, #[case] operation: &str) {
    let (server, wire) = Wire::server(Embedded).await.unwrap();
    let store = server.app().store.clone();
    wire.plan(operation, vec![error("TransactionConflictException"); 2]);
    let mut commit = Commit::<StoreError>::new();
    match operation {
        "UpdateItem" => commit.update(key("x", "a"), condition, [Step::Add("count", 1)]),
        _ => commit.delete(key("x", "a"), condition),
    };
    assert_eq!(store.commit(commit).await, Ok(()));
    assert_eq!(wire.planned(), 0);
}

#[rstest]
#[case::capacity("ProvisionedThroughputExceededException")]
#[case::account("RequestLimitExceeded")]
#[case::rate("ThrottlingException")]
#[tokio::test]
async fn throttling_is_tried_again_and_then_reported(#[case] name: &str) {
    let (server, wire) = Wire::server(Embedded).await.unwrap();
    let store = server.app().store.clone();
    for (operation, call) in [
        ("GetItem", 0),
        ("Query", 1),
        ("TransactWriteItems", 2),
        ("UpdateItem", 3),
    ] {
        let attempt = async || match call {
            0 => store.get([key("x", "a")]).await.map(drop),
            1 => store.query(super::notes::of("x")).await.map(drop),
            2 => create(&store, &wire.take().len().to_string(), "author").await,
            _ => {
                let mut commit = Commit::new();
                commit.update(key("x", "a"), Condition::Always, [Step::Add("count", 1)]);
                store.commit(commit).await
            }
        };
        wire.plan(operation, vec![error(name); 2]);
        assert_eq!(attempt().await, Ok(()), "{operation}");
        wire.plan(operation, vec![error(name); 3]);
        assert_eq!(attempt().await, Err(StoreError::Throttled), "{operation}");
        assert_eq!(wire.planned(), 0, "{operation}");
    }
}
