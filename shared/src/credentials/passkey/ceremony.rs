//! A challenge between its two halves. It is kept under the hash of the challenge, so that two tabs, or two people, do not
//! disturb each other; and it is consumed by the first answer that finds it, good or bad.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::digest_of;
use crate::App;
use crate::ids::UserId;
use crate::store::record::read_optional;
use crate::store::{Commit, Condition, Item, Key, Record, StoreError, retried};

/// A challenge may be answered for so long.
pub const LIFETIME: Duration = Duration::from_secs(300);

/// What a challenge is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Purpose {
    /// Adding a passkey.
    Register,
    /// Signing in.
    SignIn,
}

/// A challenge that waits for its answer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Ceremony {
    digest: String,
    /// Known again when it is answered. The table keeps its hash only.
    #[serde(skip)]
    challenge: Vec<u8>,
    /// What it is for.
    pub purpose: Purpose,
    /// Whose it is; nobody's yet where the authenticator finds out.
    pub user_id: Option<UserId>,
    /// The name that was given with it, as it is compared.
    pub username: Option<String>,
    /// What webauthn-rs wants to know again.
    state: String,
    valid_until: Timestamp,
}

impl Ceremony {
    /// Where the ceremony of `challenge` is kept.
    pub fn key_of(challenge: &[u8]) -> Key {
        Self::key_of_digest(&digest_of(challenge))
    }

    fn key_of_digest(digest: &str) -> Key {
        Key::new(format!("SECRET#{digest}"), "CHALLENGE")
    }

    /// A ceremony that begins now.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when the state is not as webauthn-rs writes it.
    pub fn begin(
        app: &App,
        challenge: &[u8],
        purpose: Purpose,
        user_id: Option<UserId>,
        username: Option<String>,
        state: &impl Serialize,
    ) -> Result<Self, StoreError> {
        Ok(Self {
            digest: digest_of(challenge),
            challenge: challenge.to_vec(),
            purpose,
            user_id,
            username,
            state: kept(state)?.to_string(),
            valid_until: app.clock.now().checked_add(LIFETIME).map_err(StoreError::corrupt)?,
        })
    }

    /// The ceremony of this challenge as it was read, if it is for this and not too old.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when it is something else.
    pub fn open(
        item: Option<Item>,
        challenge: Vec<u8>,
        purpose: Purpose,
        now: Timestamp,
    ) -> Result<Option<Self>, StoreError> {
        let ceremony = read_optional::<Self>(item)?;
        let ceremony = ceremony.filter(|ceremony| ceremony.purpose == purpose && now < ceremony.valid_until);
        Ok(ceremony.map(|ceremony| Self { challenge, ..ceremony }))
    }

    /// What webauthn-rs wants to know again.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`].
    pub fn state<S: DeserializeOwned>(&self) -> Result<S, StoreError> {
        let mut state: Value = serde_json::from_str(&self.state).map_err(StoreError::corrupt)?;
        part(&mut state)?.insert(CHALLENGE.into(), json!(URL_SAFE_NO_PAD.encode(&self.challenge)));
        serde_json::from_value(state).map_err(StoreError::corrupt)
    }

    /// Adds to `commit` that the challenge was answered; `late` is what it means when another answer was faster.
    pub fn consume<E>(&self, commit: &mut Commit<E>, late: impl FnOnce() -> E + Send + 'static) {
        commit.delete(self.key(), Condition::Present).otherwise(|_| late());
    }

    /// Consumes it after a bad answer. Whether another answer was faster does not matter.
    ///
    /// # Errors
    /// [`StoreError`] when that is not known.
    pub async fn spend(&self, app: &App) -> Result<(), StoreError> {
        // Other answers may be under way at the same moment.
        retried(async || {
            let mut commit = Commit::<StoreError>::new();
            commit.delete(self.key(), Condition::Always);
            app.store.commit(commit).await
        })
        .await
    }
}

impl Record for Ceremony {
    const KIND: &'static str = "challenge";
    fn key(&self) -> Key {
        Self::key_of_digest(&self.digest)
    }
    fn ttl(&self) -> Option<Timestamp> {
        Some(self.valid_until)
    }
}

/// The member of webauthn-rs's state that is the challenge.
const CHALLENGE: &str = "challenge";

/// The part of webauthn-rs's state that says what it asked for, of a registration or of a sign-in.
fn part(state: &mut Value) -> Result<&mut Map<String, Value>, StoreError> {
    let name = if state.get("rs").is_some() { "rs" } else { "ast" };
    let part = state.get_mut(name).and_then(Value::as_object_mut);
    part.ok_or_else(|| StoreError::corrupt("a ceremony that asked for nothing"))
}

/// What is kept of webauthn-rs's state: not the challenge, which whoever reads the table need not know. And webauthn-rs's
/// passkeys require that the authenticator verifies its user, where the published API prefers it, which old security keys
/// can do without; so the state says so. Nothing else of it is touched.
fn kept(state: &impl Serialize) -> Result<Value, StoreError> {
    let mut state = serde_json::to_value(state).map_err(StoreError::corrupt)?;
    let asked = part(&mut state)?;
    let known = asked.remove(CHALLENGE).is_some() && asked.insert("policy".into(), json!("preferred")).is_some();
    match known {
        true => Ok(state),
        false => Err(StoreError::corrupt("a ceremony without a challenge or a policy")),
    }
}

/// The challenge that a response answers, from its client data (WebAuthn §5.8.1). `None` when there is none.
pub fn answered(client_data_json: &[u8]) -> Option<Vec<u8>> {
    let data: Value = serde_json::from_slice(client_data_json).ok()?;
    URL_SAFE_NO_PAD.decode(data.get("challenge")?.as_str()?).ok()
}
