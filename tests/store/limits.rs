//! DynamoDB's limits, which both engines keep.

use rstest::rstest;
use shared::ids::UserId;
use shared::store::commit::{MAX_CHANGES, Step, text};
use shared::store::record::{MAX_ITEM_BYTES, item_bytes};
use shared::store::{Commit, Condition, Item, Query, Record, Store, StoreError};
use tests::Server;
use tests::server::Table::{self, DynamoDbLocal, Embedded};

use super::notes::{Note, Write, entry, key, of, store_on};

fn somebody(server: &Server) -> UserId {
    UserId::generate(&server.app().clock, &server.app().random)
}

async fn read(store: &Store, user: UserId, id: &str) -> Option<Item> {
    let [item] = store.get([entry(user, id, 0).key()]).await.unwrap();
    item
}

fn all_of(user: UserId) -> Query {
    Query::partition(format!("ACTIVITY#{user}"))
}

#[rstest]
#[tokio::test]
async fn a_hundred_changes_and_no_more(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some((server, store)) = store_on(table).await else {
        return;
    };
    let user = somebody(&server);
    let attempt = |changes: usize| {
        let mut commit = Commit::<StoreError>::new();
        for n in 0..changes {
            commit.create(&entry(user, &format!("{n:03}"), 1));
        }
        store.commit(commit)
    };
    let refused = attempt(MAX_CHANGES + 1).await;
    assert!(matches!(refused, Err(StoreError::Corrupt(_))), "{refused:?}");
    assert!(store.query(all_of(user)).await.unwrap().items.is_empty());
    attempt(MAX_CHANGES).await.unwrap();
    assert_eq!(store.query_to_end(all_of(user)).await.unwrap().len(), MAX_CHANGES);
}

/// What we count is what the engine counts: an item that is exactly as large as allowed is accepted; one byte more is
/// refused before it is sent, and by the engine where an update brings it.
#[rstest]
#[tokio::test]
async fn an_item_has_400_kb_at_most(
    #[values(Embedded, DynamoDbLocal)] table: Table,
    #[values(false, true)] in_company: bool,
) {
    let Some((server, store)) = store_on(table).await else {
        return;
    };
    let user = somebody(&server);
    let attempt = |bytes: usize| {
        let mut commit = Commit::<StoreError>::new();
        commit.put(&entry(user, "a", bytes));
        if in_company {
            commit.put(&entry(user, "company", 1));
        }
        store.commit(commit)
    };
    attempt(0).await.unwrap();
    let most = MAX_ITEM_BYTES - item_bytes(&read(&store, user, "a").await.unwrap());
    assert_eq!(
        attempt(most + 1).await,
        Err(StoreError::TooLarge {
            bytes: MAX_ITEM_BYTES + 1
        })
    );
    assert!(item_bytes(&read(&store, user, "a").await.unwrap()) < 400);

    attempt(most).await.unwrap();
    let full = read(&store, user, "a").await.unwrap();
    assert_eq!(item_bytes(&full), MAX_ITEM_BYTES);
    let mut commit = Commit::<StoreError>::new();
    commit.update(
        entry(user, "a", 0).key(),
        Condition::Present,
        [Step::Set("m", text(""))],
    );
    if in_company {
        commit.put(&entry(user, "other", 1));
    }
    let refused = store.commit(commit).await;
    assert!(matches!(refused, Err(StoreError::Corrupt(_))), "{refused:?}");
    assert_eq!(read(&store, user, "a").await, Some(full));
    assert_eq!(read(&store, user, "other").await, None);
}

#[rstest]
#[tokio::test]
async fn one_commit_changes_an_item_once(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some((_server, store)) = store_on(table).await else {
        return;
    };
    let mut commit = Commit::<StoreError>::new();
    commit.write(&Note::new("x", "a").saying("first"), Condition::Always);
    commit.write(&Note::new("x", "b"), Condition::Always);
    commit.update(key("x", "a"), Condition::Always, [Step::Set("text", text("second"))]);
    let refused = store.commit(commit).await;
    assert!(matches!(refused, Err(StoreError::Corrupt(_))), "{refused:?}");
    assert!(store.query(of("x")).await.unwrap().items.is_empty());
}

/// 4 MB, DynamoDB's limit for one transaction.
#[rstest]
#[tokio::test]
async fn a_commit_that_is_too_large_altogether_changes_nothing(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some((server, store)) = store_on(table).await else {
        return;
    };
    let user = somebody(&server);
    let attempt = |records: usize| {
        let mut commit = Commit::<StoreError>::new();
        for n in 0..records {
            commit.put(&entry(user, &n.to_string(), 380_000));
        }
        store.commit(commit)
    };
    let refused = attempt(12).await;
    assert!(matches!(refused, Err(StoreError::Corrupt(_))), "{refused:?}");
    assert!(store.query(all_of(user)).await.unwrap().items.is_empty());
    attempt(10).await.unwrap();
    assert_eq!(store.query_to_end(all_of(user)).await.unwrap().len(), 10);
}
