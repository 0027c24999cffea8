//! The second step of a sign-in for a client: somebody who gave a password for a code, and nothing more, shows a code of their
//! authenticator app and gets another code, which opens a session. The same step confirms a secret that they were shown.
//!
//! What the published API calls by the user's name alone is bound here to the step before it: to the client and to the
//! network from which the password came. Codes of an app alone let nobody in.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::code::{Given, NotExchanged, holder, in_time, look};
use super::sign_in::{NotLetIn, judge};
use super::{Client, ClientId};
use crate::App;
use crate::accounts::customer::{Change, Customer};
use crate::accounts::{User, email};
use crate::act::Undone;
use crate::credentials::totp::enrolment::{self, Enrolment, NotDone, Turned};
use crate::credentials::totp::{self, Asked, SecondFactor, WrongCode};
use crate::http::throttle::{self, network};
use crate::ids::UserId;
use crate::sessions::Origin;
use crate::sessions::sign_in::{Known, NotSignedIn, known_of};
use crate::store::record::read_optional;
use crate::store::{Commit, Condition, Key, Record, StoreError, retried};
use crate::tokens::Secret;

/// A second step may be taken so long.
pub const LIFETIME: Duration = Duration::from_secs(300);

/// A step that may be taken; one for each address, the newest counts.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SecondStep {
    partition: String,
    user_id: UserId,
    client: i64,
    network: String,
    valid_until: Timestamp,
}

impl SecondStep {
    /// The one of `user`, for this client and from there.
    ///
    /// # Errors
    /// [`StoreError`] where time ends.
    pub(super) fn of(app: &App, user: &User, client: &Client, origin: &Origin) -> Result<Self, StoreError> {
        let until = app.clock.now().checked_add(LIFETIME);
        Ok(Self {
            partition: user.email.partition(),
            user_id: user.id,
            client: client.number,
            network: network(origin.ip),
            valid_until: until.map_err(StoreError::corrupt)?,
        })
    }

    fn key_of(partition: &str) -> Key {
        Key::new(partition, "SECONDSTEP")
    }
}

impl Record for SecondStep {
    const KIND: &'static str = "second step";
    fn key(&self) -> Key {
        Self::key_of(&self.partition)
    }
    fn ttl(&self) -> Option<Timestamp> {
        Some(self.valid_until)
    }
}

