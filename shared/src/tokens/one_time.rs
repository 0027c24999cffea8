//! What is kept of a secret that somebody was sent: it works once, until its end, and not after too many wrong guesses.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::keyring::Keyring;
use super::secret::{Secret, SecretHash};
use crate::App;
use crate::act::Undone;
use crate::store::commit::{Step, text};
use crate::store::{Commit, Condition, Key, StoreError};

/// So many wrong guesses void a secret.
pub const MAX_ATTEMPTS: u32 = 5;

/// A part of the record that says what the secret is for.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OneTime {
    token_hash: SecretHash,
    attempts: u32,
    /// When it ends by itself.
    pub valid_until: Timestamp,
}

impl OneTime {
    /// What to keep of `secret`, which lives so long.
    ///
    /// # Errors
    /// [`StoreError`] where time ends.
    pub fn new(secret: &Secret, now: Timestamp, lifetime: Duration) -> Result<Self, StoreError> {
        Ok(Self {
            token_hash: secret.hash(),
            attempts: 0,
            valid_until: now.checked_add(lifetime).map_err(StoreError::corrupt)?,
        })
    }

    /// Whether nothing opens it any more.
    pub fn is_over(&self, now: Timestamp) -> bool {
        now >= self.valid_until || self.attempts >= MAX_ATTEMPTS
    }

    /// Whether `secret` is the right one, in time.
    pub fn opens_with(&self, secret: &Secret, now: Timestamp) -> bool {
        self.token_hash.matches(&secret.hash()) && !self.is_over(now)
    }

    /// The same for a text whose mark is kept, because it is short: under whichever key it was marked.
    pub fn opens_with_marked(&self, keyring: &Keyring, purpose: &str, text: &str, now: Timestamp) -> bool {
        let marks = keyring.marks(purpose, text).into_iter();
        marks
            .map(Secret::presented)
            .any(|presented| self.opens_with(&presented, now))
    }

    /// Adds to `commit` that it is used up. Whoever comes after is refused with `refusal`.
    pub fn consume<E>(&self, commit: &mut Commit<E>, key: Key, refusal: impl FnOnce() -> E + Send + 'static) {
        let unused = Condition::All(vec![
            self.is_this_one(),
            Condition::Below("attempts", MAX_ATTEMPTS.into()),
        ]);
        commit.delete(key, unused).otherwise(|_| refusal());
    }

    /// Counts a guess before it is judged, so that a thousand at the same moment are not five. For secrets that are short
    /// enough to be guessed.
    ///
    /// # Errors
    /// `refusal` when it was replaced or used meanwhile, or when there were too many guesses.
    pub async fn count_guess<R: Send + 'static>(&self, app: &App, key: Key, refusal: R) -> Result<(), Undone<R>> {
        let guessable = Condition::All(vec![
            self.is_this_one(),
            Condition::Below("attempts", MAX_ATTEMPTS.into()),
        ]);
        let mut commit = Commit::<Undone<R>>::new();
        commit
            .update(key, guessable, [Step::Add("attempts", 1)])
            .otherwise(|_| Undone::Refused(refusal));
        app.store.commit(commit).await
    }

    /// As [`OneTime::consume`], by a guess that was counted.
    pub fn consume_counted<E>(&self, commit: &mut Commit<E>, key: Key, refusal: impl FnOnce() -> E + Send + 'static) {
        commit.delete(key, self.is_this_one()).otherwise(|_| refusal());
    }

    fn is_this_one(&self) -> Condition {
        Condition::Equals("token_hash", text(self.token_hash.as_str()))
    }
}

/// Counts a wrong guess on the secret at `key`, if there is one. Where there is none, nothing is written and the call costs
/// the same wait. Whatever comes of it, the answer is `refusal`, or the table's failure.
pub async fn count_wrong<R>(app: &App, key: Key, refusal: R) -> Undone<R> {
    let mut commit = Commit::<StoreError>::new();
    commit.update(key, Condition::Present, [Step::Add("attempts", 1)]);
    match app.store.commit(commit).await {
        Ok(()) | Err(StoreError::Conflict) => Undone::Refused(refusal),
        Err(error) => error.into(),
    }
}
