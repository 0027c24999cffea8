//! What happened to one account, for its owner.

use super::Activity;
use crate::App;
use crate::ids::UserId;
use crate::store::record::read;
use crate::store::{Query, StoreError};

/// So many of the newest entries are looked at.
pub const MOST: usize = 5000;

/// The newest entries of `user` that `is_wanted` takes, the newest first.
///
/// # Errors
/// [`StoreError`] when the table cannot be read.
pub async fn list(app: &App, user: UserId, is_wanted: impl Fn(&Activity) -> bool) -> Result<Vec<Activity>, StoreError> {
    let query = Query::partition(Activity::partition(user)).descending();
    let entries = app.store.slice(query, 0, MOST).await?;
    let entries = entries.into_iter().map(read).collect::<Result<Vec<Activity>, _>>()?;
    Ok(entries.into_iter().filter(is_wanted).collect())
}
