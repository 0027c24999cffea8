//! Activation: whoever made an account shows that mail to its address arrives. The mail holds a code that works once.

use std::time::Duration;

use futures_util::future::try_join;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::customer::{Change, Customer, address};
use super::user::{State, User};
use crate::App;
use crate::act::{Failure, Undone};
use crate::activity::Activity;
use crate::http::throttle::{self, Gauge};
use crate::ids::{AsUuid, UserId};
use crate::notify::{Message, Template};
use crate::sessions::Origin;
use crate::store::record::read_optional;
use crate::store::{Attempts, Commit, Key, Record, StoreError};
use crate::tokens::{Keyring, OneTime, Secret, one_time};

/// A code is valid so long.
pub const LIFETIME: Duration = Duration::from_secs(24 * 3600);

/// An activation that is waited for.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Activation {
    user_id: UserId,
    #[serde(flatten)]
    code: OneTime,
}

impl Activation {
    /// Where the activation of `user` is kept.
    pub(super) fn key_of(user: UserId) -> Key {
        Key::new(User::partition(user), "ACTIVATION")
    }

    /// Whether its code opens nothing any more.
    pub(super) fn is_over(&self, now: Timestamp) -> bool {
        self.code.is_over(now)
    }
}

impl Record for Activation {
    const KIND: &'static str = "activation";
    fn key(&self) -> Key {
        Self::key_of(self.user_id)
    }
    fn ttl(&self) -> Option<Timestamp> {
        Some(self.code.valid_until)
    }
}

/// No account was activated: unknown user; wrong, used, voided or overdue code; an account that is switched off. Which of
/// them is nobody's business.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the code is not valid")]
pub struct NotActivated;

/// Adds to `commit` that `user` waits for its activation by `code`, and the mail with it. An older code is worth nothing
/// then.
///
/// # Errors
/// [`Failure`] when the mail cannot be written.
pub fn ask<E>(commit: &mut Commit<E>, app: &App, keyring: &Keyring, user: &User, code: &Secret) -> Result<(), Failure> {
    let template = Template::Activation {
        link: format!(
            "{}/account/activate/{}/{}",
            app.config.public_url,
            AsUuid(user.id),
            code.expose()
        ),
        hours: LIFETIME.as_secs() / 3600,
    };
    commit.put(&Activation {
        user_id: user.id,
        code: OneTime::new(code, app.clock.now(), LIFETIME)?,
    });
    commit.create(&Message::mail(app, keyring, &user.email, &template)?);
    Ok(())
}

/// Lets an account in, by the code that was mailed to its address: code, state and what memberships copy of it in one
/// commit, so that a code works once under any interleaving.
///
/// # Errors
/// [`NotActivated`]; nothing has changed then, but that a wrong code was counted.
pub async fn activate(app: &App, user: UserId, code: &Secret, origin: &Origin) -> Result<(), Undone<NotActivated>> {
    let gauges: Vec<Gauge> = Gauge::address(app, "activate", |limits| limits.activate_address, origin.ip)
        .into_iter()
        .collect();
    let counted = throttle::count::<Undone<NotActivated>>(app, &gauges);
    let first = async { Ok(read(app, user).await?) };
    let (mut found, ()) = try_join(first, counted).await?;
    let mut attempts = Attempts::default();
    loop {
        let tried = activate_as(app, user, found, code, origin).await;
        if !attempts.again(&tried) {
            return tried;
        }
        found = read(app, user).await?;
    }
}

/// An account, with what is known of its owner, and what it waits for.
pub(super) type Waiting = (Option<Customer>, Option<Activation>);

/// Reads both: one wait.
pub(super) async fn read(app: &App, id: UserId) -> Result<Waiting, StoreError> {
    let activation = app.store.get([Activation::key_of(id)]);
    let (customer, [activation]) = try_join(Customer::read(&app.store, id), activation).await?;
    Ok((customer, read_optional(activation)?))
}

async fn activate_as(
    app: &App,
    id: UserId,
    (customer, activation): Waiting,
    code: &Secret,
    origin: &Origin,
) -> Result<(), Undone<NotActivated>> {
    let now = app.clock.now();
    let right = activation.filter(|activation| activation.code.opens_with(code, now));
    let (Some(customer), Some(activation)) = (customer, right) else {
        return Err(one_time::count_wrong(app, Activation::key_of(id), NotActivated).await);
    };
    // Where an administrator was faster, the address is confirmed all the same.
    let state = customer.user().state;
    if state != State::Unactivated && !state.may_sign_in() {
        return Err(Undone::Refused(NotActivated));
    }
    let mut change = Change::<Undone<NotActivated>>::of(app, &customer);
    let used = || Undone::Refused(NotActivated);
    activation.code.consume(&mut change, activation.key(), used);
    change.activate();
    address::confirm(&mut change, app);
    Activity::new(app, id, origin, "account", "confirm").enter(&mut change);
    change.commit(app).await.map(drop)
}
