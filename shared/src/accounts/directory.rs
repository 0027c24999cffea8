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

use super::user::{UidClaim, User};
use crate::ids::UserId;
use crate::store::query::Index;
use crate::store::record::read;
use crate::store::{Query, Store, StoreError};

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
