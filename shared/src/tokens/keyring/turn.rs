//! Turning the keyring: the next keys become the active ones, the active ones retire, and new ones are made to be next. It
//! reads and writes nothing; when it is done, and how the outcome is kept, is `functions/platform/rotation`'s.

use std::time::Duration;

use jiff::Timestamp;
use jsonwebtoken::{Algorithm, Header, Validation, decode, encode};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::document::{Document, SealingEntry, SigningEntry};
use super::{Family, KeyState, Keyring, KeyringError, SigningKey, wrong};
use crate::random::Random;
use crate::tokens::keys;

/// A key is published so long before it signs or seals. Longer than a process may go on with the keyring that it has and a
/// verifier, after it, with the public keys that it has.
pub const PUBLISHED_BEFORE: Duration = Duration::from_secs(3600);

/// So long one key seals. What it sealed is kept, and so is the key, so that there should not be many.
const SEALS_FOR: Duration = Duration::from_secs(365 * 24 * 3600);

/// How long it matters what a key of a family signed.
#[derive(Debug, Clone, Copy)]
pub struct Lives {
    /// As long as a token may be good.
    pub good: Duration,
    /// As long as one may be presented, if only to be exchanged for another.
    pub known: Duration,
}

/// Why a keyring was not turned.
#[derive(Debug, thiserror::Error)]
pub enum NotTurned {
    /// Verifiers may not know yet what would sign.
    #[error("the next keys are not known everywhere before {0}; try again then")]
    TooSoon(Timestamp),
    /// It is no keyring, or keys cannot be made.
    #[error(transparent)]
    Keyring(#[from] KeyringError),
}

impl Keyring {
    /// The document of the keyring after this one, which is kept as `version`. A keyring without next keys only gets some: they
    /// sign after the next turn.
    ///
    /// # Errors
    /// [`NotTurned`].
    pub fn turned(
        document: &str,
        version: &str,
        now: Timestamp,
        random: &Random,
        lives: impl Fn(Family) -> Lives,
    ) -> Result<Zeroizing<String>, NotTurned> {
        let mut document = Document::read(document)?;
        let is_next = |entry: &&SigningEntry| entry.state == KeyState::Next;
        let newest = document.signing.iter().filter(is_next).map(SigningEntry::since).max();
        if let Some(newest) = newest {
            let known_at = later(newest, PUBLISHED_BEFORE)?;
            if now < known_at {
                return Err(NotTurned::TooSoon(known_at));
            }
        }
        document
            .signing
            .retain(|entry| entry.kept_until.is_none_or(|until| now < until));
        for family in [Family::Ec, Family::Rsa] {
            turn_signing(&mut document.signing, family, now, lives(family))?;
        }
        turn_sealing(&mut document.sealing, now, random)?;
        document.follows = Some(version.to_owned());
        Ok(document.written()?)
    }

    /// The version that a document was made of by a turn.
    ///
    /// # Errors
    /// [`KeyringError`] when it is no keyring.
    pub fn followed(document: &str) -> Result<Option<String>, KeyringError> {
        Ok(Document::read(document)?.follows)
    }

