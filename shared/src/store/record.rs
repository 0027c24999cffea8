//! Items, their keys, and the types that are kept in them.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::StoreError;

/// An item as DynamoDB speaks of it.
pub type Item = HashMap<String, AttributeValue>;

/// DynamoDB's limit for one item, names and values together.
pub const MAX_ITEM_BYTES: usize = 400 * 1024;

/// The attribute that counts an item's versions.
pub const VERSION: &str = "v";

/// The attribute that DynamoDB's time to live reads, in seconds since 1970. DynamoDB removes late: readers compare.
pub const TTL: &str = "expires_at";

/// What the partitions of decoys begin with.
const NOBODY: &str = "NOBODY#";

/// Names one item.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    /// Partition key.
    pub pk: String,
    /// Sort key.
    pub sk: String,
}

impl Key {
    /// The item `sk` of partition `pk`.
    pub fn new(pk: impl Into<String>, sk: impl Into<String>) -> Self {
        Self {
            pk: pk.into(),
            sk: sk.into(),
        }
    }

    pub(crate) fn attributes(&self) -> Item {
        HashMap::from([
            ("pk".to_owned(), AttributeValue::S(self.pk.clone())),
            ("sk".to_owned(), AttributeValue::S(self.sk.clone())),
        ])
    }

    pub(crate) fn of(item: &Item) -> Option<Self> {
        Some(Self {
            pk: item.get("pk")?.as_s().ok()?.clone(),
            sk: item.get("sk")?.as_s().ok()?.clone(),
        })
    }
}

/// A type that is kept in the table. Its serde members become attributes; none of them may be called `pk`, `sk`,
/// `gsi1pk`, `gsi1sk`, `gsi2pk`, `gsi2sk`, `kind`, `v` or `expires_at`.
pub trait Record: Serialize + DeserializeOwned {
    /// What a person who reads the table is told that this is.
    const KIND: &'static str;

    /// Where it is kept.
    fn key(&self) -> Key;

    /// Where the first index shows it, if it does.
    fn gsi1(&self) -> Option<Key> {
        None
    }

    /// Where the second index shows it, if it does.
    fn gsi2(&self) -> Option<Key> {
        None
    }

    /// When nobody needs it any more.
    fn ttl(&self) -> Option<Timestamp> {
        None
    }
}

/// A record as it was read, with the version that a later replacement must find.
#[derive(Debug, Clone)]
pub struct Versioned<R> {
    /// What was read.
    pub record: R,
    /// The version it had.
    pub version: u64,
}

impl<R: Record> Versioned<R> {
    /// Reads a record out of an item.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when the item is of another kind or shape.
    pub fn from_item(item: Item) -> Result<Self, StoreError> {
        let version =
            version_of(&item).ok_or_else(|| StoreError::corrupt(format_args!("a {} without a version", R::KIND)))?;
        Ok(Self {
            record: read(item)?,
            version,
        })
    }
}

/// Reads a record out of an item.
///
/// # Errors
/// [`StoreError::Corrupt`] when the item is of another kind or shape.
pub fn read<R: Record>(item: Item) -> Result<R, StoreError> {
    match item.get("kind").and_then(|kind| kind.as_s().ok()) {
        Some(kind) if kind == R::KIND => {}
        _ => return Err(StoreError::corrupt(format_args!("expected a {}", R::KIND))),
    }
    serde_dynamo::aws_sdk_dynamodb_1::from_item(item)
        .map_err(|error| StoreError::corrupt(format_args!("{}: {error}", R::KIND)))
}

/// Reads a record that may be absent.
///
/// # Errors
/// [`StoreError::Corrupt`] when there is an item of another kind or shape.
pub fn read_optional<R: Record>(item: Option<Item>) -> Result<Option<R>, StoreError> {
    item.map(read).transpose()
}

pub(crate) fn version_of(item: &Item) -> Option<u64> {
    item.get(VERSION)?.as_n().ok()?.parse().ok()
}

/// Writes a record, with its keys, indexes, time to live and version.
pub(crate) fn write<R: Record>(record: &R, version: u64) -> Result<Item, StoreError> {
    let mut item: Item = serde_dynamo::aws_sdk_dynamodb_1::to_item(record)
        .map_err(|error| StoreError::corrupt(format_args!("{}: {error}", R::KIND)))?;
    // DynamoDB tells null from absent; here they mean the same, and absent is free.
    item.retain(|_, value| !matches!(value, AttributeValue::Null(_)));
    item.extend(record.key().attributes());
    for (index, key) in [("gsi1", record.gsi1()), ("gsi2", record.gsi2())] {
        if let Some(key) = key {
            item.insert(format!("{index}pk"), AttributeValue::S(key.pk));
            item.insert(format!("{index}sk"), AttributeValue::S(key.sk));
        }
    }
    if let Some(ttl) = record.ttl() {
        item.insert(TTL.to_owned(), number(ttl.as_second()));
    }
    item.insert("kind".to_owned(), AttributeValue::S(R::KIND.to_owned()));
    item.insert(VERSION.to_owned(), number(version));
    match item_bytes(&item) {
        bytes if bytes > MAX_ITEM_BYTES => Err(StoreError::TooLarge { bytes }),
        _ => Ok(item),
    }
}

