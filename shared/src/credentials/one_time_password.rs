//! Passwords that work once, which somebody else than the owner of an account has chosen: an administrator stores one for an
//! address, or the product mails a code. Both may be short, so what is kept of them is a mark under a key that is not in the
//! table, they end soon, and few guesses void them.
//!
//! Arc's published API lets anybody store one. What a stranger stores is kept apart and never is a password.

pub mod code;

use std::time::Duration;

use jiff::Timestamp;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use crate::App;
use crate::accounts::email;
use crate::act::{Failure, Undone};
use crate::activity::Activity;
use crate::clients::manage::By;
use crate::http::throttle::Gauge;
use crate::sessions::Origin;
use crate::store::record::read_optional;
use crate::store::{Commit, Condition, Key, Record, StoreError};
use crate::tokens::keyring::KeyringError;
use crate::tokens::{Keyring, OneTime, Secret, one_time};

/// A one-time password is good so long.
pub const LIFETIME: Duration = Duration::from_secs(15 * 60);

/// A one-time password that works as a password does, until it is used. It is kept beside the password, so that a sign-in
/// finds both in one read.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OneTimePassword {
    /// The partition of the address that it is for.
    partition: String,
    #[serde(flatten)]
    secret: OneTime,
    /// The text itself, sealed, where configuration wants it to be seen.
    #[serde(default)]
    sealed: Option<String>,
}

impl OneTimePassword {
    /// The sort key of a one-time password.
    pub const SK: &'static str = "ONETIMEPASSWORD";

    /// Where the one for an address is kept, by the address's partition.
    pub fn key_of(partition: &str) -> Key {
        Key::new(partition, Self::SK)
    }

    /// What its text is sealed for.
    fn purpose(partition: &str) -> String {
        format!("text of the {} of {partition}", Self::KIND)
    }

    /// Whether it is this one, in time.
    pub fn is(&self, keyring: &Keyring, text: &str, now: Timestamp) -> bool {
        let purpose = purpose_of(Self::KIND, &self.partition);
        self.secret.opens_with_marked(keyring, &purpose, text, now)
    }

    /// Adds to `commit` that it is used up. Whoever comes after is refused with `refusal`.
    pub fn consume<E>(&self, commit: &mut Commit<E>, refusal: impl FnOnce() -> E + Send + 'static) {
        self.secret.consume(commit, self.key(), refusal);
    }

    /// Counts a wrong guess.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn count_wrong(&self, app: &App) -> Result<(), Failure> {
        match one_time::count_wrong(app, self.key(), ()).await {
            Undone::Refused(()) => Ok(()),
            Undone::Failed(failure) => Err(failure),
        }
    }
}

impl Record for OneTimePassword {
    const KIND: &'static str = "one-time password";
    fn key(&self) -> Key {
        Self::key_of(&self.partition)
    }
    fn ttl(&self) -> Option<Timestamp> {
        Some(self.secret.valid_until)
    }
}

/// What stands for a short secret that is for one purpose and one address.
fn marked(keyring: &Keyring, purpose: &str, partition: &str, text: &str) -> Result<Secret, KeyringError> {
    let mark = keyring.mark(&purpose_of(purpose, partition), text)?;
    Ok(Secret::presented(mark))
}

/// What it is marked for.
fn purpose_of(purpose: &str, partition: &str) -> String {
    format!("{purpose} of {partition}")
}

/// What a stranger stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Untrusted {
    /// The name as it was written.
    pub username: String,
    /// The value.
    pub otp: String,
    /// The partition of the name.
    of: String,
    /// When it ends.
    valid_until: Timestamp,
}

impl Untrusted {
    fn key_of(partition: &str) -> Key {
        Key::new(format!("OTPCACHE#{partition}"), "ENTRY")
    }
}

impl Record for Untrusted {
    const KIND: &'static str = "what a stranger stored";
    fn key(&self) -> Key {
        Self::key_of(&self.of)
    }
    fn ttl(&self) -> Option<Timestamp> {
        Some(self.valid_until)
    }
}

