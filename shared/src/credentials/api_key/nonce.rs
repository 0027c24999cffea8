//! Nonces that were used, where each works once: an item for each, which may be made once and goes when the nonce is too old
//! to be used anyway.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Kid;
use crate::App;
use crate::act::{Failure, Undone};
use crate::store::{Commit, Key, Record, StoreError};

/// A nonce that was used.
#[derive(Debug, Serialize, Deserialize)]
struct UsedNonce {
    kid: Kid,
    /// Milliseconds since 1970.
    nonce: i64,
    /// When it could not be used any more.
    ends_at: Timestamp,
}

impl Record for UsedNonce {
    const KIND: &'static str = "used nonce";
    fn key(&self) -> Key {
        // A partition each: a program that asks often would heat up one of its own.
        Key::new(format!("NONCE#{}#{}", self.kid, self.nonce), "USED")
    }
    fn ttl(&self) -> Option<Timestamp> {
        Some(self.ends_at)
    }
}

/// It was used before.
struct Used;

/// Uses a nonce that was proved: `false` where it was used before.
///
/// # Errors
/// [`Failure`]: what is not known to be new is not used.
pub async fn spend(app: &App, kid: &Kid, nonce: i64) -> Result<bool, Failure> {
    let last = nonce.saturating_add(app.config.edge.nonce_lifetime);
    let mut commit = Commit::<Undone<Used>>::new();
    let used = UsedNonce {
        kid: kid.clone(),
        nonce,
        ends_at: Timestamp::from_millisecond(last).map_err(StoreError::corrupt)?,
    };
    commit.create(&used).otherwise(|_| Undone::Refused(Used));
    match app.store.commit(commit).await {
        Ok(()) => Ok(true),
        Err(Undone::Refused(Used)) => Ok(false),
        Err(Undone::Failed(failure)) => Err(failure),
    }
}
