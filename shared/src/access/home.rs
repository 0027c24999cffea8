//! The roles of the home organization, which is where the roles of identity-server's surface are.

use super::Role;
use crate::accounts::User;
use crate::ids::{OrgId, UserId};
use crate::organizations::Membership;
use crate::store::record::read_optional;
use crate::store::{Store, StoreError};

/// A user with the roles that it has in the home organization.
#[derive(Debug)]
pub struct Holder {
    /// The user.
    pub user: User,
    /// Its roles in force, in the order in which they were given.
    pub roles: Vec<Role>,
}

/// Reads the user `id` with its roles; `None` when there is none.
///
/// # Errors
/// [`StoreError`] when the table cannot be read.
pub async fn holder(store: &Store, id: UserId) -> Result<Option<Holder>, StoreError> {
    let keys = [User::key_of(id), Membership::key_of(id, OrgId::HOME)];
    let [user, membership] = store.get(keys).await?;
    let Some(user) = read_optional::<User>(user)? else {
        return Ok(None);
    };
    let memberships: Vec<Membership> = read_optional(membership)?.into_iter().collect();
    let (roles, _) = super::held(store, &memberships, false).await?;
    Ok(Some(Holder { user, roles }))
}
