//! Every condition, where it holds and where it does not, alone and in company.

use aws_sdk_dynamodb::types::AttributeValue;
use rstest::rstest;
use shared::store::commit::{Step, int, text};
use shared::store::{Commit, Condition, Item, Store, StoreError};
use tests::server::Table::{self, DynamoDbLocal, Embedded};

use super::notes::{Note, Write, item, keep, key, store_on};

/// What the act under test is refused with.
#[derive(Debug, PartialEq)]
pub enum Refused {
    Named(Option<Item>),
    Store(StoreError),
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// The ways in which a condition reaches the table.
#[derive(Debug, Clone, Copy)]
enum Way {
    Update,
    Delete,
    Check,
    UpdateInCompany,
}

async fn holds(store: &Store, name: &str, condition: &Condition, way: Way) -> bool {
    let before = item(store, "x", name).await;
    let mut commit = Commit::<Refused>::new();
    match way {
        Way::Update | Way::UpdateInCompany => {
            commit.update(key("x", name), condition.clone(), [Step::Set("touched", int(1))])
        }
        Way::Delete => commit.delete(key("x", name), condition.clone()),
        Way::Check => commit.check(key("x", name), condition.clone()),
    }
    .otherwise(Refused::Named);
    if matches!(way, Way::UpdateInCompany) {
        commit.write(&Note::new("x", "company"), Condition::Always);
    }
    let outcome = store.commit(commit).await;
    let after = item(store, "x", name).await;
    match outcome {
        Ok(()) => {
            match way {
                Way::Update | Way::UpdateInCompany => assert_eq!(after.unwrap()["touched"], int(1)),
                Way::Delete => assert_eq!(after, None),
                Way::Check => assert_eq!(after, before),
            }
            true
        }
        Err(Refused::Named(existing)) => {
            assert_eq!(existing, before, "{condition:?} {way:?}");
            assert_eq!(after, before, "{condition:?} {way:?}");
            false
        }
        Err(error) => panic!("{condition:?} {way:?}: {error:?}"),
    }
}

#[rstest]
#[tokio::test]
async fn each_condition_holds_where_it_should_and_nowhere_else(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some((_server, store)) = store_on(table).await else {
        return;
    };
    use Condition::*;
    let cases: Vec<(Condition, bool, bool)> = vec![
        // The condition; on the note; where there is none.
        (Always, true, true),
        (Absent, false, true),
        (Present, true, false),
        (Version(1), true, false),
        (Version(2), false, false),
        (Version(0), false, false),
        (Equals("text", text("hello")), true, false),
        (Equals("text", text("Hello")), false, false),
        (Equals("text", int(7)), false, false),
        (Equals("count", int(7)), true, false),
        (Equals("colour", text("red")), false, false),
        (OneOf("text", vec![text("bye"), text("hello")]), true, false),
        (OneOf("text", vec![text("bye")]), false, false),
        (OneOf("colour", vec![text("red")]), false, false),
        (Below("count", 8), true, true),
        (Below("count", 7), false, true),
        (Below("count", -1), false, true),
        (Below("other", 1), true, true),
        // A text is not a number below anything.
        (Below("text", 1000), false, true),
        (All(vec![]), true, true),
        (All(vec![Always]), true, true),
        (All(vec![Present, Version(1), Below("count", 8)]), true, false),
        (All(vec![Present, Version(1), Below("count", 7)]), false, false),
        (All(vec![Version(2), Equals("text", text("hello"))]), false, false),
        (
            All(vec![Below("count", 8), OneOf("text", vec![text("hello")])]),
            true,
            false,
        ),
        (All(vec![All(vec![Present]), All(vec![Absent])]), false, false),
    ];
    for (condition, on_note, on_nothing) in &cases {
        for way in [Way::Update, Way::Delete, Way::Check, Way::UpdateInCompany] {
            let pointless =
                matches!((way, condition), (Way::Check, Always)) || is_nothing(condition) && matches!(way, Way::Check);
            if pointless {
                continue;
            }
            keep(&store, &[Note::new("x", "note").saying("hello").counting(7)]).await;
            let mut gone = Commit::<StoreError>::new();
            gone.delete(key("x", "nothing"), Always);
            store.commit(gone).await.unwrap();
            assert_eq!(
                holds(&store, "note", condition, way).await,
                *on_note,
                "{condition:?} {way:?}"
            );
            assert_eq!(
                holds(&store, "nothing", condition, way).await,
                *on_nothing,
                "{condition:?} {way:?} on nothing"
            );
        }
    }
}

/// A check that requires nothing is no request that DynamoDB knows.
fn is_nothing(condition: &Condition) -> bool {
    match condition {
        Condition::Always => true,
        Condition::All(parts) => parts.iter().all(is_nothing),
        _ => false,
    }
}

/// Texts that would be syntax, were they not placeholders.
#[rstest]
#[tokio::test]
async fn values_are_never_syntax(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some((_server, store)) = store_on(table).await else {
        return;
    };
    for odd in [
        "#0",
        ":0",
        "a = b OR attribute_exists(pk)",
        "'\"; --",
        "\u{0}",
        "ü\u{202e}",
    ] {
        keep(&store, &[Note::new("x", odd).saying(odd)]).await;
        let is = |value: &str| Condition::Equals("text", AttributeValue::S(value.to_owned()));
        assert!(holds(&store, odd, &is(odd), Way::Update).await, "{odd:?}");
        assert!(!holds(&store, odd, &is("other"), Way::Update).await, "{odd:?}");
        assert!(!holds(&store, "absent", &is(odd), Way::Check).await, "{odd:?}");
    }
}
