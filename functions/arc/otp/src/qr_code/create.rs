//! `POST /auth/create-qr-code` (create-qr-code): a new secret for an authenticator app, as a picture.

use axum::Json;
use axum::extract::State;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use shared::App;
use shared::clients::second_step;
use shared::sessions::Origin;
use shared::surfaces::arc::{ArcError, ErrorBody, JsonBody, in_words};
use shared::tokens::Secret;
use utoipa::ToSchema;

use super::refusal;

/// Who wants a secret.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QrCodeFor {
    /// An authorization code; it is not used up.
    code: String,
    /// The client that it is for.
    #[serde(rename = "clientId")]
    client_id: String,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Shown {
    /// A data URL of a PNG, which an authenticator app reads. It is shown once.
    qr_code: String,
}

#[utoipa::path(
    post,
    path = "/auth/create-qr-code",
    operation_id = "create-qr-code",
    tag = "mfa",
    summary = "Get a secret for an authenticator app",
    description = "The secret waits a quarter of an hour for its first code, see `POST /auth/verify-otp`; one that waited before is void. Where a secret is in use it stays so until then, and the authorization code must have been given for one of its codes.",
    request_body = QrCodeFor,
    responses(
        (status = 200, description = "The picture", body = Shown),
        (status = 400, description = "Broken JSON", body = ErrorBody),
        (status = 401, description = "`Client Invalid`: no such client; `Code Expired`: too old or used; `Invalid Credentials`: no code of this client's, or given without the second factor that the account asks for", body = ErrorBody),
        (status = 415, description = "The body is not announced as JSON", body = ErrorBody),
        (status = 422, description = "The body breaks its schema", body = ErrorBody),
    )
)]
pub async fn create_qr_code(
    State(app): State<App>,
    origin: Origin,
    JsonBody(body): JsonBody<QrCodeFor>,
) -> Result<Json<Shown>, ArcError> {
    let code = Secret::presented(body.code);
    let enrolment = second_step::show_secret(&app, &body.client_id, &code, &origin).await;
    let enrolment = enrolment.map_err(in_words(refusal))?;
    Ok(Json(Shown {
        qr_code: format!("data:image/png;base64,{}", STANDARD.encode(enrolment.png)),
    }))
}
