//! What an account may do: its state, the codes that it is asked for, its role.

use std::sync::Arc;

use super::find_with_roles;
use crate::App;
use crate::access::edge::Tables;
use crate::access::edge::protection::{Administrator, Protected};
use crate::accounts::customer::{Change, Customer};
use crate::accounts::{State, User};
use crate::act::Undone;
use crate::activity::Activity;
use crate::credentials::totp::enrolment::Turned;
use crate::ids::UserId;
use crate::store::retried;

/// Why nothing was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotRuled {
    /// There is no such user.
    #[error("there is no such user")]
    Unknown,
    /// The user is protected.
    #[error(transparent)]
    Protected(#[from] Protected),
    /// It is so already.
    #[error("it is so already")]
    NoChange,
    /// There is no such state, or none that an administrator gives.
    #[error("there is no such state")]
    NoSuchState,
    /// No permission names the role.
    #[error("there is no such role")]
    NoSuchRole,
    /// identity-server would have no administrator left.
    #[error("it is the last administrator")]
    LastAdministrator,
}

type Result<T> = std::result::Result<T, Undone<NotRuled>>;

fn refused<T>(why: NotRuled) -> Result<T> {
    Err(Undone::Refused(why))
}

/// A user who is to be ruled, found once: what has to be read again is read in each attempt.
struct Subject<'a> {
    app: &'a App,
    by: Administrator<'a>,
    id: UserId,
    tables: Arc<Tables>,
}

impl<'a> Subject<'a> {
    async fn find(app: &'a App, by: Administrator<'a>, uid: &str) -> Result<Self> {
        let (id, tables) = find_with_roles(app, uid).await?;
        let id = id.ok_or(Undone::Refused(NotRuled::Unknown))?;
        Ok(Self { app, by, id, tables })
    }

    async fn read(&self) -> Result<Customer> {
        let customer = Customer::read(&self.app.store, self.id).await?;
        customer.ok_or(Undone::Refused(NotRuled::Unknown))
    }

    /// A change by the administrator, who still is one when it is made.
    fn change<'c>(&self, customer: &'c Customer, action: &str) -> Change<'c, Undone<NotRuled>> {
        let mut change = Change::of(self.app, customer);
        self.by.in_office(&mut change, customer.user());
        change.or_last_administrator(|| Undone::Refused(NotRuled::LastAdministrator));
        if !action.is_empty() {
            let activity = Activity::new(self.app, self.id, self.by.origin, "account", action);
            activity.done_by(self.by.user.id).enter(&mut change);
        }
        change
    }

    /// An account whose role nothing names any more is not touched until it has another one.
    fn has_a_role(&self, user: &User) -> Result<()> {
        match self.tables.knows_role(&user.role) {
            true => Ok(()),
            false => refused(NotRuled::NoSuchRole),
        }
    }
}

/// The state of this name, where an administrator may give it: those in which somebody signs in, and those of the rules.
fn state_of(app: &App, name: &str) -> Option<State> {
    let triggers = app.config.customers.rules.triggers.iter().map(|trigger| trigger.state);
    let mut known = State::MAY_SIGN_IN.into_iter().chain(triggers);
    known.find(|state| state.as_str() == name)
}

/// Gives the account a state, whatever its labels say until the next of them changes. One that lets nobody in ends all
/// sessions, on every surface; one that is not active switches API keys off.
///
/// # Errors
/// [`NotRuled`].
pub async fn set_state(app: &App, by: Administrator<'_>, uid: &str, state: &str) -> Result<()> {
    let subject = Subject::find(app, by, uid).await?;
    retried(|| async {
        let customer = subject.read().await?;
        let user = customer.user();
        by.may_rule(user).map_err(|why| Undone::Refused(why.into()))?;
        if user.state.as_str() == state {
            return refused(NotRuled::NoChange);
        }
        let Some(state) = state_of(app, state) else {
            return refused(NotRuled::NoSuchState);
        };
        subject.has_a_role(user)?;
        let mut change = subject.change(&customer, "change state");
        change.become_state(state);
        change.commit(app).await.map(drop)
    })
    .await
}

/// Switches the codes off for an owner who lost the app: the secret goes and API keys, which need codes, are switched off.
/// The owner is told by mail.
///
/// # Errors
/// [`NotRuled`].
pub async fn switch_codes_off(app: &App, by: Administrator<'_>, uid: &str) -> Result<()> {
    let subject = Subject::find(app, by, uid).await?;
    let keyring = app.keys.get().await?;
    retried(|| async {
        let customer = subject.read().await?;
        let user = customer.user();
        by.may_rule(user).map_err(|why| Undone::Refused(why.into()))?;
        if !user.two_factor {
            return refused(NotRuled::NoChange);
        }
        subject.has_a_role(user)?;
        let turned = Turned {
            app,
            keyring: &keyring,
            customer: &customer,
            origin: by.origin,
            by: by.user.id,
        };
        let mut change = subject.change(&customer, "");
        turned.off(&mut change, customer.account.totp.as_ref())?;
        change.commit(app).await.map(drop)
    })
    .await
}

/// Whether somebody who wants codes switched on for another would be told anything else before that this cannot be done.
///
/// # Errors
/// [`NotRuled`].
pub async fn may_rule(app: &App, by: Administrator<'_>, uid: &str) -> Result<()> {
    let subject = Subject::find(app, by, uid).await?;
    let customer = subject.read().await?;
    by.may_rule(customer.user()).map_err(|why| Undone::Refused(why.into()))
}

/// Gives the account another role, which acts on its next request.
///
/// # Errors
/// [`NotRuled`].
pub async fn give_role(app: &App, by: Administrator<'_>, uid: &str, role: &str) -> Result<()> {
    let subject = Subject::find(app, by, uid).await?;
    retried(|| async {
        let customer = subject.read().await?;
        let user = customer.user();
        by.may_give(user, role).map_err(|why| Undone::Refused(why.into()))?;
        if user.role == role {
            return refused(NotRuled::NoChange);
        }
        if !subject.tables.knows_role(role) {
            return refused(NotRuled::NoSuchRole);
        }
        let mut change = subject.change(&customer, "change role");
        change.become_role(role);
        change.commit(app).await.map(drop)
    })
    .await
}
