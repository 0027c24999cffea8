//! `POST /api/v1/signin` (signin): a token for an address and its password.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::HeaderMap;
use http::header::ACCEPT;
use serde::Deserialize;
use shared::App;
use shared::credentials::password::Password;
use shared::sessions::Origin;
use shared::sessions::sign_in::{Attempt, sign_in};
use shared::surfaces::engine::{EngineError, ErrorBody, JsonBody, issue_token};
use utoipa::ToSchema;

#[derive(Deserialize, ToSchema)]
pub struct SignIn {
    /// The e-mail address; without it the sign-in simply fails.
    #[schema(nullable = false)]
    username: Option<String>,
    /// The password.
    #[schema(nullable = false)]
    password: Option<String>,
    /// A code of the authenticator app, where the account asks for one.
    #[serde(rename = "otpCode")]
    #[schema(nullable = false)]
    otp_code: Option<String>,
}

#[utoipa::path(
    post,
    path = "/api/v1/signin",
    operation_id = "signin",
    tag = "auth",
    summary = "Sign in with a password",
    request_body = SignIn,
    responses(
        (status = 200, description = "The token: bare text, or a JSON string where Accept names application/json", body = String, content_type = "text/plain"),
        (status = 400, description = "Broken JSON or a member of the wrong type", body = ErrorBody),
        (status = 401, description = "Unknown user, wrong password, or an account that may not sign in; where `errors` names `otpCode`, the password is right and the code missing, wrong or used", body = ErrorBody),
        (status = 429, description = "Too many attempts; see Retry-After", body = ErrorBody),
    )
)]
pub async fn signin(
    State(app): State<App>,
    origin: Origin,
    headers: HeaderMap,
    JsonBody(body): JsonBody<SignIn>,
) -> Result<Response, EngineError> {
    // A password that is too long to be anybody's is as wrong as any other.
    let password =
        Password::present(body.password.unwrap_or_default()).map_err(|_| EngineError::wrong_credentials())?;
    let username = body.username.unwrap_or_default();
    let signed_in = sign_in(
        &app,
        Attempt {
            username: &username,
            password,
            origin: &origin,
            or_one_time: false,
            otp: body.otp_code.as_deref(),
        },
    )
    .await?;
    let token = issue_token(&app, &signed_in.user, signed_in.session.id, &signed_in.roles).await?;
    Ok(if wants_json(&headers) {
        Json(token).into_response()
    } else {
        token.into_response()
    })
}

/// Whether Accept names JSON. `*/*` does not: clients of the published API use the raw body as the token.
fn wants_json(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    accepted.flat_map(|value| value.split(',')).any(|range| {
        let media_type = range.split(';').next().unwrap_or_default().trim();
        media_type.eq_ignore_ascii_case("application/json")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_client_that_names_json_gets_json() {
        let wants = |value: &str| wants_json(&HeaderMap::from_iter([(ACCEPT, value.parse().unwrap())]));
        assert!(wants("application/json"));
        assert!(wants("text/html, Application/JSON;q=0.9"));
        assert!(!wants("*/*"));
        assert!(!wants("text/plain"));
        assert!(!wants("application/*"));
        assert!(!wants_json(&HeaderMap::new()));
    }
}
