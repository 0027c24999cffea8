//! What a client keeps with a user: JSON, as it came.

use super::problem::{Problems, Reason};
use super::{Change, Customer};
use crate::App;
use crate::accounts::instant_sign_up::{Wrong, check_data};
use crate::act::Undone;
use crate::ids::UserId;
use crate::store::commit::{Step, text};
use crate::store::retried;

/// Why data was not kept.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotKept {
    /// The account is gone.
    #[error("the user does not exist")]
    Gone,
    /// It is no good.
    #[error(transparent)]
    Invalid(#[from] Problems),
}

/// Keeps `data` in the place of what was there, and returns the customer as it is then.
///
/// # Errors
/// [`NotKept`].
pub async fn set(app: &App, user: UserId, data: &str) -> Result<Customer, Undone<NotKept>> {
    check_data(data).map_err(|wrong| Undone::Refused(problems(wrong).into()))?;
    retried(|| async {
        let customer = Customer::read(&app.store, user).await?;
        let mut customer = customer.ok_or(Undone::Refused(NotKept::Gone))?;
        let mut change = Change::<Undone<NotKept>>::of(app, &customer);
        change.user(Step::Set("data", text(data)));
        let mut user = change.commit(app).await?;
        user.data = Some(data.to_owned());
        customer.account.user = user;
        Ok(customer)
    })
    .await
}

fn problems(wrong: Wrong) -> Problems {
    let reason = match wrong {
        Wrong::DataTooLong => Reason::TooLong,
        _ => Reason::InvalidFormat,
    };
    Problems::one("data", reason)
}
