//! What proves that somebody is who they say: passwords, passkeys, codes of authenticator apps, passwords that work once, and
//! API keys.

pub mod api_key;
pub mod captcha;
pub mod one_time_password;
pub mod passkey;
pub mod password;
pub mod totp;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::accounts::Email;
use crate::ids::UserId;
use crate::store::{Key, Record};

use password::PasswordHash;

/// A user's password. It is kept beside the claim on the address that it is used with, so that a sign-in finds both in
/// one read; it moves with the address.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PasswordRecord {
    /// The address.
    pub email: Email,
    /// Whose it is.
    pub user_id: UserId,
    /// The hash, in PHC text.
    pub hash: PasswordHash,
    /// When it was set.
    pub changed_at: Timestamp,
}

impl PasswordRecord {
    /// The sort key of a password.
    pub const SK: &'static str = "PASSWORD";

    /// Where the password used with `email` is kept.
    pub fn key_of(email: &Email) -> Key {
        Key::new(email.partition(), Self::SK)
    }
}

impl Record for PasswordRecord {
    const KIND: &'static str = "password";
    fn key(&self) -> Key {
        Self::key_of(&self.email)
    }
}
