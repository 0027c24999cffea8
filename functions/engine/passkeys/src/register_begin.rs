//! `POST /api/v1/webauthn/register/begin` (webauthn_register_begin): what to ask an authenticator for.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use serde_json::Value;
use shared::App;
use shared::credentials::passkey::register::{self, NotAdded};
use shared::surfaces::engine::{Authenticated, Caller, EngineError, ErrorBody, in_words};

#[utoipa::path(
    post,
    path = "/api/v1/webauthn/register/begin",
    operation_id = "webauthn_register_begin",
    tag = "passkeys",
    summary = "Begin to add a passkey",
    params(("X-Auth" = String, Header, description = "The token")),
    responses(
        Authenticated,
        (status = 200, description = "`CredentialCreationOptions` (WebAuthn §5.4) with binary members as base64url; good for five minutes", body = Object),
        (status = 400, description = "As many passkeys as anybody may have", body = ErrorBody),
    )
)]
pub async fn webauthn_register_begin(State(app): State<App>, caller: Caller) -> Result<Json<Value>, EngineError> {
    let options = register::begin(&app, &caller.user).await.map_err(in_words(refusal))?;
    serde_json::to_value(options).map(Json).map_err(EngineError::internal)
}

pub fn refusal(refusal: NotAdded) -> EngineError {
    let key = match refusal {
        NotAdded::UnknownChallenge => "challenge",
        _ => "credential",
    };
    EngineError::about(StatusCode::BAD_REQUEST, key, refusal.to_string())
}
