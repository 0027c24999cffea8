//! Numbers of roles. Clients of identity-server know a role by its number as well as by its identifier, so every role of the
//! home organization has one, whichever surface made it.

use serde::{Deserialize, Serialize};

use super::role::Role;
use crate::ids::{OrgId, RoleId};
use crate::organizations::Organization;
use crate::store::record::read_optional;
use crate::store::sequence::Next;
use crate::store::{Commit, Condition, Key, Record, Sequence, Store, StoreError};

/// The numbers of the home organization's roles.
pub const ROLE_NUMBERS: Sequence = Sequence("ROLES");

/// By which a role is found by its number.
#[derive(Debug, Serialize, Deserialize)]
pub struct RoleNumber {
    /// The number.
    pub number: i64,
    /// The role.
    pub role_id: RoleId,
}

impl RoleNumber {
    /// What the sort key of every number begins with.
    pub const PREFIX: &'static str = "ROLENUMBER#";

    /// Where a number is kept.
    pub fn key_of(number: i64) -> Key {
        Key::new(
            Organization::partition(OrgId::HOME),
            format!("{}{number}", Self::PREFIX),
        )
    }
}

impl Record for RoleNumber {
    const KIND: &'static str = "role number";
    fn key(&self) -> Key {
        Self::key_of(self.number)
    }
}

/// The number that a role of `org` gets which is made now; none but in the home organization.
///
/// # Errors
/// [`StoreError`].
pub async fn next(store: &Store, org: OrgId) -> Result<Option<Next>, StoreError> {
    if org != OrgId::HOME {
        return Ok(None);
    }
    let [sequence] = store.get([ROLE_NUMBERS.key()]).await?;
    ROLE_NUMBERS.next(sequence.as_ref()).map(Some)
}

/// Adds to `commit` that a role is found by its number, if it has one. That the number is taken is for the caller to write.
pub fn claim<E>(commit: &mut Commit<E>, role: &Role) {
    if let Some(number) = role.number {
        commit.create(&RoleNumber {
            number,
            role_id: role.id,
        });
    }
}

/// Adds to `commit` that a role is not found by its number any more.
pub fn release<E>(commit: &mut Commit<E>, number: Option<i64>) {
    if let Some(number) = number {
        commit.delete(RoleNumber::key_of(number), Condition::Present);
        ROLE_NUMBERS.give_back(commit);
    }
}

/// The role that has a number. It may be about to go: whoever reads it finds out.
///
/// # Errors
/// [`StoreError`].
pub async fn role_of(store: &Store, number: i64) -> Result<Option<RoleId>, StoreError> {
    let [claim] = store.get([RoleNumber::key_of(number)]).await?;
    let claim: Option<RoleNumber> = read_optional(claim)?;
    Ok(claim.map(|claim| claim.role_id))
}
