//! Signing and checking JSON Web Tokens. What a token must be is pinned by a [`TokenKind`]; the token itself chooses
//! nothing but which of our keys signed it (RFC 8725 §3.1, ASVS 9.1).

use std::collections::HashSet;

use jiff::Timestamp;
use jsonwebtoken::{Algorithm, Header, Validation, decode, decode_header, encode};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::keyring::{Family, Keyring, KeyringError};

/// Bytes that a token has at most; longer ones are not looked at.
const MAX_BYTES: usize = 16 * 1024;

/// A kind of token: one surface, one purpose.
#[derive(Debug, Clone, Copy)]
pub struct TokenKind<'a> {
    /// The only algorithm.
    pub algorithm: Algorithm,
    /// The only `typ` (RFC 9068 §2.1).
    pub typ: &'static str,
    /// The only issuer.
    pub issuer: &'a str,
    /// Seconds that a token lives.
    pub lifetime: i64,
    /// Whether tokens say when they begin (`nbf`): when they are made.
    pub says_when_it_begins: bool,
}

impl TokenKind<'_> {
    fn family(&self) -> Family {
        match self.algorithm {
            Algorithm::ES256 => Family::Ec,
            _ => Family::Rsa,
        }
    }
}

/// Members that every token has, beside those of its kind.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Registered {
    /// Issuer.
    pub iss: String,
    /// When it was made, in seconds since 1970.
    pub iat: i64,
    /// When it ends, in seconds since 1970.
    pub exp: i64,
    /// When it begins, in seconds since 1970, where it says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nbf: Option<i64>,
}

/// Whom a token is for.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct For<T> {
    /// Its audience; a type that can hold nothing but an audience of its kind.
    pub aud: T,
}

/// A token that says nothing about whom it is for, because its document has no such member; its type keeps it apart.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct ForWhomever {}

/// What is wrong with a token, where its document wants that said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It is no token.
    Malformed,
    /// It is none of ours.
    NotOurs,
    /// It was good once.
    Expired,
}

#[derive(Serialize, Deserialize)]
struct Whole<A, C> {
    #[serde(flatten)]
    registered: Registered,
    #[serde(flatten)]
    audience: A,
    #[serde(flatten)]
    claims: C,
}

/// A token that was checked.
#[derive(Debug, Clone)]
pub struct Checked<A, C> {
    /// Whom it is for.
    pub audience: A,
    /// What else it says.
    pub claims: C,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// Signs a token of a kind. `A` is [`For`] an audience of that kind, or [`ForWhomever`].
///
/// # Errors
/// [`KeyringError`] when there is no active key.
pub fn sign<A: Serialize, C: Serialize>(
    keyring: &Keyring,
    kind: TokenKind<'_>,
    now: Timestamp,
    audience: A,
    claims: C,
) -> Result<String, KeyringError> {
    let key = keyring.signing_key(kind.family())?;
    let mut header = Header::new(kind.algorithm);
    header.typ = Some(kind.typ.to_owned());
    header.kid = Some(key.kid.clone());
    let iat = now.as_second();
    let whole = Whole {
        registered: Registered {
            iss: kind.issuer.into(),
            iat,
            exp: iat + kind.lifetime,
            nbf: kind.says_when_it_begins.then_some(iat),
        },
        audience,
        claims,
    };
    encode(&header, &whole, key.encoding()?).map_err(|error| KeyringError(error.to_string()))
}

/// Checks signature, algorithm, type, issuer, audience and time of a token. The audience is checked by being an `A`.
/// `None` for whatever is wrong with it: why is of use to an attacker only.
pub fn check<A: DeserializeOwned, C: DeserializeOwned>(
    keyring: &Keyring,
    kind: TokenKind<'_>,
    now: Timestamp,
    token: &str,
) -> Option<Checked<A, C>> {
    check_whenever(keyring, kind, now, token).filter(|checked| now < checked.expires_at)
}

/// The same for a token that may have ended, where it only shows which one it was.
pub fn check_whenever<A: DeserializeOwned, C: DeserializeOwned>(
    keyring: &Keyring,
    kind: TokenKind<'_>,
    now: Timestamp,
    token: &str,
) -> Option<Checked<A, C>> {
    if token.len() > MAX_BYTES {
        return None;
    }
    let header = decode_header(token).ok()?;
    if header.typ.as_deref() != Some(kind.typ) {
        return None;
    }
    decoded(keyring, kind, now, token, &header)
}

/// The same for a token of whatever purpose of this issuer, told apart by what it says, and what is wrong with it where it is
/// not good. The signature comes first: of a token that is not ours nothing is said.
///
/// # Errors
/// [`Fault`].
pub fn examine<A: DeserializeOwned, C: DeserializeOwned>(
    keyring: &Keyring,
    kind: TokenKind<'_>,
    now: Timestamp,
    token: &str,
) -> Result<Checked<A, C>, Fault> {
    let fits = token.len() <= MAX_BYTES;
    let header = fits
        .then(|| decode_header(token).ok())
        .flatten()
        .ok_or(Fault::Malformed)?;
    let checked = decoded(keyring, kind, now, token, &header).ok_or(Fault::NotOurs)?;
    match now < checked.expires_at {
        true => Ok(checked),
        false => Err(Fault::Expired),
    }
}

fn decoded<A: DeserializeOwned, C: DeserializeOwned>(
    keyring: &Keyring,
    kind: TokenKind<'_>,
    now: Timestamp,
    token: &str,
    header: &Header,
) -> Option<Checked<A, C>> {
    if header.crit.is_some() {
        return None;
    }
    let key = keyring.verifying_key(kind.family(), header.kid.as_deref()?)?;
    let mut validation = Validation::new(kind.algorithm);
    validation.set_issuer(&[kind.issuer]);
    validation.required_spec_claims = HashSet::from(["exp", "iss"].map(str::to_owned));
    // Read as the only ones there are, below.
    validation.validate_aud = false;
    // Time is compared below, with our clock and without leeway: whoever checks is whoever issued.
    validation.validate_exp = false;
    let whole = decode::<Whole<A, C>>(token, &key.decoding, &validation).ok()?.claims;
    let Whole {
        registered,
        audience,
        claims,
    } = whole;
    let expires_at = Timestamp::from_second(registered.exp).ok()?;
    let begun = registered.iat <= now.as_second() && registered.nbf.is_none_or(|nbf| nbf <= now.as_second());
    begun.then_some(Checked {
        audience,
        claims,
        expires_at,
    })
}