/// What is stored for a name.
#[derive(Debug, Clone)]
pub struct Stored {
    /// By a stranger.
    pub untrusted: Option<Untrusted>,
    /// The one that works, if there is one.
    pub trusted: Option<Trusted>,
}

/// A one-time password that works.
#[derive(Debug, Clone)]
pub enum Trusted {
    /// Nobody sees it any more.
    Hidden,
    /// It is kept to be seen by those who may store one.
    Shown(SecretString),
}

fn until(now: Timestamp) -> Result<Timestamp, StoreError> {
    now.checked_add(LIFETIME).map_err(StoreError::corrupt)
}

/// Stores a one-time password for a name, whether anybody has it or not. The one before is void.
///
/// # Errors
/// [`Failure`].
pub async fn entrust(app: &App, by: By<'_>, username: &str, otp: &str) -> Result<(), Failure> {
    let (partition, keyring) = (email::partition(username), app.keys.get().await?);
    let secret = marked(&keyring, OneTimePassword::KIND, &partition, otp)?;
    let sealed = match app.config.otp_cache_reveal {
        true => Some(keyring.seal(&app.random, &OneTimePassword::purpose(&partition), otp)?),
        false => None,
    };
    let mut commit = Commit::<Failure>::new();
    commit.put(&OneTimePassword {
        sealed,
        partition,
        secret: OneTime::new(&secret, app.clock.now(), LIFETIME)?,
    });
    Activity::new(app, by.user, by.origin, "one-time password", "create").enter(&mut commit);
    app.store.commit(commit).await
}

/// Stores what a stranger says. It never is a password.
///
/// # Errors
/// [`Failure`].
pub async fn store(app: &App, origin: &Origin, username: &str, otp: &str) -> Result<(), Failure> {
    let mut commit = Commit::<Failure>::new();
    if let Some(gauge) = address_gauge(app, origin) {
        gauge.count_in(&mut commit);
    }
    commit.put(&Untrusted {
        username: username.to_owned(),
        otp: otp.to_owned(),
        of: email::partition(username),
        valid_until: until(app.clock.now())?,
    });
    app.store.commit(commit).await
}

fn address_gauge(app: &App, origin: &Origin) -> Option<Gauge> {
    Gauge::address(app, "otp", |limits| limits.otp_address, origin.ip)
}

/// What is stored for a name: one read.
///
/// # Errors
/// [`Failure`].
pub async fn stored(app: &App, username: &str) -> Result<Stored, Failure> {
    let (partition, now) = (email::partition(username), app.clock.now());
    let keys = [Untrusted::key_of(&partition), OneTimePassword::key_of(&partition)];
    let [untrusted, trusted] = app.store.get(keys).await?;
    let trusted = read_optional::<OneTimePassword>(trusted)?.filter(|trusted| !trusted.secret.is_over(now));
    let trusted = match trusted.map(|trusted| trusted.sealed) {
        Some(Some(sealed)) if app.config.otp_cache_reveal => {
            let text = app
                .keys
                .get()
                .await?
                .open(&OneTimePassword::purpose(&partition), &sealed)?;
            Some(Trusted::Shown(text.as_str().into()))
        }
        Some(_) => Some(Trusted::Hidden),
        None => None,
    };
    Ok(Stored {
        untrusted: read_optional::<Untrusted>(untrusted)?.filter(|untrusted| now < untrusted.valid_until),
        trusted,
    })
}

/// Removes what strangers stored for a name, and, where `by` somebody who may, also what works.
///
/// # Errors
/// [`StoreError`].
pub async fn remove(app: &App, by: Option<By<'_>>, username: &str) -> Result<(), StoreError> {
    let partition = email::partition(username);
    let mut commit = Commit::<StoreError>::new();
    commit.delete(Untrusted::key_of(&partition), Condition::Always);
    if let Some(by) = by {
        commit.delete(OneTimePassword::key_of(&partition), Condition::Always);
        Activity::new(app, by.user, by.origin, "one-time password", "delete").enter(&mut commit);
    }
    app.store.commit(commit).await
}
