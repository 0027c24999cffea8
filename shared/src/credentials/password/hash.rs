//! The stored text of a hash: ours, or one that was imported.

use std::fmt;

use argon2::{Algorithm, Version};
use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use serde::{Deserialize, Serialize};

use super::{
    ImportRefused, Password,
    import::{argon2_params, parse},
    scheme::Scheme,
};

/// The bytes of salt and of hash in what we make. Nobody else's argon2 has both as long by default, so that these
/// lengths also tell our hashes, of whatever parameters, from imported ones.
pub(super) const BYTES: usize = 32;

/// What one of our own argon2id hashes costs (ASVS 11.4.2).
///
/// Each generation of parameters is a constant here. To raise the cost, add one and make it the default: hashes of
/// other parameters keep verifying and answer [`Verdict::Right`](super::Verdict::Right) as `outdated`, which asks for
/// a new hash at that sign-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Argon2Params(argon2::Params);

impl Argon2Params {
    /// 19 MiB, two passes, one lane: the OWASP Password Storage Cheat Sheet's choice.
    pub const V1: Self = match argon2::Params::new(19_456, 2, 1, None) {
        Ok(params) => Self(params),
        Err(_) => Self(argon2::Params::DEFAULT),
    };

    /// Memory in KiB, passes, and lanes. The bounds are those of an import, so that whatever is written can be read.
    ///
    /// # Errors
    /// [`ImportRefused`], naming the parameter that is out of bounds.
    pub fn new(m_cost: u32, t_cost: u32, p_cost: u32) -> Result<Self, ImportRefused> {
        argon2_params(m_cost, t_cost, p_cost).map(Self)
    }
}

impl Default for Argon2Params {
    fn default() -> Self {
        Self::V1
    }
}

/// A password hash as the table keeps it: PHC text, or bcrypt's modular crypt text.
///
/// Holds only what can be verified within bounds, wherever it came from: deserialising makes the same checks as
/// [`PasswordHash::import`] (ASVS 15.2.2). `Debug` does not show it.
#[derive(Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PasswordHash {
    text: String,
    scheme: Scheme,
}

impl PasswordHash {
    /// Takes over a hash that another program made:
    ///
    /// | scheme | text | bounds |
    /// |---|---|---|
    /// | argon2id, argon2i, argon2d | `$argon2id$v=19$m=…,t=…,p=…$salt$hash` | m ≤ 256 MiB, t ≤ 10, p ≤ 8 |
    /// | bcrypt | `$2a$`, `$2b$`, `$2y$` | cost 4 to 14 |
    /// | scrypt | `$scrypt$ln=…,r=…,p=…$salt$hash` | N·r·128 ≤ 128 MiB, p ≤ 4 |
    /// | pbkdf2 | `$pbkdf2-sha256$i=…$salt$hash`, `-sha512` | i from 1,000 to 2,000,000 |
    ///
    /// PHC salts are of 8 to 48 bytes, hashes of 10 to 64. An imported hash verifies the password as it was received
    /// and is outdated from the start. The one exception is argon2id of version 19 with a salt and a hash of 32
    /// bytes each, which is what our own look like: it verifies the NFKC form.
    ///
    /// # Errors
    /// [`ImportRefused`] says what was not understood or is out of bounds; it never repeats the text.
    pub fn import(text: &str) -> Result<Self, ImportRefused> {
        Ok(Self {
            scheme: parse(text)?,
            text: text.to_owned(),
        })
    }

    /// The text to store.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The text of a hash that was just made.
    pub(super) fn made(params: &Argon2Params, salt: [u8; BYTES], tag: [u8; BYTES]) -> Self {
        let Argon2Params(params) = params;
        let (m, t, p) = (params.m_cost(), params.t_cost(), params.p_cost());
        let (salt64, tag64) = (STANDARD_NO_PAD.encode(salt), STANDARD_NO_PAD.encode(tag));
        Self {
            text: format!("$argon2id$v=19$m={m},t={t},p={p}${salt64}${tag64}"),
            scheme: Scheme::Argon2 {
                algorithm: Algorithm::Argon2id,
                version: Version::V0x13,
                params: params.clone(),
                salt: salt.to_vec(),
                tag: tag.to_vec(),
            },
        }
    }

    pub(super) fn scheme(&self) -> &Scheme {
        &self.scheme
    }

    /// The form of the password that this is a hash of: NFKC for ours, as received for anyone else's.
    pub(super) fn form<'p>(&self, password: &'p Password) -> &'p str {
        if self.our_params().is_some() {
            password.normalized()
        } else {
            password.presented()
        }
    }

    /// Whether a new hash with these parameters should take its place.
    pub(super) fn is_outdated(&self, current: &Argon2Params) -> bool {
        self.our_params() != Some(&current.0)
    }

    /// The parameters, if it is one of ours: argon2id, version 19, salt and hash of 32 bytes.
    fn our_params(&self) -> Option<&argon2::Params> {
        match &self.scheme {
            Scheme::Argon2 {
                algorithm: Algorithm::Argon2id,
                version: Version::V0x13,
                params,
                salt,
                tag,
            } if salt.len() == BYTES && tag.len() == BYTES => Some(params),
            _ => None,
        }
    }
}

impl Argon2Params {
    /// What the argon2 crate calls them.
    pub(super) fn inner(&self) -> &argon2::Params {
        &self.0
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}

impl PartialEq for PasswordHash {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for PasswordHash {}

impl TryFrom<String> for PasswordHash {
    type Error = ImportRefused;

    fn try_from(text: String) -> Result<Self, ImportRefused> {
        Ok(Self {
            scheme: parse(&text)?,
            text,
        })
    }
}

impl From<PasswordHash> for String {
    fn from(hash: PasswordHash) -> Self {
        hash.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8\
        $/1RlZ4B3u0JpGzXRUU0bqqXmO7WuZxJu2vnnK6CZ1iI";

    #[test]
    fn the_text_goes_to_the_table_and_back_and_stays_out_of_logs() {
        let hash = PasswordHash::import(OURS).unwrap();
        let json = serde_json::to_string(&hash).unwrap();
        assert_eq!(json, format!("\"{OURS}\""));
        assert_eq!(serde_json::from_str::<PasswordHash>(&json).unwrap(), hash);
        assert!(!format!("{hash:?}").contains("argon2"));
    }

    #[test]
    fn ours_are_current_until_the_parameters_change() {
        let ours = PasswordHash::import(OURS).unwrap();
        assert!(!ours.is_outdated(&Argon2Params::V1));
        assert!(ours.is_outdated(&Argon2Params::new(19_456, 3, 1).unwrap()));
        let made = PasswordHash::made(&Argon2Params::V1, [7; BYTES], [9; BYTES]);
        assert_eq!(
            PasswordHash::import(made.as_str()).unwrap().scheme().blocks(),
            made.scheme().blocks()
        );
        assert!(
            !PasswordHash::import(made.as_str())
                .unwrap()
                .is_outdated(&Argon2Params::default())
        );
        let params = Argon2Params::default();
        assert_eq!(
            (params.0.m_cost(), params.0.t_cost(), params.0.p_cost()),
            (19_456, 2, 1)
        );
    }
}
