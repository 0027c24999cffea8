//! `POST /api/v1/webauthn/login/finish` (webauthn_login_finish): a token for an authenticator's answer to a challenge.

use axum::extract::State;
use http::{StatusCode, Uri};
use serde_json::Value;
use shared::App;
use shared::credentials::passkey::assert;
use shared::http::query::text;
use shared::sessions::Origin;
use shared::surfaces::engine::{EngineError, ErrorBody, JsonBody, issue_token};

use crate::response;

#[utoipa::path(
    post,
    path = "/api/v1/webauthn/login/finish",
    operation_id = "webauthn_login_finish",
    tag = "passkeys",
    summary = "Sign in with a passkey",
    params(("username" = Option<String>, Query, description = "The name that was given to begin, if one was")),
    request_body = response::AssertionResponse,
    responses(
        (status = 202, description = "The token, as bare text", body = String, content_type = "text/plain"),
        (status = 400, description = "A response that cannot be read", body = ErrorBody),
        (status = 401, description = "Whatever else is wrong with it, or an account that may not sign in; where `errors` names `otpCode`, the account asks for a code: when it is only missing, the same response may be sent again with it", body = ErrorBody),
        (status = 429, description = "Too many attempts from this client; see Retry-After", body = ErrorBody),
    )
)]
pub async fn webauthn_login_finish(
    State(app): State<App>,
    origin: Origin,
    uri: Uri,
    body: JsonBody<Value>,
) -> Result<(StatusCode, String), EngineError> {
    let otp = response::otp_code(&body);
    let response = response::read(body)?;
    let username = text(&uri, "username");
    let signed_in = assert::finish(&app, username.as_deref(), &response, otp.as_deref(), &origin).await?;
    let token = issue_token(&app, &signed_in.user, signed_in.session.id, &signed_in.roles).await?;
    Ok((StatusCode::ACCEPTED, token))
}
