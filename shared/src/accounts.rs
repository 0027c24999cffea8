//! Accounts: who somebody is, whatever surface made them.

pub mod activation;
pub mod administration;
pub mod avatar;
pub mod client_reset;
pub mod confirmation;
pub mod customer;
pub mod directory;
pub mod email;
pub mod instant_sign_up;
pub mod mailed_reset;
pub mod mailed_sign_up;
pub mod password_change;
pub mod password_reset;
pub mod profile;
pub mod registration;
pub mod sign_up;
pub mod user;

use crate::credentials::totp::TotpRecord;
use crate::ids::UserId;
use crate::organizations::membership::Membership;
use crate::sessions::Session;
use crate::store::record::read;
use crate::store::{Item, Query, Record, Store, StoreError, Versioned};

pub use customer::Customer;
pub use email::Email;
pub use user::{State, User};

/// What a sign-in needs to know about an account: one query of its partition.
#[derive(Debug)]
pub struct Account {
    /// The user.
    pub user: User,
    /// The user's version. It rises when the user joins or leaves an organization, so that a commit which finds it
    /// unchanged knows all memberships.
    pub version: u64,
    /// Its sessions, ended and overdue ones included.
    pub sessions: Vec<Session>,
    /// Its memberships.
    pub memberships: Vec<Versioned<Membership>>,
    /// What its codes are made with, where it has any.
    pub totp: Option<Versioned<TotpRecord>>,
}

impl Account {
    /// Reads the account of `id`; `None` when there is none.
    ///
    /// # Errors
    /// [`StoreError`] when the table cannot be read.
    pub async fn read(store: &Store, id: UserId) -> Result<Option<Self>, StoreError> {
        // The range begins behind API keys, which are many and not needed here.
        Self::read_from(store, id, Membership::PREFIX).await
    }

    /// The same without memberships, for lists.
    ///
    /// # Errors
    /// [`StoreError`] when the table cannot be read.
    pub async fn read_sessions(store: &Store, id: UserId) -> Result<Option<Self>, StoreError> {
        Self::read_from(store, id, Session::PREFIX).await
    }

    /// Its memberships without their versions.
    pub fn memberships(&self) -> impl Iterator<Item = &Membership> {
        self.memberships.iter().map(|membership| &membership.record)
    }

    async fn read_from(store: &Store, id: UserId, first: &str) -> Result<Option<Self>, StoreError> {
        let query = Query::partition(User::partition(id)).between(first, User::SK);
        Self::of_items(store.query_to_end(query).await?)
    }

    /// The account that these items of its partition make; `None` without a user among them.
    fn of_items(items: Vec<Item>) -> Result<Option<Self>, StoreError> {
        let (mut user, mut totp, mut sessions, mut memberships) = (None, None, Vec::new(), Vec::new());
        for item in items {
            match kind(&item) {
                User::KIND => user = Some(Versioned::from_item(item)?),
                TotpRecord::KIND => totp = Some(Versioned::from_item(item)?),
                Session::KIND => sessions.push(read(item)?),
                Membership::KIND => memberships.push(Versioned::from_item(item)?),
                _ => {}
            }
        }
        Ok(user.map(|Versioned { record: user, version }| Self {
            user,
            version,
            sessions,
            memberships,
            totp,
        }))
    }
}

fn kind(item: &Item) -> &str {
    item.get("kind")
        .and_then(|kind| kind.as_s().ok())
        .map(String::as_str)
        .unwrap_or_default()
}
