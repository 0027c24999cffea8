//! Get and query.

use rstest::rstest;
use shared::store::query::Index::{Gsi1, Gsi2};
use shared::store::{Commit, Condition, Query, StoreError};
use tests::server::Table::{self, DynamoDbLocal, Embedded};

use super::notes::{Note, Write, item, keep, key, names, note, of, store_on};

#[rstest]
#[tokio::test]
async fn items_come_in_the_order_of_the_keys(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some((_server, store)) = store_on(table).await else {
        return;
    };
    let (a, b) = (Note::new("x", "a").saying("A"), Note::new("y", "b"));
    keep(&store, &[a.clone(), b]).await;

    assert_eq!(note(&store, "x", "a").await, Some(a));
    assert_eq!(item(&store, "x", "b").await, None);
    assert!(store.get_all(Vec::new()).await.unwrap().is_empty());

    let keys = [key("y", "b"), key("x", "absent"), key("x", "a"), key("y", "b")];
    let found = store.get(keys).await.unwrap();
    let found: Vec<Option<String>> = found
        .map(|item| item.map(|item| item["sk"].as_s().unwrap().clone()))
        .to_vec();
    let b = Some("b".to_owned());
    assert_eq!(found, [b.clone(), None, Some("a".to_owned()), b]);

    let twice = store.get([key("y", "b"), key("y", "b")]).await.unwrap();
    assert!(twice.iter().all(Option::is_some));
}

#[rstest]
#[tokio::test]
async fn more_than_a_hundred_items_at_once(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some((_server, store)) = store_on(table).await else {
        return;
    };
    let notes: Vec<Note> = (0..230).map(|n| Note::new("x", &format!("{n:03}"))).collect();
    keep(&store, &notes).await;

    // Every tenth is absent, and the last is asked for at the beginning as well.
    let mut keys = vec![key("x", "229")];
    keys.extend((0..230).map(|n| {
        key(
            "x",
            &if n % 10 == 3 {
                format!("absent {n}")
            } else {
                format!("{n:03}")
            },
        )
    }));
    let found = store.get_all(keys.clone()).await.unwrap();
    assert_eq!(found.len(), 231);
    for (key, item) in keys.iter().zip(found) {
        let name = item.map(|item| item["sk"].as_s().unwrap().clone());
        assert_eq!(name, Some(key.sk.clone()).filter(|sk| !sk.starts_with("absent")));
    }
}

/// 100 items of 200 KB are more than one answer of BatchGetItem holds (16 MB): the engine leaves keys unread.
#[rstest]
#[tokio::test]
async fn what_does_not_fit_into_one_answer_is_asked_for_again(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some((_server, store)) = store_on(table).await else {
        return;
    };
    let long = "x".repeat(200_000);
    let notes: Vec<Note> = (0..100)
        .map(|n| Note::new("x", &format!("{n:02}")).saying(&long))
        .collect();
    for some in notes.chunks(15) {
        keep(&store, some).await;
    }
    let found = store
        .get_all((0..100).map(|n| key("x", &format!("{n:02}"))).collect())
        .await;
    assert_eq!(found.unwrap().iter().flatten().count(), 100);

    // The same range by query: a page has 1 MB at most, whatever the limit.
    let page = store.query(of("x").limit(100)).await.unwrap();
    assert!((1..100).contains(&page.items.len()), "{}", page.items.len());
    assert!(page.next.is_some());
    assert_eq!(store.query_to_end(of("x")).await.unwrap().len(), 100);
}

#[rstest]
#[tokio::test]
async fn what_was_committed_is_read(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some((_server, store)) = store_on(table).await else {
        return;
    };
    for n in 0..30 {
        keep(&store, &[Note::new("x", "a").counting(n)]).await;
        assert_eq!(note(&store, "x", "a").await.unwrap().count, Some(n));
        let [again, _] = store.get([key("x", "a"), key("x", "b")]).await.unwrap();
        assert_eq!(again.unwrap()["count"].as_n().unwrap(), &n.to_string());
        let page = store.query(of("x")).await.unwrap();
        assert_eq!(page.items[0]["count"].as_n().unwrap(), &n.to_string());
    }
}

