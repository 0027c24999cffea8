//! What happened to all accounts, for administrators: the second index shows it by month. Who asks about one account is
//! answered by that account's own partition.

use super::months::{self, Span};
use super::{Activity, Who};
use crate::App;
use crate::ids::UserId;
use crate::store::query::Index;
use crate::store::record::read;
use crate::store::sieve::Sieve;
use crate::store::{Item, Key, Query, StoreError};

/// What is asked for; what is absent is everything.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Whose account.
    pub who: Who,
    /// From this second on.
    pub from: Option<i64>,
    /// Until this second, included.
    pub to: Option<i64>,
}

/// Where the index shows an activity.
pub(super) fn place(activity: &Activity) -> Key {
    Key::new(partition(&months::month(activity.at)), &activity.id)
}

fn partition(month: &str) -> String {
    format!("ACTIVITIES#{month}")
}

/// Looks at what is wanted, the newest first: one query for an account, or one a month. An index is a moment behind.
///
/// # Errors
/// [`StoreError`] when the table cannot be read.
pub async fn list(
    app: &App,
    wanted: &Wanted,
    mut sieve: Sieve<Activity>,
    is_wanted: impl Fn(&Activity) -> bool,
) -> Result<Sieve<Activity>, StoreError> {
    let who = wanted.who.find(app).await?;
    let (Some(who), Some(span)) = (who, months::asked(app, wanted.from, wanted.to)) else {
        return Ok(sieve);
    };
    let pick = |item: Item| Ok(Some(read::<Activity>(item)?).filter(&is_wanted));
    match who {
        Some(user) => sieve.look(&app.store, of_one(user, span), pick).await?,
        None => {
            let of_month = |month: &str| Query::partition(partition(month)).of(Index::Gsi2);
            months::newest(app, &mut sieve, span, of_month, pick).await?;
        }
    }
    Ok(sieve)
}

fn of_one(user: UserId, span: Span) -> Query {
    months::within(Query::partition(Activity::partition(user)), span).descending()
}
