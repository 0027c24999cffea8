//! Who signed in: the activity of sessions, as the first index shows it by organization and month. It is read by ranges of
//! time and never as a whole.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use ulid::Ulid;

use super::{Activity, Outcome};
use crate::App;
use crate::ids::OrgId;
use crate::store::query::Index;
use crate::store::record::read;
use crate::store::{Key, Query, StoreError};

/// What happened to a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LoginType {
    /// Somebody signed in.
    Access,
    /// A pair of tokens was exchanged for the next one.
    Relogin,
    /// Somebody signed out.
    Logout,
}

impl LoginType {
    /// What an activity is; `None` for everything else, and for what was only tried.
    pub fn of(activity: &Activity) -> Option<Self> {
        if activity.outcome != Outcome::Succeed {
            return None;
        }
        match (activity.topic.as_str(), activity.action.as_str()) {
            ("session", "login") => Some(Self::Access),
            ("session", "refresh") => Some(Self::Relogin),
            ("session", "logout") => Some(Self::Logout),
            _ => None,
        }
    }
}

/// The organization in which somebody signed in.
pub fn tenant(activity: &Activity) -> OrgId {
    activity.tenant.unwrap_or(OrgId::HOME)
}

/// Where the index shows an activity.
pub(super) fn place(activity: &Activity) -> Option<Key> {
    LoginType::of(activity)?;
    Some(Key::new(partition(tenant(activity), &month(activity.at)), &activity.id))
}

/// A year and a month of UTC.
pub(super) fn month(at: Timestamp) -> String {
    let date = TimeZone::UTC.to_datetime(at).date();
    format!("{:04}-{:02}", date.year(), date.month())
}

fn partition(tenant: OrgId, month: &str) -> String {
    format!("LOGINS#{tenant}#{month}")
}

/// The newest `most` sign-ins of an organization from `first` to `last`, both included, the oldest first: one query for each
/// month, from the last one backwards. The index is a moment behind.
///
/// # Errors
/// [`StoreError`] when the table cannot be read.
pub async fn between(
    app: &App,
    tenant: OrgId,
    (first, last): (Timestamp, Timestamp),
    most: usize,
) -> Result<Vec<Activity>, StoreError> {
    let edge = |at: Timestamp, rest: u128| {
        let millis = u64::try_from(at.as_millisecond()).unwrap_or_default();
        Ulid::from_parts(millis, rest).to_string()
    };
    let (from, to) = (edge(first, 0), edge(last, u128::MAX));
    let mut found = Vec::new();
    for month in months(first, last).into_iter().rev() {
        let query = Query::partition(partition(tenant, &month)).of(Index::Gsi1);
        let query = query.between(from.clone(), to.clone()).descending();
        let left = most.saturating_sub(found.len());
        if left == 0 {
            break;
        }
        for item in app.store.slice(query, 0, left).await? {
            found.push(read(item)?);
        }
    }
    found.reverse();
    Ok(found)
}

/// The sign-in of this identifier, which says when it was: one query.
///
/// # Errors
/// [`StoreError`] when the table cannot be read.
pub async fn find(app: &App, tenant: OrgId, id: &str) -> Result<Option<Activity>, StoreError> {
    let Ok(ulid) = Ulid::from_string(id) else {
        return Ok(None);
    };
    let millis = i64::try_from(ulid.timestamp_ms()).unwrap_or(i64::MAX);
    let Ok(at) = Timestamp::from_millisecond(millis) else {
        return Ok(None);
    };
    let query = Query::partition(partition(tenant, &month(at))).of(Index::Gsi1);
    let items = app.store.query(query.between(id, id).limit(1)).await?.items;
    items.into_iter().next().map(read).transpose()
}

/// Every month from that of `first` to that of `last`.
fn months(first: Timestamp, last: Timestamp) -> Vec<String> {
    let date = |at| TimeZone::UTC.to_datetime(at).date();
    let number = |at| {
        let date = date(at);
        i32::from(date.year()) * 12 + i32::from(date.month()) - 1
    };
    (number(first)..=number(last))
        .map(|number| format!("{:04}-{:02}", number.div_euclid(12), number.rem_euclid(12) + 1))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_range_has_its_months() {
        let months = |first, last| months(at(first), at(last));
        assert_eq!(
            months("2025-11-30T23:59:59Z", "2026-02-01T00:00:00Z"),
            ["2025-11", "2025-12", "2026-01", "2026-02"]
        );
        assert_eq!(months("2026-03-01T00:00:00Z", "2026-03-31T00:00:00Z"), ["2026-03"]);
        assert!(months("2026-03-01T00:00:00Z", "2026-02-01T00:00:00Z").is_empty());
        assert_eq!(month(at("2026-03-01T00:00:00Z")), "2026-03");
    }
}
