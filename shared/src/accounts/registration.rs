//! Making an account that waits for its activation: sign-up for surfaces that ask for one.
//!
//! An address is taken from the moment of its registration. A registration whose code is overdue or void shows nothing
//! about the address, and nobody could ever use the account: whoever registers the address then takes its place.

use super::Email;
use super::activation;
use super::email::EmailClaim;
use super::profile::Profile;
use super::sign_up::{self, NewAccount, NoAccount};
use super::user::State;
use crate::App;
use crate::act::Undone;
use crate::activity::Activity;
use crate::credentials::PasswordRecord;
use crate::credentials::password::PasswordHash;
use crate::http::throttle::Gauge;
use crate::organizations::membership::{self, Who};
use crate::sessions::Origin;
use crate::store::commit::{Step, text};
use crate::store::record::read_optional;
use crate::store::{Commit, Condition, Versioned, retried};
use crate::tokens::{Keyring, Secret};

/// Code points that a password has at least on surfaces that ask for an activation, and more where configuration says so.
pub const MIN_PASSWORD: usize = 8;

/// What is kept of somebody who registers.
struct Registrant<'a> {
    email: &'a Email,
    profile: Profile,
    hash: PasswordHash,
    reset_password: bool,
    code: Secret,
    origin: &'a Origin,
}

/// Makes an account that may do nothing until it is activated, and mails the code. With `reset_password` its owner is asked
/// for another password afterwards.
///
/// # Errors
/// [`NoAccount`]; nothing was made then.
pub async fn register(
    app: &App,
    new: NewAccount,
    reset_password: bool,
    origin: &Origin,
) -> Result<(), Undone<NoAccount>> {
    let mails = Gauge::account(app, "register", |limits| limits.register_account, new.email.canonical());
    let gauges: Vec<Gauge> = [mails, sign_up::gauge(app, origin)].into_iter().flatten().collect();
    let keyring = app.keys.get().await?;
    let policy = app.password_policy.at_least(MIN_PASSWORD);
    let registrant = Registrant {
        email: &new.email,
        profile: new.profile(),
        hash: new.hash(app, &policy, &gauges).await?,
        reset_password,
        code: Secret::generate(&app.random),
        origin,
    };
    // A short identifier that is taken by chance reads as a conflict, and another one is drawn.
    match retried(|| create_once(app, &keyring, &registrant)).await {
        Err(Undone::Refused(NoAccount::EmailTaken)) => retried(|| take_over_once(app, &keyring, &registrant)).await,
        created => created,
    }
}

async fn create_once(app: &App, keyring: &Keyring, who: &Registrant<'_>) -> Result<(), Undone<NoAccount>> {
    let mut user = sign_up::draft(app, who.email, who.profile.clone(), State::Unactivated);
    user.reset_password = who.reset_password;
    let mut commit = Commit::<Undone<NoAccount>>::new();
    sign_up::create(&mut commit, app, &user, who.hash.clone());
    activation::ask(&mut commit, app, keyring, &user, &who.code)?;
    Activity::new(app, user.id, who.origin, "account", "create").enter(&mut commit);
    app.store.commit(commit).await
}

/// Takes the place of a registration that has lapsed: the same account with everything of it that somebody told.
async fn take_over_once(app: &App, keyring: &Keyring, who: &Registrant<'_>) -> Result<(), Undone<NoAccount>> {
    let taken = || Undone::Refused(NoAccount::EmailTaken);
    let [claim] = app.store.get([EmailClaim::key(who.email)]).await?;
    let id = read_optional::<EmailClaim>(claim)?.ok_or_else(taken)?.user_id;
    let (customer, activation) = activation::read(app, id).await?;
    let account = customer.ok_or_else(taken)?.account;
    let now = app.clock.now();
    let waits = activation.is_some_and(|activation| !activation.is_over(now));
    if account.user.state != State::Unactivated || waits {
        return Err(taken());
    }

    let read = Versioned {
        record: account.user,
        version: account.version,
    };
    let mut user = read.record.clone();
    user.email = who.email.clone();
    user.profile = who.profile.clone();
    user.reset_password = who.reset_password;
    let mut commit = Commit::<Undone<NoAccount>>::new();
    commit.replace(&read, &user);
    membership::follow(&mut commit, &account.memberships, &Who::of(&user));
    let steps = [
        Step::Set("hash", text(who.hash.as_str())),
        Step::Set("changed_at", text(now)),
    ];
    commit.update(PasswordRecord::key_of(who.email), Condition::Present, steps);
    commit.put(&EmailClaim {
        email: who.email.clone(),
        user_id: id,
    });
    activation::ask(&mut commit, app, keyring, &user, &who.code)?;
    Activity::new(app, id, who.origin, "account", "create").enter(&mut commit);
    app.store.commit(commit).await
}
