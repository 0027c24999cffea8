//! What administrators of barong's surface do with accounts. Who may do it to whom stands in
//! [`protection`](crate::access::edge::protection); each act reads the user, asks that, and commits at the version that it read.
//!
//! Rooms: [`rule`] what an account may do: state, codes, role; [`labels`], [`storage`], [`profiles`] what is known about its
//! owner.

pub mod labels;
pub mod profiles;
pub mod rule;
pub mod storage;

use std::sync::Arc;

use super::customer::Customer;
use super::user::UidClaim;
use crate::App;
use crate::access::edge::{Tables, kept};
use crate::ids::UserId;
use crate::store::record::read_optional;
use crate::store::{Key, StoreError};

/// Bytes of a short identifier, at most.
const MOST_UID: usize = 64;

/// Whose short identifier this is.
///
/// # Errors
/// [`StoreError`] when the table cannot be read.
pub async fn find(app: &App, uid: &str) -> Result<Option<UserId>, StoreError> {
    let Some(key) = key_of(uid) else { return Ok(None) };
    let [claim] = app.store.get([key]).await?;
    Ok(read_optional::<UidClaim>(claim)?.map(|claim| claim.user_id))
}

/// Where that is said; `None` where the text is longer than any short identifier, and perhaps than any key of the table.
fn key_of(uid: &str) -> Option<Key> {
    (uid.len() <= MOST_UID).then(|| UidClaim::key_of(uid))
}

/// The same, and what roles there are: one wait.
async fn find_with_roles(app: &App, uid: &str) -> Result<(Option<UserId>, Arc<Tables>), StoreError> {
    let keys = [Some(kept::version_key()), key_of(uid)].into_iter().flatten().collect();
    let mut found = app.store.get_all(keys).await?.into_iter();
    let (version, claim) = (found.next().flatten(), found.next().flatten());
    let tables = app.edge.tables(&app.store, version.as_ref()).await?;
    Ok((read_optional::<UidClaim>(claim)?.map(|claim| claim.user_id), tables))
}

/// Everything about the user of a short identifier.
///
/// # Errors
/// [`StoreError`] when the table cannot be read.
pub async fn read(app: &App, uid: &str) -> Result<Option<Customer>, StoreError> {
    match find(app, uid).await? {
        Some(id) => Customer::read(&app.store, id).await,
        None => Ok(None),
    }
}
