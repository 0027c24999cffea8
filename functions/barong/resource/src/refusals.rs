//! Refusals that several operations have, and what is written down of them.

use shared::App;
use shared::activity::{Activity, note};
use shared::surfaces::barong::{BarongError, Caller};

/// There is no such thing, or not the caller's.
pub fn not_found() -> BarongError {
    BarongError::not_found("record.not_found")
}

/// Writes down that something was tried, and hands back what the caller is told.
pub async fn tried(app: &App, caller: &Caller, (topic, action): (&str, &str), refusal: BarongError) -> BarongError {
    let reason = refusal.keys().join(", ");
    let activity = Activity::new(app, caller.user().id, &caller.origin, topic, action).failed(&reason);
    match note(app, &activity).await {
        Ok(()) => refusal,
        Err(error) => error.into(),
    }
}