/// Why a step was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotTaken {
    /// There is no step to take: no password came before, or it was too long ago, for another client or from elsewhere.
    #[error("there is no step to take")]
    NoStep,
    /// The code is not right.
    #[error(transparent)]
    Code(#[from] WrongCode),
    /// The code is right, and lets nobody in all the same.
    #[error(transparent)]
    NotLetIn(#[from] NotLetIn),
}

impl From<NotSignedIn> for NotTaken {
    fn from(why: NotSignedIn) -> Self {
        match why {
            NotSignedIn::Otp(why) => NotTaken::Code(why),
            NotSignedIn::MissingOtp => NotTaken::Code(WrongCode::Wrong),
            why => NotTaken::NotLetIn(why.into()),
        }
    }
}

/// Takes a code of an authenticator app, and gives an authorization code for it: both in one commit. The first code of a secret
/// that was shown switches the codes on.
///
/// # Errors
/// [`NotTaken`]; a wrong code was counted then.
pub async fn take(
    app: &App,
    username: &str,
    client_id: &str,
    otp: &str,
    origin: &Origin,
) -> Result<Secret, Undone<NotTaken>> {
    let no_step = || Undone::Refused(NotTaken::NoStep);
    let client_id = ClientId::parse(client_id).ok_or_else(no_step)?;
    let keys = [
        SecondStep::key_of(&email::partition(username)),
        Client::key_of(&client_id),
    ];
    let [step, client] = app.store.get(keys).await?;
    let (step, client) = (read_optional::<SecondStep>(step)?, read_optional::<Client>(client)?);
    let (step, client) = step.zip(client).ok_or_else(no_step)?;
    let is_its = step.client == client.number && step.network == network(origin.ip);
    if !is_its || app.clock.now() >= step.valid_until {
        return Err(no_step());
    }
    throttle::count::<Undone<NotTaken>>(app, totp::gauge(app, step.user_id).as_slice()).await?;
    let code = Secret::generate_hex(&app.random);
    let given = Given {
        code: &code,
        client: &client,
        challenge: None,
        second_factor: true,
        upstream: None,
        origin,
    };
    retried(|| take_once(app, &step, otp, &given)).await?;
    Ok(code)
}

async fn take_once(app: &App, step: &SecondStep, otp: &str, given: &Given<'_>) -> Result<(), Undone<NotTaken>> {
    let no_step = || Undone::Refused(NotTaken::NoStep);
    let known: Known = known_of(app, Some(step.user_id)).await?.ok_or_else(no_step)?;
    judge(given.client, &known).map_err(|why| Undone::Refused(why.into()))?;
    let account = &known.account;
    let totp = account.totp.as_ref().ok_or_else(no_step)?;
    let is_pending = totp.record.is_pending(app.clock.now());
    let keyring = app.keys.get().await?;
    let mut commit = Commit::<Undone<NotTaken>>::new();
    commit
        .delete(step.key(), Condition::Present)
        .otherwise(move |_| no_step());
    if let Some(gauge) = totp::gauge(app, step.user_id) {
        commit.delete(gauge.key, Condition::Always);
    }
    let shown = SecondFactor::Code(Some(otp));
    match totp::require::<NotTaken>(&mut commit, app, &keyring, account, shown) {
        Ok(Asked::Taken) => given.keep(&mut commit, app, account)?,
        // Nothing is in use yet, or the code belongs to what takes its place.
        Ok(Asked::Not) | Err(Undone::Refused(NotTaken::Code(WrongCode::Wrong))) if is_pending => {
            let customer = Customer::read(&app.store, step.user_id).await?.ok_or_else(no_step)?;
            let totp = customer.account.totp.as_ref().ok_or_else(no_step)?;
            let turned = Turned {
                app,
                keyring: &keyring,
                customer: &customer,
                origin: given.origin,
                by: step.user_id,
            };
            let mut change = Change::beside(app, &customer, commit);
            turned.on(&mut change, totp, otp)?;
            let epoch = customer.user().session_epoch + 1;
            given.create(&mut change, app, step.user_id, epoch)?;
            return change.commit(app).await.map(drop);
        }
        Ok(Asked::Not) => return Err(Undone::Refused(WrongCode::Wrong.into())),
        Err(undone) => return Err(undone),
    }
    app.store.commit(commit).await
}

/// Whether the owner of an authorization code has a secret for an authenticator app: one in use, or one that was shown a moment ago.
///
/// # Errors
/// [`NotExchanged`], as at the exchange of the code, which is not used up.
pub async fn has_secret(app: &App, client_id: &str, code: &Secret) -> Result<bool, Undone<NotExchanged>> {
    let (_, code) = look(app, client_id, code).await?;
    in_time(app, &code)?;
    let known = holder(app, &code).await?;
    let now = app.clock.now();
    Ok(known.account.totp.is_some_and(|totp| totp.record.has_secret(now)))
}

/// Shows the owner of an authorization code a secret for an authenticator app, which [`take`] confirms. Where one is in use, only to
/// somebody whose code was given for it.
///
/// # Errors
/// [`NotExchanged`], as at the exchange of the code, which is not used up.
pub async fn show_secret(
    app: &App,
    client_id: &str,
    code: &Secret,
    origin: &Origin,
) -> Result<Enrolment, Undone<NotExchanged>> {
    let not_valid = |_: NotDone| NotExchanged::NotValid;
    let (client, code) = look(app, client_id, code).await?;
    in_time(app, &code)?;
    let known = holder(app, &code).await?;
    judge(&client, &known).map_err(|why| Undone::Refused(why.into()))?;
    let user = &known.account.user;
    let step = SecondStep::of(app, user, &client, origin)?;
    let also = |commit: &mut Commit<_>| {
        commit.put(&step);
    };
    let shown = match code.second_factor {
        true => enrolment::replace(app, user, origin, also).await,
        false => enrolment::begin(app, user, origin, also).await,
    };
    shown.map_err(|undone| undone.mapped(not_valid))
}
