//! Labels: pairs of key and value that somebody put on a customer. Public ones are the customer's own and decide nothing;
//! private ones are the house's, and state and level follow from them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::problem::{Problems, Reason, squished};
use super::{Change, Customer};
use crate::App;
use crate::accounts::User;
use crate::act::Undone;
use crate::ids::UserId;
use crate::store::query::Range;
use crate::store::record::sortable;
use crate::store::{Cells, Commit, Key, Record, Store, StoreError, retried};

/// Public labels that one customer has at most.
pub const MOST_PUBLIC: usize = 100;

/// Characters that a key or a value has at least and at most.
const LENGTH: std::ops::RangeInclusive<usize> = 3..=255;

/// Who may change a label.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// The customer.
    Public,
    /// The house and its administrators; the customer may read it.
    Private,
}

impl Scope {
    /// The scope of this name.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Public, Self::Private]
            .into_iter()
            .find(|scope| scope.as_str() == text)
    }

    /// As it is stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Scope::Public => "public",
            Scope::Private => "private",
        }
    }
}

/// A label.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Label {
    /// Whose.
    pub user_id: UserId,
    /// What it is about, such as `email`.
    pub key: String,
    /// What holds, such as `verified`.
    pub value: String,
    /// Who may change it.
    pub scope: Scope,
    /// What an administrator wrote about it.
    pub description: Option<String>,
    /// When it was put there.
    pub created_at: Timestamp,
    /// When its value last changed.
    pub updated_at: Timestamp,
}

/// How many customers have each pair of key and value as a private label; see [`Label::pair`].
pub const PRIVATE: Cells = Cells("LABELS");

/// The key of the label that says where a customer's documents stand.
pub const DOCUMENT: &str = "document";

/// The values of it that ask for an administrator.
pub const WAITING: [&str; 2] = ["pending", "replaced"];

impl Label {
    /// The partition of the second index that shows private labels of documents which wait, the oldest change first.
    pub const DOCUMENTS: &'static str = "DOCUMENTS";

    /// The partition of the first index that shows labels of this key and value, by the age of their customers.
    pub fn partition_of(key: &str, value: &str) -> String {
        format!("LABEL#{key}#{value}")
    }

    /// Its key and its value, as they are counted. There is no `#` in a value.
    pub fn pair(&self) -> String {
        format!("{}#{}", self.key, self.value)
    }

    /// Whether it is the house's.
    pub fn is_private(&self) -> bool {
        self.scope == Scope::Private
    }

    /// Where the label of `user` is kept.
    pub fn key_of(user: UserId, scope: Scope, key: &str) -> Key {
        Key::new(User::partition(user), format!("KYC#LABEL#{}#{key}", scope.as_str()))
    }
}

impl Record for Label {
    const KIND: &'static str = "label";
    fn key(&self) -> Key {
        Self::key_of(self.user_id, self.scope, &self.key)
    }
    fn gsi1(&self) -> Option<Key> {
        let place = format!("{}#{}", self.user_id, self.scope.as_str());
        Some(Key::new(Self::partition_of(&self.key, &self.value), place))
    }
    fn gsi2(&self) -> Option<Key> {
        let waits = self.is_private() && self.key == DOCUMENT && WAITING.contains(&self.value.as_str());
        let place = || format!("{}#{}", sortable(self.updated_at), self.user_id);
        waits.then(|| Key::new(Self::DOCUMENTS, place()))
    }
}

/// Adds to `commit`, by which the private labels of `user` become `after`, how many of each pair there are then.
pub fn count<E>(commit: &mut Commit<E>, user: UserId, before: &[Label], after: &[Label]) {
    let counted = |labels: &[Label], label: &Label| labels.iter().any(|other| other.pair() == label.pair());
    for gone in before.iter().filter(|label| !counted(after, label)) {
        PRIVATE.add(commit, &gone.pair(), user.mark(), -1);
    }
    for new in after.iter().filter(|label| !counted(before, label)) {
        PRIVATE.add(commit, &new.pair(), user.mark(), 1);
    }
}

/// How many customers have this private label: one query.
///
/// # Errors
/// [`StoreError`] when the table cannot be read.
pub async fn how_many(store: &Store, key: &str, value: &str) -> Result<u64, StoreError> {
    let pair = format!("{key}#{value}");
    let cells = PRIVATE.read(store, Range::Between(pair.clone(), pair.clone())).await?;
    Ok(cells.get(&pair).copied().unwrap_or_default())
}

/// A key or a value as it is kept: in lower case, without blanks around it.
///
/// # Errors
/// What is wrong with `attribute`.
pub fn parse(attribute: &'static str, text: &str) -> Result<String, Problems> {
    let text = squished(&text.to_lowercase());
    let length = text.chars().count();
    let mut problems = Problems::default();
    problems.note_if(length < *LENGTH.start(), attribute, Reason::TooShort);
    problems.note_if(length > *LENGTH.end(), attribute, Reason::TooLong);
    let is_known = |c: char| matches!(c, 'a'..='z' | '0'..='9' | '_' | '-');
    problems.note_if(!text.chars().all(is_known), attribute, Reason::Invalid);
    problems.or_ok().map(|()| text)
}

