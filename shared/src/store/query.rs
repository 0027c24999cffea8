//! Reading a range of one partition.

use super::StoreError;
use super::record::{Item, Record, read};

/// Which index a query reads; the table itself when none is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Index {
    /// `gsi1pk`, `gsi1sk`. Eventually consistent.
    Gsi1,
    /// `gsi2pk`, `gsi2sk`. Eventually consistent.
    Gsi2,
}

/// The part of a partition that is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Range {
    /// All of it.
    All,
    /// Sort keys that begin so.
    Begins(String),
    /// Sort keys from the first to the second, both included.
    Between(String, String),
}

/// Where a page ended. Only this program makes and reads it.
#[derive(Debug, Clone, PartialEq)]
pub struct Cursor(pub(crate) Item);

/// A range of one partition, in the order of its sort key.
#[derive(Debug, Clone)]
pub struct Query {
    pub(crate) index: Option<Index>,
    pub(crate) pk: String,
    pub(crate) range: Range,
    pub(crate) limit: Option<i32>,
    pub(crate) descending: bool,
    pub(crate) after: Option<Cursor>,
}

impl Query {
    /// A whole partition of the table, strongly consistent.
    pub fn partition(pk: impl Into<String>) -> Self {
        Self {
            index: None,
            pk: pk.into(),
            range: Range::All,
            limit: None,
            descending: false,
            after: None,
        }
    }

    /// The partition that is read, for doors.
    pub fn partition_key(&self) -> &str {
        &self.pk
    }

    /// The index that is read, for doors; `None` for the table itself.
    pub fn index(&self) -> Option<Index> {
        self.index
    }

    /// Reads an index instead of the table.
    #[must_use]
    pub fn of(self, index: Index) -> Self {
        Self {
            index: Some(index),
            ..self
        }
    }

    /// Only sort keys that begin so.
    #[must_use]
    pub fn begins(self, prefix: impl Into<String>) -> Self {
        Self {
            range: Range::Begins(prefix.into()),
            ..self
        }
    }

    /// Only sort keys from `first` to `last`, both included.
    #[must_use]
    pub fn between(self, first: impl Into<String>, last: impl Into<String>) -> Self {
        Self {
            range: Range::Between(first.into(), last.into()),
            ..self
        }
    }

    /// At most so many items a page.
    #[must_use]
    pub fn limit(self, limit: u16) -> Self {
        Self {
            limit: Some(i32::from(limit.max(1))),
            ..self
        }
    }

    /// The greatest sort key first.
    #[must_use]
    pub fn descending(self) -> Self {
        Self {
            descending: true,
            ..self
        }
    }

    /// Goes on where a page ended.
    #[must_use]
    pub fn after(self, cursor: Cursor) -> Self {
        Self {
            after: Some(cursor),
            ..self
        }
    }
}

/// What a query found.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// The items, in order.
    pub items: Vec<Item>,
    /// Where to go on; `None` at the end.
    pub next: Option<Cursor>,
}

impl Page {
    /// The items as records of one kind.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when one of them is something else.
    pub fn records<R: Record>(self) -> Result<Vec<R>, StoreError> {
        self.items.into_iter().map(read).collect()
    }
}
