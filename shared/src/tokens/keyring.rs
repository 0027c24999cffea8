//! The keyring: keys that sign tokens and keys that seal secrets at rest, and nothing else.

mod document;
mod turn;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use jsonwebtoken::jwk::{AlgorithmParameters, Jwk, KeyAlgorithm, PublicKeyUse, ThumbprintHash};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::random::Random;
use document::{Document, SealingEntry, SigningEntry};

pub use turn::{Lives, NotTurned, PUBLISHED_BEFORE};

/// The keyring cannot be used, or something was not sealed with it.
#[derive(Debug, thiserror::Error)]
#[error("keyring: {0}")]
pub struct KeyringError(pub(crate) String);

fn wrong(error: impl std::fmt::Display) -> KeyringError {
    KeyringError(error.to_string())
}

/// Where a key is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KeyState {
    /// Published, so that verifiers know it before it signs.
    Next,
    /// Signs and seals.
    Active,
    /// Verifies and opens what it made before.
    Retired,
}

/// The mathematics of a signing key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Family {
    /// ECDSA on P-256 (ES256).
    #[serde(rename = "EC")]
    Ec,
    /// RSA of 2048 bits (RS256, RS512).
    #[serde(rename = "RSA")]
    Rsa,
}

/// A key that signs tokens.
pub struct SigningKey {
    /// RFC 7638 thumbprint.
    pub kid: String,
    /// What it can.
    pub family: Family,
    /// Where it is in its life.
    pub state: KeyState,
    /// Of a retired key: until when a token may be good that it signed.
    published_until: Option<Timestamp>,
    /// A retired key never signs again.
    encoding: Option<EncodingKey>,
    pub(super) decoding: DecodingKey,
    jwk: Jwk,
}

struct SealingKey {
    kid: String,
    state: KeyState,
    key: LessSafeKey,
    /// Made of the same 256 bits, for hashes that only this table's owner can compute.
    marking: hmac::Key,
}

/// Keys in use.
pub struct Keyring {
    signing: Vec<SigningKey>,
    sealing: Vec<SealingKey>,
}

impl std::fmt::Debug for Keyring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list()
            .entries(self.signing.iter().map(|key| (&key.kid, key.state)))
            .finish()
    }
}

impl Keyring {
    /// Makes a keyring's document: one active key of each kind.
    ///
    /// # Errors
    /// [`KeyringError`] when the operating system has no randomness.
    pub fn generate(now: Timestamp, random: &Random) -> Result<Zeroizing<String>, KeyringError> {
        let signing = |family| SigningEntry::make(family, KeyState::Active, now);
        let document = Document {
            follows: None,
            signing: vec![signing(Family::Ec)?, signing(Family::Rsa)?],
            sealing: vec![SealingEntry::make(KeyState::Active, now, random)],
        };
        document.written()
    }

    /// Reads a keyring's document.
    ///
    /// # Errors
    /// [`KeyringError`] when it is no keyring.
    pub fn parse(document: &str) -> Result<Self, KeyringError> {
        let document = Document::read(document)?;
        Ok(Self {
            signing: document
                .signing
                .into_iter()
                .map(SigningKey::new)
                .collect::<Result<_, _>>()?,
            sealing: document
                .sealing
                .into_iter()
                .map(SealingKey::new)
                .collect::<Result<_, _>>()?,
        })
    }

    /// The key that signs now.
    ///
    /// # Errors
    /// [`KeyringError`] when no key of the family is active.
    pub fn signing_key(&self, family: Family) -> Result<&SigningKey, KeyringError> {
        let active = |key: &&SigningKey| key.family == family && key.state == KeyState::Active;
        self.signing
            .iter()
            .find(active)
            .ok_or_else(|| wrong(format_args!("no active {family:?} key")))
    }

    /// The key that a token names, in whatever state: what a retired key signed is good until it expires.
    pub fn verifying_key(&self, family: Family, kid: &str) -> Option<&SigningKey> {
        self.signing.iter().find(|key| key.family == family && key.kid == kid)
    }

