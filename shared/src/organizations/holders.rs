//! Who has a role of the home organization, by the role: a role that goes takes its grants with it, and these say whose.
//! Roles of other organizations go when nobody has them, so that nobody has to be found.

use serde::{Deserialize, Serialize};

use super::organization::Organization;
use crate::access::Role;
use crate::ids::{OrgId, RoleId, UserId};
use crate::store::{Commit, Condition, Key, Query, Record};

/// Says that somebody has a role of the home organization.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Holder {
    /// The role.
    pub role_id: RoleId,
    /// Who has it.
    pub user_id: UserId,
    /// The role's number.
    pub number: Option<i64>,
}

impl Holder {
    /// What the sort key of everybody who has a role begins with.
    pub const PREFIX: &'static str = "HOLDER#";

    fn key_of(role: RoleId, user: UserId) -> Key {
        Key::new(
            Organization::partition(OrgId::HOME),
            format!("{}{role}#{user}", Self::PREFIX),
        )
    }
}

impl Record for Holder {
    const KIND: &'static str = "holder";
    fn key(&self) -> Key {
        Self::key_of(self.role_id, self.user_id)
    }
}

/// Adds to `commit` that `user` has a role.
pub fn add<E>(commit: &mut Commit<E>, role: &Role, user: UserId) {
    if role.org_id == OrgId::HOME {
        commit.put(&Holder {
            role_id: role.id,
            user_id: user,
            number: role.number,
        });
    }
}

/// Adds to `commit` that `user` has a role of `org` no longer.
pub fn remove<E>(commit: &mut Commit<E>, org: OrgId, role: RoleId, user: UserId) {
    if org == OrgId::HOME {
        commit.delete(Holder::key_of(role, user), Condition::Always);
    }
}

/// Everybody who has a role of the home organization, strongly consistent.
pub fn of(role: RoleId) -> Query {
    Query::partition(Organization::partition(OrgId::HOME)).begins(format!("{}{role}#", Holder::PREFIX))
}
