//! Signing in with a password: two waits on the table and one hash, whoever asks.
//!
//! The first wait reads what is known by the address alone: claim, password, counters. While the hash runs, the attempt
//! is counted and the account is read beside it. The second wait commits session, mark, activity and what else follows.

use futures_util::future::{join3, try_join, try_join3};

use super::{Opening, Origin, Session};
use crate::App;
use crate::access::{self, Role};
use crate::accounts::email::{self, EmailClaim};
use crate::accounts::{Account, State, User};
use crate::act::Undone;
use crate::activity::Activity;
use crate::credentials::PasswordRecord;
use crate::credentials::one_time_password::OneTimePassword;
use crate::credentials::password::{Password, PasswordHash, Verdict};
use crate::credentials::totp::{self, SecondFactor, WrongCode};
use crate::http::throttle::{self, Gauge};
use crate::ids::{Bits as _, UserId};
use crate::store::commit::{Step, text};
use crate::store::record::read_optional;
use crate::store::{Attempts, Commit, Condition, Key, Record, StoreError};
use crate::tokens::Keyring;

/// Who wants to sign in.
#[derive(Debug)]
pub struct Attempt<'a> {
    /// The address as typed.
    pub username: &'a str,
    /// The password.
    pub password: Password,
    /// Where from.
    pub origin: &'a Origin,
    /// Whether a one-time password that an administrator stored for the address works as well.
    pub or_one_time: bool,
    /// A code of an authenticator app, where there is one.
    pub otp: Option<&'a str>,
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
    /// The credentials are right, and the account is in this state: it waits for its activation or is switched off. Whether
    /// that is said is for the surface; of an account that is locked or banned it never is, so that a lock ends the guessing.
    #[error("the account is not active")]
    NotActive(State),
    /// The credentials are right, but the account asks for a code of an authenticator app as well.
    #[error("a code of an authenticator app is needed")]
    MissingOtp,
    /// The credentials are right, but the code is not.
    #[error(transparent)]
    Otp(#[from] WrongCode),
}

pub use NotSignedIn::WrongCredentials;

type Result<T> = std::result::Result<T, Undone<NotSignedIn>>;

/// Signs somebody in.
///
/// # Errors
/// [`NotSignedIn`].
pub async fn sign_in(app: &App, attempt: Attempt<'_>) -> Result<SignedIn> {
    let keyring = app.keys.get().await?;
    let (proven, ()) = prove(app, &attempt, async { Ok(()) }).await?;
    let enter = |commit: &mut Commit<_>, known: &Known| {
        let opening = Opening::usual(app, attempt.origin)?;
        let shown = Shown {
            method: "password",
            second: SecondFactor::Code(attempt.otp),
            keyring: &keyring,
        };
        admit(app, commit, &known.account, opening, &shown)
    };
    let (session, known) = proven.then(app, enter).await?;
    Ok(SignedIn {
        user: known.account.user,
        session,
        roles: known.roles,
    })
}

