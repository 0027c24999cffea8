//! API keys: what programs prove with whose they are, by a signature over a nonce that is a time. The secret is shown once
//! and kept sealed, because a signature is checked with it and a hash would not do.

pub mod manage;
pub mod nonce;
mod proof;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::App;
use crate::accounts::User;
use crate::ids::UserId;
use crate::random::Random;
use crate::store::{Key, Record};
use crate::tokens::Keyring;
use crate::tokens::keyring::KeyringError;

pub use proof::{NotProved, Presented};

/// The only algorithm.
pub const ALGORITHM: &str = "HS256";

/// Names a key: 16 lower-case hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Kid(String);

impl Kid {
    /// A new one.
    pub fn generate(random: &Random) -> Self {
        Self(format!("{:016x}", u64::from_be_bytes(random.bytes())))
    }

    /// Reads one as it is written.
    pub fn parse(text: &str) -> Option<Self> {
        let is_one = text.len() == 16 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        is_one.then(|| Self(text.to_owned()))
    }

    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for Kid {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<Kid> for String {
    fn from(kid: Kid) -> Self {
        kid.0
    }
}

impl TryFrom<String> for Kid {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text).ok_or_else(|| format!("not the name of a key: {text:?}"))
    }
}

/// Whether a key works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KeyState {
    /// It does.
    Active,
    /// It does not.
    Inactive,
}

impl KeyState {
    /// As it is stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Inactive => "inactive",
        }
    }
}

/// A key.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ApiKey {
    /// Its name.
    pub kid: Kid,
    /// Whose it is.
    pub user_id: UserId,
    /// What its owner says that it is for. It is kept and shown, and limits nothing.
    pub scope: Vec<String>,
    /// What its owner set; see [`ApiKey::state_of`].
    pub set: KeyState,
    /// The owner's epoch of keys in which it was last set to work; it is switched off with it.
    pub epoch: u64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was changed.
    pub updated_at: Timestamp,
    /// The secret, sealed.
    sealed: String,
}

impl ApiKey {
    /// What the sort key of every API key begins with.
    pub const PREFIX: &'static str = "APIKEY#";

    /// A new key of a user in that user's epoch of keys, and its secret of 128 bits, which is shown once.
    ///
    /// # Errors
    /// [`KeyringError`] without a key to seal it with.
    pub fn generate(
        app: &App,
        keyring: &Keyring,
        (user_id, epoch): (UserId, u64),
        scope: Vec<String>,
    ) -> Result<(Self, Zeroizing<String>), KeyringError> {
        let kid = Kid::generate(&app.random);
        let secret = Zeroizing::new(format!("{:032x}", app.random.u128()));
        let now = app.clock.now();
        let sealed = keyring.seal(&app.random, &purpose(&kid), &secret)?;
        let key = Self {
            kid,
            user_id,
            scope,
            set: KeyState::Active,
            epoch,
            created_at: now,
            updated_at: now,
            sealed,
        };
        Ok((key, secret))
    }

    /// Whether it works while its owner is in this epoch of keys.
    pub fn state_of(&self, epoch: u64) -> KeyState {
        match self.epoch == epoch {
            true => self.set,
            false => KeyState::Inactive,
        }
    }

    /// Where a key is kept.
    pub fn key_of(user: UserId, kid: &Kid) -> Key {
        Key::new(User::partition(user), format!("{}{kid}", Self::PREFIX))
    }

    /// What says whose it is.
    pub fn claim(&self) -> ApiKeyClaim {
        ApiKeyClaim {
            kid: self.kid.clone(),
            user_id: self.user_id,
        }
    }

    /// The secret.
    ///
    /// # Errors
    /// [`KeyringError`] when it was sealed by a key that is gone.
    pub fn secret(&self, keyring: &Keyring) -> Result<Zeroizing<String>, KeyringError> {
        keyring.open(&purpose(&self.kid), &self.sealed)
    }
}

/// What a secret is sealed for, so that it does not open in the place of another.
fn purpose(kid: &Kid) -> String {
    format!("api key {kid}")
}

impl Record for ApiKey {
    const KIND: &'static str = "api key";
    fn key(&self) -> Key {
        Self::key_of(self.user_id, &self.kid)
    }
}

/// Says whose a key is. It never changes, and goes with the key.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ApiKeyClaim {
    /// The key's name.
    pub kid: Kid,
    /// Whose it is.
    pub user_id: UserId,
}

impl ApiKeyClaim {
    /// Where the claim of a key is kept.
    pub fn key_of(kid: &Kid) -> Key {
        Key::new(format!("{}{kid}", ApiKey::PREFIX), "CLAIM")
    }
}

impl Record for ApiKeyClaim {
    const KIND: &'static str = "api key claim";
    fn key(&self) -> Key {
        Self::key_of(&self.kid)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub fn keyring() -> Keyring {
        Keyring::parse(&Keyring::generate(Timestamp::UNIX_EPOCH, &Random::system()).unwrap()).unwrap()
    }

    pub fn key(keyring: &Keyring, state: KeyState) -> ApiKey {
        let kid = Kid::parse("0123456789abcdef").unwrap();
        let sealed = keyring.seal(&Random::seeded(1), &purpose(&kid), "secret").unwrap();
        ApiKey {
            kid,
            user_id: UserId::generate(&crate::clock::Clock::system(), &Random::seeded(1)),
            scope: Vec::new(),
            set: state,
            epoch: 1,
            created_at: Timestamp::UNIX_EPOCH,
            updated_at: Timestamp::UNIX_EPOCH,
            sealed,
        }
    }

    #[test]
    fn a_key_works_in_the_epoch_in_which_it_was_set_to() {
        let keyring = keyring();
        let (on, off) = (key(&keyring, KeyState::Active), key(&keyring, KeyState::Inactive));
        assert_eq!([on.state_of(1), on.state_of(2)], [KeyState::Active, KeyState::Inactive]);
        assert_eq!([off.state_of(1), off.state_of(2)], [KeyState::Inactive; 2]);
    }

    #[test]
    fn a_secret_opens_in_its_own_key_only() {
        let keyring = keyring();
        let mut other = key(&keyring, KeyState::Active);
        other.kid = Kid::parse("fedcba9876543210").unwrap();
        assert!(other.secret(&keyring).is_err());
        assert_eq!(
            key(&keyring, KeyState::Active).secret(&keyring).unwrap().as_str(),
            "secret"
        );
        assert!(!format!("{:?}", key(&keyring, KeyState::Active)).contains("secret\""));
    }

    #[test]
    fn names_of_keys_are_read_strictly() {
        assert!(Kid::parse("0123456789abcdef").is_some());
        for text in [
            "",
            "0123456789ABCDEF",
            "0123456789abcde",
            "0123456789abcdefg",
            "0123456789abcdeg",
        ] {
            assert!(Kid::parse(text).is_none(), "{text}");
        }
        assert!(Kid::parse(Kid::generate(&Random::seeded(1)).as_str()).is_some());
    }
}
