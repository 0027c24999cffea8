//! A role: a name for grants, in one organization.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use super::office::Office;
use super::permission::{Permission, Question, Scope};
use crate::ids::{OrgId, RoleId};
use crate::organizations::Organization;
use crate::store::{Key, Record, Tally};

/// A permission that a role gives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// The permission's name; engine's are `resource:scope:action`.
    pub permission: String,
    /// Whether nobody may take it away.
    pub is_locked: bool,
    /// The number of a permission that has only a name; see [`named`](super::named).
    #[serde(default)]
    pub number: Option<i64>,
}

impl Grant {
    /// The grant as engine reads it; `None` for the plain names of other surfaces.
    pub fn permission(&self) -> Option<Permission> {
        Permission::parse(&self.permission)
    }
}

/// The grants of a system role: what its organization cannot do without.
pub const SYSTEM_GRANTS: [&str; 4] = [
    "session:all:write",
    "user:all:write",
    "role:all:write",
    "masterdata:all:write",
];

/// Arc's permission to manage clients. It is called so because no ordinary role has it.
pub const MANAGE_CLIENTS: &str = "NotAllowed";
/// Arc's permission to see who signed in.
pub const VIEW_LOGIN_ACTIVITY: &str = "ViewLoginActivity";

/// What the home organization's system role gives besides.
const HOME_GRANTS: [&str; 2] = [MANAGE_CLIENTS, VIEW_LOGIN_ACTIVITY];

/// The name of the system role of every organization but the home organization.
pub const ADMIN: &str = "Admin";
/// The name of the home organization's system role.
pub const SUPER_ADMIN: &str = "Super Admin";
/// The name of the home organization's role that makes an administrator of identity-server.
pub const IDENTITY_ADMIN: &str = "admin";

/// All roles of all organizations, which the home organization may list.
pub const ALL_ROLES: Tally = Tally("ROLES");

/// A role.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Role {
    /// Identifier.
    pub id: RoleId,
    /// Its organization.
    pub org_id: OrgId,
    /// By which clients of identity-server know it; the home organization's roles have one.
    #[serde(default)]
    pub number: Option<i64>,
    /// Name; unique in the organization without regard to case.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Whether the organization was made with it; it cannot be changed or removed. See [`Role::office`].
    pub is_system: bool,
    /// Free form, kept as it was given: as text, because DynamoDB has limits for depth and numbers that JSON has not.
    #[serde(default, with = "verbatim")]
    pub extra_attrs: Option<serde_json::Value>,
    /// What it gives.
    pub grants: Vec<Grant>,
    /// Counts the members who have it. A role that somebody has cannot be removed.
    pub users: u64,
    /// Counts the invitations into it that nobody has accepted or revoked; overdue ones may still be among them.
    pub invitations: u64,
    /// When it was made.
    pub created_at: Timestamp,
}

impl Role {
    /// What the sort key of every role begins with.
    pub const PREFIX: &'static str = "ROLE#";

    /// Where a role is kept.
    pub fn key_of(org: OrgId, role: RoleId) -> Key {
        Key::new(Organization::partition(org), format!("{}{role}", Self::PREFIX))
    }

    /// The system role of `org`: what its administrators have.
    pub fn system(id: RoleId, org: OrgId, now: Timestamp) -> Self {
        let (name, description) = match org {
            OrgId::HOME => (SUPER_ADMIN, "May do everything in the home organization"),
            _ => (ADMIN, "May do everything in this organization"),
        };
        let home: &[&str] = match org {
            OrgId::HOME => &HOME_GRANTS,
            _ => &[],
        };
        let grants = SYSTEM_GRANTS.iter().chain(home).map(|name| Grant {
            permission: (*name).into(),
            is_locked: true,
            number: None,
        });
        Self {
            id,
            org_id: org,
            number: None,
            name: name.into(),
            description: description.into(),
            is_system: true,
            extra_attrs: None,
            grants: grants.collect(),
            users: 0,
            invitations: 0,
            created_at: now,
        }
    }

    /// The role of the home organization that administrators of identity-server have.
    pub fn identity_admin(now: Timestamp) -> Self {
        Self {
            name: IDENTITY_ADMIN.into(),
            description: "Administrates users, roles and permissions of identity-server".into(),
            grants: Vec::new(),
            ..Self::system(RoleId::IDENTITY_ADMIN, OrgId::HOME, now)
        }
    }

    /// What whoever has it administrates, if it is a system role.
    pub fn office(&self) -> Option<Office> {
        match self.id {
            _ if !self.is_system => None,
            RoleId::IDENTITY_ADMIN => Some(Office::Identity),
            _ => Some(Office::Organization),
        }
    }