/// Why a customer's own label was not made or changed.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotLabelled {
    /// The account is gone.
    #[error("the user does not exist")]
    Gone,
    /// There is no label of this key.
    #[error("there is no such label")]
    Unknown,
    /// The label is the house's.
    #[error("the label is private")]
    Private,
    /// Key or value are no good.
    #[error(transparent)]
    Invalid(#[from] Problems),
}

type Made<T> = Result<T, Undone<NotLabelled>>;

/// Makes a public label.
///
/// # Errors
/// [`NotLabelled`].
pub async fn create(app: &App, user: UserId, key: &str, value: &str) -> Made<Label> {
    let mut problems = Problems::default();
    let (key, value) = (problems.take(parse("key", key)), problems.take(parse("value", value)));
    retried(|| async {
        let customer = read(app, user).await?;
        let mut problems = problems.clone();
        if let Some(key) = &key {
            problems.note_if(customer.label(Scope::Public, key).is_some(), "key", Reason::Taken);
        }
        let public = customer.labels.iter().filter(|label| !label.is_private()).count();
        problems.note_if(public >= MOST_PUBLIC, "key", Reason::LimitReached);
        problems.or_ok().map_err(invalid)?;
        let (Some(key), Some(value)) = (&key, &value) else {
            return Err(Undone::Refused(NotLabelled::Unknown));
        };
        let mut change = Change::<Undone<NotLabelled>>::of(app, &customer);
        let label = change.label(Scope::Public, key, value);
        change.commit(app).await?;
        Ok(label)
    })
    .await
}

/// Changes the value of a public label; where a private one has the same key as well, that is left alone.
///
/// # Errors
/// [`NotLabelled`].
pub async fn update(app: &App, user: UserId, key: &str, value: &str) -> Made<Label> {
    let value = parse("value", value);
    retried(|| async {
        let customer = read(app, user).await?;
        own(&customer, key)?;
        let value = value.clone().map_err(invalid)?;
        let mut change = Change::<Undone<NotLabelled>>::of(app, &customer);
        let label = change.label(Scope::Public, key, &value);
        change.commit(app).await?;
        Ok(label)
    })
    .await
}

/// Removes a public label.
///
/// # Errors
/// [`NotLabelled`].
pub async fn delete(app: &App, user: UserId, key: &str) -> Made<()> {
    retried(|| async {
        let customer = read(app, user).await?;
        own(&customer, key)?;
        let mut change = Change::<Undone<NotLabelled>>::of(app, &customer);
        change.unlabel(Scope::Public, key);
        change.commit(app).await.map(drop)
    })
    .await
}

fn invalid(problems: Problems) -> Undone<NotLabelled> {
    Undone::Refused(problems.into())
}

async fn read(app: &App, user: UserId) -> Made<Customer> {
    let customer = Customer::read(&app.store, user).await?;
    customer.ok_or(Undone::Refused(NotLabelled::Gone))
}

/// Whether the customer has a label of this key that is the customer's own.
fn own(customer: &Customer, key: &str) -> Made<()> {
    match (customer.label(Scope::Public, key), customer.label(Scope::Private, key)) {
        (Some(_), _) => Ok(()),
        (None, Some(_)) => Err(Undone::Refused(NotLabelled::Private)),
        (None, None) => Err(Undone::Refused(NotLabelled::Unknown)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn keys(text: &str) -> Vec<String> {
        parse("key", text)
            .err()
            .map(|problems| problems.keys())
            .unwrap_or_default()
    }

    #[test]
    fn what_is_wrong_is_all_said() {
        assert_eq!(parse("key", "  Two_Words-1 "), Ok("two_words-1".to_owned()));
        assert_eq!(keys("ab"), ["key.too_short"]);
        assert_eq!(keys(""), ["key.too_short"]);
        assert_eq!(keys("a b"), ["key.invalid"]);
        assert_eq!(keys("a!"), ["key.too_short", "key.invalid"]);
        assert_eq!(keys("schlüssel"), ["key.invalid"]);
        assert_eq!(keys(&"x".repeat(256)), ["key.too_long"]);
        assert!(keys(&"x".repeat(255)).is_empty());
    }

    proptest! {
        #[test]
        fn what_is_taken_stays_as_it_is(text in ".*|[a-zA-Z0-9_ -]{0,20}") {
            if let Ok(kept) = parse("key", &text) {
                prop_assert_eq!(parse("key", &kept), Ok(kept.clone()));
                prop_assert!(kept.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"_-".contains(&b)));
            }
        }
    }
}
