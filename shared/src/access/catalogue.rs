//! The permissions that are known. The catalogue is one for all organizations.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::permission::Permission;
use super::standing::Actor;
use crate::App;
use crate::act::Undone;
use crate::store::{Commit, Key, Record};

/// A permission that is known.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Known {
    /// Its name, as it was first written.
    pub permission: String,
    /// When it became known.
    pub created_at: Timestamp,
}

impl Known {
    /// The partition of the catalogue.
    pub const PARTITION: &'static str = "CATALOG";

    /// Where a permission is kept, whatever the case of its resource.
    pub fn key_of(permission: &Permission) -> Key {
        Self::key_of_name(&permission.canonical())
    }

    fn key_of_name(canonical: &str) -> Key {
        Key::new(Self::PARTITION, format!("PERMISSION#{canonical}"))
    }

    /// A permission that becomes known now.
    pub fn new(app: &App, permission: &Permission) -> Self {
        Self {
            permission: permission.to_string(),
            created_at: app.clock.now(),
        }
    }
}

impl Record for Known {
    const KIND: &'static str = "permission";
    fn key(&self) -> Key {
        Self::key_of_name(&self.permission.to_ascii_lowercase())
    }
}

/// The permission is known already.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("the permission exists")]
pub struct Exists;

/// Makes a permission known.
///
/// # Errors
/// [`Exists`].
pub async fn create(app: &App, actor: &Actor, permission: &Permission) -> Result<(), Undone<Exists>> {
    let mut commit = Commit::<Undone<Exists>>::new();
    commit
        .create(&Known::new(app, permission))
        .otherwise(|_| Undone::Refused(Exists));
    actor
        .activity(app, actor.user.id, "permission", "create")
        .about(permission)
        .enter(&mut commit);
    app.store.commit(commit).await
}