/// What [`write`] makes, as an item of nobody: as large and in as many indexes, where no reader looks, until `until`.
pub(crate) fn decoy<R: Record>(record: &R, until: Timestamp) -> Result<(Key, Item), StoreError> {
    let mut item = write(record, 1)?;
    let Key { pk, sk } = record.key();
    let key = Key::new(format!("{NOBODY}{pk}"), sk);
    item.extend(key.attributes());
    for index in ["gsi1pk", "gsi2pk"] {
        if let Some(AttributeValue::S(partition)) = item.get_mut(index) {
            partition.insert_str(0, NOBODY);
        }
    }
    item.insert(TTL.to_owned(), number(until.as_second()));
    item.insert("kind".to_owned(), AttributeValue::S("decoy".to_owned()));
    Ok((key, item))
}

pub(crate) fn number(value: impl ToString) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// A time as a text of constant width, which sorts as time does.
pub fn sortable(time: Timestamp) -> String {
    format!("{time:.6}")
}

/// An item's size by DynamoDB's rules: names and values in UTF-8, numbers and containers rounded up.
pub fn item_bytes(item: &Item) -> usize {
    item.iter().map(|(name, value)| name.len() + value_bytes(value)).sum()
}

fn value_bytes(value: &AttributeValue) -> usize {
    match value {
        AttributeValue::S(text) => text.len(),
        AttributeValue::N(digits) => digits.len() / 2 + 2,
        AttributeValue::B(blob) => blob.as_ref().len(),
        AttributeValue::L(list) => 3 + list.iter().map(|value| 1 + value_bytes(value)).sum::<usize>(),
        AttributeValue::M(map) => 3 + map.iter().map(|(k, v)| 1 + k.len() + value_bytes(v)).sum::<usize>(),
        AttributeValue::Ss(texts) => texts.iter().map(String::len).sum(),
        AttributeValue::Ns(numbers) => numbers.iter().map(|digits| digits.len() / 2 + 2).sum(),
        AttributeValue::Bs(blobs) => blobs.iter().map(|blob| blob.as_ref().len()).sum(),
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Serialize, Deserialize, PartialEq)]
    struct Note {
        id: String,
        text: Option<String>,
        until: Option<Timestamp>,
    }

    impl Record for Note {
        const KIND: &'static str = "note";
        fn key(&self) -> Key {
            Key::new(format!("NOTE#{}", self.id), "NOTE")
        }
        fn ttl(&self) -> Option<Timestamp> {
            self.until
        }
    }

    fn note(text: Option<&str>) -> Note {
        Note {
            id: "1".into(),
            text: text.map(Into::into),
            until: Some(Timestamp::UNIX_EPOCH),
        }
    }

    #[test]
    fn a_record_comes_back_as_it_was() {
        for text in [Some("x"), Some(""), None] {
            let item = write(&note(text), 3).unwrap();
            assert_eq!(item[TTL], number(0));
            let back = Versioned::<Note>::from_item(item).unwrap();
            assert_eq!((back.record, back.version), (note(text), 3));
        }
    }

    #[test]
    fn a_decoy_is_where_nobody_looks() {
        let (key, item) = decoy(&note(Some("x")), Timestamp::MAX).unwrap();
        assert_eq!(key, Key::new("NOBODY#NOTE#1", "NOTE"));
        assert_eq!(Key::of(&item), Some(key));
        assert_eq!(item[TTL], number(Timestamp::MAX.as_second()));
        assert!(matches!(read::<Note>(item), Err(StoreError::Corrupt(_))));
    }

    #[test]
    fn another_kind_is_corrupt() {
        let mut item = write(&note(None), 1).unwrap();
        item.insert("kind".into(), AttributeValue::S("letter".into()));
        assert!(matches!(read::<Note>(item), Err(StoreError::Corrupt(_))));
    }

    #[test]
    fn an_item_over_400_kb_is_refused_before_it_is_sent() {
        assert!(matches!(
            write(&note(Some(&"x".repeat(MAX_ITEM_BYTES))), 1),
            Err(StoreError::TooLarge { .. })
        ));
        assert!(write(&note(Some(&"x".repeat(MAX_ITEM_BYTES - 200))), 1).is_ok());
    }
}