/// Verifies a password: the first wait and the hash. What follows from it is for [`Proven::then`]. What must hold before the
/// password is looked at is found out in that first wait, by `first`.
///
/// # Errors
/// What `first` refuses, or that the credentials are wrong.
pub async fn prove<T, R>(
    app: &App,
    attempt: &Attempt<'_>,
    first: impl Future<Output = std::result::Result<T, Undone<R>>>,
) -> std::result::Result<(Proven, T), Undone<R>>
where
    R: From<NotSignedIn> + 'static,
{
    let wrong = || Undone::Refused(WrongCredentials.into());
    let partition = email::partition(attempt.username);
    let gauges = guess_gauges(app, &partition, attempt.origin);
    let known = known(app, &partition, &gauges);
    let (first, known, one_time) = join3(first, known, pending(app, attempt, &partition)).await;
    let first = first?;
    let ((claim, password), one_time) = (known?, one_time?);

    let hash = password.as_ref().map(|password| &password.hash);
    let verified = async { Ok(app.passwords.verify(&attempt.password, hash).await?) };
    // For an address that nobody has a place is read where nobody is kept: it costs what any other does.
    let owner = claim.as_ref().map_or(UserId::of_bits(0), |claim| claim.user_id);
    let beside = async {
        let counted = throttle::count::<Undone<R>>(app, &gauges);
        let read = async { Ok(known_of(app, Some(owner)).await?) };
        let guessed = guessed(app, one_time.as_ref());
        try_join3(counted, read, guessed).await.map(|((), known, ())| known)
    };
    let (verdict, known) = try_join(verified, beside).await?;
    let (Some(password), Some(known)) = (password, known) else {
        return Err(wrong());
    };
    let what = match (one_time, verdict) {
        (Some(OneTime { record, is_right: true }), _) => What::OneTime(record),
        (_, Verdict::Right { outdated: false }) => What::Password { renewed: None },
        (_, Verdict::Right { outdated: true }) => {
            let renewed = app.passwords.hash(&attempt.password, app.random.bytes()).await?;
            What::Password { renewed: Some(renewed) }
        }
        (_, Verdict::Wrong) => return Err(wrong()),
    };
    let proof = Proof {
        password,
        what,
        gauge: gauges.into_iter().next(),
    };
    Ok((Proven { proof, known }, first))
}

/// A one-time password that is stored for the address, and whether it is what was presented.
struct OneTime {
    record: OneTimePassword,
    is_right: bool,
}

/// The one-time password that would do as well, if there is one.
async fn pending<R>(
    app: &App,
    attempt: &Attempt<'_>,
    partition: &str,
) -> std::result::Result<Option<OneTime>, Undone<R>> {
    if !attempt.or_one_time {
        return Ok(None);
    }
    let [record] = app.store.get([OneTimePassword::key_of(partition)]).await?;
    let Some(record) = read_optional::<OneTimePassword>(record)? else {
        return Ok(None);
    };
    let keyring = app.keys.get().await?;
    let is_right = record.is(&keyring, attempt.password.presented(), app.clock.now());
    Ok(Some(OneTime { record, is_right }))
}

