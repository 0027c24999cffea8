//! Who signed in: the activity of sessions, as the first index shows it by organization and month. It is read by ranges of
//! time and never as a whole.

use jiff::Timestamp;
use ulid::Ulid;

use super::months::{self, Span, month};
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

fn partition(tenant: OrgId, month: &str) -> String {
    format!("LOGINS#{tenant}#{month}")
}

/// The newest `most` sign-ins of an organization in a span, the oldest first: one query for each
/// month, from the last one backwards. The index is a moment behind.
///
/// # Errors
/// [`StoreError`] when the table cannot be read.
pub async fn between(app: &App, tenant: OrgId, span: Span, most: usize) -> Result<Vec<Activity>, StoreError> {
    let mut found = Vec::new();
    for month in months::months(span).into_iter().rev() {
        let query = Query::partition(partition(tenant, &month)).of(Index::Gsi1);
        let query = months::within(query, span).descending();
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