    /// The permissions that it gives, as engine reads them.
    pub fn permissions(&self) -> impl Iterator<Item = Permission> {
        self.grants.iter().filter_map(Grant::permission)
    }

    /// Whether it gives the named permission that has this number.
    pub fn gives(&self, number: i64) -> bool {
        self.grants.iter().any(|grant| grant.number == Some(number))
    }

    /// How widely it answers `question`: the widest scope of its grants that do.
    pub fn answer(&self, question: &Question<'_>) -> Option<Scope> {
        let answering = self.permissions().filter(|permission| permission.answers(question));
        answering.map(|permission| permission.scope).reduce(Scope::or_wider)
    }

    /// The claim on its name.
    pub fn claim(&self) -> RoleName {
        RoleName {
            org_id: self.org_id,
            role_id: self.id,
            name: self.name.clone(),
        }
    }
}

impl Record for Role {
    const KIND: &'static str = "role";
    fn key(&self) -> Key {
        Self::key_of(self.org_id, self.id)
    }
}

/// A name as it is compared: in lower case, and in one form where Unicode has several.
pub fn canonical(name: &str) -> String {
    canonical_start(name.trim())
}

/// The same for what a name begins with: a blank at its end is part of it.
pub fn canonical_start(start: &str) -> String {
    start.trim_start().nfkc().collect::<String>().to_lowercase()
}

/// Bytes that a name has at most in its canonical form, which may be longer than the name: a key has at most 1,024.
const MAX_CANONICAL: usize = 800;

/// Whether a text can be the name of a role, or a part of one.
pub fn is_nameable(text: &str) -> bool {
    canonical(text).len() <= MAX_CANONICAL
}

/// Says that a name belongs to a role of an organization. Small, so that lists which are sorted or searched by name read
/// little: the indexes show these, not the roles.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RoleName {
    /// The organization.
    pub org_id: OrgId,
    /// The role.
    pub role_id: RoleId,
    /// The name as it was written.
    pub name: String,
}

impl RoleName {
    /// What the sort key of every claim begins with.
    pub const PREFIX: &'static str = "ROLENAME#";

    /// The partition of both indexes that shows the roles of all organizations: the first by name, the second by age.
    pub const EVERYWHERE: &'static str = "ROLES";

    /// Where the claim on `name` is kept.
    pub fn key_of(org: OrgId, name: &str) -> Key {
        Key::new(
            Organization::partition(org),
            format!("{}{}", Self::PREFIX, canonical(name)),
        )
    }
}

impl Record for RoleName {
    const KIND: &'static str = "role name";
    fn key(&self) -> Key {
        Self::key_of(self.org_id, &self.name)
    }
    fn gsi1(&self) -> Option<Key> {
        Some(Key::new(
            Self::EVERYWHERE,
            format!("{}#{}", canonical(&self.name), self.role_id),
        ))
    }
    fn gsi2(&self) -> Option<Key> {
        Some(Key::new(Self::EVERYWHERE, self.role_id.to_string()))
    }
}

/// JSON as text.
mod verbatim {
    use serde::de::Error as _;
    use serde::ser::Error as _;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};
    use serde_json::Value;

    pub fn serialize<S: Serializer>(value: &Option<Value>, to: S) -> Result<S::Ok, S::Error> {
        let text = value.as_ref().map(serde_json::to_string).transpose();
        text.map_err(S::Error::custom)?.serialize(to)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Value>, D::Error> {
        let text = Option::<String>::deserialize(from)?;
        text.as_deref()
            .map(serde_json::from_str)
            .transpose()
            .map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::clock::Clock;
    use crate::random::Random;
    use crate::store::record::{read, write};

    #[test]
    fn what_is_free_in_form_comes_back_as_it_was() {
        let (clock, random) = (Clock::system(), Random::seeded(1));
        let deep = (0..60).fold(json!(1e300), |inner, _| json!([inner]));
        for attrs in [
            None,
            Some(json!({})),
            Some(json!({ "deep": deep, "none": null, "": "" })),
        ] {
            let mut role = Role::system(RoleId::generate(&clock, &random), OrgId::HOME, clock.now());
            role.extra_attrs = attrs;
            let item = write(&role, 1).unwrap();
            assert!(item.get("extra_attrs").is_none_or(|kept| kept.is_s()));
            assert_eq!(read::<Role>(item).unwrap(), role);
        }
    }

    #[test]
    fn names_are_the_same_whatever_their_case_and_form() {
        assert_eq!(canonical(" ADMIN "), canonical("admin"));
        assert_eq!(canonical("\u{ff21}dmin"), canonical("Admin"));
        assert_ne!(canonical("Admin1"), canonical("Admin"));
        assert!(!is_nameable(&"\u{fdfa}".repeat(100)));
    }
}
