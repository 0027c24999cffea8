//! Accounts: who somebody is, whatever surface made them.

pub mod avatar;
pub mod email;
pub mod password_reset;
pub mod profile;
pub mod sign_up;
pub mod user;

use crate::ids::UserId;
use crate::organizations::membership::Membership;
use crate::sessions::Session;
use crate::store::record::read;
use crate::store::{Item, Query, Record, Store, StoreError};

pub use email::Email;
pub use user::{State, User};

/// What a sign-in needs to know about an account: one query of its partition.
#[derive(Debug)]
pub struct Account {
    /// The user.
    pub user: User,
    /// Its sessions, ended and overdue ones included.
    pub sessions: Vec<Session>,
    /// Its memberships.
    pub memberships: Vec<Membership>,
}

impl Account {
    /// Reads the account of `id`; `None` when there is none.
    ///
    /// # Errors
    /// [`StoreError`] when the table cannot be read.
    pub async fn read(store: &Store, id: UserId) -> Result<Option<Self>, StoreError> {
        // The range begins behind API keys, which are many and not needed here.
        let items = store
            .query_to_end(Query::partition(User::partition(id)).between("MEMBER#", User::SK))
            .await?;
        let (mut user, mut sessions, mut memberships) = (None, Vec::new(), Vec::new());
        for item in items {
            match kind(&item) {
                User::KIND => user = Some(read(item)?),
                Session::KIND => sessions.push(read(item)?),
                Membership::KIND => memberships.push(read(item)?),
                _ => {}
            }
        }
        Ok(user.map(|user| Self {
            user,
            sessions,
            memberships,
        }))
    }
}

fn kind(item: &Item) -> &str {
    item.get("kind")
        .and_then(|kind| kind.as_s().ok())
        .map(String::as_str)
        .unwrap_or_default()
}
