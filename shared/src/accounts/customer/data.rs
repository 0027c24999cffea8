//! What a client keeps with a user: JSON, as it came.

use super::problem::{Problems, Reason, is_json};
use super::{Change, Customer};
use crate::App;
use crate::act::Undone;
use crate::ids::UserId;
use crate::store::commit::{Step, text};
use crate::store::retried;

/// Characters that are kept.
const MOST: usize = 1024;

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

/// Whether a text may be kept.
///
/// # Errors
/// What is wrong with it.
pub fn check(data: &str) -> Result<(), Problems> {
    let mut problems = Problems::default();
    problems.note_if(!is_json(data), "data", Reason::InvalidFormat);
    problems.note_if(data.chars().count() > MOST, "data", Reason::TooLong);
    problems.or_ok()
}

/// Keeps `data` in the place of what was there, and returns the customer as it is then.
///
/// # Errors
/// [`NotKept`].
pub async fn set(app: &App, user: UserId, data: &str) -> Result<Customer, Undone<NotKept>> {
    check(data).map_err(|problems| Undone::Refused(problems.into()))?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_is_json_of_a_length() {
        let keys = |data: &str| check(data).err().map(|problems| problems.keys()).unwrap_or_default();
        assert!(keys(r#"{"language":"en"}"#).is_empty() && keys("1").is_empty());
        assert_eq!(keys("{"), ["data.invalid_format"]);
        assert!(keys(&format!("\"{}\"", "ß".repeat(1022))).is_empty());
        assert_eq!(keys(&format!("\"{}\"", "x".repeat(1023))), ["data.too_long"]);
        assert_eq!(keys(&"x".repeat(1025)), ["data.invalid_format", "data.too_long"]);
    }
}
