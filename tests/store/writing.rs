//! Commit: all or nothing, and which change is in the way.

use aws_sdk_dynamodb::types::AttributeValue;
use rstest::rstest;
use shared::activity::Activity;
use shared::ids::UserId;
use shared::store::commit::{Step, int, text};
use shared::store::{Commit, Condition, Item, Record, StoreError, Versioned};
use tests::server::Table::{self, DynamoDbLocal, Embedded};

use super::conditions::Refused;
use super::notes::{Note, Write, entry, item, keep, key, names, note, of, store_on};

#[derive(Debug, PartialEq)]
enum By {
    Nth(usize, Option<Item>),
    Store(StoreError),
}

impl From<StoreError> for By {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

#[rstest]
#[tokio::test]
async fn all_changes_or_none(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some((_server, store)) = store_on(table).await else {
        return;
    };
    let kept = [
        Note::new("x", "updated").counting(1),
        Note::new("x", "deleted"),
        Note::new("x", "put"),
    ];
    keep(&store, &kept).await;
    let attempt = |condition: Condition| {
        let mut commit = Commit::<StoreError>::new();
        commit.write(&Note::new("x", "created"), Condition::Absent);
        commit.write(&Note::new("x", "put").saying("new"), Condition::Always);
        commit.update(key("x", "updated"), Condition::Always, [Step::Add("count", 1)]);
        commit.delete(key("x", "deleted"), Condition::Always);
        commit.check(key("x", "checked"), condition);
        store.commit(commit)
    };
    let before = store.query_to_end(of("x")).await.unwrap();
    assert_eq!(attempt(Condition::Present).await, Err(StoreError::Conflict));
    assert_eq!(store.query_to_end(of("x")).await.unwrap(), before);

    attempt(Condition::Absent).await.unwrap();
    assert_eq!(
        names(store.query_to_end(of("x")).await.unwrap()),
        ["created", "put", "updated"]
    );
    assert_eq!(note(&store, "x", "put").await.unwrap().text.as_deref(), Some("new"));
    assert_eq!(note(&store, "x", "updated").await.unwrap().count, Some(2));

    store.commit(Commit::<StoreError>::new()).await.unwrap();
}

#[rstest]
#[tokio::test]
async fn the_change_in_the_way_is_named_with_its_item(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some((_server, store)) = store_on(table).await else {
        return;
    };
    let (a, b) = (Note::new("x", "a").saying("A"), Note::new("x", "b").saying("B"));
    keep(&store, &[a.clone(), b.clone()]).await;
    let (a, b) = (item(&store, "x", "a").await, item(&store, "x", "b").await);
    let attempt = |changes: &[(&'static str, Condition)]| {
        let mut commit = Commit::<By>::new();
        for (place, (name, condition)) in changes.iter().enumerate() {
            let refusal = move |existing| By::Nth(place, existing);
            match place % 4 {
                0 => commit.update(key("x", name), condition.clone(), [Step::Set("text", text("!"))]),
                1 => commit.delete(key("x", name), condition.clone()),
                2 => commit.check(key("x", name), condition.clone()),
                _ => commit.write(&Note::new("x", name), Condition::Absent),
            }
            .otherwise(refusal);
        }
        store.commit(commit)
    };
    use Condition::{Absent, Equals, Present, Version};
    let hold = [("a", Present), ("b", Version(1)), ("c", Absent), ("d", Absent)];
    for (place, (name, condition, existing)) in [
        ("a", Version(9), a.clone()),
        ("b", Equals("text", text("?")), b.clone()),
        ("c", Present, None),
        ("b", Absent, b.clone()),
    ]
    .into_iter()
    .enumerate()
    {
        // The change at `place` fails; "b" is free for the last one only where the second does not use it.
        let mut changes = hold.to_vec();
        if place == 3 {
            changes[1].0 = "e";
            changes[1].1 = Absent;
        }
        changes[place] = (name, condition);
        assert_eq!(attempt(&changes).await, Err(By::Nth(place, existing)), "{changes:?}");
    }
    // Of several, the first.
    let wrong = [("a", Present), ("c", Present), ("d", Present), ("b", Absent)];
    assert_eq!(attempt(&wrong).await, Err(By::Nth(1, None)));
    assert_eq!(attempt(&wrong[2..]).await, Err(By::Nth(0, None)));
    assert_eq!((item(&store, "x", "a").await, item(&store, "x", "b").await), (a, b));
}

#[rstest]
#[tokio::test]
async fn without_a_word_of_its_own_a_refusal_is_a_conflict(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some((_server, store)) = store_on(table).await else {
        return;
    };
    keep(&store, &[Note::new("x", "a")]).await;
    let mut commit = Commit::<Refused>::new();
    commit
        .write(&Note::new("x", "b"), Condition::Absent)
        .otherwise(Refused::Named);
    commit.write(&Note::new("x", "a"), Condition::Absent);
    assert_eq!(store.commit(commit).await, Err(Refused::Store(StoreError::Conflict)));

    // The word belongs to one change, in company or alone.
    let mut alone = Commit::<Refused>::new();
    alone.write(&Note::new("x", "a"), Condition::Absent);
    assert_eq!(store.commit(alone).await, Err(Refused::Store(StoreError::Conflict)));
    let mut single = Commit::<Refused>::new();
    single.update(key("x", "c"), Condition::Present, [Step::Add("count", 1)]);
    assert_eq!(store.commit(single).await, Err(Refused::Store(StoreError::Conflict)));
    assert_eq!(note(&store, "x", "c").await, None);
}

/// Records, which are written whole: made once, put over whatever is there, replaced where the version is the one read.
#[rstest]
#[tokio::test]
async fn a_replacement_wants_the_version_that_was_read(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some((server, store)) = store_on(table).await else {
        return;
    };
    let user = UserId::generate(&server.app().clock, &server.app().random);
    let (first, key) = (entry(user, "a", 1), entry(user, "a", 1).key());
    let write = async |how: &dyn Fn(&mut Commit<StoreError>)| {
        let mut commit = Commit::new();
        how(&mut commit);
        store.commit(commit).await
    };
    let read = async || {
        let [item] = store.get([entry(user, "a", 1).key()]).await.unwrap();
        let read = Versioned::<Activity>::from_item(item.unwrap()).unwrap();
        (read.record.user_agent.len(), read.version, read)
    };
    write(&|commit| {
        commit.create(&first);
    })
    .await
    .unwrap();
    assert_eq!(
        write(&|commit| {
            commit.create(&first);
        })
        .await,
        Err(StoreError::Conflict)
    );
    let (bytes, version, old) = read().await;
    assert_eq!((bytes, version), (1, 1));

    write(&|commit| {
        commit.replace(&old, &entry(user, "a", 2));
    })
    .await
    .unwrap();
    let third = |old: &Versioned<Activity>| {
        let mut commit = Commit::<StoreError>::new();
        commit.replace(old, &entry(user, "a", 3));
        store.commit(commit)
    };
    assert_eq!(third(&old).await, Err(StoreError::Conflict));
    let (bytes, version, old) = read().await;
    assert_eq!((bytes, version), (2, 2));

    // An update is a version as well, and nothing at all has none.
    let touch = [Step::Set("method", text("other"))];
    write(&|commit| {
        commit.update(key.clone(), Condition::Present, touch.clone());
    })
    .await
    .unwrap();
    assert_eq!(third(&old).await, Err(StoreError::Conflict));
    let (bytes, version, old) = read().await;
    assert_eq!((bytes, version, old.record.method.as_deref()), (2, 3, Some("other")));
    // What is put is the first of its kind again, and brings nothing of what was there.
    write(&|commit| {
        commit.put(&entry(user, "a", 4));
    })
    .await
    .unwrap();
    assert_eq!(third(&old).await, Err(StoreError::Conflict));
    let (bytes, version, old) = read().await;
    assert_eq!((bytes, version, old.record.method.as_deref()), (4, 1, None));
    write(&|commit| {
        commit.delete(key.clone(), Condition::Version(1));
    })
    .await
    .unwrap();
    assert_eq!(third(&old).await, Err(StoreError::Conflict));
    assert_eq!(store.get([key]).await.unwrap(), [None]);
}

#[rstest]
#[tokio::test]
async fn the_steps_of_an_update(
    #[values(Embedded, DynamoDbLocal)] table: Table,
    // Alone it is UpdateItem, in company a transaction.
    #[values(false, true)] in_company: bool,
) {
    let Some((_server, store)) = store_on(table).await else {
        return;
    };
    let update = async |name: &str, steps: Vec<Step>| {
        let mut commit = Commit::<StoreError>::new();
        commit.update(key("x", name), Condition::Always, steps);
        if in_company {
            commit.write(&Note::new("x", "company"), Condition::Always);
        }
        store.commit(commit).await.unwrap();
        let mut item = item(&store, "x", name).await.unwrap();
        assert!(item.remove("pk").is_some() && item.remove("sk").is_some());
        item
    };
    let item_of = |pairs: &[(&str, AttributeValue)]| -> Item {
        pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect()
    };
    // On nothing: absent numbers count as 0, a default is taken, nothing is there to be removed.
    let steps = vec![
        Step::Set("a", text("1")),
        Step::Default("b", int(2)),
        Step::Add("c", -3),
        Step::Remove("d"),
    ];
    let first = [("a", text("1")), ("b", int(2)), ("c", int(-3)), ("v", int(1))];
    assert_eq!(update("new", steps).await, item_of(&first));
    let steps = vec![
        Step::Set("a", int(5)),
        Step::Default("b", int(9)),
        Step::Default("e", text("")),
        Step::Add("c", 10),
        Step::Add("f", i64::MAX),
    ];
    let second = [
        ("a", int(5)),
        ("b", int(2)),
        ("c", int(7)),
        ("e", text("")),
        ("f", int(i64::MAX)),
        ("v", int(2)),
    ];
    assert_eq!(update("new", steps).await, item_of(&second));
    let steps = vec![
        Step::Remove("a"),
        Step::Remove("b"),
        Step::Remove("e"),
        Step::Remove("f"),
    ];
    assert_eq!(update("new", steps).await, item_of(&[("c", int(7)), ("v", int(3))]));
    // No step at all still is a version.
    assert_eq!(update("new", vec![]).await, item_of(&[("c", int(7)), ("v", int(4))]));
}
