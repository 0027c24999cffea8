//! Statuses of success. The document and the original program disagree on some; configuration says whom clients believe.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;

use crate::App;

/// The status of success, by what is configured.
pub fn success(app: &App, documented: StatusCode, runtime: StatusCode) -> StatusCode {
    app.config.barong.status_codes.of(documented, runtime)
}

/// An answer that says nothing but that it was done: the status once more, as a number, or no body where none may be.
pub fn scalar(status: StatusCode) -> Response {
    match status {
        StatusCode::NO_CONTENT => status.into_response(),
        _ => (status, Json(status.as_u16())).into_response(),
    }
}
