//! Reading the text of a hash, ours or another program's, within the bounds of what one sign-in may cost.

use argon2::{
    Algorithm, Version,
    password_hash::phc::{self, ParamsString},
};
use base64::{Engine as _, alphabet, engine::GeneralPurpose, engine::general_purpose};

use super::scheme::{Digest, Scheme};

/// No hash that is within bounds has a longer text.
const MAX_TEXT: usize = 256;
/// Some programs leave bits after the salt and the hash unset, others do not; bcrypt ignores them, and so do we.
const BCRYPT_BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::BCRYPT,
    general_purpose::NO_PAD.with_decode_allow_trailing_bits(true),
);
/// Why a password hash is not taken over. Refused on import and on every reading from the table alike, so that no
/// stored text is a bomb: none can make a sign-in run for minutes or exhaust the memory (ASVS 15.2.2).
#[derive(thiserror::Error, Debug, PartialEq, Eq, Clone)]
pub enum ImportRefused {
    /// Neither argon2, bcrypt, scrypt nor pbkdf2, or a variant of them that is not supported.
    #[error(
        "not a supported scheme; supported are argon2id, argon2i, argon2d, bcrypt, scrypt, pbkdf2-sha256, pbkdf2-sha512"
    )]
    UnknownScheme,
    /// The scheme is known, the rest of the text cannot be read.
    #[error("not a complete hash in PHC or modular crypt format")]
    Malformed,
    /// A parameter is above what one sign-in may cost.
    #[error("{parameter} is too costly to verify; the most is {most}")]
    TooCostly {
        /// The parameter as its scheme calls it.
        parameter: &'static str,
        /// The greatest value that is accepted.
        most: u64,
    },
    /// A parameter is below what protects a password at all; let its owner set a new one.
    #[error("{parameter} is too weak to keep; the least is {least}")]
    TooWeak {
        /// The parameter as its scheme calls it.
        parameter: &'static str,
        /// The smallest value that is accepted.
        least: u64,
    },
}

/// Takes the text apart.
pub(super) fn parse(text: &str) -> Result<Scheme, ImportRefused> {
    if text.len() > MAX_TEXT {
        return Err(ImportRefused::Malformed);
    }
    let name = text.strip_prefix('$').and_then(|rest| rest.split('$').next());
    match name.ok_or(ImportRefused::UnknownScheme)? {
        "2a" | "2b" | "2y" => bcrypt(text),
        "argon2id" => argon2(Algorithm::Argon2id, text),
        "argon2i" => argon2(Algorithm::Argon2i, text),
        "argon2d" => argon2(Algorithm::Argon2d, text),
        "scrypt" => scrypt(text),
        "pbkdf2-sha256" => pbkdf2(Digest::Sha256, text),
        "pbkdf2-sha512" => pbkdf2(Digest::Sha512, text),
        _ => Err(ImportRefused::UnknownScheme),
    }
}

/// The parameters of argon2, ours and imported ones: memory in KiB, passes, lanes.
pub(super) fn argon2_params(m: u32, t: u32, p: u32) -> Result<argon2::Params, ImportRefused> {
    within("argon2 p", p, 1, 8)?;
    within("argon2 t", t, 1, 10)?;
    within("argon2 m", m, 8 * p, 256 * 1024)?;
    argon2::Params::new(m, t, p, None).map_err(|_| ImportRefused::Malformed)
}

fn argon2(algorithm: Algorithm, text: &str) -> Result<Scheme, ImportRefused> {
    let Phc {
        version,
        params,
        salt,
        tag,
    } = Phc::parse(text)?;
    let [m, t, p] = decimals(&params, ["m", "t", "p"])?;
    let params = argon2_params(m, t, p)?;
    // Hashes from before there was a `v` have none.
    let version = match version {
        None | Some(0x10) => Version::V0x10,
        Some(0x13) => Version::V0x13,
        Some(_) => return Err(ImportRefused::UnknownScheme),
    };
    Ok(Scheme::Argon2 {
        algorithm,
        version,
        params,
        salt,
        tag,
    })
}