    /// The public keys as `/.well-known/jwks.json` shows them (RFC 7517 §5): those that sign now, will do so next, or signed a
    /// token that may be good.
    pub fn jwks(&self, now: Timestamp) -> Vec<&Jwk> {
        self.published(now).map(|key| &key.jwk).collect()
    }

    fn published(&self, now: Timestamp) -> impl Iterator<Item = &SigningKey> {
        let over = move |key: &&SigningKey| key.published_until.is_some_and(|until| until <= now);
        self.signing.iter().filter(move |key| !over(key))
    }

    /// The public keys that verify tokens of one algorithm of a family, which each of them names.
    pub fn jwks_of(&self, family: Family, algorithm: KeyAlgorithm, now: Timestamp) -> Vec<Jwk> {
        let keys = self.published(now).filter(|key| key.family == family);
        keys.map(|key| {
            let mut jwk = key.jwk.clone();
            jwk.common.key_algorithm = Some(algorithm);
            jwk
        })
        .collect()
    }

    /// Encrypts a text for this table only (AES-256-GCM). `purpose` is bound to it: what was sealed for one purpose does
    /// not open for another.
    ///
    /// # Errors
    /// [`KeyringError`] when no sealing key is active.
    pub fn seal(&self, random: &Random, purpose: &str, text: &str) -> Result<String, KeyringError> {
        let active = self.sealing.iter().find(|key| key.state == KeyState::Active);
        let key = active.ok_or_else(|| wrong("no active sealing key"))?;
        let nonce: [u8; NONCE_LEN] = random.bytes();
        let mut sealed = text.as_bytes().to_vec();
        key.key
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(purpose), &mut sealed)
            .map_err(wrong)?;
        let mut whole = nonce.to_vec();
        whole.append(&mut sealed);
        Ok(format!("{}.{}", key.kid, STANDARD.encode(whole)))
    }

    /// Decrypts what [`Keyring::seal`] made for the same purpose.
    ///
    /// # Errors
    /// [`KeyringError`] when it was sealed by a key that is gone, for another purpose, or was changed.
    pub fn open(&self, purpose: &str, sealed: &str) -> Result<Zeroizing<String>, KeyringError> {
        let (kid, whole) = sealed.split_once('.').ok_or_else(|| wrong("not sealed"))?;
        let key = self
            .sealing
            .iter()
            .find(|key| key.kid == kid)
            .ok_or_else(|| wrong("sealed by a key that is gone"))?;
        let mut whole = Zeroizing::new(STANDARD.decode(whole).map_err(wrong)?);
        let (nonce, text) = whole
            .split_at_mut_checked(NONCE_LEN)
            .ok_or_else(|| wrong("too short"))?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(wrong)?;
        let text = key.key.open_in_place(nonce, Aad::from(purpose), text).map_err(wrong)?;
        String::from_utf8(text.to_vec()).map(Zeroizing::new).map_err(wrong)
    }

    /// What is kept of a text that is recognised later and never read again, where the text may be short and chosen by
    /// people: HMAC-SHA-256 under a key that is not in the table, so that who has the table alone can try nothing. It costs a
    /// microsecond, not a password hash. `purpose` is bound to it as it is to what is sealed.
    ///
    /// # Errors
    /// [`KeyringError`] when no sealing key is active.
    pub fn mark(&self, purpose: &str, text: &str) -> Result<String, KeyringError> {
        let active = self.sealing.iter().find(|key| key.state == KeyState::Active);
        let key = active.ok_or_else(|| wrong("no active sealing key"))?;
        Ok(key.mark(&marked(purpose, text)))
    }

    /// What a text may have been marked as: by the key that marks now, by one that did when the text was marked, or by one
    /// that does already in another process. For texts that are kept where the key's name is not.
    pub fn marks(&self, purpose: &str, text: &str) -> Vec<String> {
        let text = marked(purpose, text);
        self.sealing.iter().map(|key| key.mark(&text)).collect()
    }

    /// Whether `mark` was made of this text for this purpose; takes as long whichever byte differs (ASVS 11.2.4).
    ///
    /// # Errors
    /// [`KeyringError`] when it was made by a key that is gone, or is no mark.
    pub fn has_mark(&self, purpose: &str, text: &str, mark: &str) -> Result<bool, KeyringError> {
        let (kid, tag) = mark.split_once('.').ok_or_else(|| wrong("not a mark"))?;
        let key = self.sealing.iter().find(|key| key.kid == kid);
        let key = key.ok_or_else(|| wrong("marked by a key that is gone"))?;
        let tag = STANDARD.decode(tag).map_err(wrong)?;
        Ok(hmac::verify(&key.marking, &marked(purpose, text), &tag).is_ok())
    }
}

