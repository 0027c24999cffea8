//! Small items to try the table with: notes, which are written by steps, and records of the house, which are written whole.

use std::net::{IpAddr, Ipv4Addr};

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use shared::activity::{Activity, Outcome};
use shared::ids::UserId;
use shared::store::commit::{Step, int, text};
use shared::store::{Commit, Condition, Item, Key, Query, Store, StoreError};
use tests::Server;
use tests::server::Table;

/// Notes of an owner, in the order of their names; by colour in the first index, by mood in the second.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Note {
    pub owner: String,
    pub name: String,
    pub text: Option<String>,
    pub count: Option<i64>,
    pub colour: Option<String>,
    pub mood: Option<String>,
}

impl Note {
    pub fn new(owner: &str, name: &str) -> Self {
        Self {
            owner: owner.into(),
            name: name.into(),
            ..Self::default()
        }
    }

    pub fn saying(self, text: &str) -> Self {
        Self {
            text: Some(text.into()),
            ..self
        }
    }

    pub fn counting(self, count: i64) -> Self {
        Self {
            count: Some(count),
            ..self
        }
    }

    fn of(item: &Item) -> Self {
        let text = |name: &str| item.get(name).map(|value| value.as_s().unwrap().clone());
        let index = |name: &str| text(name).map(|pk| pk.split_once('#').unwrap().1.to_owned());
        Self {
            owner: index("pk").unwrap(),
            name: text("sk").unwrap(),
            text: text("text"),
            count: item.get("count").map(|value| value.as_n().unwrap().parse().unwrap()),
            colour: index("gsi1pk"),
            mood: index("gsi2pk"),
        }
    }

    fn steps(&self) -> Vec<Step> {
        let step = |name, value: Option<AttributeValue>| match value {
            Some(value) => Step::Set(name, value),
            None => Step::Remove(name),
        };
        let index = |kind: &str, value: &Option<String>| value.as_ref().map(|value| text(format!("{kind}#{value}")));
        let name = |value: &Option<String>| value.as_ref().map(|_| text(&self.name));
        vec![
            step("text", self.text.as_ref().map(text)),
            step("count", self.count.map(int)),
            step("gsi1pk", index("COLOUR", &self.colour)),
            step("gsi1sk", name(&self.colour)),
            step("gsi2pk", index("MOOD", &self.mood)),
            step("gsi2sk", name(&self.mood)),
        ]
    }
}

/// Writing notes.
pub trait Write {
    /// Gives a note's item the attributes of the note, where the condition holds.
    fn write(&mut self, note: &Note, condition: Condition) -> &mut Self;
}

impl<E> Write for Commit<E> {
    fn write(&mut self, note: &Note, condition: Condition) -> &mut Self {
        self.update(key(&note.owner, &note.name), condition, note.steps())
    }
}

/// A record of about this size.
pub fn entry(user_id: UserId, id: &str, bytes: usize) -> Activity {
    Activity {
        id: id.to_owned(),
        user_id,
        topic: "session".into(),
        action: "login".into(),
        method: None,
        ip: IpAddr::V4(Ipv4Addr::LOCALHOST),
        user_agent: "x".repeat(bytes),
        about: None,
        by: None,
        at: Timestamp::UNIX_EPOCH,
        tenant: None,
        outcome: Outcome::Succeed,
        data: None,
    }
}

pub fn key(owner: &str, name: &str) -> Key {
    Key::new(format!("NOTES#{owner}"), name)
}

pub fn of(owner: &str) -> Query {
    Query::partition(format!("NOTES#{owner}"))
}

/// A server on `table` for the sake of its store.
pub async fn store_on(table: Table) -> Option<(Server, Store)> {
    let server = Server::on(table).await?;
    let store = server.app().store.clone();
    Some((server, store))
}

/// Writes notes anew, whatever was there.
pub async fn keep(store: &Store, notes: &[Note]) {
    for some in notes.chunks(100) {
        let (mut old, mut new) = (Commit::<StoreError>::new(), Commit::<StoreError>::new());
        for note in some {
            old.delete(key(&note.owner, &note.name), Condition::Always);
            new.write(note, Condition::Absent);
        }
        store.commit(old).await.unwrap();
        store.commit(new).await.unwrap();
    }
}

pub async fn item(store: &Store, owner: &str, name: &str) -> Option<Item> {
    let [item] = store.get([key(owner, name)]).await.unwrap();
    item
}

pub async fn note(store: &Store, owner: &str, name: &str) -> Option<Note> {
    item(store, owner, name).await.as_ref().map(Note::of)
}

/// A note and its version.
pub async fn versioned(store: &Store, owner: &str, name: &str) -> (Note, u64) {
    let item = item(store, owner, name).await.unwrap();
    (Note::of(&item), item["v"].as_n().unwrap().parse().unwrap())
}

pub fn names(items: Vec<Item>) -> Vec<String> {
    items.iter().map(|item| Note::of(item).name).collect()
}
