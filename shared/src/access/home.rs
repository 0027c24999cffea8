//! The roles of the home organization, which is where the roles of identity-server's surface are.

use futures_util::future::try_join;

use super::Role;
use super::named::{self, Named};
use crate::App;
use crate::accounts::User;
use crate::ids::{OrgId, UserId};
use crate::organizations::{Membership, Organization};
use crate::store::record::{read, read_optional};
use crate::store::{Query, Store, StoreError};

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

/// All roles of the home organization, in the order of their numbers, each with the named permissions that it gives. There
/// are a thousand of either at most.
///
/// # Errors
/// [`StoreError`] when the table cannot be read.
pub async fn roles(app: &App) -> Result<Vec<(Role, Vec<Named>)>, StoreError> {
    let query = Query::partition(Organization::partition(OrgId::HOME)).begins(Role::PREFIX);
    let (items, named) = try_join(app.store.query_to_end(query), named::list(app)).await?;
    let mut roles: Vec<Role> = items.into_iter().map(read).collect::<Result<_, _>>()?;
    roles.sort_by_key(|role| role.number);
    let with_named = roles.into_iter().map(|role| {
        let given = named.iter().filter(|named| role.gives(named.number));
        let given = given.cloned().collect();
        (role, given)
    });
    Ok(with_named.collect())
}
