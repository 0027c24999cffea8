//! Whose account an administrator asks about: by its short identifier, by its address, by both, or anybody's.

use crate::App;
use crate::accounts::email::{self, EmailClaim};
use crate::accounts::user::UidClaim;
use crate::ids::UserId;
use crate::store::record::read_optional;
use crate::store::{Key, StoreError};

/// What is asked for.
#[derive(Debug, Clone, Default)]
pub struct Who {
    /// The short identifier.
    pub uid: Option<String>,
    /// The address.
    pub email: Option<String>,
}

impl Who {
    /// The account: `None` where there is no such, `Some(None)` where anybody's is asked for. One wait, or none.
    pub(super) async fn find(&self, app: &App) -> Result<Option<Option<UserId>>, StoreError> {
        // Nobody has a longer one, and keys are short.
        let uid = self.uid.as_deref().map(|uid| uid.chars().take(64).collect::<String>());
        let uid = uid.as_deref().map(UidClaim::key_of);
        let email = self
            .email
            .as_deref()
            .map(|email| Key::new(email::partition(email), EmailClaim::SK));
        let (by_uid, by_email) = (uid.is_some(), email.is_some());
        let mut found = app
            .store
            .get_all(uid.into_iter().chain(email).collect())
            .await?
            .into_iter();
        let mut owners = Vec::new();
        if by_uid {
            owners.push(read_optional::<UidClaim>(found.next().flatten())?.map(|claim| claim.user_id));
        }
        if by_email {
            owners.push(read_optional::<EmailClaim>(found.next().flatten())?.map(|claim| claim.user_id));
        }
        Ok(match owners.as_slice() {
            [] => Some(None),
            [one] => one.map(Some),
            [one, another, ..] => one.filter(|_| one == another).map(Some),
        })
    }
}
