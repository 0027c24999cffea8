//! Secrets that are sent to somebody and work once. Only a hash is kept.

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

use crate::random::Random;

/// A random text: 128 bits as 32 lower-case hexadecimal digits (ASVS 11.5.1), which fits the paths of every surface, or more.
#[derive(Debug, Clone)]
pub struct Secret(SecretString);

impl Secret {
    /// A new secret.
    pub fn generate(random: &Random) -> Self {
        Self(format!("{:032x}", random.u128()).into())
    }

    /// 256 random bits as 43 characters of base64url, for links whose document asks for as many.
    pub fn generate_long(random: &Random) -> Self {
        Self(URL_SAFE_NO_PAD.encode(random.bytes::<32>()).into())
    }

    /// 256 random bits as 64 lower-case hexadecimal digits.
    pub fn generate_hex(random: &Random) -> Self {
        Self(format!("{:032x}{:032x}", random.u128(), random.u128()).into())
    }

    /// A secret as somebody presents it.
    pub fn presented(text: String) -> Self {
        Self(text.into())
    }

    /// The text, to be sent to its owner and to nobody else.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// What is kept of it. The input has 128 bits, so a fast hash is enough (ASVS 6.5.2).
    pub fn hash(&self) -> SecretHash {
        SecretHash(URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, self.expose().as_bytes())))
    }
}

/// SHA-256 of a secret, base64url.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SecretHash(String);

impl SecretHash {
    /// A hash as somebody presents it.
    pub fn presented(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// Whether this is the same hash; takes as long whichever byte differs (ASVS 11.2.4).
    pub fn matches(&self, other: &SecretHash) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }

    /// As it is stored.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_matches_itself_and_is_not_shown() {
        let secret = Secret::generate(&Random::seeded(3));
        assert_eq!(secret.expose().len(), 32);
        assert!(
            secret
                .hash()
                .matches(&Secret::presented(secret.expose().to_owned()).hash())
        );
        assert!(!secret.hash().matches(&Secret::generate(&Random::seeded(4)).hash()));
        assert!(!format!("{secret:?}").contains(secret.expose()));
    }
}
