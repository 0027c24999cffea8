//! A role: a name for grants, in one organization.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::{OrgId, RoleId};
use crate::store::{Key, Record};

/// A permission that a role gives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// The permission's name; engine's are `resource:scope:action`.
    pub permission: String,
    /// Whether nobody may take it away.
    pub is_locked: bool,
}

/// The grants of a system role: what its organization cannot do without.
pub const SYSTEM_GRANTS: [&str; 4] = [
    "session:all:write",
    "user:all:write",
    "role:all:write",
    "masterdata:all:write",
];

/// A role.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Role {
    /// Identifier.
    pub id: RoleId,
    /// Its organization.
    pub org_id: OrgId,
    /// Name; unique in the organization without regard to case.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Whether the organization was made with it; it cannot be changed or removed.
    pub is_system: bool,
    /// Free form, kept as it was given.
    pub extra_attrs: Option<serde_json::Value>,
    /// What it gives.
    pub grants: Vec<Grant>,
    /// When it was made.
    pub created_at: Timestamp,
}

impl Role {
    /// Where a role is kept.
    pub fn key_of(org: OrgId, role: RoleId) -> Key {
        Key::new(format!("ORG#{org}"), format!("ROLE#{role}"))
    }
}

impl Record for Role {
    const KIND: &'static str = "role";
    fn key(&self) -> Key {
        Self::key_of(self.org_id, self.id)
    }
}
