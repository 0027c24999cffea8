//! What a program presents: the name of its key, a nonce that is a time, and a signature over both.

use aws_lc_rs::hmac;
use http::HeaderMap;
use jiff::Timestamp;

use super::{ApiKey, KeyState, Kid};
use crate::tokens::Keyring;
use crate::tokens::keyring::KeyringError;

/// The headers.
const KID: &str = "x-auth-apikey";
const NONCE: &str = "x-auth-nonce";
const SIGNATURE: &str = "x-auth-signature";

/// Why headers do not prove whose key it is, in the order in which it is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotProved {
    /// One of the three is missing or blank.
    #[error("a header is missing")]
    Incomplete,
    /// There is no such key.
    #[error("there is no such key")]
    Unknown,
    /// The nonce is no time.
    #[error("the nonce is no time")]
    NonceNotATime,
    /// The nonce is another time than now.
    #[error("the nonce is too old or too new")]
    NonceExpired,
    /// The nonce was used, where each works once.
    #[error("the nonce was used")]
    NonceUsed,
    /// The signature is not of this key and nonce.
    #[error("the signature is wrong")]
    WrongSignature,
    /// The key is switched off.
    #[error("the key is not active")]
    NotActive,
}

/// What the headers of a request say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Presented {
    kid: String,
    nonce: String,
    signature: String,
}

impl Presented {
    /// What a request presents: `None` where none of the three headers is there.
    ///
    /// # Errors
    /// [`NotProved::Incomplete`] where not all of them are, or one is there twice.
    pub fn of(headers: &HeaderMap) -> Option<Result<Self, NotProved>> {
        let names = [KID, NONCE, SIGNATURE];
        if !names.iter().any(|name| headers.contains_key(*name)) {
            return None;
        }
        let value = |name: &str| {
            let mut values = headers.get_all(name).iter();
            let (Some(value), None) = (values.next(), values.next()) else {
                // Of two, who forwards the request may take the other one.
                return None;
            };
            let text = value.to_str().ok()?.trim();
            Some(text.to_owned()).filter(|text| !text.is_empty())
        };
        let [kid, nonce, signature] = names.map(value);
        let all = kid.zip(nonce).zip(signature);
        Some(
            all.map(|((kid, nonce), signature)| Self { kid, nonce, signature })
                .ok_or(NotProved::Incomplete),
        )
    }

    /// The key that is named, if it can be one.
    pub fn kid(&self) -> Option<Kid> {
        Kid::parse(&self.kid)
    }

    /// Checks nonce and signature against the key that is named, with less than `lifetime` milliseconds between the nonce
    /// and `now`, and then whether the key works: the moment that the nonce is. With the key comes its owner's epoch of keys.
    ///
    /// # Errors
    /// [`NotProved`], or that the secret cannot be opened.
    pub fn prove(
        &self,
        keyring: &Keyring,
        key: Option<(&ApiKey, u64)>,
        now: Timestamp,
        lifetime: i64,
    ) -> Result<Result<i64, NotProved>, KeyringError> {
        let Some((key, epoch)) = key.filter(|(key, _)| key.kid.as_str() == self.kid) else {
            return Ok(Err(NotProved::Unknown));
        };
        let at = match timely(&self.nonce, now, lifetime) {
            Ok(at) => at,
            Err(untimely) => return Ok(Err(untimely)),
        };
        let secret = key.secret(keyring)?;
        Ok(if !self.is_signed_with(&secret) {
            Err(NotProved::WrongSignature)
        } else if key.state_of(epoch) != KeyState::Active {
            Err(NotProved::NotActive)
        } else {
            Ok(at)
        })
    }

    /// Whether the signature is HMAC-SHA-256 over nonce and name of the key; takes as long whichever byte differs
    /// (ASVS 11.2.4).
    fn is_signed_with(&self, secret: &str) -> bool {
        let Some(tag) = lower_hex(&self.signature) else {
            return false;
        };
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
        let signed = [self.nonce.as_bytes(), self.kid.as_bytes()].concat();
        hmac::verify(&key, &signed, &tag).is_ok()
    }
}

/// The milliseconds since 1970 that a nonce is, where it is less than `lifetime` of them away from `now`.
fn timely(nonce: &str, now: Timestamp, lifetime: i64) -> Result<i64, NotProved> {
    let digits = nonce.bytes().all(|byte| byte.is_ascii_digit());
    let at: i64 = nonce
        .parse()
        .ok()
        .filter(|at| digits && *at > 0)
        .ok_or(NotProved::NonceNotATime)?;
    match now.as_millisecond().abs_diff(at) < lifetime.unsigned_abs() {
        true => Ok(at),
        false => Err(NotProved::NonceExpired),
    }
}

fn lower_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |letter: u8| match letter {
        b'0'..=b'9' => Some(letter - b'0'),
        b'a'..=b'f' => Some(letter - b'a' + 10),
        _ => None,
    };
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let bytes = pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?));
    rest.is_empty().then(|| bytes.collect()).flatten()
}

