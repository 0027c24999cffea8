//! Tokens that barong's mails carry: to confirm an address, and to set a new password. They say by themselves whom they are
//! for; that each works once is for the table.

use jiff::Timestamp;
use jsonwebtoken::Algorithm;
use serde::{Deserialize, Serialize};

use super::jwt::{self, Checked, Fault, For, ForWhomever, TokenKind};
use super::keyring::{Keyring, KeyringError};
use super::secret::Secret;
use crate::App;
use crate::accounts::User;

/// Seconds that one is good for.
pub const LIFETIME: i64 = 3600;

/// Who issues them.
pub const ISSUER: &str = "barong";

const MAILED: TokenKind<'static> = TokenKind {
    algorithm: Algorithm::RS256,
    typ: "barong-mailed+jwt",
    issuer: ISSUER,
    lifetime: LIFETIME,
    says_when_it_begins: false,
};

/// What a token is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Purpose {
    /// To confirm an address.
    Confirmation,
    /// To set a new password.
    Reset,
}

/// What a token says.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Mailed {
    /// What it is good for.
    pub sub: Purpose,
    /// Which token it is: 20 hexadecimal digits.
    pub jti: String,
    /// The address that it was mailed to.
    pub email: String,
    /// Whose it is, or was.
    pub uid: String,
    /// The secret of a reset.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reset_token: Option<String>,
}

/// Whom a token is for.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Audience {
    Barong,
}

/// Why a token is not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotMailed {
    /// It is no token.
    #[error("no token")]
    Malformed,
    /// It is none of ours.
    #[error("not one of ours")]
    NotOurs,
    /// It was good once.
    #[error("too old")]
    Expired,
    /// It is one of ours, and good for this.
    #[error("good for {0}")]
    Other(String),
}

impl NotMailed {
    /// The last word of what the original program says of it.
    pub fn word(&self) -> &str {
        match self {
            Self::Malformed => "segments",
            Self::NotOurs => "raised",
            Self::Expired => "expired",
            Self::Other(purpose) => purpose,
        }
    }
}

impl Mailed {
    /// A token for `user`.
    pub fn new(app: &App, sub: Purpose, user: &User, reset_token: Option<&Secret>) -> Self {
        Self {
            sub,
            jti: app
                .random
                .bytes::<10>()
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect(),
            email: user.email.typed().to_owned(),
            uid: user.uid.clone(),
            reset_token: reset_token.map(|secret| secret.expose().to_owned()),
        }
    }

    /// Signs a token.
    ///
    /// # Errors
    /// [`KeyringError`] when there is no active key.
    pub fn sign(self, keyring: &Keyring, now: Timestamp) -> Result<Secret, KeyringError> {
        let aud = [Audience::Barong];
        jwt::sign(keyring, MAILED, now, For { aud }, self).map(Secret::presented)
    }

    /// Reads a token that is good for `purpose`, and when it ends.
    ///
    /// # Errors
    /// [`NotMailed`].
    pub fn read(
        keyring: &Keyring,
        now: Timestamp,
        token: &str,
        purpose: Purpose,
    ) -> Result<(Self, Timestamp), NotMailed> {
        /// What every token of barong says, whatever it is good for.
        #[derive(Deserialize)]
        struct Said {
            sub: String,
        }
        let said: Checked<ForWhomever, Said> =
            jwt::examine(keyring, MAILED, now, token).map_err(|fault| match fault {
                Fault::Malformed => NotMailed::Malformed,
                Fault::NotOurs => NotMailed::NotOurs,
                Fault::Expired => NotMailed::Expired,
            })?;
        let whole: Option<Checked<For<[Audience; 1]>, Self>> = jwt::check(keyring, MAILED, now, token);
        match whole {
            Some(checked) if checked.claims.sub == purpose => Ok((checked.claims, checked.expires_at)),
            _ => Err(NotMailed::Other(said.claims.sub)),
        }
    }
}
