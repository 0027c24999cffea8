//! `POST /auth/send-otp` (send-otp): mails a code to sign in with, when the name belongs to somebody.

use axum::extract::State;
use http::StatusCode;
use serde::Deserialize;
use shared::App;
use shared::clients::proof::Credentials;
use shared::credentials::one_time_password::code;
use shared::sessions::Origin;
use shared::surfaces::arc::{ArcError, ClientBody, ErrorBody, authenticate};
use utoipa::ToSchema;

/// Who is to get a code, and which client asks.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SendOtp {
    client_id: String,
    client_secret: String,
    /// The user name.
    key: String,
}

#[utoipa::path(
    post,
    path = "/auth/send-otp",
    operation_id = "send-otp",
    tag = "mfa",
    summary = "Mail a code to sign in with",
    description = "Six digits, good once, for five minutes and for this client; a newer one voids the older. The answer is the same for a name that nobody has.",
    request_body = SendOtp,
    responses(
        (status = 204, description = "If the name belongs to somebody, the code is on its way"),
        (status = 400, description = "Broken JSON", body = ErrorBody),
        (status = 401, description = "`Client Verification Failed`", body = ErrorBody),
        (status = 422, description = "The body breaks its schema", body = ErrorBody),
        (status = 429, description = "Too many for this name, or from this address", body = ErrorBody),
    )
)]
pub async fn send_otp(
    State(app): State<App>,
    origin: Origin,
    ClientBody(body): ClientBody<SendOtp>,
) -> Result<StatusCode, ArcError> {
    let said = Credentials {
        id: body.client_id,
        secret: Some(body.client_secret.into()),
    };
    let client = authenticate(&app, &said).await?;
    code::send(&app, &client, &body.key, &origin).await?;
    Ok(StatusCode::NO_CONTENT)
}
