//! Who does it, and that it is written down where something about people is read as a whole.

use serde_json::{Map, Value};
use shared::App;
use shared::access::edge::protection::Administrator;
use shared::activity::Outcome;
use shared::activity::audit::{self, Noted};
use shared::store::StoreError;
use shared::surfaces::barong::Caller;

/// The caller, as an administrator.
pub fn administrator(caller: &Caller) -> Administrator<'_> {
    Administrator {
        user: caller.user(),
        origin: &caller.origin,
    }
}

/// Writes down that the caller reads more of users than lists show: answers to administrators are never masked.
pub async fn reads(
    app: &App,
    caller: &Caller,
    path: &str,
    mut parameters: Map<String, Value>,
) -> Result<(), StoreError> {
    parameters.insert("path".into(), path.trim_start_matches('/').into());
    let noted = Noted {
        user: caller.user(),
        origin: &caller.origin,
        topic: "users",
        method: "GET",
        result: Outcome::Succeed,
        parameters,
    };
    audit::note(app, noted).await
}
