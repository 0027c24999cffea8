//! `POST /api/v1/webauthn/register/finish` (webauthn_register_finish): keeps the passkey. The challenge works once.

use axum::Json;
use axum::extract::State;
use http::Uri;
use serde::Serialize;
use serde_json::Value;
use shared::App;
use shared::accounts::profile::{MAX_NAME, at_most, is_one_line};
use shared::credentials::passkey::register;
use shared::http::query::text;
use shared::sessions::Origin;
use shared::surfaces::engine::{Authenticated, Caller, EngineError, ErrorBody, JsonBody, in_words};
use utoipa::ToSchema;

use crate::register_begin::refusal;
use crate::response;

/// What a passkey is called that nobody has named.
const DEFAULT_NAME: &str = "My Passkey";

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Registered {
    message: &'static str,
    /// By which it is listed and removed.
    credential_id: u64,
    name: String,
}

#[utoipa::path(
    post,
    path = "/api/v1/webauthn/register/finish",
    operation_id = "webauthn_register_finish",
    tag = "passkeys",
    summary = "Add a passkey",
    params(
        ("X-Auth" = String, Header, description = "The token"),
        ("name" = Option<String>, Query, description = "What to call it; `My Passkey` by default"),
    ),
    request_body = response::RegistrationResponse,
    responses(
        Authenticated,
        (status = 200, description = "The passkey can sign in; its owner is told by mail", body = Registered),
        (status = 400, description = "A response that cannot be read or does not hold, a challenge that is unknown or too old, or a passkey that is in use", body = ErrorBody),
    )
)]
pub async fn webauthn_register_finish(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    uri: Uri,
    body: JsonBody<Value>,
) -> Result<Json<Registered>, EngineError> {
    let name = text(&uri, "name")
        .map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty());
    let name = name.unwrap_or_else(|| DEFAULT_NAME.to_owned());
    if at_most(MAX_NAME, &name).is_err() || !is_one_line(&name) {
        return Err(EngineError::invalid(
            "name",
            "must be one line of at most 100 characters",
        ));
    }
    let response = response::read(body)?;
    let passkey = register::finish(&app, &caller.user, &origin, &response, &name)
        .await
        .map_err(in_words(refusal))?;
    Ok(Json(Registered {
        message: "Credential registered successfully",
        credential_id: passkey.number,
        name: passkey.name,
    }))
}
