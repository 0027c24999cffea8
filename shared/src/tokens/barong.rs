//! Barong's token: what the edge gives to whoever passes it, for the services behind it. Its claims inform them; at this
//! service holds what the table says.

use jiff::Timestamp;
use jsonwebtoken::Algorithm;
use serde::{Deserialize, Serialize};

use super::jwt::{self, Checked, For, TokenKind};
use super::keyring::{Keyring, KeyringError};
use super::mailed::ISSUER;
use crate::accounts::User;
use crate::credentials::api_key::Kid;
use crate::ids::{SessionId, UserId};
use crate::random::Random;

/// A session's token, which lives so many seconds.
const fn session(lifetime: i64) -> TokenKind<'static> {
    TokenKind {
        algorithm: Algorithm::RS256,
        typ: "barong+jwt",
        issuer: ISSUER,
        lifetime,
        says_when_it_begins: false,
    }
}

/// Whom barong's tokens are for: the exchange, and this service.
pub type BarongAudience = (Peatio, Barong);

/// The audience that barong's tokens have.
pub const AUDIENCE: BarongAudience = (Peatio::Peatio, Barong::Barong);

/// The exchange behind the edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "it can be nothing else")]
pub enum Peatio {
    Peatio,
}

/// This service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "it can be nothing else")]
pub enum Barong {
    Barong,
}

/// What the token is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Subject {
    Session,
}

/// What a token was given for: it ends with it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stands {
    /// A session.
    Sid(SessionId),
    /// An API key.
    Kid(Kid),
}

/// What barong's token says.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct BarongClaims {
    sub: Subject,
    /// Which token it is: 20 hexadecimal digits.
    pub jti: String,
    /// The user's short identifier.
    pub uid: String,
    /// The user's address as typed.
    pub email: String,
    /// The user's role when it was made.
    pub role: String,
    /// The user's level when it was made.
    pub level: u8,
    /// The user's state when it was made.
    pub state: String,
    /// A number that stands for who brought the user here.
    pub referral_id: Option<u64>,
    /// The user, as the table is keyed.
    pub id: UserId,
    /// What it was given for.
    #[serde(flatten)]
    pub stands: Stands,
}

impl BarongClaims {
    /// A token of a user for a session or an API key.
    pub fn new(user: &User, stands: Stands, random: &Random) -> Self {
        let [jti @ .., _, _, _, _, _, _] = random.bytes::<16>();
        Self {
            sub: Subject::Session,
            jti: hex(jti),
            uid: user.uid.clone(),
            email: user.email.typed().to_owned(),
            role: user.role.clone(),
            level: user.level,
            state: user.state.as_str().to_owned(),
            referral_id: user.referrer.as_ref().and_then(|referrer| number_of(&referrer.uid)),
            id: user.id,
            stands,
        }
    }

    /// Whether `others` say the same, whichever token they are.
    pub fn say_the_same(&self, others: &Self) -> bool {
        let Self {
            sub,
            jti: _,
            uid,
            email,
            role,
            level,
            state,
            referral_id,
            id,
            stands,
        } = self;
        (sub, uid, email, role, level) == (&others.sub, &others.uid, &others.email, &others.role, &others.level)
            && (state, referral_id, id, stands) == (&others.state, &others.referral_id, &others.id, &others.stands)
    }

    /// Signs a token with these claims that lives so many seconds.
    ///
    /// # Errors
    /// [`KeyringError`] when there is no active key.
    pub fn sign(self, keyring: &Keyring, now: Timestamp, lifetime: i64) -> Result<String, KeyringError> {
        jwt::sign(keyring, session(lifetime), now, For { aud: AUDIENCE }, self)
    }

    /// Checks a token; `None` when it is not one of ours, or not any more.
    pub fn check(keyring: &Keyring, now: Timestamp, token: &str) -> Option<Self> {
        let checked: Checked<For<BarongAudience>, Self> = jwt::check(keyring, session(0), now, token)?;
        Some(checked.claims)
    }
}

fn hex(bytes: [u8; 10]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The number that the ten digits of a short identifier are: 40 bits, so that every client reads it exactly.
fn number_of(uid: &str) -> Option<u64> {
    let start = uid.len().checked_sub(10)?;
    u64::from_str_radix(uid.get(start..)?, 16).ok()
}
