//! Writing: changes with conditions, all or nothing, each with the refusal that it means.

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;

use super::StoreError;
use super::record::{Item, Key, Record, VERSION, Versioned, decoy, number, write};

/// DynamoDB's limit for one transaction.
pub const MAX_CHANGES: usize = 100;

/// What must hold for a change to be made.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// Anything.
    Always,
    /// There is no such item.
    Absent,
    /// There is such an item.
    Present,
    /// The item is there and has this version.
    Version(u64),
    /// The item is there and its attribute has this value.
    Equals(&'static str, AttributeValue),
    /// The item is there and its attribute is one of these.
    OneOf(&'static str, Vec<AttributeValue>),
    /// The attribute is absent, or a number below this.
    Below(&'static str, i64),
    /// The attribute is a number above this.
    Above(&'static str, i64),
    /// All of these.
    All(Vec<Condition>),
}

/// One step of an update.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// The attribute gets this value.
    Set(&'static str, AttributeValue),
    /// The attribute gets this value unless it has one.
    Default(&'static str, AttributeValue),
    /// The number grows by this; an absent one counts as 0.
    Add(&'static str, i64),
    /// The attribute goes.
    Remove(&'static str),
}

/// What happens to the item.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// It is written as a whole.
    Put(Item),
    /// Some of its attributes change; the version rises.
    Update(Vec<Step>),
    /// It goes.
    Delete,
    /// Nothing; only the condition counts.
    Check,
}

/// A change of one item.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The item.
    pub key: Key,
    /// What happens to it.
    pub effect: Effect,
    /// When.
    pub condition: Condition,
}

impl Change {
    /// Whether making it a second time, after an answer got lost, ends as making it once. Such a change may go alone
    /// and without the idempotency of a transaction, which costs twice the units.
    pub(crate) fn repeatable(&self) -> bool {
        match (&self.effect, &self.condition) {
            (Effect::Put(_), Condition::Always)
            | (Effect::Delete, Condition::Always)
            | (Effect::Update(_), Condition::Always | Condition::Present) => true,
            // A counter may count an attempt twice when an answer gets lost: it errs on the safe side.
            (Effect::Update(_), Condition::Below(..)) => true,
            _ => false,
        }
    }
}

/// How a commit ended, when it could be decided.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// All changes are made.
    Done,
    /// None is, because of the condition of this one.
    Refused {
        /// The change's place in the commit.
        index: usize,
        /// The item as it was, where there is one.
        existing: Option<Item>,
    },
}

/// Makes the refusal of an act out of the item that was in the way.
pub type Refusal<E> = Box<dyn FnOnce(Option<Item>) -> E + Send>;

/// The changes of a commit, and in the same places what it means when one is refused.
pub(crate) type Parts<E> = (Vec<Change>, Vec<Option<Refusal<E>>>);

/// Changes that are made together or not at all; `E` is what the act is refused with.
pub struct Commit<E> {
    changes: Vec<Change>,
    refusals: Vec<Option<Refusal<E>>>,
    broken: Option<StoreError>,
}

impl<E> Default for Commit<E> {
    fn default() -> Self {
        Self::new()
    }
}

impl<E> Commit<E> {
    /// Nothing yet.
    pub fn new() -> Self {
        Self {
            changes: Vec::new(),
            refusals: Vec::new(),
            broken: None,
        }
    }

    /// Writes a record where none is.
    pub fn create<R: Record>(&mut self, record: &R) -> &mut Self {
        self.put_if(record, 1, Condition::Absent)
    }

    /// Writes a record whatever was there. For records that nobody else writes.
    pub fn put<R: Record>(&mut self, record: &R) -> &mut Self {
        self.put_if(record, 1, Condition::Always)
    }

    /// Writes, in the place of a record that there is for somebody only, what costs the same and nobody ever reads: how long an answer
    /// takes does not tell then who has an account (ASVS 6.3.8).
    pub fn decoy<R: Record>(&mut self, record: &R, until: Timestamp) -> &mut Self {
        let made = decoy(record, until);
        self.push_made(made, Condition::Absent)
    }

    /// Writes a record over the version that was read.
    pub fn replace<R: Record>(&mut self, read: &Versioned<R>, record: &R) -> &mut Self {
        self.put_if(record, read.version + 1, Condition::Version(read.version))
    }

    /// Changes attributes of an item.
    pub fn update(&mut self, key: Key, condition: Condition, steps: impl Into<Vec<Step>>) -> &mut Self {
        let mut steps = steps.into();
        steps.push(Step::Add(VERSION, 1));
        self.push(Change {
            key,
            effect: Effect::Update(steps),
            condition,
        })
    }

    /// Removes an item.
    pub fn delete(&mut self, key: Key, condition: Condition) -> &mut Self {
        self.push(Change {
            key,
            effect: Effect::Delete,
            condition,
        })
    }

    /// Changes nothing, but requires something of an item.
    pub fn check(&mut self, key: Key, condition: Condition) -> &mut Self {
        self.push(Change {
            key,
            effect: Effect::Check,
            condition,
        })
    }

    /// What it means when the condition of the change before does not hold. Without this it is a
    /// [`StoreError::Conflict`].
    pub fn otherwise(&mut self, refusal: impl FnOnce(Option<Item>) -> E + Send + 'static) -> &mut Self {
        self.or_else(Box::new(refusal))
    }

    /// The same with a refusal that was made before.
    pub fn or_else(&mut self, refusal: Refusal<E>) -> &mut Self {
        if let Some(last) = self.refusals.last_mut() {
            *last = Some(refusal);
        }
        self
    }

    fn put_if<R: Record>(&mut self, record: &R, version: u64, condition: Condition) -> &mut Self {
        let made = write(record, version).map(|item| (record.key(), item));
        self.push_made(made, condition)
    }

    fn push_made(&mut self, made: Result<(Key, Item), StoreError>, condition: Condition) -> &mut Self {
        match made {
            Ok((key, item)) => self.push(Change {
                key,
                effect: Effect::Put(item),
                condition,
            }),
            Err(error) => {
                self.broken.get_or_insert(error);
                self
            }
        }
    }

    fn push(&mut self, change: Change) -> &mut Self {
        self.changes.push(change);
        self.refusals.push(None);
        self
    }

    pub(crate) fn into_parts(self) -> Result<Parts<E>, StoreError> {
        match self.broken {
            Some(error) => Err(error),
            None if self.changes.len() > MAX_CHANGES => Err(StoreError::corrupt(format_args!(
                "{} changes in one commit",
                self.changes.len()
            ))),
            None => Ok((self.changes, self.refusals)),
        }
    }
}

/// A text attribute's value.
pub fn text(value: impl ToString) -> AttributeValue {
    AttributeValue::S(value.to_string())
}

/// A yes-or-no attribute's value.
pub fn flag(value: bool) -> AttributeValue {
    AttributeValue::Bool(value)
}

/// A number attribute's value.
pub fn int(value: i64) -> AttributeValue {
    number(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_changes_that_may_be_made_twice_go_without_a_transaction() {
        let change = |effect, condition| Change {
            key: Key::new("a", "b"),
            effect,
            condition,
        };
        assert!(change(Effect::Update(vec![]), Condition::Below("n", 3)).repeatable());
        assert!(change(Effect::Put(Item::new()), Condition::Always).repeatable());
        assert!(!change(Effect::Put(Item::new()), Condition::Absent).repeatable());
        assert!(!change(Effect::Delete, Condition::Present).repeatable());
        assert!(!change(Effect::Update(vec![]), Condition::Version(1)).repeatable());
        assert!(!change(Effect::Check, Condition::Present).repeatable());
    }

    #[test]
    fn more_than_100_changes_are_refused() {
        let mut commit = Commit::<StoreError>::new();
        for n in 0..=MAX_CHANGES {
            commit.delete(Key::new("a", n.to_string()), Condition::Always);
        }
        assert!(commit.into_parts().is_err());
    }
}
