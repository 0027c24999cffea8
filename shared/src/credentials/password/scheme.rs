//! The four algorithms a stored hash can be of, and recomputing it.

use argon2::{Algorithm, Argon2, Block, Version};
use sha2::{Sha256, Sha512};
use subtle::{Choice, ConstantTimeEq as _};
use zeroize::Zeroizing;

/// bcrypt reads no more of a password than this.
const BCRYPT_MAX_PASSWORD: usize = 72;

/// A stored hash, taken apart.
#[derive(Clone)]
pub(super) enum Scheme {
    Argon2 {
        algorithm: Algorithm,
        version: Version,
        params: argon2::Params,
        salt: Vec<u8>,
        tag: Vec<u8>,
    },
    Bcrypt {
        cost: u32,
        salt: [u8; 16],
        tag: [u8; 23],
    },
    Scrypt {
        params: scrypt::Params,
        salt: Vec<u8>,
        tag: Vec<u8>,
    },
    Pbkdf2 {
        digest: Digest,
        rounds: u32,
        salt: Vec<u8>,
        tag: Vec<u8>,
    },
}

/// What pbkdf2's HMAC is made of.
#[derive(Clone, Copy)]
pub(super) enum Digest {
    Sha256,
    Sha512,
}

impl Scheme {
    /// How many blocks [`Scheme::matches`] needs in `memory`.
    pub(super) fn blocks(&self) -> usize {
        match self {
            Self::Argon2 { params, .. } => params.block_count(),
            Self::Bcrypt { .. } | Self::Scrypt { .. } | Self::Pbkdf2 { .. } => 0,
        }
    }

