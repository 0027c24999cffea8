//! Codes of an authenticator app (RFC 6238): six digits, SHA-1, steps of 30 seconds, which is what every app can. Whoever has
//! switched them on is asked for one by every surface and beside every other credential.
//!
//! A code is taken once (RFC 6238 §5.2). One step before and one after the clock's are taken as well, for clocks that are
//! not ours (§6).

pub mod enrolment;
mod picture;

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use enrolment::NotDone;

use crate::App;
use crate::accounts::{Account, User};
use crate::act::Undone;
use crate::http::throttle::Gauge;
use crate::ids::UserId;
use crate::random::Random;
use crate::sessions::sign_in::NotSignedIn;
use crate::store::{Commit, Condition, Key, Record, StoreError, Versioned};
use crate::tokens::Keyring;
use crate::tokens::keyring::KeyringError;

/// A secret that its owner was shown waits so long for the first code made with it.
pub const PENDING: Duration = Duration::from_secs(15 * 60);

/// Bytes of a secret (RFC 4226 §4 R6).
const SECRET_BYTES: usize = 20;

/// Seconds of a step.
const STEP: u64 = 30;

/// Steps before and after the clock's whose codes are taken too.
const SKEW: u16 = 1;

/// What an account's codes are made with.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TotpRecord {
    /// Whose it is.
    user_id: UserId,
    /// The secret in use, sealed; none before it was confirmed for the first time.
    active: Option<String>,
    /// A secret that its owner has been shown, and has not confirmed with a code.
    pending: Option<Pending>,
    /// The steps whose codes were used, as far as their codes would still be taken.
    used: Vec<u64>,
}

/// A secret that waits for its first code.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Pending {
    /// Sealed.
    secret: String,
    valid_until: Timestamp,
}

/// Why a code was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WrongCode {
    /// It is none of this account's codes of now.
    #[error("the code is not right")]
    Wrong,
    /// It is right, and was used before.
    #[error("the code was used before")]
    Used,
}

/// What is presented beside another credential.
#[derive(Debug, Clone, Copy)]
pub enum SecondFactor<'a> {
    /// A code, where there is one.
    Code(Option<&'a str>),
    /// What opens the session now was given for a code, or before there was anything to ask for.
    Before {
        /// Whether a code was asked for then.
        was_given: bool,
    },
}

impl TotpRecord {
    /// The sort key, within the range that a sign-in reads.
    const SK: &'static str = "TOTP";

    /// Where the one of a user is kept.
    pub fn key_of(user: UserId) -> Key {
        Key::new(User::partition(user), Self::SK)
    }

    /// Whether its owner is asked for codes.
    pub fn is_active(&self) -> bool {
        self.active.is_some()
    }

    /// Whether there is a secret that its owner may have in an app: in use, or waiting for its first code.
    pub fn has_secret(&self, now: Timestamp) -> bool {
        self.is_active() || self.pending_at(now).is_some()
    }

    /// Whether a secret waits for its first code.
    pub fn is_pending(&self, now: Timestamp) -> bool {
        self.pending_at(now).is_some()
    }

    fn pending_at(&self, now: Timestamp) -> Option<&str> {
        let pending = self.pending.as_ref().filter(|pending| now < pending.valid_until);
        pending.map(|pending| pending.secret.as_str())
    }

    fn purpose(user: UserId) -> String {
        format!("totp of {user}")
    }

    /// What is left when `code` was used.
    ///
    /// # Errors
    /// [`WrongCode`].
    fn take<R: From<WrongCode>>(&self, keyring: &Keyring, code: &str, now: Timestamp) -> Result<Self, Undone<R>> {
        let wrong = |why: WrongCode| Undone::Refused(why.into());
        let active = self.active.as_deref().ok_or_else(|| wrong(WrongCode::Wrong))?;
        let step = self.step_of(keyring, active, code, now)?;
        let step = step.ok_or_else(|| wrong(WrongCode::Wrong))?;
        if self.used.contains(&step) {
            return Err(wrong(WrongCode::Used));
        }
        Ok(Self {
            used: self.used_with(step, now),
            ..self.clone()
        })
    }

    /// What is left when the secret that waited was confirmed with `code`: from now on it is the one in use.
    ///
    /// # Errors
    /// [`WrongCode::Wrong`], also where none waits.
    fn confirm<R: From<WrongCode>>(&self, keyring: &Keyring, code: &str, now: Timestamp) -> Result<Self, Undone<R>> {
        let wrong = || Undone::Refused(WrongCode::Wrong.into());
        let pending = self.pending_at(now).ok_or_else(wrong)?;
        let step = self.step_of(keyring, pending, code, now)?.ok_or_else(wrong)?;
        Ok(Self {
            user_id: self.user_id,
            active: Some(pending.to_owned()),
            pending: None,
            used: vec![step],
        })
    }