/// Purpose and text, so that no two pairs are the same bytes.
fn marked(purpose: &str, text: &str) -> Zeroizing<Vec<u8>> {
    let length = (purpose.len() as u64).to_be_bytes();
    Zeroizing::new([&length, purpose.as_bytes(), text.as_bytes()].concat())
}

impl SigningKey {
    /// What it signs with.
    ///
    /// # Errors
    /// [`KeyringError`] when it is retired.
    pub(super) fn encoding(&self) -> Result<&EncodingKey, KeyringError> {
        self.encoding
            .as_ref()
            .ok_or_else(|| wrong("a retired key does not sign"))
    }

    fn new(entry: SigningEntry) -> Result<Self, KeyringError> {
        let (encoding, mut jwk) = match (&entry.private_key, entry.public_key) {
            (Some(pem), _) => {
                let (encoding, algorithm) = match entry.family {
                    Family::Ec => (EncodingKey::from_ec_pem(pem.as_bytes()), Algorithm::ES256),
                    Family::Rsa => (EncodingKey::from_rsa_pem(pem.as_bytes()), Algorithm::RS256),
                };
                let encoding = encoding.map_err(wrong)?;
                let jwk = Jwk::from_encoding_key(&encoding, algorithm).map_err(wrong)?;
                (Some(encoding), jwk)
            }
            (None, Some(jwk)) => (None, jwk),
            (None, None) => return Err(wrong("a key that is neither private nor public")),
        };
        let kid = jwk.thumbprint(ThumbprintHash::SHA256).map_err(wrong)?;
        jwk.common.key_id = Some(kid.clone());
        jwk.common.public_key_use = Some(PublicKeyUse::Signature);
        if let AlgorithmParameters::RSA(_) = jwk.algorithm {
            // The same key signs RS256 and RS512 tokens of different surfaces.
            jwk.common.key_algorithm = None;
        }
        let decoding = DecodingKey::from_jwk(&jwk).map_err(wrong)?;
        Ok(Self {
            kid,
            family: entry.family,
            state: entry.state,
            published_until: entry.published_until,
            encoding,
            decoding,
            jwk,
        })
    }
}

impl SealingKey {
    fn mark(&self, text: &[u8]) -> String {
        format!("{}.{}", self.kid, STANDARD.encode(hmac::sign(&self.marking, text)))
    }

