//! Counters that are kept in shards.

use std::collections::BTreeMap;

use rstest::rstest;
use shared::store::query::Range;
use shared::store::{Cells, Commit, Store, StoreError};
use tests::server::Table::{self, DynamoDbLocal, Embedded};

use super::notes::store_on;

const FRUIT: Cells = Cells("FRUIT");

async fn count(store: &Store, cell: &str, mark: u8, by: i64) {
    let mut commit = Commit::<StoreError>::new();
    FRUIT.add(&mut commit, cell, mark, by);
    store.commit(commit).await.unwrap();
}

async fn counted(store: &Store, range: Range) -> BTreeMap<String, u64> {
    FRUIT.read(store, range).await.unwrap()
}

fn cells<const N: usize>(cells: [(&str, u64); N]) -> BTreeMap<String, u64> {
    cells.map(|(cell, count)| (cell.to_owned(), count)).into()
}

#[rstest]
#[tokio::test]
async fn cells_count_by_themselves_and_over_all_shards(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some((_server, store)) = store_on(table).await else {
        return;
    };
    assert_eq!(counted(&store, Range::All).await, cells([]));
    for mark in 0..40 {
        count(&store, "apple#red", mark, 1).await;
    }
    count(&store, "apple#green~ripe", 3, 5).await;
    count(&store, "pear", 200, 2).await;
    count(&store, "plum", 1, 1).await;
    count(&store, "plum", 1, -1).await;

    let all = cells([("apple#red", 40), ("apple#green~ripe", 5), ("pear", 2)]);
    assert_eq!(counted(&store, Range::All).await, all);
    let begins = |prefix: &str| Range::Begins(prefix.to_owned());
    assert_eq!(counted(&store, begins("apple#r")).await, cells([("apple#red", 40)]));
    assert_eq!(counted(&store, begins("quince")).await, cells([]));
    let between = |first: &str, last: &str| Range::Between(first.to_owned(), last.to_owned());
    let apples = cells([("apple#red", 40), ("apple#green~ripe", 5)]);
    assert_eq!(counted(&store, between("apple", "apple")).await, apples);
    assert_eq!(
        counted(&store, between("apple#h", "pear")).await,
        cells([("apple#red", 40), ("pear", 2)])
    );
}