    /// The step that `code` belongs to.
    fn step_of(
        &self,
        keyring: &Keyring,
        sealed: &str,
        code: &str,
        now: Timestamp,
    ) -> Result<Option<u64>, KeyringError> {
        let secret = keyring.open(&Self::purpose(self.user_id), sealed)?;
        let secret =
            totp_rs::Secret::try_from_base32(secret.as_str()).map_err(|error| KeyringError(error.to_string()))?;
        let builder = totp_rs::Builder::new().with_secret(secret);
        let totp = builder.with_skew(SKEW).with_step_duration(STEP).build();
        let totp = totp.map_err(|error| KeyringError(error.to_string()))?;
        Ok(totp.check(code.trim(), seconds(now)))
    }

    /// The used steps with one more, without those that no clock brings back.
    fn used_with(&self, step: u64, now: Timestamp) -> Vec<u64> {
        let oldest = (seconds(now) / STEP).saturating_sub(2 * u64::from(SKEW) + 1);
        let recent = self.used.iter().copied().filter(|used| *used >= oldest);
        recent.chain([step]).collect()
    }
}

impl Record for TotpRecord {
    const KIND: &'static str = "totp";
    fn key(&self) -> Key {
        Self::key_of(self.user_id)
    }
}

fn seconds(now: Timestamp) -> u64 {
    u64::try_from(now.as_second()).unwrap_or(0)
}

/// A new secret in base32, as apps take it.
fn new_secret(random: &Random) -> zeroize::Zeroizing<String> {
    let bytes: [u8; SECRET_BYTES] = random.bytes();
    zeroize::Zeroizing::new(totp_rs::Secret::from(bytes).to_base32())
}

/// Whether somebody was asked for a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asked {
    /// They were not, now.
    Not,
    /// They were, and their code is used up.
    Taken,
}

/// Adds to `commit` that whoever signs in to `account` has shown its second factor, where it has one: of two who show the same
/// code at the same moment the later one reads again, and finds it used.
///
/// # Errors
/// [`NotSignedIn`]: what is missing or wrong.
pub(crate) fn require<R: From<NotSignedIn>>(
    commit: &mut Commit<Undone<R>>,
    app: &App,
    keyring: &Keyring,
    account: &Account,
    shown: SecondFactor<'_>,
) -> Result<Asked, Undone<R>> {
    let Some(totp) = account.totp.as_ref().filter(|totp| totp.record.is_active()) else {
        return Ok(Asked::Not);
    };
    let missing = || Undone::Refused(NotSignedIn::MissingOtp.into());
    let code = match shown {
        SecondFactor::Before { was_given: true } => return Ok(Asked::Not),
        SecondFactor::Before { was_given: false } => return Err(missing()),
        SecondFactor::Code(code) => code.filter(|code| !code.trim().is_empty()).ok_or_else(missing)?,
    };
    let used = totp.record.take::<NotSignedIn>(keyring, code, app.clock.now());
    let used = used.map_err(Undone::widened)?;
    commit.replace(totp, &used);
    Ok(Asked::Taken)
}

/// Adds to `commit` that somebody has shown a code, apart from any sign-in: of two who show the same one at the same moment the
/// later one reads again, and finds it used. The guess was counted before, see [`gauge`].
///
/// # Errors
/// [`NotDone`]: codes are off, or this one is no good.
pub(crate) fn spend<R: From<NotDone>>(
    commit: &mut Commit<Undone<R>>,
    app: &App,
    keyring: &Keyring,
    totp: Option<&Versioned<TotpRecord>>,
    code: &str,
) -> Result<(), Undone<R>> {
    let totp = totp.filter(|totp| totp.record.is_active());
    let totp = totp.ok_or_else(|| Undone::Refused(NotDone::NotEnabled.into()))?;
    let used = totp.record.take::<NotDone>(keyring, code, app.clock.now());
    commit.replace(totp, &used.map_err(Undone::widened)?);
    if let Some(gauge) = gauge(app, totp.record.user_id) {
        commit.delete(gauge.key, Condition::Always);
    }
    Ok(())
}

