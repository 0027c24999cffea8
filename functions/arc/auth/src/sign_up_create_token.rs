//! `POST /auth/sign-up/create-token` (sign-up-create-token): mails a token that makes an account. Whether the address has one
//! is not said.

use axum::extract::State;
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Map, Value};
use shared::App;
use shared::accounts::{Email, mailed_sign_up};
use shared::sessions::Origin;
use shared::surfaces::arc::{ArcError, ErrorBody, JsonBody};
use utoipa::{IntoResponses, ToSchema};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateToken {
    /// The address.
    email: String,
    /// Free form; nothing reads it.
    #[serde(rename = "data")]
    #[schema(value_type = Option<Object>, nullable = false)]
    _data: Option<Map<String, Value>>,
}

#[derive(IntoResponses)]
#[expect(dead_code, reason = "only its schema is used")]
enum Answers {
    /// A link was mailed, or a notice to who has an account already
    #[response(status = 204)]
    Asked,
    /// Broken JSON
    #[response(status = 400)]
    Invalid(ErrorBody),
    /// The body is not announced as JSON
    #[response(status = 415)]
    MediaType(ErrorBody),
    /// The body breaks its schema, or the address is none
    #[response(status = 422)]
    BreaksSchema(ErrorBody),
    /// Too many mails to this address or from this client: see Retry-After
    #[response(status = 429)]
    TooMany(ErrorBody),
}

#[utoipa::path(
    post,
    path = "/auth/sign-up/create-token",
    operation_id = "sign-up-create-token",
    tag = "sign-up",
    summary = "Ask for an account",
    request_body = CreateToken,
    responses(Answers)
)]
pub async fn sign_up_create_token(
    State(app): State<App>,
    origin: Origin,
    JsonBody(body): JsonBody<CreateToken>,
) -> Result<StatusCode, ArcError> {
    let email = address(&body.email)?;
    mailed_sign_up::request(&app, &email, &origin).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// An address, where it is one.
pub fn address(text: &str) -> Result<Email, ArcError> {
    let wanted = "must match format \"email\"";
    Email::parse(text).map_err(|_| ArcError::member_invalid("email", "format", wanted))
}
