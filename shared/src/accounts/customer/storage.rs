//! Data that customers keep here, under titles that are configured. Written once: only an administrator removes it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::problem::{Problems, Reason, is_json};
use super::{Change, Customer, Scope};
use crate::App;
use crate::accounts::User;
use crate::act::Undone;
use crate::ids::UserId;
use crate::store::{Key, Record, retried};

/// Characters that data has at most.
const MOST: usize = 5120;

/// Titles that name something else, so that their labels would be mistaken for it.
const RESERVED: [&str; 5] = ["document", "label", "profile", "phone", "user"];

/// Data of a customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataStorage {
    /// Whose.
    pub user_id: UserId,
    /// What it is.
    pub title: String,
    /// Something in JSON, as it was written.
    pub data: String,
    /// When it was written.
    pub created_at: Timestamp,
    /// When an administrator last changed it.
    pub updated_at: Timestamp,
}

impl DataStorage {
    /// Where the data of `user` under a title is kept.
    pub fn key_of(user: UserId, title: &str) -> Key {
        Key::new(User::partition(user), format!("KYC#STORAGE#{}", title.to_lowercase()))
    }
}

impl Record for DataStorage {
    const KIND: &'static str = "data storage";
    fn key(&self) -> Key {
        Self::key_of(self.user_id, &self.title)
    }
}

/// Why data was not kept.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotKept {
    /// The account is gone.
    #[error("the user does not exist")]
    Gone,
    /// Title or data are no good.
    #[error(transparent)]
    Invalid(#[from] Problems),
}

/// Keeps data under a title, and labels the customer with it.
///
/// # Errors
/// [`NotKept`].
pub async fn create(app: &App, user: UserId, title: &str, data: &str) -> Result<(), Undone<NotKept>> {
    retried(|| async {
        let customer = Customer::read(&app.store, user).await?;
        let customer = customer.ok_or(Undone::Refused(NotKept::Gone))?;
        let titles = &app.config.customers.storage_titles;
        check(&customer.storages, titles, title, data).map_err(|problems| Undone::Refused(problems.into()))?;
        let now = app.clock.now();
        let mut change = Change::<Undone<NotKept>>::of(app, &customer);
        change.put(&DataStorage {
            user_id: user,
            title: title.to_owned(),
            data: data.to_owned(),
            created_at: now,
            updated_at: now,
        });
        let record = json!({ "user": change.shown(), "title": title });
        change.tell("model.data_storage.created", record);
        change.label(Scope::Private, &title.to_lowercase(), "recorded");
        change.commit(app).await.map(drop)
    })
    .await
}

fn check(kept: &[DataStorage], titles: &[String], title: &str, data: &str) -> Result<(), Problems> {
    let is_taken = kept
        .iter()
        .any(|other| other.title.to_lowercase() == title.to_lowercase());
    let mut problems = Problems::default();
    problems.note_if(!titles.iter().any(|known| known == title), "title", Reason::Inclusion);
    problems.note_if(RESERVED.contains(&title), "title", Reason::Exclusion);
    problems.note_if(is_taken, "title", Reason::Taken);
    problems.note_if(!is_json(data), "data", Reason::InvalidFormat);
    problems.note_if(data.chars().count() > MOST, "data", Reason::TooLong);
    problems.or_ok()
}

/// Whether a title may be configured: it becomes the key of a label, and must not be one that decides something else.
pub(crate) fn is_title(text: &str) -> bool {
    let is_key = super::labels::parse("title", text).is_ok_and(|key| key == text.to_lowercase());
    is_key && text.len() <= 64 && !RESERVED.contains(&text) && !DECIDING.contains(&text.to_lowercase().as_str())
}

/// Keys of labels that the house puts on customers for other reasons.
const DECIDING: [&str; 4] = ["email", "otp", "delete", "address"];

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(title: &str, data: &str) -> Vec<String> {
        let titles = ["personal", "company"].map(str::to_owned);
        check(&[], &titles, title, data)
            .err()
            .map(|problems| problems.keys())
            .unwrap_or_default()
    }

    #[test]
    fn titles_are_those_that_are_configured() {
        assert!(keys("personal", "{}").is_empty());
        assert_eq!(keys("other", "{}"), ["title.inclusion"]);
        assert_eq!(keys("Personal", "{}"), ["title.inclusion"]);
        assert_eq!(
            keys("phone", "x"),
            ["title.inclusion", "title.exclusion", "data.invalid_format"]
        );
        assert_eq!(keys("company", &format!("\"{}\"", "x".repeat(5119))), ["data.too_long"]);
        assert!(keys("company", &format!("\"{}\"", "ß".repeat(5118))).is_empty());
    }

    #[test]
    fn a_title_must_be_a_label_that_decides_nothing() {
        assert!(is_title("personal") && is_title("Company-1"));
        for text in ["", "x", "two words", "phone", "email", "delete", "OTP", &"x".repeat(65)] {
            assert!(!is_title(text), "{text}");
        }
    }
}
