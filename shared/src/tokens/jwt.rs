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

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use proptest::prelude::*;
    use proptest::sample::Index;
    use serde_json::Value;

    use super::*;
    use crate::random::Random;
    use crate::tokens::access::{ENGINE, identity};
    use crate::tokens::arc::arc;

    static KEYRING: LazyLock<Keyring> = LazyLock::new(|| {
        let document = Keyring::generate(Timestamp::UNIX_EPOCH, &Random::system()).unwrap();
        Keyring::parse(&document).unwrap()
    });

    /// One of each algorithm.
    const KINDS: [TokenKind<'static>; 3] = [ENGINE, identity("go"), arc("arc", 900)];

    const NOW: i64 = 1_772_366_400;

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    struct Claims {
        said: String,
        number: i64,
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn signed(kind: TokenKind<'_>, claims: &Claims) -> String {
        sign(&KEYRING, kind, at(NOW), ForWhomever {}, claims.clone()).unwrap()
    }

    fn checked(kind: TokenKind<'_>, second: i64, token: &str) -> Option<Claims> {
        let checked: Checked<ForWhomever, Claims> = check(&KEYRING, kind, at(second), token)?;
        Some(checked.claims)
    }

    fn claims() -> impl Strategy<Value = Claims> {
        (".{0,40}", any::<i64>()).prop_map(|(said, number)| Claims { said, number })
    }

    fn kinds() -> impl Strategy<Value = TokenKind<'static>> {
        proptest::sample::select(KINDS.to_vec())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// And for as long as its kind says, to the second.
        #[test]
        fn what_is_signed_is_what_is_checked(kind in kinds(), claims in claims()) {
            let token = signed(kind, &claims);
            prop_assert_eq!(checked(kind, NOW, &token), Some(claims.clone()));
            prop_assert_eq!(checked(kind, NOW + kind.lifetime - 1, &token), Some(claims));
            prop_assert_eq!(checked(kind, NOW + kind.lifetime, &token), None);
            prop_assert_eq!(checked(kind, NOW - 1, &token), None);
            for other in KINDS.iter().filter(|other| other.typ != kind.typ) {
                prop_assert_eq!(checked(*other, NOW, &token), None);
            }
        }

        /// In header, claims or signature, and whatever the parts are cut and glued from.
        #[test]
        fn a_bit_that_was_changed_anywhere_is_refused(
            kind in kinds(), part in 0_usize..3, byte in any::<Index>(), bit in 0..8_u32, at in any::<Index>(), more in "[A-Za-z0-9._=-]",
        ) {
            let token = signed(kind, &Claims { said: "Ada".into(), number: 1 });
            let mut parts: Vec<String> = token.split('.').map(str::to_owned).collect();
            let mut bytes = URL_SAFE_NO_PAD.decode(&parts[part]).unwrap();
            let byte = byte.index(bytes.len());
            bytes[byte] ^= 1_u8 << bit;
            parts[part] = URL_SAFE_NO_PAD.encode(bytes);
            prop_assert_eq!(checked(kind, NOW, &parts.join(".")), None);

            let at = at.index(token.len());
            let mut longer = token.clone();
            longer.insert_str(at, &more);
            prop_assert_eq!(checked(kind, NOW, &longer), None);
            let mut shorter = token.clone();
            shorter.remove(at);
            prop_assert_eq!(checked(kind, NOW, &shorter), None);
            prop_assert_eq!(checked(kind, NOW, &token[..at]), None);
        }

        #[test]
        fn no_text_panics_or_is_a_token(kind in kinds(), text in ".*|[a-zA-Z0-9_-]{0,30}\\.[a-zA-Z0-9_-]{0,30}\\.[a-zA-Z0-9_-]{0,30}") {
            prop_assert_eq!(checked(kind, NOW, &text), None);
        }

        /// Headers that a token of ours might have, over claims and signatures that it has not.
        #[test]
        fn no_header_makes_it_one(kind in kinds(), name in "alg|typ|kid|crit|jku|jwk|x5u|x5c|cty|b64", value in values()) {
            let token = signed(kind, &Claims { said: "Ada".into(), number: 1 });
            let (header, rest) = token.split_once('.').unwrap();
            let mut header: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).unwrap()).unwrap();
            prop_assume!(header[&name] != value);
            header[&name] = value;
            let header = URL_SAFE_NO_PAD.encode(header.to_string());
            prop_assert_eq!(checked(kind, NOW, &format!("{header}.{rest}")), None);
        }
    }

    fn values() -> impl Strategy<Value = Value> {
        let known = ["none", "HS256", "RS256", "RS512", "ES256", "at+jwt", "https://x/keys"].map(Value::from);
        prop_oneof![
            proptest::sample::select(known.to_vec()),
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            ".{0,20}".prop_map(Value::from),
            proptest::collection::vec(".{0,5}", 0..3).prop_map(Value::from),
        ]
    }
}
