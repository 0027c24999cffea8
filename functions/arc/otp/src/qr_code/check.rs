//! `GET /auth/check-qr-code` (check-qr-code): whether the owner of an authorization code has a secret for an authenticator app.

use axum::Json;
use axum::extract::State;
use http::HeaderMap;
use serde::Serialize;
use shared::App;
use shared::clients::second_step;
use shared::surfaces::arc::{ArcError, ErrorBody, in_words};
use shared::tokens::Secret;
use utoipa::ToSchema;

use super::refusal;

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Checked {
    /// Whether there is a secret: one in use, or one that was shown a moment ago.
    is_generated: bool,
}

#[utoipa::path(
    get,
    path = "/auth/check-qr-code",
    operation_id = "check-qr-code",
    tag = "mfa",
    summary = "See whether there is an authenticator app",
    params(
        ("code" = String, Header, description = "An authorization code; it is not used up"),
        ("clientId" = String, Header, description = "The client that it is for"),
    ),
    responses(
        (status = 200, description = "Whether there is a secret", body = Checked),
        (status = 401, description = "`Client Invalid`: no such client, or none named; `Token Invalid`: no code; `Code Expired`: too old or used; `Invalid Credentials`: no code of this client's", body = ErrorBody),
    )
)]
pub async fn check_qr_code(State(app): State<App>, headers: HeaderMap) -> Result<Json<Checked>, ArcError> {
    let header = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let named = |name| header(name).filter(|text: &&str| !text.is_empty());
    let client_id = named("clientid").ok_or_else(ArcError::client_invalid)?;
    let code = named("code").ok_or_else(|| ArcError::unauthorized("Token Invalid"))?;
    let code = Secret::presented(code.to_owned());
    let is_generated = second_step::has_secret(&app, client_id, &code).await;
    Ok(Json(Checked {
        is_generated: is_generated.map_err(in_words(refusal))?,
    }))
}