#[rstest]
#[tokio::test]
async fn ranges(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some((_server, store)) = store_on(table).await else {
        return;
    };
    let all = ["A#1", "A#2", "A#2é", "B", "B#1", "a#1", "é"];
    keep(&store, &all.map(|name| Note::new("x", name))).await;
    keep(&store, &[Note::new("x2", "A#1"), Note::new("", "A#1")]).await;
    let read = async |query: Query| names(store.query(query).await.unwrap().items);

    // In the order of the bytes, as DynamoDB sorts texts.
    assert_eq!(read(of("x")).await, all);
    assert_eq!(read(of("x").begins("A#")).await, ["A#1", "A#2", "A#2é"]);
    assert_eq!(read(of("x").begins("B")).await, ["B", "B#1"]);
    assert_eq!(read(of("x").begins("C")).await, [""; 0]);
    assert_eq!(read(of("x").between("A#2", "B")).await, ["A#2", "A#2é", "B"]);
    assert_eq!(read(of("x").between("A#3", "A#9")).await, [""; 0]);
    assert_eq!(read(of("nobody")).await, [""; 0]);

    assert_eq!(read(of("x").descending().begins("A")).await, ["A#2é", "A#2", "A#1"]);
    assert_eq!(read(of("x").limit(2)).await, ["A#1", "A#2"]);
    assert_eq!(read(of("x").descending().limit(2)).await, ["é", "a#1"]);
    assert_eq!(read(of("x").begins("B").limit(1)).await, ["B"]);
    // No page is empty by its limit.
    assert_eq!(read(of("x").limit(0)).await, ["A#1"]);
}

#[rstest]
#[tokio::test]
async fn pages_follow_each_other_to_the_end(
    #[values(Embedded, DynamoDbLocal)] table: Table,
    #[values(false, true)] descending: bool,
) {
    let Some((_server, store)) = store_on(table).await else {
        return;
    };
    let mut expected: Vec<String> = (0..25).map(|n| format!("N#{n:02}")).collect();
    keep(
        &store,
        &expected.iter().map(|name| Note::new("x", name)).collect::<Vec<_>>(),
    )
    .await;
    keep(&store, &[Note::new("x", "A"), Note::new("x", "Z")]).await;
    let mut query = of("x").begins("N#");
    if descending {
        query = query.descending();
        expected.reverse();
    }
    for limit in [1, 2, 5, 24, 25, 26] {
        let (mut read, mut pages) = (Vec::new(), 0);
        let mut next = query.clone().limit(limit);
        loop {
            let page = store.query(next).await.unwrap();
            assert!(page.items.len() <= usize::from(limit));
            assert!(page.next.is_none() || page.items.len() == usize::from(limit));
            read.extend(names(page.items));
            pages += 1;
            match page.next {
                Some(cursor) => next = query.clone().limit(limit).after(cursor),
                None => break,
            }
        }
        assert_eq!(read, expected, "limit {limit}");
        // The end is told with the last item, or, where that fills its page, by an empty one.
        let full = 25_u16.div_ceil(limit);
        assert!((full..=full + 1).contains(&pages), "{pages} pages of {limit}");
        assert_eq!(
            names(store.query_to_end(query.clone().limit(limit)).await.unwrap()),
            expected
        );
    }
}

#[rstest]
#[tokio::test]
async fn both_indexes(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some((_server, store)) = store_on(table).await else {
        return;
    };
    let painted = |owner: &str, name: &str, colour: Option<&str>, mood: Option<&str>| Note {
        colour: colour.map(Into::into),
        mood: mood.map(Into::into),
        ..Note::new(owner, name)
    };
    let (red, glad) = (Some("red"), Some("glad"));
    let notes = [
        painted("x", "2", red, None),
        painted("y", "1", red, glad),
        painted("z", "3", red, glad),
        // The same key in the index as another: an index has no unique keys.
        painted("v", "3", red, None),
        painted("w", "4", Some("blue"), None),
        painted("w", "5", None, None),
    ];
    keep(&store, &notes).await;
    let read = async |query: Query| names(store.query_to_end(query).await.unwrap());
    let by_colour = || Query::partition("COLOUR#red").of(Gsi1);
    let by_mood = || Query::partition("MOOD#glad").of(Gsi2);

    assert_eq!(read(by_colour()).await, ["1", "2", "3", "3"]);
    assert_eq!(read(by_colour().descending().between("2", "3")).await, ["3", "3", "2"]);
    assert_eq!(read(by_colour().begins("3")).await, ["3", "3"]);
    for limit in 1..=5 {
        assert_eq!(
            read(by_colour().limit(limit)).await,
            ["1", "2", "3", "3"],
            "limit {limit}"
        );
        assert_eq!(read(by_mood().limit(limit)).await, ["1", "3"], "limit {limit}");
    }
    let page = store.query(by_mood().limit(1)).await.unwrap();
    assert_eq!(page.items[0]["pk"].as_s().unwrap(), "NOTES#y");

    // An item that loses its attribute, or is gone, is gone from the index as well.
    let mut commit = Commit::<StoreError>::new();
    commit.write(&painted("y", "1", red, None), Condition::Always);
    commit.delete(key("z", "3"), Condition::Always);
    store.commit(commit).await.unwrap();
    assert_eq!(read(by_mood()).await, [""; 0]);
    assert_eq!(read(by_colour()).await, ["1", "2", "3"]);
}
