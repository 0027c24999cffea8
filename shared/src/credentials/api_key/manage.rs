//! What owners do with their keys: each time they show a code of their authenticator app, which is used up in the same commit.

use zeroize::Zeroizing;

use super::{ApiKey, KeyState, Kid};
use crate::App;
use crate::accounts::User;
use crate::accounts::user::State;
use crate::act::Undone;
use crate::activity::Activity;
use crate::credentials::totp::enrolment::NotDone as NotShown;
use crate::credentials::totp::{self, TotpRecord};
use crate::http::throttle;
use crate::ids::UserId;
use crate::sessions::Origin;
use crate::store::commit::Step;
use crate::store::record::read;
use crate::store::{Commit, Condition, Query, Record, StoreError, Versioned, retried};

/// Keys that one user has at most.
pub const MOST: u64 = 100;

/// Why nothing was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotDone {
    /// The account is gone.
    #[error("the user does not exist")]
    Gone,
    /// Codes are off, or the code is no good.
    #[error(transparent)]
    NotShown(#[from] NotShown),
    /// It is none of the user's keys.
    #[error("there is no such key")]
    Unknown,
    /// The user has as many as there may be.
    #[error("there are too many keys")]
    TooMany,
    /// Keys of an account that is not active are not switched on.
    #[error("the account is not active")]
    NotActive,
}

type Result<T> = std::result::Result<T, Undone<NotDone>>;

/// Who does it: an owner with a code.
#[derive(Debug, Clone, Copy)]
pub struct By<'a> {
    /// The owner.
    pub user: UserId,
    /// The code of the authenticator app.
    pub code: &'a str,
    /// Where from.
    pub origin: &'a Origin,
}

/// What is to be different about a key.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// What it is for; as before when absent.
    pub scope: Option<Vec<String>>,
    /// Whether it works; as before when absent.
    pub set: Option<KeyState>,
}

/// The keys of a user, the oldest first.
///
/// # Errors
/// [`StoreError`] when the table cannot be read.
pub async fn list(app: &App, user: UserId) -> std::result::Result<Vec<ApiKey>, StoreError> {
    let query = Query::partition(User::partition(user)).begins(ApiKey::PREFIX);
    let keys = app.store.query_to_end(query).await?.into_iter().map(read);
    let mut keys = keys.collect::<std::result::Result<Vec<ApiKey>, _>>()?;
    keys.sort_by(|a, b| (a.created_at, a.kid.as_str()).cmp(&(b.created_at, b.kid.as_str())));
    Ok(keys)
}

/// Makes a key, and returns it with its secret, which is shown this once.
///
/// # Errors
/// [`NotDone`].
pub async fn create(app: &App, by: By<'_>, scope: &[String]) -> Result<(ApiKey, Zeroizing<String>)> {
    count(app, by.user).await?;
    let keyring = app.keys.get().await?;
    retried(|| async {
        let (mut commit, owner) = shown(app, by, None).await?;
        let user = &owner.user.record;
        if user.api_keys >= MOST {
            return refused(NotDone::TooMany);
        }
        let (key, secret) = ApiKey::generate(app, &keyring, (user.id, user.api_key_epoch), scope.to_vec())?;
        commit.create(&key).create(&key.claim());
        commit.update(
            user.key(),
            Condition::Version(owner.user.version),
            [Step::Add("api_keys", 1)],
        );
        Activity::new(app, user.id, by.origin, "api_key", "create")
            .about(&key.kid)
            .enter(&mut commit);
        app.store.commit(commit).await?;
        Ok((key, secret))
    })
    .await
}

/// Changes a key; returns it with its owner's epoch of keys.
///
/// # Errors
/// [`NotDone`].
pub async fn update(app: &App, by: By<'_>, kid: &str, wanted: &Wanted) -> Result<(ApiKey, u64)> {
    count(app, by.user).await?;
    retried(|| async {
        let (mut commit, owner) = shown(app, by, Kid::parse(kid)).await?;
        let user = &owner.user.record;
        let read = owner.key.as_ref().ok_or(Undone::Refused(NotDone::Unknown))?;
        if wanted.set == Some(KeyState::Active) && user.state != State::Active {
            return refused(NotDone::NotActive);
        }
        let mut key = read.record.clone();
        key.scope = wanted.scope.clone().unwrap_or(key.scope);
        if let Some(set) = wanted.set {
            (key.set, key.epoch) = (set, user.api_key_epoch);
        }
        key.updated_at = app.clock.now();
        commit.replace(read, &key);
        Activity::new(app, user.id, by.origin, "api_key", "update")
            .about(&key.kid)
            .enter(&mut commit);
        app.store.commit(commit).await?;
        Ok((key, user.api_key_epoch))
    })
    .await
}

/// Removes a key.
///
/// # Errors
/// [`NotDone`].
pub async fn delete(app: &App, by: By<'_>, kid: &str) -> Result<()> {
    count(app, by.user).await?;
    retried(|| async {
        let (mut commit, owner) = shown(app, by, Kid::parse(kid)).await?;
        let key = owner.key.as_ref().ok_or(Undone::Refused(NotDone::Unknown))?;
        let user = &owner.user.record;
        commit.delete(key.record.key(), Condition::Version(key.version));
        commit.delete(key.record.claim().key(), Condition::Always);
        commit.update(
            user.key(),
            Condition::Version(owner.user.version),
            [Step::Add("api_keys", -1)],
        );
        Activity::new(app, user.id, by.origin, "api_key", "delete")
            .about(&key.record.kid)
            .enter(&mut commit);
        app.store.commit(commit).await
    })
    .await
}

/// An owner, and the key that is named.
struct Owner {
    user: Versioned<User>,
    key: Option<Versioned<ApiKey>>,
}

/// Counts a code before it is judged.
async fn count(app: &App, user: UserId) -> Result<()> {
    throttle::count::<Undone<NotDone>>(app, totp::gauge(app, user).as_slice()).await
}

/// Begins a commit in which the code is used up: one wait.
async fn shown(app: &App, by: By<'_>, kid: Option<Kid>) -> Result<(Commit<Undone<NotDone>>, Owner)> {
    let mut keys = vec![User::key_of(by.user), TotpRecord::key_of(by.user)];
    keys.extend(kid.map(|kid| ApiKey::key_of(by.user, &kid)));
    let mut found = app.store.get_all(keys).await?.into_iter();
    let user = found.next().flatten().ok_or(Undone::Refused(NotDone::Gone))?;
    let totp = found.next().flatten().map(Versioned::from_item).transpose()?;
    let owner = Owner {
        user: Versioned::from_item(user)?,
        key: found.next().flatten().map(Versioned::from_item).transpose()?,
    };
    let mut commit = Commit::new();
    let keyring = app.keys.get().await?;
    totp::spend(&mut commit, app, &keyring, totp.as_ref(), by.code)?;
    Ok((commit, owner))
}

fn refused<T>(why: NotDone) -> Result<T> {
    Err(Undone::Refused(why))
}
