//! `GET /api/v1/webauthn/check` (webauthn_check): whether a passkey is worth offering. An unknown user has none.

use axum::Json;
use axum::extract::State;
use http::Uri;
use serde::Serialize;
use shared::App;
use shared::credentials::passkey::assert::has_passkey;
use shared::http::query::text;
use shared::sessions::Origin;
use shared::surfaces::engine::{EngineError, ErrorBody};
use utoipa::ToSchema;

#[derive(Serialize, ToSchema)]
pub struct Check {
    has_credentials: bool,
}

#[utoipa::path(
    get,
    path = "/api/v1/webauthn/check",
    operation_id = "webauthn_check",
    tag = "passkeys",
    summary = "Ask whether somebody has a passkey",
    params(("username" = String, Query, description = "The name to sign in with")),
    responses(
        (status = 200, description = "The answer; false for an unknown user", body = Check),
        (status = 400, description = "No name (errors.username)", body = ErrorBody),
        (status = 429, description = "Too many questions from this client; see Retry-After", body = ErrorBody),
    )
)]
pub async fn webauthn_check(State(app): State<App>, origin: Origin, uri: Uri) -> Result<Json<Check>, EngineError> {
    let username = text(&uri, "username").ok_or_else(|| EngineError::invalid("username", "is required"))?;
    let has_credentials = has_passkey(&app, &username, &origin).await?;
    Ok(Json(Check { has_credentials }))
}
