//! `POST /api/v1/user/changepassword/{token}` (change_password): sets a new password with a mailed token, once, and ends
//! all sessions.

use axum::extract::{FromRequest as _, Request, State};
use http::StatusCode;
use serde::Deserialize;
use shared::App;
use shared::accounts::{Email, password_reset};
use shared::credentials::password::Password;
use shared::sessions::Origin;
use shared::surfaces::engine::{EngineError, ErrorBody, JsonBody, Segment};
use shared::tokens::Secret;
use utoipa::ToSchema;

#[derive(Deserialize, ToSchema)]
pub struct ChangePassword {
    /// The address that the token was sent to.
    #[schema(required, nullable = false)]
    email: Option<String>,
    /// The new password; the rules of sign-up apply.
    #[schema(required, nullable = false)]
    password: Option<String>,
}

#[utoipa::path(
    post,
    path = "/api/v1/user/changepassword/{token}",
    operation_id = "change_password",
    tag = "auth",
    summary = "Set a new password",
    params(("token" = String, Path, description = "The token of the mail: [a-z0-9]+")),
    request_body = ChangePassword,
    responses(
        (status = 200, description = "The password was changed and every session has ended"),
        (status = 400, description = "Broken JSON, a password that is no good (the token stays valid), or a token that is not valid for the address (errors.Token)", body = ErrorBody),
        (status = 404, description = "The token has characters outside [a-z0-9]", body = ErrorBody),
        (status = 429, description = "Too many attempts from this client; see Retry-After", body = ErrorBody),
    )
)]
pub async fn change_password(
    State(app): State<App>,
    Segment(token): Segment,
    origin: Origin,
    request: Request,
) -> Result<StatusCode, EngineError> {
    // The published route matches these characters only, so that anything else is no route; hence the body comes second.
    if !token.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9')) {
        return Err(EngineError::new(StatusCode::NOT_FOUND, "There is no such link"));
    }
    let JsonBody(body) = JsonBody::<ChangePassword>::from_request(request, &()).await?;
    let email = Email::parse(&body.email.unwrap_or_default())
        .map_err(|_| EngineError::invalid("email", "must be the address that the token was sent to"))?;
    let password = body.password.filter(|password| !password.is_empty());
    let password = password.ok_or_else(|| EngineError::invalid("password", "is required"))?;
    let password = Password::present(password).map_err(|error| EngineError::invalid("password", error.to_string()))?;
    password_reset::redeem(&app, &email, Secret::presented(token), &password, &origin).await?;
    Ok(StatusCode::OK)
}