/// Counts a guess at a one-time password that was not it. That happens beside the hash, also where the password turns out to
/// be right: how long the answer takes does not say whether there is one.
async fn guessed<R>(app: &App, one_time: Option<&OneTime>) -> std::result::Result<(), Undone<R>> {
    match one_time {
        Some(OneTime {
            record,
            is_right: false,
        }) => Ok(record.count_wrong(app).await?),
        _ => Ok(()),
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

/// Whose password was verified, and what is known of them.
pub struct Proven {
    proof: Proof,
    known: Known,
}

impl Proven {
    /// Does what a right password lets happen, in one commit: what `act` adds to it, and that the password is still the one
    /// that was verified.
    ///
    /// # Errors
    /// What `act` refuses, or that the credentials are wrong by now.
    pub async fn then<T, R>(
        self,
        app: &App,
        act: impl Fn(&mut Commit<Undone<R>>, &Known) -> std::result::Result<T, Undone<R>>,
    ) -> std::result::Result<(T, Known), Undone<R>>
    where
        R: From<NotSignedIn> + 'static,
    {
        let Self { proof, mut known } = self;
        let mut attempts = Attempts::default();
        loop {
            let mut commit = Commit::<Undone<R>>::new();
            let made = act(&mut commit, &known)?;
            proof.require(&mut commit);
            let tried = app.store.commit(commit).await;
            if !attempts.again(&tried) {
                return tried.map(|()| (made, known));
            }
            // Somebody signed in to the same account meanwhile. The hash holds; only the reading is repeated.
            known = known_of(app, Some(proof.password.user_id))
                .await?
                .ok_or_else(|| Undone::Refused(WrongCredentials.into()))?;
        }
    }
}

/// A password that was verified.
struct Proof {
    password: PasswordRecord,
    what: What,
    /// The account's counter.
    gauge: Option<Gauge>,
}

/// What was right.
enum What {
    /// The password.
    Password {
        /// A new hash to take the place of one that is outdated.
        renewed: Option<PasswordHash>,
    },
    /// What an administrator stored in its place, for once.
    OneTime(OneTimePassword),
}

impl Proof {
    /// Adds to `commit` that the password is still the one that was verified, or that the one-time password is used up.
    fn require<R: From<NotSignedIn> + 'static>(&self, commit: &mut Commit<Undone<R>>) {
        let wrong = |_| Undone::Refused(WrongCredentials.into());
        let key = self.password.key();
        let still_the_password = Condition::Equals("hash", text(self.password.hash.as_str()));
        match &self.what {
            What::Password { renewed: Some(hash) } => {
                let steps = [Step::Set("hash", text(hash.as_str()))];
                commit.update(key, still_the_password, steps).otherwise(wrong);
            }
            What::Password { renewed: None } => {
                commit.check(key, still_the_password).otherwise(wrong);
            }
            What::OneTime(record) => record.consume(commit, || Undone::Refused(WrongCredentials.into())),
        }
        if let Some(gauge) = &self.gauge {
            // A success gives the attempts back: strangers' guesses do not lock the owner out for longer.
            commit.delete(gauge.key.clone(), Condition::Always);
        }
    }
}

/// Whether the state of `user` lets anybody in.
///
/// # Errors
/// [`NotSignedIn`] where it does not.
pub fn judge(user: &User) -> std::result::Result<(), NotSignedIn> {
    match user.state {
        state if state.may_sign_in() => Ok(()),
        state @ (State::Unactivated | State::Inactive) => Err(NotSignedIn::NotActive(state)),
        _ => Err(WrongCredentials),
    }
}

/// What somebody has shown who wants to be let in.
pub struct Shown<'a> {
    /// Names the credential: `password`, `webauthn`, `code`.
    pub method: &'a str,
    /// What was shown beside it.
    pub second: SecondFactor<'a>,
    /// What codes of authenticator apps are judged with.
    pub keyring: &'a Keyring,
}

/// Adds to `commit` what lets the owner of `account` in: session, mark and activity. Every way in leads through this door, which
/// asks for the account's second factor whatever the first one was.
///
/// # Errors
/// [`NotSignedIn`] when the account's state lets nobody in, and when the second factor is missing or wrong.
pub fn admit<R: From<NotSignedIn>>(
    app: &App,
    commit: &mut Commit<Undone<R>>,
    account: &Account,
    opening: Opening<'_>,
    shown: &Shown<'_>,
) -> std::result::Result<Session, Undone<R>> {
    judge(&account.user).map_err(|why| Undone::Refused(why.into()))?;
    let method = match totp::require(commit, app, shown.keyring, account, shown.second)? {
        totp::Asked::Taken => format!("{}+totp", shown.method),
        totp::Asked::Not => shown.method.to_owned(),
    };
    Activity::sign_in(app, account.user.id, opening.origin, &method).enter(commit);
    Ok(super::open(commit, app, &account.user, &account.sessions, opening))
}

/// An account and what it may do.
pub struct Known {
    /// The account.
    pub account: Account,
    /// Its roles over all organizations.
    pub roles: Vec<Role>,
}

/// The account of `id`, if there is one.
///
/// # Errors
/// [`StoreError`] when the table cannot be read.
pub(crate) async fn known_of(app: &App, id: Option<UserId>) -> std::result::Result<Option<Known>, StoreError> {
    let Some(id) = id else { return Ok(None) };
    let Some(account) = Account::read(&app.store, id).await? else {
        return Ok(None);
    };
    let (roles, _) = access::held(&app.store, account.memberships(), false).await?;
    Ok(Some(Known { account, roles }))
}
