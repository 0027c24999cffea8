//! Leaving: an owner shuts the account down, with the password, and a code where codes are on. It is kept, its address stays
//! taken, and an administrator can bring it back by removing the label.

use serde_json::json;

use super::{Change, Customer, Scope};
use crate::App;
use crate::access::Office;
use crate::accounts::User;
use crate::act::Undone;
use crate::activity::Activity;
use crate::credentials::password::Password;
use crate::credentials::totp::{self, WrongCode, enrolment};
use crate::http::throttle;
use crate::notify::events;
use crate::sessions::Origin;
use crate::sessions::sign_in::{Attempt, NotSignedIn, prove};
use crate::store::retried;

/// Why an account was not shut down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotLeft {
    /// The password is wrong.
    #[error("the password is wrong")]
    WrongPassword,
    /// Codes are on, and there was none.
    #[error("a code is needed")]
    MissingCode,
    /// The code is no good.
    #[error(transparent)]
    Code(#[from] WrongCode),
    /// It is an administrator of identity-server, who could be the last one.
    #[error("an administrator gives that up first")]
    Administrator,
}

impl From<NotSignedIn> for NotLeft {
    fn from(_: NotSignedIn) -> Self {
        Self::WrongPassword
    }
}

impl From<enrolment::NotDone> for NotLeft {
    fn from(why: enrolment::NotDone) -> Self {
        match why {
            enrolment::NotDone::Code(why) => Self::Code(why),
            // Codes were switched off meanwhile.
            _ => Self::Code(WrongCode::Wrong),
        }
    }
}

/// Shuts down the account of `user`: label, state, sessions, API keys and activity in one commit. A guess at the password counts
/// like one at sign-in.
///
/// # Errors
/// [`NotLeft`].
pub async fn leave(
    app: &App,
    user: &User,
    password: Password,
    code: Option<&str>,
    origin: &Origin,
) -> Result<(), Undone<NotLeft>> {
    let attempt = Attempt {
        username: user.email.typed(),
        password,
        origin,
        or_one_time: false,
        otp: None,
    };
    prove::<(), NotLeft>(app, &attempt, async { Ok(()) }).await?;
    if user.two_factor && code.is_some() {
        throttle::count::<Undone<NotLeft>>(app, totp::gauge(app, user.id).as_slice()).await?;
    }
    let keyring = app.keys.get().await?;
    retried(|| async {
        let customer = Customer::read(&app.store, user.id).await?;
        let customer = customer.ok_or(Undone::Refused(NotLeft::WrongPassword))?;
        let mut change = Change::<Undone<NotLeft>>::of(app, &customer);
        let totp = customer.account.totp.as_ref();
        if totp.is_some_and(|totp| totp.record.is_active()) {
            let code = code.ok_or(Undone::Refused(NotLeft::MissingCode))?;
            totp::spend(&mut change, app, &keyring, totp, code)?;
        }
        if customer
            .account
            .memberships()
            .any(|member| member.holds(Office::Identity))
        {
            return Err(Undone::Refused(NotLeft::Administrator));
        }
        change.label(Scope::Private, "delete", "by_user");
        change.tell(
            "system.user.account.deleted",
            json!({ "user": events::user(customer.user()) }),
        );
        Activity::new(app, user.id, origin, "account", "delete").enter(&mut change);
        change.commit(app).await.map(drop)
    })
    .await
}
