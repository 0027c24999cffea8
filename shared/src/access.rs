//! What somebody may do: roles of organizations and their grants.
//!
//! Rooms: [`permission`] the logic of grants and questions, [`role`] what is kept of a role, [`office`] what system roles
//! administrate, [`role_number`] the numbers of roles, [`roles`] making and changing them, [`removal`] removing them,
//! [`grants`] giving them permissions, [`role_list`] listing them, [`catalogue`] the permissions that are known, [`named`]
//! those that have only a name, [`standing`] what somebody may do in an organization now, [`home`] the roles of the home
//! organization. Apart from all of these: [`edge`], who may pass where barong's document decides.

pub mod catalogue;
pub mod edge;
pub mod grants;
pub mod home;
pub mod named;
pub mod office;
pub mod permission;
pub mod removal;
pub mod role;
pub mod role_list;
pub mod role_number;
pub mod roles;
pub mod standing;

pub use office::Office;
pub use permission::{Action, Permission, Question, Scope};
pub use role::{Grant, Role};
pub use standing::{Actor, Standing};

use crate::ids::{OrgId, RoleId};
use crate::organizations::{Membership, Organization};
use crate::store::record::read;
use crate::store::{Store, StoreError};

/// The roles that memberships in force name, in their order, and the organizations of all of them where `with_organizations` asks for them:
/// one round trip. Roles and organizations that are gone are left out.
///
/// # Errors
/// [`StoreError`] when the table cannot be read.
pub async fn held<'a>(
    store: &Store,
    memberships: impl IntoIterator<Item = &'a Membership>,
    with_organizations: bool,
) -> Result<(Vec<Role>, Vec<Organization>), StoreError> {
    let memberships: Vec<&Membership> = memberships.into_iter().collect();
    let named: Vec<(OrgId, RoleId)> = memberships
        .iter()
        .filter(|member| member.is_in_force())
        .flat_map(|member| member.role_ids.iter().map(|role| (member.org_id, *role)))
        .collect();
    let mut keys: Vec<_> = named.iter().map(|(org, role)| Role::key_of(*org, *role)).collect();
    if with_organizations {
        keys.extend(memberships.iter().map(|member| Organization::key_of(member.org_id)));
    }
    let mut items = store.get_all(keys).await?;
    let organizations = items.split_off(named.len().min(items.len()));
    Ok((
        items.into_iter().flatten().map(read).collect::<Result<_, _>>()?,
        organizations
            .into_iter()
            .flatten()
            .map(read)
            .collect::<Result<_, _>>()?,
    ))
}