fn scrypt(text: &str) -> Result<Scheme, ImportRefused> {
    let Phc {
        version,
        params,
        salt,
        tag,
    } = Phc::parse(text)?;
    let [ln, r, p] = decimals(&params, ["ln", "r", "p"])?;
    within("scrypt p", p, 1, 4)?;
    within("scrypt ln", ln, 1, 20)?;
    within("scrypt r", r, 1, (128 * 1024 * 1024 / 128) >> ln)?;
    let log_n = u8::try_from(ln).map_err(|_| ImportRefused::Malformed)?;
    let params = scrypt::Params::new(log_n, r, p).map_err(|_| ImportRefused::Malformed)?;
    version.map_or(Ok(Scheme::Scrypt { params, salt, tag }), |_| {
        Err(ImportRefused::Malformed)
    })
}

fn pbkdf2(digest: Digest, text: &str) -> Result<Scheme, ImportRefused> {
    let Phc {
        version,
        params,
        salt,
        tag,
    } = Phc::parse(text)?;
    // Some programs write the length as well; then it has to be the length.
    let rounds = match decimals(&params, ["i"]) {
        Ok([rounds]) => rounds,
        Err(_) => match decimals(&params, ["i", "l"])? {
            [rounds, length] if usize::try_from(length) == Ok(tag.len()) => rounds,
            _ => return Err(ImportRefused::Malformed),
        },
    };
    within("pbkdf2 i", rounds, 1_000, 2_000_000)?;
    version.map_or(
        Ok(Scheme::Pbkdf2 {
            digest,
            rounds,
            salt,
            tag,
        }),
        |_| Err(ImportRefused::Malformed),
    )
}

/// `$2b$12$` and 53 characters: 22 of salt, 31 of hash.
fn bcrypt(text: &str) -> Result<Scheme, ImportRefused> {
    let mut fields = text.split('$').skip(2);
    let (Some(cost), Some(rest), None) = (fields.next(), fields.next(), fields.next()) else {
        return Err(ImportRefused::Malformed);
    };
    let (salt, tag) = rest.split_at_checked(22).ok_or(ImportRefused::Malformed)?;
    if cost.len() != 2 || !cost.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(ImportRefused::Malformed);
    }
    let cost = cost.parse().map_err(|_| ImportRefused::Malformed)?;
    within("bcrypt cost", cost, 4, 14)?;
    let decoded = |text: &str| BCRYPT_BASE64.decode(text).map_err(|_| ImportRefused::Malformed);
    let salt = decoded(salt)?.try_into().map_err(|_| ImportRefused::Malformed)?;
    let tag = decoded(tag)?.try_into().map_err(|_| ImportRefused::Malformed)?;
    Ok(Scheme::Bcrypt { cost, salt, tag })
}

/// `$name$v=1$a=1,b=2$salt$tag`, with a salt of 8 to 48 bytes and a tag of 10 to 64.
struct Phc {
    version: Option<u32>,
    params: ParamsString,
    salt: Vec<u8>,
    tag: Vec<u8>,
}

impl Phc {
    fn parse(text: &str) -> Result<Self, ImportRefused> {
        let hash = phc::PasswordHash::new(text).map_err(|_| ImportRefused::Malformed)?;
        let (Some(salt), Some(tag)) = (hash.salt, hash.hash) else {
            return Err(ImportRefused::Malformed);
        };
        Ok(Self {
            version: hash.version,
            params: hash.params,
            salt: salt.to_vec(),
            tag: tag.as_bytes().to_vec(),
        })
    }
}

/// The values of exactly these parameters, each once: one that is not understood changes what the hash means.
fn decimals<const N: usize>(params: &ParamsString, names: [&str; N]) -> Result<[u32; N], ImportRefused> {
    let values = names.map(|name| params.get_decimal(name));
    if params.iter().count() != N || values.contains(&None) {
        return Err(ImportRefused::Malformed);
    }
    Ok(values.map(Option::unwrap_or_default))
}

