//! What a user tells about itself, and changing it.

use serde::{Deserialize, Serialize};

use super::Account;
use super::avatar::AvatarName;
use crate::App;
use crate::act::Undone;
use crate::ids::UserId;
use crate::organizations::membership::{self, Who};
use crate::store::{Commit, Versioned, retried};

/// Profile of a user. Empty texts are what nobody has told yet.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Profile {
    /// Given name.
    pub first_name: String,
    /// Family name.
    pub last_name: String,
    /// Telephone number as typed; not verified.
    pub phone: String,
    /// About the person.
    pub bio: String,
    /// Position.
    pub designation: String,
    /// Country.
    pub country: String,
    /// Time zone name, such as `Europe/London`.
    pub timezone: String,
    /// The picture, if there is one.
    pub avatar: Option<AvatarName>,
}

impl Profile {
    /// The profile of somebody of whom only a name is known, which is one text: what stands before its first blank is the
    /// given name, what stands behind it the family name. [`Profile::full_name`] gives the same text back.
    pub fn of_name(name: &str) -> Self {
        let parts = name
            .match_indices(' ')
            .map(|(place, blank)| (&name[..place], &name[place + blank.len()..]));
        let mut parts = parts.filter(|(first, last)| !first.trim().is_empty() && !last.is_empty());
        let (first, last) = parts.next().unwrap_or((name, ""));
        Self {
            first_name: first.to_owned(),
            last_name: last.to_owned(),
            timezone: "UTC".to_owned(),
            ..Self::default()
        }
    }

    /// Given and family name as one text; empty where neither is told.
    pub fn full_name(&self) -> String {
        let told = [self.first_name.as_str(), self.last_name.as_str()];
        let told: Vec<&str> = told.into_iter().filter(|name| !name.is_empty()).collect();
        told.join(" ")
    }
}

/// A text of a profile that is too long.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("must be at most {max} characters")]
pub struct TooLong {
    /// The most it may have, in Unicode code points.
    pub max: usize,
}

/// Code points that a name, a position or a country has at most.
pub const MAX_NAME: usize = 100;
/// Code points that a telephone number or a time zone has at most.
pub const MAX_SHORT: usize = 64;
/// Code points that a biography has at most.
pub const MAX_BIO: usize = 200;

/// Whether a text may be a name: one line, without control characters.
pub fn is_one_line(text: &str) -> bool {
    !text.chars().any(char::is_control)
}

/// Refuses a text of more than `max` code points.
///
/// # Errors
/// [`TooLong`].
pub fn at_most(max: usize, text: &str) -> Result<(), TooLong> {
    match text.chars().count() > max {
        true => Err(TooLong { max }),
        false => Ok(()),
    }
}

/// A profile was not changed: the user is gone.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("the user does not exist")]
pub struct Gone;

/// Changes the profile of `id` by `change` and returns the profile it had before.
///
/// # Errors
/// [`Gone`].
pub async fn update(app: &App, id: UserId, change: impl Fn(&mut Profile)) -> Result<Profile, Undone<Gone>> {
    retried(|| update_once(app, id, &change)).await
}

async fn update_once(app: &App, id: UserId, change: &impl Fn(&mut Profile)) -> Result<Profile, Undone<Gone>> {
    let account = Account::read(&app.store, id).await?.ok_or(Undone::Refused(Gone))?;
    let read = Versioned {
        record: account.user,
        version: account.version,
    };
    let mut user = read.record.clone();
    change(&mut user.profile);
    let mut commit = Commit::new();
    commit.replace(&read, &user);
    membership::follow(&mut commit, &account.memberships, &Who::of(&user));
    app.store.commit::<Undone<Gone>>(commit).await?;
    Ok(read.record.profile)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_name_is_taken_apart_at_its_first_blank() {
        for (name, first, last) in [
            ("Ada Lovelace", "Ada", "Lovelace"),
            ("Juan de la Cruz", "Juan", "de la Cruz"),
            ("Plato", "Plato", ""),
            (" Ada", " Ada", ""),
            ("Ada ", "Ada ", ""),
            ("", "", ""),
        ] {
            let profile = Profile::of_name(name);
            assert_eq!((profile.first_name.as_str(), profile.last_name.as_str()), (first, last));
        }
    }

    proptest! {
        #[test]
        fn a_name_comes_back_as_it_was(name in "[ a-c]{0,12}|.*") {
            prop_assert_eq!(Profile::of_name(&name).full_name(), name);
        }
    }
}