/// Counts the codes that are shown for an account apart from a password. Those shown beside one count as attempts to sign in.
pub(crate) fn gauge(app: &App, user: UserId) -> Option<Gauge> {
    Gauge::account(app, "totp", |limits| limits.totp_account, &user.to_string())
}

/// Until when a secret that is shown now waits.
fn pending_until(now: Timestamp) -> Result<Timestamp, StoreError> {
    now.checked_add(PENDING).map_err(StoreError::corrupt)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The shared secret of RFC 6238, appendix B.
    const SECRET: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

    fn keyring() -> Keyring {
        Keyring::parse(&Keyring::generate(Timestamp::UNIX_EPOCH, &Random::system()).unwrap()).unwrap()
    }

    fn record(keyring: &Keyring) -> TotpRecord {
        let user_id = UserId::parse("00000000000000000000000001").unwrap();
        let random = Random::seeded(1);
        let sealed = keyring.seal(&random, &TotpRecord::purpose(user_id), SECRET).unwrap();
        TotpRecord {
            user_id,
            active: Some(sealed),
            pending: None,
            used: Vec::new(),
        }
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn take(record: &TotpRecord, keyring: &Keyring, code: &str, second: i64) -> Result<TotpRecord, WrongCode> {
        record
            .take::<WrongCode>(keyring, code, at(second))
            .map_err(|undone| match undone {
                Undone::Refused(why) => why,
                Undone::Failed(failure) => panic!("{failure}"),
            })
    }

    #[test]
    fn the_codes_of_rfc_6238() {
        let keyring = keyring();
        let record = record(&keyring);
        // Appendix B, the last six of eight digits.
        for (second, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert!(take(&record, &keyring, code, second).is_ok(), "{second}");
        }
    }

    #[test]
    fn a_code_is_good_for_its_step_and_its_neighbours() {
        let keyring = keyring();
        let record = record(&keyring);
        // 287082 belongs to the seconds 30 to 59.
        for second in [0, 29, 30, 59, 60, 89] {
            assert!(take(&record, &keyring, "287082", second).is_ok(), "{second}");
        }
        for second in [90, 120, 3600] {
            assert_eq!(
                take(&record, &keyring, "287082", second).unwrap_err(),
                WrongCode::Wrong,
                "{second}"
            );
        }
        for code in [
            "",
            "28708",
            "2870820",
            "287083",
            "+87082",
            "２８７０８２",
            "abcdef",
            "\u{0}",
        ] {
            assert_eq!(
                take(&record, &keyring, code, 59).unwrap_err(),
                WrongCode::Wrong,
                "{code:?}"
            );
        }
    }

    #[test]
    fn a_code_is_taken_once() {
        let keyring = keyring();
        let first = take(&record(&keyring), &keyring, "287082", 59).unwrap();
        for second in [59, 60, 89] {
            assert_eq!(take(&first, &keyring, "287082", second).unwrap_err(), WrongCode::Used);
        }
        // 755224 is the code of the step before (RFC 4226, appendix D).
        let second = take(&first, &keyring, "755224", 59).unwrap();
        assert_eq!(take(&second, &keyring, "755224", 59).unwrap_err(), WrongCode::Used);
        assert_eq!(take(&second, &keyring, "287082", 59).unwrap_err(), WrongCode::Used);
    }

    #[test]
    fn what_is_remembered_of_used_codes_stays_small() {
        let keyring = keyring();
        let mut record = record(&keyring);
        for step in 0..1000 {
            record.used = record.used_with(step, at(i64::try_from(step * STEP).unwrap()));
        }
        assert!(record.used.len() <= 5, "{:?}", record.used);
    }

    #[test]
    fn a_secret_waits_for_its_first_code_and_not_for_ever() {
        let keyring = keyring();
        let pending = TotpRecord {
            active: None,
            pending: record(&keyring).active.map(|secret| Pending {
                secret,
                valid_until: at(100),
            }),
            ..record(&keyring)
        };
        assert!(!pending.is_active());
        assert_eq!(take(&pending, &keyring, "287082", 59).unwrap_err(), WrongCode::Wrong);
        let confirmed = pending.confirm::<WrongCode>(&keyring, "287082", at(59)).unwrap();
        assert!(confirmed.is_active());
        assert_eq!(take(&confirmed, &keyring, "287082", 59).unwrap_err(), WrongCode::Used);
        assert!(pending.confirm::<WrongCode>(&keyring, "287083", at(59)).is_err());
        assert!(
            pending.confirm::<WrongCode>(&keyring, "287082", at(100)).is_err(),
            "too late"
        );
    }
}
