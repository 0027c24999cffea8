//! An organization: a tenant with members and roles of its own.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::OrgId;
use crate::store::record::read_optional;
use crate::store::{Key, Record, Store, StoreError};

/// A tenant.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Organization {
    /// Identifier; [`OrgId::HOME`] for the home organization.
    pub id: OrgId,
    /// Name; not unique.
    pub name: String,
    /// What it tells about itself.
    pub details: Details,
    /// When it was made.
    pub created_at: Timestamp,
    /// When its name or details changed.
    pub updated_at: Timestamp,
    /// Counts its members.
    pub members: u64,
    /// Counts its administrators: members with the system role who are not switched off in it. Never less than one.
    pub admins: u64,
    /// Counts the administrators of identity-server, who are in the home organization: members with the role `admin` who are
    /// not switched off, neither in it nor by the state of their account. Never less than one there.
    #[serde(default)]
    pub identity_admins: u64,
    /// Counts its roles.
    pub roles: u64,
    /// Counts its invitations, whatever became of them.
    pub invitations: u64,
}

/// What an organization tells about itself. Empty texts are what nobody has told.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Details {
    /// Street and number.
    pub address: String,
    /// City.
    pub city: String,
    /// Postal code.
    pub postal_code: String,
    /// State or province.
    pub state: String,
    /// Country.
    pub country: String,
    /// Degrees north.
    pub latitude: f64,
    /// Degrees east.
    pub longitude: f64,
    /// Where its logo is; `/org-logo/<file>` where it was uploaded.
    pub logo_url: String,
    /// Tax number.
    pub tax_id: String,
    /// Address for correspondence.
    pub contact_email: String,
    /// Telephone number.
    pub contact_number: String,
    /// Web site.
    pub website_url: String,
    /// About it.
    pub company_description: String,
}

impl Organization {
    /// The partition of everything that an organization has.
    pub fn partition(id: OrgId) -> String {
        format!("ORG#{id}")
    }

    /// Where the organization `id` is kept.
    pub fn key_of(id: OrgId) -> Key {
        Key::new(Self::partition(id), "ORG")
    }

    /// One of an organization's counters; nothing of what is not there.
    ///
    /// # Errors
    /// [`StoreError`] when the table cannot be read.
    pub async fn count(store: &Store, id: OrgId, counter: fn(&Self) -> u64) -> Result<u64, StoreError> {
        let [organization] = store.get([Self::key_of(id)]).await?;
        Ok(read_optional::<Self>(organization)?.as_ref().map_or(0, counter))
    }

    /// An organization without a role and with nobody in it yet.
    pub fn founded(id: OrgId, name: String, details: Details, now: Timestamp) -> Self {
        Self {
            id,
            name,
            details,
            created_at: now,
            updated_at: now,
            members: 0,
            admins: 0,
            identity_admins: 0,
            roles: 0,
            invitations: 0,
        }
    }
}

impl Record for Organization {
    const KIND: &'static str = "organization";
    fn key(&self) -> Key {
        Self::key_of(self.id)
    }
}
