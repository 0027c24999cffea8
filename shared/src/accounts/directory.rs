//! Lists of users: all of them by age, [`search`] by a [`filter`], [`card`] and [`profiles`] what lists know a user and its
//! profiles by.

pub mod card;
pub mod enlisting;
pub mod filter;
pub mod profiles;
pub mod search;

pub use card::Card;
pub use filter::{Filter, Span};
pub use search::{Found, Rows};

use std::collections::{BTreeSet, HashMap};

use jiff::Timestamp;

use super::user::{UidClaim, User};
use crate::ids::UserId;
use crate::store::query::Index;
use crate::store::record::read;
use crate::store::{Query, Store, StoreError};

/// When the first account was made: one query. `None` where there is none.
///
/// # Errors
/// [`StoreError`] when the table cannot be read.
pub async fn oldest(store: &Store) -> Result<Option<Timestamp>, StoreError> {
    let query = Query::partition(UidClaim::EVERYBODY).of(Index::Gsi1).limit(1);
    let claims: Vec<UidClaim> = store.query(query).await?.records()?;
    Ok(claims.first().map(|claim| claim.user_id.made_at()))
}

/// Users that a page has at most: as many as one round trip reads.
pub const MOST: u16 = 100;

/// Behind whatever an identifier begins with.
const END: &str = "~";

/// At most `limit` users, the oldest account first, from the one after `after`, whether that one exists or not. The index
/// names them and may be a moment behind; what is shown of them is as it is now. The price is that of the page, however
/// many there are.
///
/// # Errors
/// [`StoreError`] when the table cannot be read.
pub async fn list(store: &Store, after: Option<UserId>, limit: u16) -> Result<Vec<User>, StoreError> {
    // No identifier begins with another, so that this lies behind `after` and before whatever follows.
    let first = after.map_or_else(String::new, |after| format!("{after}#"));
    let query = Query::partition(UidClaim::EVERYBODY).of(Index::Gsi1);
    let query = match first.as_str() {
        "" => query,
        first => query.between(first, END),
    };
    let claims: Vec<UidClaim> = store.query(query.limit(limit.min(MOST))).await?.records()?;
    let keys = claims.iter().map(|claim| User::key_of(claim.user_id)).collect();
    let users = store.get_all(keys).await?;
    users.into_iter().flatten().map(read).collect()
}

/// The users of these identifiers that there are, each once, as they are now: one get.
///
/// # Errors
/// [`StoreError`] when the table cannot be read.
pub async fn all_of(store: &Store, ids: impl IntoIterator<Item = UserId>) -> Result<Vec<User>, StoreError> {
    let ids: BTreeSet<UserId> = ids.into_iter().collect();
    let users = store.get_all(ids.into_iter().map(User::key_of).collect()).await?;
    users.into_iter().flatten().map(read).collect()
}

/// Whose short identifiers these are, as far as they are somebody's: one get.
///
/// # Errors
/// [`StoreError`] when the table cannot be read.
pub async fn named(store: &Store, uids: impl IntoIterator<Item = &str>) -> Result<HashMap<String, UserId>, StoreError> {
    let uids: BTreeSet<&str> = uids.into_iter().collect();
    let claims = store.get_all(uids.into_iter().map(UidClaim::key_of).collect()).await?;
    let claim = |item| read::<UidClaim>(item).map(|claim| (claim.uid, claim.user_id));
    claims.into_iter().flatten().map(claim).collect()
}
