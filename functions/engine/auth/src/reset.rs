//! `POST /api/v1/user/reset` (send_reset_token): mails a link to set a new password. The answer is the same whether the
//! address is known or not.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use shared::App;
use shared::accounts::{Email, password_reset};
use shared::sessions::Origin;
use shared::surfaces::engine::{EngineError, ErrorBody, JsonBody, MessageBody};
use utoipa::ToSchema;

#[derive(Deserialize, ToSchema)]
pub struct SendResetToken {
    /// The address of the account.
    #[schema(required, nullable = false)]
    email: Option<String>,
}

#[utoipa::path(
    post,
    path = "/api/v1/user/reset",
    operation_id = "send_reset_token",
    tag = "auth",
    summary = "Ask for a new password",
    request_body = SendResetToken,
    responses(
        (status = 200, description = "A link was mailed, if the address is known", body = MessageBody),
        (status = 400, description = "Broken JSON, or no address", body = ErrorBody),
        (status = 429, description = "Too many mails to this address or from this client; see Retry-After", body = ErrorBody),
    )
)]
pub async fn send_reset_token(
    State(app): State<App>,
    origin: Origin,
    JsonBody(body): JsonBody<SendResetToken>,
) -> Result<Json<MessageBody>, EngineError> {
    let email = Email::parse(&body.email.unwrap_or_default())
        .map_err(|_| EngineError::invalid("email", "must be an e-mail address"))?;
    password_reset::request(&app, &email, &origin).await?;
    Ok(Json(MessageBody {
        message: "Password reset token sent to registered email",
    }))
}
