//! `POST /auth/login-token` (login-token): tokens for a user name and a password, without a code between.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use shared::App;
use shared::clients::sign_in::at_once;
use shared::sessions::Origin;
use shared::sessions::sign_in::Attempt;
use shared::surfaces::arc::{ArcError, ClientBody, ErrorBody, authenticate, in_words};
use utoipa::{IntoResponses, ToSchema};

use crate::shape::{Device, DeviceHeader, TokenPair, bad_credentials, credentials, not_let_in, presented};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LoginToken {
    /// The client's identifier.
    client_id: String,
    /// The client's secret. Only a public client may leave it out.
    #[schema(nullable = false)]
    client_secret: Option<String>,
    /// The user's e-mail address, in any case.
    username: String,
    /// The user's password.
    password: String,
    /// A code of the authenticator app, where the account asks for one.
    #[schema(nullable = false)]
    otp: Option<String>,
}

#[derive(IntoResponses)]
#[expect(dead_code, reason = "only its schema is used")]
enum Answers {
    /// A pair of tokens of a new session
    #[response(status = 200)]
    Given(TokenPair),
    /// Broken JSON; `User not active yet`: the account is not activated
    #[response(status = 400)]
    Invalid(ErrorBody),
    /// `Unauthorized` without a body; `{message: "Client Verification Failed"}`; `{message: "Invalid Credentials"}`;
    /// `{message: "UserInactive"}`: the account is switched off; `{message: "Client Invalid"}`: the client is not for this
    /// user
    #[response(status = 401)]
    Refused(ErrorBody),
    /// The body is not announced as JSON
    #[response(status = 415)]
    MediaType(ErrorBody),
    /// The body breaks its schema
    #[response(status = 422)]
    BreaksSchema(ErrorBody),
    /// Too many attempts: see Retry-After
    #[response(status = 429)]
    TooMany(ErrorBody),
}

#[utoipa::path(
    post,
    path = "/auth/login-token",
    operation_id = "login-token",
    tag = "login",
    summary = "Get tokens for a password",
    params(DeviceHeader),
    request_body = LoginToken,
    responses(Answers)
)]
pub async fn login_token(
    State(app): State<App>,
    origin: Origin,
    Device(device): Device,
    ClientBody(body): ClientBody<LoginToken>,
) -> Result<Json<TokenPair>, ArcError> {
    let said = credentials(body.client_id, body.client_secret);
    let Some(password) = presented(body.password) else {
        authenticate(&app, &said).await?;
        return Err(bad_credentials());
    };
    let attempt = Attempt {
        username: &body.username,
        password,
        origin: &origin,
        or_one_time: true,
        otp: body.otp.as_deref().filter(|otp| !otp.is_empty()),
    };
    let words = |why| not_let_in(why, ArcError::refused("Client Invalid"));
    let issued = at_once(&app, &attempt, &said, &device).await;
    Ok(Json(issued.map_err(in_words(words))?.into()))
}
