//! How an act ends when it is not done. An act's own enum holds the refusals that belong to it; what may fail any act is
//! [`Failure`], and each surface says it once.

use crate::credentials::password::Busy;
use crate::files::FileError;
use crate::http::throttle::Throttled;
use crate::notify::NotifyError;
use crate::store::{AsConflict, StoreError};
use crate::tokens::keyring::KeyringError;

/// Why an act was not done; `R` are the refusals of this act.
#[derive(Debug, thiserror::Error)]
pub enum Undone<R> {
    /// It was refused, for a reason of its own. Nothing has changed.
    #[error("refused: {0}")]
    Refused(R),
    /// Something failed that may fail any act.
    #[error(transparent)]
    Failed(Failure),
}

/// What may fail any act. Texts are for the log.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Too many attempts.
    #[error(transparent)]
    Throttled(#[from] Throttled),
    /// Too many hashes at this moment.
    #[error(transparent)]
    Busy(#[from] Busy),
    /// The keyring could not be read.
    #[error(transparent)]
    Keyring(#[from] KeyringError),
    /// A message could not be written.
    #[error(transparent)]
    Notify(#[from] NotifyError),
    /// The files could not be reached.
    #[error(transparent)]
    File(#[from] FileError),
    /// The table. Where it did not answer a commit, whether the act was done is not known.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What a failure is to a client, whatever the surface says it with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// Too many attempts: come back after so many seconds.
    TooMany {
        /// Seconds.
        retry_after: u32,
    },
    /// More than can be kept.
    TooLarge,
    /// Something is wrong here.
    Broken,
    /// Not at this moment; a second later perhaps.
    Unavailable,
}

impl Failure {
    /// What the client is told. What it was stands in the log.
    pub fn told(&self) -> Told {
        match self {
            Failure::Throttled(throttled) => Told::TooMany {
                retry_after: throttled.retry_after,
            },
            Failure::Store(StoreError::TooLarge { .. }) => Told::TooLarge,
            Failure::Store(error @ StoreError::Corrupt(_)) => {
                tracing::error!(%error, "internal error");
                Told::Broken
            }
            failure => {
                tracing::error!(error = %failure, "unavailable");
                Told::Unavailable
            }
        }
    }
}

/// Says an act's own refusals in a surface's words, and what may fail any act as the surface says that:
/// `act().await.map_err(in_words(|refusal| …))`.
pub fn in_words<R, E: From<Failure>>(words: impl FnOnce(R) -> E) -> impl FnOnce(Undone<R>) -> E {
    |undone| match undone {
        Undone::Refused(refusal) => words(refusal),
        Undone::Failed(failure) => failure.into(),
    }
}

impl<R, F: Into<Failure>> From<F> for Undone<R> {
    fn from(failure: F) -> Self {
        Self::Failed(failure.into())
    }
}

impl<R> Undone<R> {
    /// The same as what a larger act ends with.
    pub fn widened<Q: From<R>>(self) -> Undone<Q> {
        self.mapped(Q::from)
    }

    /// The same with what the refusal means to a larger act.
    pub fn mapped<Q>(self, meaning: impl FnOnce(R) -> Q) -> Undone<Q> {
        match self {
            Self::Refused(refusal) => Undone::Refused(meaning(refusal)),
            Self::Failed(failure) => Undone::Failed(failure),
        }
    }

    /// The table's error, if it is one.
    pub fn store_error(&self) -> Option<&StoreError> {
        match self {
            Self::Failed(Failure::Store(error)) => Some(error),
            _ => None,
        }
    }
}

impl<R> AsConflict for Undone<R> {
    fn is_conflict(&self) -> bool {
        self.store_error().is_some_and(StoreError::is_conflict)
    }
}