    /// Whether this keyring may take the place of `before`: it signs, with keys that were published, and still verifies,
    /// opens and recognises what the other one made.
    ///
    /// # Errors
    /// [`KeyringError`] with what is wrong with it.
    pub fn may_follow(&self, before: &Self, now: Timestamp) -> Result<(), KeyringError> {
        for family in [Family::Ec, Family::Rsa] {
            let active = self.signing_key(family)?;
            active.prove()?;
            if before.verifying_key(family, &active.kid).is_none() {
                return Err(wrong("what would sign was not published"));
            }
        }
        for key in before.published(now) {
            if self.verifying_key(key.family, &key.kid).is_none() {
                return Err(wrong("a key is missing that signed tokens"));
            }
        }
        let probe = |keyring: &Self| keyring.marks("probe", "of a keyring that was turned");
        let (now_made, before_made) = (probe(self), probe(before));
        if !before_made.iter().all(|mark| now_made.contains(mark)) {
            return Err(wrong("a key is missing that sealed what is kept"));
        }
        let active = self.mark("probe", "of a keyring that was turned")?;
        match before_made.contains(&active) {
            true => Ok(()),
            false => Err(wrong("what would seal was not handed out")),
        }
    }
}

/// What a key signs to show that it can.
#[derive(Serialize, Deserialize)]
struct Proof {
    exp: i64,
}

impl SigningKey {
    /// That what it signs is verified by what is published of it.
    fn prove(&self) -> Result<(), KeyringError> {
        let algorithm = match self.family {
            Family::Ec => Algorithm::ES256,
            Family::Rsa => Algorithm::RS256,
        };
        let proof = encode(&Header::new(algorithm), &Proof { exp: i64::MAX }, self.encoding()?).map_err(wrong)?;
        decode::<Proof>(proof, &self.decoding, &Validation::new(algorithm))
            .map(drop)
            .map_err(wrong)
    }
}

fn turn_signing(
    entries: &mut Vec<SigningEntry>,
    family: Family,
    now: Timestamp,
    lives: Lives,
) -> Result<(), KeyringError> {
    let of_family = |entry: &&mut SigningEntry, state| entry.family == family && entry.state == state;
    if entries.iter_mut().any(|entry| of_family(&entry, KeyState::Next)) {
        // A process that has not read the keyring again may sign with it for so long.
        let last = later(now, keys::STALE)?;
        for entry in entries.iter_mut().filter(|entry| of_family(entry, KeyState::Active)) {
            retire(entry, now)?;
            entry.published_until = Some(later(last, lives.good)?);
            entry.kept_until = Some(later(last, lives.known.max(lives.good))?);
        }
        for entry in entries.iter_mut().filter(|entry| of_family(entry, KeyState::Next)) {
            (entry.state, entry.since) = (KeyState::Active, Some(now));
        }
    }
    entries.push(SigningEntry::make(family, KeyState::Next, now)?);
    match entries
        .iter_mut()
        .filter(|entry| of_family(entry, KeyState::Active))
        .count()
    {
        1 => Ok(()),
        count => Err(wrong(format_args!("{count} active {family:?} keys"))),
    }
}

/// Nobody needs the private half any more, so it is not kept.
fn retire(entry: &mut SigningEntry, now: Timestamp) -> Result<(), KeyringError> {
    let private = SigningEntry {
        private_key: entry.private_key.take(),
        public_key: entry.public_key.take(),
        ..*entry
    };
    entry.public_key = Some(SigningKey::new(private)?.jwk);
    (entry.state, entry.since) = (KeyState::Retired, Some(now));
    Ok(())
}

fn turn_sealing(entries: &mut Vec<SealingEntry>, now: Timestamp, random: &Random) -> Result<(), KeyringError> {
    let is_due = |entry: &SealingEntry, state, after| -> Result<bool, KeyringError> {
        Ok(entry.state == state && later(entry.since(), after)? <= now)
    };
    let mut due = [false, false];
    for entry in entries.iter() {
        due[0] |= is_due(entry, KeyState::Active, SEALS_FOR)?;
        due[1] |= is_due(entry, KeyState::Next, PUBLISHED_BEFORE)?;
    }
    if due == [true, true] {
        for entry in entries.iter_mut() {
            let state = match entry.state {
                KeyState::Next => KeyState::Active,
                KeyState::Active => KeyState::Retired,
                KeyState::Retired => continue,
            };
            (entry.state, entry.since) = (state, Some(now));
        }
    }
    if !entries.iter().any(|entry| entry.state == KeyState::Next) {
        entries.push(SealingEntry::make(KeyState::Next, now, random));
    }
    Ok(())
}

fn later(at: Timestamp, by: Duration) -> Result<Timestamp, KeyringError> {
    at.checked_add(by).map_err(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);
    const DAY: Duration = Duration::from_secs(24 * 3600);

    fn lives(family: Family) -> Lives {
        let known = match family {
            Family::Ec => HOUR,
            Family::Rsa => 30 * DAY,
        };
        Lives { good: HOUR, known }
    }

    fn begun() -> Zeroizing<String> {
        Keyring::generate(Timestamp::UNIX_EPOCH, &Random::system()).unwrap()
    }

    fn at(since_the_epoch: Duration) -> Timestamp {
        later(Timestamp::UNIX_EPOCH, since_the_epoch).unwrap()
    }

    fn turned(document: &str, when: Duration) -> Zeroizing<String> {
        let after = Keyring::turned(document, "before", at(when), &Random::system(), lives).unwrap();
        let (old, new) = (Keyring::parse(document).unwrap(), Keyring::parse(&after).unwrap());
        new.may_follow(&old, at(when)).unwrap();
        after
    }

    fn kids(document: &str, state: KeyState) -> Vec<String> {
        let keyring = Keyring::parse(document).unwrap();
        let found = keyring.signing.iter().filter(|key| key.state == state);
        found.map(|key| key.kid.clone()).collect()
    }

    #[test]
    fn keys_go_from_next_to_active_to_retired_and_are_gone() {
        let first = begun();
        assert!(kids(&first, KeyState::Next).is_empty());
        let second = turned(&first, DAY);
        assert_eq!(kids(&second, KeyState::Active), kids(&first, KeyState::Active));
        assert_eq!(kids(&second, KeyState::Next).len(), 2);
        let third = turned(&second, 2 * DAY);
        assert_eq!(kids(&third, KeyState::Active), kids(&second, KeyState::Next));
        assert_eq!(kids(&third, KeyState::Retired), kids(&first, KeyState::Active));
        assert_eq!(
            Keyring::parse(&third).unwrap().jwks(at(2 * DAY)).len(),
            6,
            "all three states"
        );
        // An hour after the last process may have signed with it nobody needs to verify with it.
        let over = later(at(2 * DAY), keys::STALE + HOUR).unwrap();
        let keyring = Keyring::parse(&third).unwrap();
        assert_eq!(keyring.jwks(over).len(), 4);
        assert_eq!(keyring.jwks(over.checked_sub(Duration::from_secs(1)).unwrap()).len(), 6);
        // A token of the RSA key may still be shown to be exchanged; engine's may not.
        let fourth = turned(&third, 3 * DAY);
        let (gone, kept) = (&kids(&first, KeyState::Active)[0], &kids(&first, KeyState::Active)[1]);
        assert!(!kids(&fourth, KeyState::Retired).contains(gone));
        assert!(kids(&fourth, KeyState::Retired).contains(kept));
        assert!(!kids(&turned(&fourth, 40 * DAY), KeyState::Retired).contains(kept));
    }

    #[test]
    fn what_would_sign_has_been_published_before() {
        let second = turned(&begun(), DAY);
        let soon = at(DAY + PUBLISHED_BEFORE - Duration::from_secs(1));
        let refused = Keyring::turned(&second, "before", soon, &Random::system(), lives);
        assert!(matches!(refused, Err(NotTurned::TooSoon(when)) if when == at(DAY + PUBLISHED_BEFORE)));
        turned(&second, DAY + PUBLISHED_BEFORE);
        assert!(keys::STALE + keys::PUBLIC_FOR < PUBLISHED_BEFORE);
    }

    #[test]
    fn of_a_retired_key_only_the_public_half_is_kept() {
        let (first, random) = (begun(), Random::system());
        let third = turned(&turned(&first, DAY), 2 * DAY);
        for key in Document::read(&first).unwrap().signing {
            let private = key.private_key.unwrap();
            let line = private.lines().nth(1).unwrap();
            assert!(first.contains(line) && !third.contains(line));
        }
        let keyring = Keyring::parse(&third).unwrap();
        let retired = keyring.signing.iter().filter(|key| key.state == KeyState::Retired);
        assert!(retired.map(SigningKey::encoding).all(|encoding| encoding.is_err()));
        assert!(keyring.seal(&random, "a", "b").is_ok());
    }

    #[test]
    fn what_was_sealed_opens_for_ever_and_what_was_marked_is_recognised() {
        let random = Random::system();
        let mut document = turned(&begun(), DAY);
        let (mut made, mut sealing) = (Vec::new(), std::collections::BTreeSet::new());
        for turn in 2..8 {
            let keyring = Keyring::parse(&document).unwrap();
            let (sealed, mark) = (
                keyring.seal(&random, "a", "text").unwrap(),
                keyring.mark("a", "text").unwrap(),
            );
            sealing.insert(sealed.split_once('.').unwrap().0.to_owned());
            made.push((sealed, mark));
            document = turned(&document, turn * 200 * DAY);
        }
        let keyring = Keyring::parse(&document).unwrap();
        for (sealed, mark) in &made {
            assert_eq!(keyring.open("a", sealed).unwrap().as_str(), "text");
            assert!(keyring.has_mark("a", "text", mark).unwrap());
            assert!(keyring.marks("a", "text").contains(mark));
        }
        // One for a year or more, so that there are not too many.
        assert_eq!(sealing.len(), 4);
        assert_eq!(keyring.sealing.len(), 5);
    }

    #[test]
    fn a_keyring_that_lost_a_key_does_not_follow() {
        let (first, now) = (begun(), at(2 * DAY));
        let second = turned(&first, DAY);
        let third = turned(&second, 2 * DAY);
        let before = Keyring::parse(&second).unwrap();
        let without = |change: &dyn Fn(&mut Document)| {
            let mut document = Document::read(&third).unwrap();
            change(&mut document);
            let keyring = Keyring::parse(&document.written().unwrap()).unwrap();
            keyring.may_follow(&before, now).unwrap_err().to_string()
        };
        let no_retired = without(&|document| document.signing.retain(|entry| entry.state != KeyState::Retired));
        assert!(no_retired.contains("signed tokens"), "{no_retired}");
        let no_sealing = without(&|document| drop(document.sealing.remove(0)));
        assert!(no_sealing.contains("sealed what is kept"), "{no_sealing}");
        let no_active = without(&|document| document.signing.retain(|entry| entry.state != KeyState::Active));
        assert!(no_active.contains("no active"), "{no_active}");
        let strangers = Keyring::parse(&begun()).unwrap();
        assert!(strangers.may_follow(&before, now).is_err());
    }

    #[test]
    fn nonsense_is_not_turned() {
        for text in ["", "{}", "[]", r#"{"signing":[],"sealing":[]}"#] {
            let turned = Keyring::turned(text, "before", Timestamp::UNIX_EPOCH, &Random::system(), lives);
            assert!(matches!(turned, Err(NotTurned::Keyring(_))), "{text}");
        }
    }
}
