//! Signing in with a password: two waits on the table and one hash, whoever asks.
//!
//! The first wait reads what is known by the address alone: claim, password, counters. While the hash runs, the attempt
//! is counted and the account is read beside it. The second wait commits session, mark, activity and what else follows.

use futures_util::future::try_join;

use super::{Origin, Session};
use crate::App;
use crate::access::{self, Role};
use crate::accounts::email::{self, EmailClaim};
use crate::accounts::{Account, State, User};
use crate::act::Undone;
use crate::activity::Activity;
use crate::credentials::PasswordRecord;
use crate::credentials::password::{Password, PasswordHash, Verdict};
use crate::http::throttle::{self, Gauge};
use crate::ids::UserId;
use crate::store::commit::{Step, text};
use crate::store::record::read_optional;
use crate::store::{Attempts, Commit, Condition, Key, Record, StoreError};

/// Who wants to sign in.
#[derive(Debug)]
pub struct Attempt<'a> {
    /// The address as typed.
    pub username: &'a str,
    /// The password.
    pub password: Password,
    /// Where from.
    pub origin: &'a Origin,
}

/// Somebody who signed in.
#[derive(Debug)]
pub struct SignedIn {
    /// The user.
    pub user: User,
    /// The new session.
    pub session: Session,
    /// Its roles over all organizations.
    pub roles: Vec<Role>,
}

/// Why nobody was signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotSignedIn {
    /// Unknown user, wrong password, or a state that lets nobody in. Which of them is nobody's business.
    #[error("the credentials are not right")]
    WrongCredentials,
    /// The credentials are right, and the account waits for its activation or is switched off. Whether that is said is
    /// for the surface; of an account that is locked or banned it never is, so that a lock ends the guessing.
    #[error("the account is not active")]
    NotActive,
}

pub use NotSignedIn::WrongCredentials;

type Result<T> = std::result::Result<T, Undone<NotSignedIn>>;

/// Signs somebody in.
///
/// # Errors
/// [`NotSignedIn`].
pub async fn sign_in(app: &App, attempt: Attempt<'_>) -> Result<SignedIn> {
    let partition = email::partition(attempt.username);
    let gauges = guess_gauges(app, &partition, attempt.origin);
    let (claim, password) = known(app, &partition, &gauges).await?;

    let hash = password.as_ref().map(|password| &password.hash);
    let verified = async { Ok(app.passwords.verify(&attempt.password, hash).await?) };
    let beside = async {
        let counted = throttle::count::<Undone<NotSignedIn>>(app, &gauges);
        let read = standing(app, claim.as_ref().map(|claim| claim.user_id));
        try_join(counted, read).await.map(|((), standing)| standing)
    };
    let (verdict, standing) = try_join(verified, beside).await?;
    let (Verdict::Right { outdated }, Some(password), Some(standing)) = (verdict, password, standing) else {
        return Err(Undone::Refused(WrongCredentials));
    };
    let renewed = match outdated {
        true => Some(app.passwords.hash(&attempt.password, app.random.bytes()).await?),
        false => None,
    };

    let proof = Proof {
        password,
        renewed,
        gauge: gauges.into_iter().next(),
    };
    let mut standing = standing;
    let mut attempts = Attempts::default();
    loop {
        let tried = enter(app, &proof, &standing.account, attempt.origin).await;
        if !attempts.again(&tried) {
            return tried.map(|session| SignedIn {
                user: standing.account.user,
                session,
                roles: standing.roles,
            });
        }
        // Somebody signed in to the same account meanwhile. The hash holds; only the reading is repeated.
        standing = standing_of(app, proof.password.user_id)
            .await?
            .ok_or(Undone::Refused(WrongCredentials))?;
    }
}

