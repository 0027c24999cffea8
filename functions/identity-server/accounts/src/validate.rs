//! `POST /identity/v1/public/validate` (public-validate), and the same under `auth` (auth-validate): whether a token is in
//! force, and with it its session and its user.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use serde::Deserialize;
use shared::App;
use shared::surfaces::identity_server::{ErrorText, IdentityError, JsonBody, live};
use utoipa::{IntoResponses, ToSchema};

#[derive(Deserialize, ToSchema)]
pub struct Validate {
    /// The token of authenticate.
    #[schema(required, nullable = false)]
    token: Option<String>,
}

#[derive(IntoResponses)]
#[expect(dead_code, reason = "only its schema is used")]
enum Answers {
    /// `true`: it is in force
    #[response(status = 200)]
    Valid(bool),
    /// "Invalid Request": broken JSON, or no token
    #[response(status = 400)]
    Invalid(ErrorText),
    /// `false`: it is not, whatever is wrong with it
    #[response(status = 401)]
    NotValid(bool),
}

#[utoipa::path(
    post,
    path = "/identity/v1/public/validate",
    operation_id = "public-validate",
    tag = "public",
    summary = "Validate a user",
    request_body = Validate,
    responses(Answers)
)]
pub async fn public_validate(
    State(app): State<App>,
    JsonBody(body): JsonBody<Validate>,
) -> Result<Json<bool>, IdentityError> {
    let token = body.token.ok_or_else(IdentityError::invalid_request)?;
    match live(&app, &token).await? {
        Some(_) => Ok(Json(true)),
        None => Err(IdentityError::no(StatusCode::UNAUTHORIZED)),
    }
}

#[utoipa::path(
    post,
    path = "/identity/v1/auth/validate",
    operation_id = "auth-validate",
    tag = "auth",
    summary = "Validate a user",
    description = "The same as `POST /identity/v1/public/validate`.",
    request_body = Validate,
    responses(Answers)
)]
pub async fn auth_validate(state: State<App>, body: JsonBody<Validate>) -> Result<Json<bool>, IdentityError> {
    public_validate(state, body).await
}
