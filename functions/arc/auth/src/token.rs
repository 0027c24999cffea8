//! `POST /auth/token` (token): exchanges a code for the tokens of a new session.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use shared::App;
use shared::clients::code::{self, Exchange, NotExchanged};
use shared::sessions::Origin;
use shared::surfaces::arc::{ArcError, ErrorBody, JsonBody, in_words};
use shared::tokens::Secret;
use utoipa::{IntoResponses, ToSchema};

use crate::shape::{Device, DeviceHeader, TokenPair};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Token {
    /// The code.
    code: String,
    /// The client's identifier.
    #[serde(rename = "clientId")]
    client_id: String,
    /// The secret whose digest was the code's challenge; needed where the code was asked for with one, and refused otherwise.
    #[schema(nullable = false)]
    code_verifier: Option<String>,
}

#[derive(IntoResponses)]
#[expect(dead_code, reason = "only its schema is used")]
enum Answers {
    /// A pair of tokens
    #[response(status = 200)]
    Exchanged(TokenPair),
    /// Broken JSON
    #[response(status = 400)]
    Invalid(ErrorBody),
    /// `Client Invalid`: there is no such client; `Code Expired`: too old or used, which ends the session that it opened;
    /// `Invalid Credentials`: no code, another client's, or without its verifier; `User Verification Failed`: the account asks
    /// for a code of an authenticator app, see `POST /auth/verify-otp`
    #[response(status = 401)]
    Refused(ErrorBody),
    /// The body is not announced as JSON
    #[response(status = 415)]
    MediaType(ErrorBody),
    /// The body breaks its schema
    #[response(status = 422)]
    BreaksSchema(ErrorBody),
}

#[utoipa::path(
    post,
    path = "/auth/token",
    operation_id = "token",
    tag = "login",
    summary = "Exchange a code for tokens",
    params(DeviceHeader),
    request_body = Token,
    responses(Answers)
)]
pub async fn token(
    State(app): State<App>,
    origin: Origin,
    Device(device): Device,
    JsonBody(body): JsonBody<Token>,
) -> Result<Json<TokenPair>, ArcError> {
    let exchange = Exchange {
        code: &Secret::presented(body.code),
        client_id: &body.client_id,
        verifier: body.code_verifier.as_deref(),
        device,
        origin: &origin,
    };
    let words = |why| match why {
        NotExchanged::NoClient => ArcError::client_invalid(),
        NotExchanged::NotValid => ArcError::unauthorized("Invalid Credentials"),
        NotExchanged::Spent => ArcError::unauthorized("Code Expired"),
        NotExchanged::NeedsSecondFactor => ArcError::unauthorized("User Verification Failed"),
    };
    let issued = code::exchange(&app, &exchange).await;
    Ok(Json(issued.map_err(in_words(words))?.into()))
}