#[cfg(test)]
mod tests {
    use http::{HeaderName, HeaderValue};

    use super::super::tests::{key, keyring};
    use super::*;

    const NOW: i64 = 1_700_000_000_000;

    fn signature(nonce: &str, kid: &str) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, b"secret");
        let tag = hmac::sign(&key, format!("{nonce}{kid}").as_bytes());
        tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn proved(kid: &str, nonce: &str, signature: &str, state: KeyState) -> Result<(), NotProved> {
        let keyring = keyring();
        let presented = Presented {
            kid: kid.into(),
            nonce: nonce.into(),
            signature: signature.into(),
        };
        let now = Timestamp::from_millisecond(NOW).unwrap();
        let proved = presented.prove(&keyring, Some((&key(&keyring, state), 1)), now, 5000);
        proved.unwrap().map(|at| assert_eq!(at.to_string(), nonce))
    }

    #[test]
    fn a_signature_proves_within_its_time() {
        let kid = "0123456789abcdef";
        for (nonce, wanted) in [
            ("1700000000000", Ok(())),
            ("1699999995001", Ok(())),
            ("1700000004999", Ok(())),
            ("1699999995000", Err(NotProved::NonceExpired)),
            ("1700000005000", Err(NotProved::NonceExpired)),
            ("1", Err(NotProved::NonceExpired)),
            ("1700000000", Err(NotProved::NonceExpired)),
            ("9223372036854775807", Err(NotProved::NonceExpired)),
            ("9223372036854775808", Err(NotProved::NonceNotATime)),
            ("0", Err(NotProved::NonceNotATime)),
            ("-1700000000000", Err(NotProved::NonceNotATime)),
            ("+1700000000000", Err(NotProved::NonceNotATime)),
            ("1700000000000.0", Err(NotProved::NonceNotATime)),
            ("now", Err(NotProved::NonceNotATime)),
        ] {
            let outcome = proved(kid, nonce, &signature(nonce, kid), KeyState::Active);
            assert_eq!(outcome, wanted, "{nonce}");
        }
    }

    #[test]
    fn what_is_wrong_is_told_in_its_order() {
        let (kid, nonce, stale) = ("0123456789abcdef", "1700000000000", "1");
        let right = signature(nonce, kid);
        let off = KeyState::Inactive;
        assert_eq!(proved("fedcba9876543210", "x", "x", off), Err(NotProved::Unknown));
        assert_eq!(proved(kid, "x", "x", off), Err(NotProved::NonceNotATime));
        assert_eq!(proved(kid, stale, "x", off), Err(NotProved::NonceExpired));
        assert_eq!(proved(kid, nonce, "x", off), Err(NotProved::WrongSignature));
        assert_eq!(proved(kid, nonce, &right, off), Err(NotProved::NotActive));
        let keyring = keyring();
        let presented = Presented {
            kid: kid.into(),
            nonce: "x".into(),
            signature: right,
        };
        let nobody = presented.prove(&keyring, None, Timestamp::UNIX_EPOCH, 5000).unwrap();
        assert_eq!(nobody, Err(NotProved::Unknown));
    }

    #[test]
    fn only_the_whole_signature_in_lower_case_is_one() {
        let (kid, nonce) = ("0123456789abcdef", "1700000000000");
        let right = signature(nonce, kid);
        let wrong = [
            right.to_uppercase(),
            right[..62].to_owned(),
            right[..63].to_owned(),
            format!("{right}00"),
            format!("0x{right}"),
            String::new(),
            signature("1700000000001", kid),
            signature(kid, nonce),
            signature(nonce, ""),
            "0".repeat(64),
            "\u{fc}".repeat(32),
        ];
        for wrong in wrong {
            let outcome = proved(kid, nonce, &wrong, KeyState::Active);
            assert_eq!(outcome, Err(NotProved::WrongSignature), "{wrong}");
        }
    }

    #[test]
    fn three_headers_once_each_or_none() {
        let headers = |pairs: &[(&'static str, &'static str)]| {
            let mut headers = HeaderMap::new();
            for (name, value) in pairs {
                headers.append(HeaderName::from_static(name), HeaderValue::from_static(value));
            }
            Presented::of(&headers)
        };
        assert_eq!(headers(&[("x-other", "1")]), None);
        assert!(headers(&[(KID, "a"), (NONCE, "1"), (SIGNATURE, "s")]).unwrap().is_ok());
        for pairs in [
            &[(KID, "a")][..],
            &[(NONCE, "1")],
            &[(SIGNATURE, "s")],
            &[(KID, "a"), (NONCE, "1")],
            &[(KID, "a"), (NONCE, "1"), (SIGNATURE, "")],
            &[(KID, " "), (NONCE, "1"), (SIGNATURE, "s")],
            &[(KID, "a"), (KID, "b"), (NONCE, "1"), (SIGNATURE, "s")],
        ] {
            assert_eq!(headers(pairs), Some(Err(NotProved::Incomplete)), "{pairs:?}");
        }
    }
}