/// What is known by an address alone, given as its partition, after a look at the counters of guesses: one wait.
pub(crate) async fn known<R>(
    app: &App,
    partition: &str,
    gauges: &[Gauge],
) -> std::result::Result<(Option<EmailClaim>, Option<PasswordRecord>), Undone<R>> {
    let mut keys = vec![
        Key::new(partition, EmailClaim::SK),
        Key::new(partition, PasswordRecord::SK),
    ];
    keys.extend(gauges.iter().map(|gauge| gauge.key.clone()));
    let mut found = app.store.get_all(keys).await?.into_iter();
    let claim = read_optional(found.next().flatten())?;
    let password = read_optional(found.next().flatten())?;
    for (gauge, counter) in gauges.iter().zip(found) {
        gauge.look(counter.as_ref())?;
    }
    Ok((claim, password))
}

/// Counts the guesses at a password, whatever they are made for: those on the account, by the partition of its address,
/// first, where there are limits, and those of one client.
pub(crate) fn guess_gauges(app: &App, partition: &str, origin: &Origin) -> Vec<Gauge> {
    let gauges = [
        account_gauge(app, partition),
        Gauge::address(app, "signin", |limits| limits.signin_address, origin.ip),
    ];
    gauges.into_iter().flatten().collect()
}

/// Counts the attempts on an account, by the partition of its address.
pub(crate) fn account_gauge(app: &App, partition: &str) -> Option<Gauge> {
    Gauge::account(app, "signin", |limits| limits.signin_account, partition)
}

/// A password that was verified.
struct Proof {
    password: PasswordRecord,
    /// A new hash to take the place of one that is outdated.
    renewed: Option<PasswordHash>,
    /// The account's counter.
    gauge: Option<Gauge>,
}

/// Commits what a verified password lets happen.
async fn enter(app: &App, proof: &Proof, account: &Account, origin: &Origin) -> Result<Session> {
    let mut commit = Commit::<Undone<NotSignedIn>>::new();
    let session = admit(app, &mut commit, account, origin, "password")?;
    let key = proof.password.key();
    let still_the_password = Condition::Equals("hash", text(proof.password.hash.as_str()));
    match &proof.renewed {
        Some(hash) => commit.update(key, still_the_password, [Step::Set("hash", text(hash.as_str()))]),
        None => commit.check(key, still_the_password),
    }
    .otherwise(|_| Undone::Refused(WrongCredentials));
    if let Some(gauge) = &proof.gauge {
        // A success gives the attempts back: strangers' guesses do not lock the owner out for longer.
        commit.delete(gauge.key.clone(), Condition::Always);
    }
    app.store.commit(commit).await?;
    Ok(session)
}

/// Adds to `commit` what lets the owner of `account` in, by whatever credential `method` names: session, mark and activity.
///
/// # Errors
/// [`NotSignedIn`] when the account's state lets nobody in.
pub fn admit(
    app: &App,
    commit: &mut Commit<Undone<NotSignedIn>>,
    account: &Account,
    origin: &Origin,
    method: &str,
) -> Result<Session> {
    match account.user.state {
        state if state.may_sign_in() => {}
        State::Unactivated | State::Inactive => return Err(Undone::Refused(NotSignedIn::NotActive)),
        _ => return Err(Undone::Refused(WrongCredentials)),
    }
    let session = super::open(commit, app, &account.user, &account.sessions, origin)?;
    commit.create(&Activity::sign_in(app, account.user.id, origin, method));
    Ok(session)
}

/// An account and what it may do.
struct Standing {
    account: Account,
    roles: Vec<Role>,
}

async fn standing(app: &App, id: Option<UserId>) -> Result<Option<Standing>> {
    match id {
        Some(id) => Ok(standing_of(app, id).await?),
        None => Ok(None),
    }
}

async fn standing_of(app: &App, id: UserId) -> std::result::Result<Option<Standing>, StoreError> {
    let Some(account) = Account::read(&app.store, id).await? else {
        return Ok(None);
    };
    let (roles, _) = access::held(&app.store, account.memberships(), false).await?;
    Ok(Some(Standing { account, roles }))
}