    /// Whether this is the hash of exactly `password`; compared in constant time (ASVS 11.2.4).
    ///
    /// bcrypt, scrypt and pbkdf2 pad or end a password with zero bytes, so that `a` and `a\0` have the same hash; and
    /// bcrypt reads 72 bytes. What they cannot tell apart does not match, after the same work (ASVS 6.2.8).
    pub(super) fn matches(&self, password: &[u8], memory: &mut [Block]) -> bool {
        let telling = !password.contains(&0);
        let equal = match self {
            Self::Argon2 {
                algorithm,
                version,
                params,
                salt,
                tag,
            } => {
                let mut out = Zeroizing::new(vec![0; tag.len()]);
                let made = Argon2::new(*algorithm, *version, params.clone())
                    .hash_password_into_with_memory(password, salt, &mut out, memory);
                return (out.ct_eq(tag) & Choice::from(u8::from(made.is_ok()))).into();
            }
            Self::Bcrypt { cost, salt, tag } => {
                let mut key = Zeroizing::new(Vec::with_capacity(BCRYPT_MAX_PASSWORD));
                key.extend(password.iter().chain(&[0]).take(BCRYPT_MAX_PASSWORD));
                let out = Zeroizing::new(bcrypt::bcrypt(*cost, *salt, &key));
                let whole = password.len() <= BCRYPT_MAX_PASSWORD;
                out.get(..tag.len()).is_some_and(|out| out.ct_eq(tag).into()) & whole
            }
            Self::Scrypt { params, salt, tag } => {
                let mut out = Zeroizing::new(vec![0; tag.len()]);
                let made = scrypt::scrypt(password, salt, params, &mut out);
                bool::from(out.ct_eq(tag)) & made.is_ok()
            }
            Self::Pbkdf2 {
                digest,
                rounds,
                salt,
                tag,
            } => {
                let mut out = Zeroizing::new(vec![0; tag.len()]);
                match digest {
                    Digest::Sha256 => pbkdf2::pbkdf2_hmac::<Sha256>(password, salt, *rounds, &mut out),
                    Digest::Sha512 => pbkdf2::pbkdf2_hmac::<Sha512>(password, salt, *rounds, &mut out),
                }
                out.ct_eq(tag).into()
            }
        };
        equal & telling
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{Password, PasswordHash, import::parse};
    use super::*;

    /// Of "ﬁne-Grained-7" with the ligature, which NFKC would take apart; by Python's bcrypt, hashlib and argon2-cffi.
    const IMPORTED: &[&str] = &[
        "$2b$04$abcdefghijklmnopqrstuuE9NAZaR8hwMwLdD605JLK3N8r1SRkn2",
        "$2a$04$abcdefghijklmnopqrstuuE9NAZaR8hwMwLdD605JLK3N8r1SRkn2",
        "$2y$04$abcdefghijklmnopqrstuuE9NAZaR8hwMwLdD605JLK3N8r1SRkn2",
        "$scrypt$ln=10,r=8,p=2$AAECAwQFBgcICQoLDA0ODw$BKU3MctRj/FCV5B4yLl4QwkVFJpGXF8jsHY7CE31n3U",
        "$pbkdf2-sha256$i=1000$AAECAwQFBgcICQoLDA0ODw$iuZyZ3JoRZnmL+sith73iV9x+BYuE+YeqXEmyieSSAw",
        "$pbkdf2-sha512$i=1000$AAECAwQFBgcICQoLDA0ODw\
         $Gz/Uac3kPtL4AAWaRIDYrch5BU776wlE46fVMw7eshWvuGMj92/Y8XTmWtaAMM7/hL0GVcFOldv0xRMnb8AHbg",
        "$pbkdf2-sha256$i=1000,l=40$AAECAwQFBgcICQoLDA0ODw$iuZyZ3JoRZnmL+sith73iV9x+BYuE+YeqXEmyieSSAyeENY4AThb2Q",
        "$argon2i$v=19$m=64,t=3,p=2$AAECAwQFBgcICQoLDA0ODw$i46PBT29fkMU2CUHoAHB04RoBDxzSr4F",
        "$argon2d$v=19$m=64,t=3,p=2$AAECAwQFBgcICQoLDA0ODw$EVxXMUQ95TG+Kn7djQWgU1ptfu7JEFwE",
        "$argon2id$v=19$m=64,t=3,p=2$AAECAwQFBgcICQoLDA0ODw$Vo2YaNkgsbbA7fr5pk8peafNQmSvIJNa",
        "$argon2i$v=16$m=32,t=1,p=1$AAECAwQFBgcICQoLDA0ODw$lIs2r0i4fHPiOQ8bhgZhBA",
        "$argon2i$m=32,t=1,p=1$AAECAwQFBgcICQoLDA0ODw$lIs2r0i4fHPiOQ8bhgZhBA",
    ];

    fn matches(stored: &str, text: &str) -> bool {
        let stored = PasswordHash::import(stored).unwrap();
        let password = Password::present(text.to_owned()).unwrap();
        let mut memory = vec![Block::new(); stored.scheme().blocks()];
        stored.scheme().matches(stored.form(&password).as_bytes(), &mut memory)
    }

    #[test]
    fn imported_hashes_verify_the_text_as_it_was_received() {
        for stored in IMPORTED {
            assert!(matches(stored, "ﬁne-Grained-7"), "{stored}");
            for text in [
                "fine-Grained-7",
                "ﬁne-grained-7",
                "ﬁne-Grained-",
                "ﬁne-Grained-7 ",
                "ﬁne-Grained-7\0",
                "",
            ] {
                assert!(!matches(stored, text), "{stored} {text:?}");
            }
        }
    }

    #[test]
    fn a_hash_of_scrypt_by_passlib() {
        let stored = "$scrypt$ln=16,r=8,p=1$aM15713r3Xsvxbi31lqr1Q$nFNh2CVHVjNldFVKDHDlm4CbdRSCdEBsjjJxD+iCs5E";
        assert!(matches(stored, "password"));
    }

    #[test]
    fn bcrypt_cuts_nothing_off() {
        let stored71 = "$2b$04$abcdefghijklmnopqrstuu.gc7UY/21CSNJGJg21jJzx9QiOpJ9bO";
        let stored72 = "$2b$04$abcdefghijklmnopqrstuubzadhGtS2zEF.gu0yd0opP6cVzb.e0i";
        assert!(matches(stored71, &"x".repeat(71)) && matches(stored72, &"x".repeat(72)));
        for length in [0, 70, 72, 73] {
            assert!(!matches(stored71, &"x".repeat(length)), "{length}");
        }
        for length in [71, 73, 74, 144, 1024] {
            assert!(!matches(stored72, &"x".repeat(length)), "{length}");
        }
        // bcrypt repeats a password and its zero byte until there are 72 bytes.
        assert!(!matches(IMPORTED[0], "ﬁne-Grained-7\0ﬁne-Grained-7"));
    }

    #[test]
    fn bits_that_bcrypt_ignores_are_ignored() {
        let other_bits = IMPORTED[0].replace("stuuE", "stuvE").replace("Rkn2", "Rkn3");
        assert!(matches(&other_bits, "ﬁne-Grained-7") && !matches(&other_bits, "ﬁne-Grained-8"));
    }

    #[test]
    fn too_little_memory_matches_nothing() {
        let stored = parse(IMPORTED[9]).unwrap();
        assert!(!stored.matches("ﬁne-Grained-7".as_bytes(), &mut []));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn no_other_text_verifies(text in ".{0,80}") {
            prop_assume!(text != "ﬁne-Grained-7");
            for stored in IMPORTED {
                prop_assert!(!matches(stored, &text));
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        /// Each bit of salt and hash counts. The parameters are left alone: they may say the same with other digits.
        #[test]
        fn a_hash_that_was_changed_anywhere_verifies_nothing(at in any::<prop::sample::Index>(), other in "[A-Za-z0-9+/.]") {
            for stored in IMPORTED {
                let is_bcrypt = stored.starts_with("$2");
                let start = match is_bcrypt {
                    true => "$2b$04$".len(),
                    false => stored.rmatch_indices('$').nth(1).unwrap().0 + 1,
                };
                let at = start + at.index(stored.len() - start);
                // bcrypt ignores bits of the last character of each part.
                if stored.get(at..=at) == Some(other.as_str()) || (is_bcrypt && [start + 21, stored.len() - 1].contains(&at)) {
                    continue;
                }
                let mut changed = (*stored).to_owned();
                changed.replace_range(at..=at, &other);
                let verifies = parse(&changed).is_ok() && matches(&changed, "ﬁne-Grained-7");
                prop_assert!(!verifies, "{}", changed);
            }
        }
    }
}