fn within(parameter: &'static str, value: u32, least: u32, most: u32) -> Result<(), ImportRefused> {
    if value > most {
        return Err(ImportRefused::TooCostly {
            parameter,
            most: most.into(),
        });
    }
    if value < least {
        return Err(ImportRefused::TooWeak {
            parameter,
            least: least.into(),
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use ImportRefused::{Malformed, TooCostly, TooWeak, UnknownScheme};
    use proptest::prelude::*;

    use base64::engine::general_purpose::STANDARD_NO_PAD;

    use super::super::{Argon2Params, PasswordHash};
    use super::*;

    const OURS: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8\
        $/1RlZ4B3u0JpGzXRUU0bqqXmO7WuZxJu2vnnK6CZ1iI";
    const SALT_AND_TAG: &str = "$AAECAwQFBgcICQoLDA0ODw$cVgvrsKDvrbBZve1XEXQ2GpO0t86esqlshZiBix/bjc";
    const BCRYPT: &str = "$2b$04$abcdefghijklmnopqrstuuxdqkv/fWU/nqQOC9w6YnhU1XNMgG69G";

    fn refused(text: &str) -> ImportRefused {
        PasswordHash::import(text).expect_err(text)
    }

    fn phc(start: &str) -> Result<PasswordHash, ImportRefused> {
        PasswordHash::import(&format!("{start}{SALT_AND_TAG}"))
    }

    #[test]
    fn what_is_within_the_bounds_is_taken_over_and_outdated() {
        let within = "$argon2id$v=19$m=262144,t=10,p=8 $argon2i$v=16$m=8,t=1,p=1 $argon2d$m=64,t=1,p=8 \
            $scrypt$ln=17,r=8,p=1 $scrypt$ln=14,r=64,p=4 $scrypt$ln=20,r=1,p=1 $scrypt$p=1,r=8,ln=1 \
            $pbkdf2-sha256$i=1000 $pbkdf2-sha512$i=2000000 $pbkdf2-sha256$i=600000,l=32";
        for start in within.split_whitespace() {
            let hash = phc(start).expect(start);
            assert_eq!(hash.as_str(), format!("{start}{SALT_AND_TAG}"));
            assert!(hash.is_outdated(&Argon2Params::default()), "{start}");
        }
        for start in ["$2a$04$", "$2y$14$"] {
            PasswordHash::import(&BCRYPT.replace("$2b$04$", start)).expect(start);
        }
        // The four bits after the salt and the two after the hash, set.
        PasswordHash::import(&BCRYPT.replace("stuux", "stuvx").replace("69G", "69H")).unwrap();
    }

    #[test]
    fn a_bomb_is_refused_on_import_and_on_reading() {
        let costly = |parameter, most| TooCostly { parameter, most };
        for (start, why) in [
            ("$argon2id$v=19$m=262145,t=1,p=1", costly("argon2 m", 262_144)),
            ("$argon2id$v=19$m=4294967295,t=1,p=1", costly("argon2 m", 262_144)),
            ("$argon2id$v=19$m=19456,t=11,p=1", costly("argon2 t", 10)),
            ("$argon2i$v=19$m=19456,t=1,p=9", costly("argon2 p", 8)),
            ("$scrypt$ln=18,r=8,p=1", costly("scrypt r", 4)),
            ("$scrypt$ln=21,r=1,p=1", costly("scrypt ln", 20)),
            ("$scrypt$ln=1,r=524289,p=1", costly("scrypt r", 524_288)),
            ("$scrypt$ln=63,r=8,p=1", costly("scrypt ln", 20)),
            ("$scrypt$ln=14,r=8,p=5", costly("scrypt p", 4)),
            ("$pbkdf2-sha256$i=2000001", costly("pbkdf2 i", 2_000_000)),
        ] {
            assert_eq!(phc(start).unwrap_err(), why, "{start}");
            let stored = serde_json::to_string(&format!("{start}{SALT_AND_TAG}")).unwrap();
            let error = serde_json::from_str::<PasswordHash>(&stored).unwrap_err().to_string();
            assert!(error.contains(&why.to_string()) && !error.contains("AAEC"), "{error}");
        }
        assert_eq!(refused(&BCRYPT.replace("$04$", "$15$")), costly("bcrypt cost", 14));
        assert_eq!(Argon2Params::new(262_145, 1, 1), Err(costly("argon2 m", 262_144)));
    }

    #[test]
    fn what_is_weak_unknown_or_broken_is_refused() {
        let weak = |parameter, least| TooWeak { parameter, least };
        assert_eq!(phc("$pbkdf2-sha512$i=999").unwrap_err(), weak("pbkdf2 i", 1_000));
        assert_eq!(phc("$scrypt$ln=0,r=8,p=1").unwrap_err(), weak("scrypt ln", 1));
        assert_eq!(phc("$argon2id$v=19$m=63,t=1,p=8").unwrap_err(), weak("argon2 m", 64));
        assert_eq!(refused(&BCRYPT.replace("$04$", "$03$")), weak("bcrypt cost", 4));
        for text in "| hunter2| {SSHA}abc| $1$salt$hash| $2x$04$| $2$04$| $6$salt$hash| $argon2$| $".split("| ") {
            assert_eq!(refused(text), UnknownScheme, "{text}");
        }
        assert_eq!(phc("$argon2id$v=20$m=64,t=1,p=1").unwrap_err(), UnknownScheme);
        let broken = "$argon2id$v=19 $argon2id$v=19$m=64,t=1 $argon2id$v=19$m=64,t=1,p=1,keyid=AAAA \
            $argon2id$v=19$m=64,m=64,t=1,p=1 $argon2id$v=19$m=99999999999,t=1,p=1 $argon2id$v=19$m=64,t=1,p=1$AAAA \
            $scrypt$ln=14 $scrypt$v=1$ln=14,r=8,p=1 $pbkdf2-sha256$29000 $pbkdf2-sha256$i=1000,l=31 \
            $pbkdf2-sha256$v=1$i=1000";
        for start in broken.split_whitespace() {
            assert_eq!(phc(start).unwrap_err(), Malformed, "{start}");
        }
        let cut = "$argon2id$v=19$m=64,t=1,p=1$AAECAwQFBgcICQoLDA0ODw".to_owned();
        let long = BCRYPT.replace("$2b$04$abc", &"$2b$04$abc".repeat(40));
        let [plus, wide] = [("$04$", "$+4$"), ("abc", "é1")].map(|(from, to)| BCRYPT.replace(from, to));
        for text in [
            cut,
            long,
            plus,
            wide,
            BCRYPT[..59].to_owned(),
            format!("{BCRYPT}."),
            "$2b$04$".to_owned(),
        ] {
            assert_eq!(refused(&text), Malformed, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in any::<String>(), at in 0..OURS.len(), piece in "[$=,.0-9a-z]{0,12}") {
            let _ = PasswordHash::import(&text);
            for whole in [OURS, BCRYPT, "$scrypt$ln=14,r=8,p=1$AAECAwQFBgcICQoLDA0ODw$cVgvrsKDvrbBZve1XEXQ2A"] {
                let mut whole = whole.to_owned();
                whole.insert_str(at.min(whole.len()), &piece);
                let _ = PasswordHash::import(&whole);
            }
        }
    }

    /// Parameters around their bounds, and far beyond.
    fn numbers() -> impl Strategy<Value = u32> {
        prop_oneof![0..12_u32, Just(1_000), 0..300_000_u32, any::<u32>()]
    }

    fn bytes(length: std::ops::RangeInclusive<usize>) -> impl Strategy<Value = Vec<u8>> {
        proptest::collection::vec(any::<u8>(), length)
    }

    proptest! {
        /// Exactly what is within the bounds is taken over, as it is written.
        #[test]
        fn a_hash_is_taken_over_where_its_sign_in_is_affordable(
            (m, t, p) in (numbers(), numbers(), numbers()), salt in bytes(8..=48), tag in bytes(10..=64),
        ) {
            let rest = format!("{}${}", STANDARD_NO_PAD.encode(&salt), STANDARD_NO_PAD.encode(&tag));
            let taken = |start: &str| {
                let text = format!("{start}${rest}");
                let taken = PasswordHash::import(&text).ok();
                taken.map(|hash| assert_eq!(hash.as_str(), text)).is_some()
            };
            let affordable = (1..=8).contains(&p) && (1..=10).contains(&t) && (8 * p..=262_144).contains(&m);
            for name in ["argon2id", "argon2i", "argon2d"] {
                prop_assert_eq!(taken(&format!("${name}$v=19$m={m},t={t},p={p}")), affordable);
            }
            prop_assert_eq!(taken(&format!("$pbkdf2-sha256$i={m}")), (1_000..=2_000_000).contains(&m));
            let memory = 128_u64.saturating_mul(t.into()).saturating_mul(1 << m.min(40));
            let affordable = (1..=20).contains(&m) && t >= 1 && memory <= 128 << 20 && (1..=4).contains(&p);
            prop_assert_eq!(taken(&format!("$scrypt$ln={m},r={t},p={p}")), affordable);
        }

        #[test]
        fn a_salt_or_a_hash_of_another_length_is_refused(salt in bytes(0..=60), tag in bytes(0..=80)) {
            let (salt64, tag64) = (STANDARD_NO_PAD.encode(&salt), STANDARD_NO_PAD.encode(&tag));
            let taken = PasswordHash::import(&format!("$argon2id$v=19$m=64,t=1,p=1${salt64}${tag64}")).is_ok();
            prop_assert_eq!(taken, (8..=48).contains(&salt.len()) && (10..=64).contains(&tag.len()));
        }
    }
}
