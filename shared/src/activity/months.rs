//! Logs by month: partitions that are read by ranges of time, the newest month first, and never as a whole.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use ulid::Ulid;

use crate::App;
use crate::accounts::directory;
use crate::store::sieve::Sieve;
use crate::store::{Item, Query, StoreError};

/// A range of time, both ends included.
pub type Span = (Timestamp, Timestamp);

/// A year and a month of UTC.
pub fn month(at: Timestamp) -> String {
    let date = TimeZone::UTC.to_datetime(at).date();
    format!("{:04}-{:02}", date.year(), date.month())
}

/// Every month from that of the first moment to that of the last.
pub fn months((first, last): Span) -> Vec<String> {
    let number = |at| {
        let date = TimeZone::UTC.to_datetime(at).date();
        i32::from(date.year()) * 12 + i32::from(date.month()) - 1
    };
    (number(first)..=number(last))
        .map(|number| format!("{:04}-{:02}", number.div_euclid(12), number.rem_euclid(12) + 1))
        .collect()
}

/// Only what was written down in a span, by a query whose sort key is an identifier in order of time.
pub fn within(query: Query, (first, last): Span) -> Query {
    let edge = |at: Timestamp, rest: u128| {
        let millis = u64::try_from(at.as_millisecond()).unwrap_or_default();
        Ulid::from_parts(millis, rest).to_string()
    };
    query.between(edge(first, 0), edge(last, u128::MAX))
}

/// The span from one second to another, both included, and no further than now. `None` where that leaves nothing.
pub fn asked(app: &App, from: Option<i64>, to: Option<i64>) -> Option<Span> {
    let start = from.map_or(Timestamp::UNIX_EPOCH, |from| moment(from, 0));
    let now = app.clock.now();
    let end = to.map_or(now, |to| moment(to, 999).min(now));
    (start <= end).then_some((start, end))
}

fn moment(seconds: i64, millis: i64) -> Timestamp {
    let at = seconds.checked_mul(1000).and_then(|at| at.checked_add(millis));
    let at = at.and_then(|at| Timestamp::from_millisecond(at).ok());
    at.unwrap_or(if seconds < 0 { Timestamp::MIN } else { Timestamp::MAX })
}

/// Looks at what was written down in a span, the newest first: one query a month, as far as there can be anything in it:
/// nothing is older than the first account.
///
/// # Errors
/// [`StoreError`] when the table cannot be read.
pub async fn newest<T>(
    app: &App,
    sieve: &mut Sieve<T>,
    (first, last): Span,
    of_month: impl Fn(&str) -> Query,
    mut pick: impl FnMut(Item) -> Result<Option<T>, StoreError>,
) -> Result<(), StoreError> {
    let Some(oldest) = directory::oldest(&app.store).await? else {
        return Ok(());
    };
    let span = (first.max(oldest), last);
    for month in months(span).into_iter().rev() {
        if sieve.is_full() {
            break;
        }
        let query = within(of_month(&month), span).descending();
        sieve.look(&app.store, query, &mut pick).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_range_has_its_months() {
        let months = |first, last| months((at(first), at(last)));
        assert_eq!(
            months("2025-11-30T23:59:59Z", "2026-02-01T00:00:00Z"),
            ["2025-11", "2025-12", "2026-01", "2026-02"]
        );
        assert_eq!(months("2026-03-01T00:00:00Z", "2026-03-31T00:00:00Z"), ["2026-03"]);
        assert!(months("2026-03-01T00:00:00Z", "2026-02-01T00:00:00Z").is_empty());
        assert_eq!(month(at("2026-03-01T00:00:00Z")), "2026-03");
    }

    #[test]
    fn moments_that_cannot_be_are_the_first_and_the_last() {
        assert_eq!(moment(1, 999).as_millisecond(), 1999);
        assert_eq!(moment(i64::MAX, 999), Timestamp::MAX);
        assert_eq!(moment(i64::MIN, 0), Timestamp::MIN);
        assert_eq!(moment(-1, 0).as_millisecond(), -1000);
    }
}
