//! Passkeys (WebAuthn Level 3). The mathematics and the checks of a response are webauthn-rs's; here is what is kept, and
//! that each challenge works once.
//!
//! Rooms: [`relying_party`] who we are to an authenticator, [`ceremony`] a challenge between its two halves, [`register`]
//! adding a passkey, [`assert`] signing in with one, [`manage`] listing and removing them.

pub mod assert;
pub mod ceremony;
pub mod manage;
pub mod register;
pub mod relying_party;

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::accounts::User;
use crate::ids::UserId;
use crate::random::Random;
use crate::store::record::read;
use crate::store::{Key, Query, Record, Store, StoreError};

/// Passkeys that a user has at most.
pub const MOST: usize = 20;

/// The largest number that JavaScript reads exactly.
const MAX_NUMBER: u64 = (1 << 53) - 1;

/// A passkey of a user.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Passkey {
    /// Whose it is.
    pub user_id: UserId,
    /// The number by which its owner names it; not the credential's own identifier.
    pub number: u64,
    /// What its owner calls it.
    pub name: String,
    /// The credential's identifier, base64url.
    pub credential_id: String,
    /// Whether the authenticator had verified its user when it was made.
    pub discoverable: bool,
    /// How the authenticator may be reached: `usb`, `internal`, ….
    pub transports: Vec<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Public key, counter and backup flags, as webauthn-rs writes them.
    state: String,
}

impl Passkey {
    /// What the sort key of every passkey begins with. It stands before what a sign-in with a password reads.
    pub const PREFIX: &'static str = "CREDENTIAL#";

    /// Where the passkey of `user` with this credential identifier is kept.
    pub fn key_of(user: UserId, credential_id: &[u8]) -> Key {
        Key::new(
            User::partition(user),
            format!("{}{}", Self::PREFIX, digest_of(credential_id)),
        )
    }

    fn credential_bytes(&self) -> Result<Vec<u8>, StoreError> {
        URL_SAFE_NO_PAD.decode(&self.credential_id).map_err(StoreError::corrupt)
    }

    fn credential(&self) -> Result<webauthn_rs::prelude::Passkey, StoreError> {
        serde_json::from_str(&self.state).map_err(StoreError::corrupt)
    }
}

impl Record for Passkey {
    const KIND: &'static str = "passkey";
    fn key(&self) -> Key {
        let digest = self
            .credential_bytes()
            .map(|bytes| digest_of(&bytes))
            .unwrap_or_default();
        Key::new(User::partition(self.user_id), format!("{}{digest}", Self::PREFIX))
    }
}

/// Says that a credential identifier is in use, and by whom.
#[derive(Debug, Serialize, Deserialize)]
struct CredentialClaim {
    credential_id: String,
    user_id: UserId,
}

impl CredentialClaim {
    fn key_of(credential_id: &[u8]) -> Key {
        Key::new(format!("{}{}", Passkey::PREFIX, digest_of(credential_id)), "CLAIM")
    }
}

impl Record for CredentialClaim {
    const KIND: &'static str = "credential claim";
    fn key(&self) -> Key {
        Self::key_of(&URL_SAFE_NO_PAD.decode(&self.credential_id).unwrap_or_default())
    }
}

/// Credential identifiers are up to 1,023 bytes long (WebAuthn §4), keys are short.
fn digest_of(credential_id: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, credential_id))
}

/// The passkeys of a user, the oldest first.
///
/// # Errors
/// [`StoreError`] when the table cannot be read.
pub async fn of_user(store: &Store, user: UserId) -> Result<Vec<Passkey>, StoreError> {
    let query = Query::partition(User::partition(user)).begins(Passkey::PREFIX);
    let items = store.query_to_end(query).await?;
    let mut passkeys: Vec<Passkey> = items.into_iter().map(read).collect::<Result<_, _>>()?;
    passkeys.sort_by_key(|passkey| (passkey.created_at, passkey.number));
    Ok(passkeys)
}

/// A new number.
fn new_number(random: &Random) -> u64 {
    u64::from_be_bytes(random.bytes()) & MAX_NUMBER
}
