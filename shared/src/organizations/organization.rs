//! An organization: a tenant with members and roles of its own.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::OrgId;
use crate::store::{Key, Record};

/// A tenant.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Organization {
    /// Identifier; [`OrgId::HOME`] for the home organization.
    pub id: OrgId,
    /// Name; not unique.
    pub name: String,
    /// When it was made.
    pub created_at: Timestamp,
}

impl Organization {
    /// Where the organization `id` is kept.
    pub fn key_of(id: OrgId) -> Key {
        Key::new(format!("ORG#{id}"), "ORG")
    }
}

impl Record for Organization {
    const KIND: &'static str = "organization";
    fn key(&self) -> Key {
        Self::key_of(self.id)
    }
}