    fn new(entry: SealingEntry) -> Result<Self, KeyringError> {
        let bytes = Zeroizing::new(STANDARD.decode(entry.key.as_bytes()).map_err(wrong)?);
        let key = UnboundKey::new(&AES_256_GCM, &bytes).map_err(wrong)?;
        let derived = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &bytes), b"countersign marks 1");
        Ok(Self {
            kid: entry.kid,
            state: entry.state,
            key: LessSafeKey::new(key),
            marking: hmac::Key::new(hmac::HMAC_SHA256, derived.as_ref()),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use proptest::prelude::*;
    use proptest::sample::Index;

    use super::*;

    static KEYRING: LazyLock<Keyring> = LazyLock::new(keyring);

    fn keyring() -> Keyring {
        Keyring::parse(&Keyring::generate(Timestamp::UNIX_EPOCH, &Random::system()).unwrap()).unwrap()
    }

    #[test]
    fn sealed_text_opens_for_its_purpose_only() {
        let (keyring, random) = (keyring(), Random::seeded(2));
        let sealed = keyring.seal(&random, "totp", "secret text").unwrap();
        assert!(!sealed.contains("secret"));
        assert_eq!(keyring.open("totp", &sealed).unwrap().as_str(), "secret text");
        assert!(keyring.open("mail", &sealed).is_err());
        assert_ne!(
            keyring.seal(&random, "totp", "secret text").unwrap(),
            sealed,
            "a nonce is used once"
        );
        let mut changed = sealed.clone().into_bytes();
        let last = changed.len() - 5;
        changed[last] = if changed[last] == b'A' { b'B' } else { b'A' };
        assert!(keyring.open("totp", std::str::from_utf8(&changed).unwrap()).is_err());
        for broken in ["", ".", "x.y", "none.AAAA", &sealed[..20]] {
            assert!(keyring.open("totp", broken).is_err(), "{broken}");
        }
        assert!(
            super::tests::keyring().open("totp", &sealed).is_err(),
            "another keyring"
        );
    }

    #[test]
    fn a_mark_is_recognised_for_its_purpose_only() {
        let keyring = keyring();
        let mark = keyring.mark("client 1", "web").unwrap();
        assert!(keyring.has_mark("client 1", "web", &mark).unwrap());
        for (purpose, text) in [
            ("client 1", "Web"),
            ("client 2", "web"),
            ("client 1w", "eb"),
            ("client 1", ""),
        ] {
            assert!(!keyring.has_mark(purpose, text, &mark).unwrap(), "{purpose} {text}");
        }
        assert!(super::tests::keyring().has_mark("client 1", "web", &mark).is_err());
        assert!(keyring.has_mark("client 1", "web", "web").is_err());
    }

    #[test]
    fn the_public_set_has_no_private_member() {
        let keyring = keyring();
        let text = serde_json::to_string(&keyring.jwks(Timestamp::UNIX_EPOCH)).unwrap();
        let keys: Vec<serde_json::Value> = serde_json::from_str(&text).unwrap();
        assert_eq!(keys.len(), 2);
        for key in &keys {
            for private in ["d", "p", "q", "dp", "dq", "qi", "k"] {
                assert!(key.get(private).is_none(), "{private}");
            }
            assert_eq!(key["use"], "sig");
            assert_eq!(key["kid"].as_str().unwrap().len(), 43);
        }
        assert_eq!(keys[0]["crv"], "P-256");
        assert_eq!(keys[1]["kty"], "RSA");
    }

    #[test]
    fn nonsense_is_no_keyring() {
        for text in ["", "{}", "[]", r#"{"signing":[{"family":"EC"}],"sealing":[]}"#] {
            assert!(Keyring::parse(text).is_err());
        }
    }

    proptest! {
        #[test]
        fn what_was_sealed_opens_and_a_bit_less_does_not(
            text in ".{0,60}", purpose in "[a-z ]{1,9}", seed in any::<u64>(), byte in any::<Index>(), bit in 0..8_u32,
        ) {
            let opens = |purpose: &str, sealed: &str| KEYRING.open(purpose, sealed).ok();
            let sealed = KEYRING.seal(&Random::seeded(seed), &purpose, &text).unwrap();
            let opened = opens(&purpose, &sealed).unwrap();
            prop_assert_eq!(opened.as_str(), &text);
            let other = opens(&format!("{purpose}x"), &sealed);
            prop_assert!(other.is_none());
            let (kid, whole) = sealed.split_once('.').unwrap();
            let bytes = STANDARD.decode(whole).unwrap();
            let at = byte.index(bytes.len());
            let mut changed = bytes.clone();
            changed[at] ^= 1 << bit;
            for broken in [changed.as_slice(), &bytes[..at]] {
                let opened = opens(&purpose, &format!("{kid}.{}", STANDARD.encode(broken)));
                prop_assert!(opened.is_none());
            }
        }

        #[test]
        fn no_text_opens(text in ".{0,60}", rest in "[A-Za-z0-9+/=]{0,60}") {
            prop_assert!(KEYRING.open("totp", &text).is_err());
            let own = format!("{}.{rest}", KEYRING.sealing[0].kid);
            prop_assert!(KEYRING.open("totp", &own).is_err());
        }
    }
}
