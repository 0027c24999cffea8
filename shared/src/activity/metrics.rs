//! How many signed up, signed in and failed to, by day: counters that are raised in the commit that writes down what happened.

use std::collections::BTreeMap;

use futures_util::future::try_join3;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::{Activity, Outcome};
use crate::App;
use crate::store::query::Range;
use crate::store::{Cells, Commit, StoreError};

/// The counters.
const METRICS: Cells = Cells("METRICS");

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Metric {
    /// Accounts that were made.
    SignUps,
    /// Sign-ins.
    Logins,
    /// Sign-ins that failed for the password or the state. Those that failed for a code are another action.
    FailedLogins,
}

impl Metric {
    /// What an activity counts as.
    fn of(activity: &Activity) -> Option<Self> {
        match (activity.topic.as_str(), activity.action.as_str(), activity.outcome) {
            ("account", "create" | "signup", Outcome::Succeed) => Some(Self::SignUps),
            ("session", "login", Outcome::Succeed) => Some(Self::Logins),
            ("session", "login", Outcome::Failed) => Some(Self::FailedLogins),
            _ => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::SignUps => "signups",
            Self::Logins => "logins",
            Self::FailedLogins => "failed_logins",
        }
    }

    fn cell(self, day: Date) -> String {
        format!("{}#{day}", self.name())
    }

    /// So many a day, from one day to another, both included; days without any are left out. One query.
    async fn by_day(self, app: &App, (first, last): (Date, Date)) -> Result<BTreeMap<String, u64>, StoreError> {
        let range = Range::Between(self.cell(first), self.cell(last));
        let cells = METRICS.read(&app.store, range).await?;
        let day = |(cell, count): (String, u64)| Some((cell.split_once('#')?.1.to_owned(), count));
        Ok(cells.into_iter().filter_map(day).collect())
    }
}

/// Adds to `commit` that what an activity tells has happened once more.
pub(crate) fn count<E>(commit: &mut Commit<E>, activity: &Activity) {
    if let Some(metric) = Metric::of(activity) {
        let day = TimeZone::UTC.to_datetime(activity.at).date();
        METRICS.add(commit, &metric.cell(day), activity.mark(), 1);
    }
}

/// Counts by day.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Metrics {
    /// Accounts that were made.
    pub sign_ups: BTreeMap<String, u64>,
    /// Sign-ins.
    pub logins: BTreeMap<String, u64>,
    /// Sign-ins that failed.
    pub failed_logins: BTreeMap<String, u64>,
}

/// The counts of the days from one to another, both included: one wait.
///
/// # Errors
/// [`StoreError`] when the table cannot be read.
pub async fn read(app: &App, from: Option<Date>, to: Option<Date>) -> Result<Metrics, StoreError> {
    // Years of four digits, as they are named.
    let (first, last) = (from.unwrap_or(Date::ZERO).max(Date::ZERO), to.unwrap_or(Date::MAX));
    if first > last {
        return Ok(Metrics::default());
    }
    let days = (first, last);
    let (sign_ups, logins, failed_logins) = try_join3(
        Metric::SignUps.by_day(app, days),
        Metric::Logins.by_day(app, days),
        Metric::FailedLogins.by_day(app, days),
    )
    .await?;
    Ok(Metrics {
        sign_ups,
        logins,
        failed_logins,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::activity::tests::activity;

    #[test]
    fn what_counts() {
        use Metric::{FailedLogins, Logins, SignUps};
        use Outcome::{Denied, Failed, Succeed};
        for (topic, action, outcome, wanted) in [
            ("account", "create", Succeed, Some(SignUps)),
            ("account", "signup", Succeed, Some(SignUps)),
            ("account", "confirm", Succeed, None),
            ("organization", "create", Succeed, None),
            ("session", "login", Succeed, Some(Logins)),
            ("session", "login", Failed, Some(FailedLogins)),
            ("session", "login", Denied, None),
            ("session", "login::2fa", Failed, None),
            ("session", "refresh", Succeed, None),
            ("password", "reset", Failed, None),
        ] {
            let entry = Activity {
                outcome,
                ..activity(topic, action)
            };
            assert_eq!(Metric::of(&entry), wanted, "{topic} {action} {outcome:?}");
        }
    }

    #[test]
    fn cells_of_a_kind_are_in_order_of_their_days() {
        let cell = |day: &str| Metric::Logins.cell(day.parse().unwrap());
        assert_eq!(cell("2026-11-25"), "logins#2026-11-25");
        assert!(cell("2026-09-30") < cell("2026-10-01") && cell("0000-01-01") < cell("9999-12-31"));
    }
}
