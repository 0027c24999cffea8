//! Membership: a user has at least one role in an organization.

use serde::{Deserialize, Serialize};

use crate::accounts::User;
use crate::ids::{OrgId, RoleId, UserId};
use crate::store::{Key, Record};

/// A user's roles in one organization.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Membership {
    /// The member.
    pub user_id: UserId,
    /// The organization.
    pub org_id: OrgId,
    /// The roles; never empty.
    pub role_ids: Vec<RoleId>,
}

impl Membership {
    /// What the sort key of every membership begins with.
    pub const PREFIX: &'static str = "MEMBER#";
}

impl Record for Membership {
    const KIND: &'static str = "membership";
    fn key(&self) -> Key {
        Key::new(
            User::partition(self.user_id),
            format!("{}{}", Self::PREFIX, self.org_id),
        )
    }
    fn gsi1(&self) -> Option<Key> {
        Some(Key::new(
            format!("ORG#{}", self.org_id),
            format!("MEMBER#{}", self.user_id),
        ))
    }
}
