//! `GET /admin/metrics` (admin.metrics): how many signed up and in by day, and how many documents wait.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use futures_util::future::try_join;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Serialize;
use shared::App;
use shared::accounts::customer::labels;
use shared::activity::metrics;
use shared::surfaces::barong::params::{date, integer};
use shared::surfaces::barong::{BarongError, CallerHeaders, ErrorKeys, Guarded, Params};
use utoipa::ToSchema;

/// What the label of documents says that nobody has looked at yet.
const PENDING: &str = "pending";

/// Counts by day of UTC; days without any are left out.
#[derive(Serialize, ToSchema)]
pub struct MetricsView {
    /// Accounts that were made.
    signups: BTreeMap<String, u64>,
    /// Sign-ins. The name is the published one.
    sucessful_logins: BTreeMap<String, u64>,
    /// Sign-ins that failed for the password or the state.
    failed_logins: BTreeMap<String, u64>,
    /// Users whose documents wait to be looked at.
    pending_applications: u64,
}

/// A day, or the day of a moment in seconds since 1970.
fn day(text: &str) -> Option<Date> {
    let of_seconds = |seconds| Some(TimeZone::UTC.to_datetime(Timestamp::from_second(seconds).ok()?).date());
    integer(text).map_or_else(|| date(text), of_seconds)
}

#[utoipa::path(
    get,
    path = "/admin/metrics",
    operation_id = "admin.metrics",
    tag = "admin",
    summary = "How many signed up and in by day",
    params(
        CallerHeaders,
        ("created_from" = Option<String>, Query, description = "Seconds since 1970 or a day, included"),
        ("created_to" = Option<String>, Query, description = "Seconds since 1970 or a day, included"),
    ),
    responses(
        (status = 200, description = "Counts of the days that were asked for", body = MetricsView),
        (status = 422, description = "`invalid`: neither a number nor a day", body = ErrorKeys),
        Guarded,
    )
)]
pub async fn get(State(app): State<App>, params: Params) -> Result<Json<MetricsView>, BarongError> {
    let mut given = params.of("admin.metrics");
    let [from, to] = ["created_from", "created_to"].map(|name| given.read(name, "invalid", day));
    given.done()?;
    let pending = labels::how_many(&app.store, labels::DOCUMENT, PENDING);
    let (metrics, pending_applications) = try_join(metrics::read(&app, from, to), pending).await?;
    Ok(Json(MetricsView {
        signups: metrics.sign_ups,
        sucessful_logins: metrics.logins,
        failed_logins: metrics.failed_logins,
        pending_applications,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_a_day_or_a_moment_of_it() {
        let wanted = Some(jiff::civil::date(2026, 11, 25));
        for text in [
            "2026-11-25",
            "2026/11/25",
            "2026-11-25T23:59:59Z",
            "1795564800",
            "1795651199",
        ] {
            assert_eq!(day(text), wanted, "{text}");
        }
        for text in ["", "today", "99999999999999999", "2026-13-01"] {
            assert_eq!(day(text), None, "{text}");
        }
    }
}
