//! A keyring as it is kept: JSON in a secret or a file.

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::{self, KeySize};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use jsonwebtoken::jwk::Jwk;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{Family, KeyState, KeyringError, wrong};
use crate::random::Random;

/// All that is kept.
#[derive(Serialize, Deserialize)]
pub(super) struct Document {
    /// The version that this one was made of by a turn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) follows: Option<String>,
    pub(super) signing: Vec<SigningEntry>,
    pub(super) sealing: Vec<SealingEntry>,
}

/// A key that signs, or did.
#[derive(Serialize, Deserialize)]
pub(super) struct SigningEntry {
    pub(super) family: Family,
    pub(super) state: KeyState,
    pub(super) created_at: Timestamp,
    /// When it got into its state; where it is not there, when it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) since: Option<Timestamp>,
    /// Of a retired key: until when a token may be good that it signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) published_until: Option<Timestamp>,
    /// Of a retired key: until when a token may be presented that it signed, if only to be exchanged for another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) kept_until: Option<Timestamp>,
    /// PKCS#8 PEM. A retired key has none: it never signs again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) private_key: Option<Zeroizing<String>>,
    /// What is left of a retired key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) public_key: Option<Jwk>,
}

/// A key that seals, or did. It is kept for ever: what it sealed is.
#[derive(Serialize, Deserialize)]
pub(super) struct SealingEntry {
    pub(super) kid: String,
    pub(super) state: KeyState,
    pub(super) created_at: Timestamp,
    /// When it got into its state; where it is not there, when it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) since: Option<Timestamp>,
    /// 256 bits, base64.
    pub(super) key: Zeroizing<String>,
}

impl Document {
    pub(super) fn read(text: &str) -> Result<Self, KeyringError> {
        serde_json::from_str(text).map_err(wrong)
    }

    pub(super) fn written(&self) -> Result<Zeroizing<String>, KeyringError> {
        serde_json::to_string_pretty(self).map(Zeroizing::new).map_err(wrong)
    }
}

impl SigningEntry {
    /// A new key. An RSA key takes some tenths of a second.
    pub(super) fn make(family: Family, state: KeyState, now: Timestamp) -> Result<Self, KeyringError> {
        let private_key = match family {
            Family::Ec => {
                let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).map_err(wrong)?;
                pem(pair.to_pkcs8v1().map_err(wrong)?.as_ref())
            }
            Family::Rsa => {
                let pair = rsa::KeyPair::generate(KeySize::Rsa2048).map_err(wrong)?;
                let der: Pkcs8V1Der<'_> = pair.as_der().map_err(wrong)?;
                pem(der.as_ref())
            }
        };
        Ok(Self {
            family,
            state,
            created_at: now,
            since: None,
            published_until: None,
            kept_until: None,
            private_key: Some(private_key),
            public_key: None,
        })
    }

    /// When it got into its state.
    pub(super) fn since(&self) -> Timestamp {
        self.since.unwrap_or(self.created_at)
    }
}

impl SealingEntry {
    /// A new key.
    pub(super) fn make(state: KeyState, now: Timestamp, random: &Random) -> Self {
        Self {
            kid: format!("{:016x}", u64::from_be_bytes(random.bytes())),
            state,
            created_at: now,
            since: None,
            key: Zeroizing::new(STANDARD.encode(Zeroizing::new(random.bytes::<32>()))),
        }
    }

    /// When it got into its state.
    pub(super) fn since(&self) -> Timestamp {
        self.since.unwrap_or(self.created_at)
    }
}

/// RFC 7468.
fn pem(der: &[u8]) -> Zeroizing<String> {
    let encoded = Zeroizing::new(STANDARD.encode(der));
    let mut pem = Zeroizing::new("-----BEGIN PRIVATE KEY-----\n".to_owned());
    for (place, letter) in encoded.char_indices() {
        pem.push(letter);
        if place % 64 == 63 {
            pem.push('\n');
        }
    }
    if !pem.ends_with('\n') {
        pem.push('\n');
    }
    pem.push_str("-----END PRIVATE KEY-----\n");
    pem
}
