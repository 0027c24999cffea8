//! `DELETE /api/v2/identity/sessions` (identity.sessions.destroy): ends the session of the cookie, and no other one.

use axum::extract::State;
use axum::response::Response;
use http::header::SET_COOKIE;
use http::{HeaderMap, StatusCode};
use shared::App;
use shared::sessions::cookie::{Presented, removal};
use shared::sessions::{Origin, browser};
use shared::surfaces::barong::{BarongError, ErrorKeys, in_words, scalar, success};

#[utoipa::path(
    delete,
    path = "/identity/sessions",
    operation_id = "identity.sessions.destroy",
    tag = "identity",
    summary = "End the session",
    responses(
        (status = 204, description = "It has ended, and the cookie is taken away"),
        (status = 404, description = "`identity.session.not_found`: no cookie of a session in force", body = ErrorKeys),
    )
)]
pub async fn sign_out(State(app): State<App>, origin: Origin, headers: HeaderMap) -> Result<Response, BarongError> {
    let unknown = || BarongError::not_found("identity.session.not_found");
    let presented = Presented::of(&app, &headers).ok_or_else(unknown)?;
    browser::sign_out(&app, &presented, &origin)
        .await
        .map_err(in_words(|_| unknown()))?;
    let mut response = scalar(success(&app, StatusCode::NO_CONTENT, StatusCode::OK));
    if let Some(removal) = removal(&app) {
        response.headers_mut().append(SET_COOKIE, removal);
    }
    Ok(response)
}
