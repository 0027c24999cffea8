//! What can go wrong at the table. Texts are for the log; no client sees them.

/// An operation on the table failed.
#[derive(Debug, Clone, thiserror::Error, PartialEq, Eq)]
pub enum StoreError {
    /// Another writer was faster; the reader's picture is out of date.
    #[error("another writer was faster")]
    Conflict,
    /// The table or the account has no capacity left for the moment.
    #[error("the table is throttling")]
    Throttled,
    /// No answer, or none in time. Whether a commit took place is not known.
    #[error("the table did not answer: {0}")]
    Unavailable(String),
    /// An item would exceed DynamoDB's 400 KB.
    #[error("an item of {bytes} bytes exceeds {limit}", limit = super::record::MAX_ITEM_BYTES)]
    TooLarge {
        /// The size it would have.
        bytes: usize,
    },
    /// What is stored, or what the table answered, is not what this program writes.
    #[error("the table holds or says something unexpected: {0}")]
    Corrupt(String),
}

impl StoreError {
    pub(crate) fn corrupt(what: impl std::fmt::Display) -> Self {
        Self::Corrupt(what.to_string())
    }
}
