//! What somebody may do: roles of organizations and their grants.

pub mod role;

pub use role::{Grant, Role};

use crate::ids::{OrgId, RoleId};
use crate::organizations::{Membership, Organization};
use crate::store::record::read;
use crate::store::{Store, StoreError};

/// The roles that memberships name, in their order, and the organizations where `with_organizations` asks for them:
/// one round trip. Roles and organizations that are gone are left out.
///
/// # Errors
/// [`StoreError`] when the table cannot be read.
pub async fn held(
    store: &Store,
    memberships: &[Membership],
    with_organizations: bool,
) -> Result<(Vec<Role>, Vec<Organization>), StoreError> {
    let named: Vec<(OrgId, RoleId)> = memberships
        .iter()
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
