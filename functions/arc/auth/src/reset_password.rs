//! `PATCH /auth/reset-password` (reset-password): sets a new password with the token that was mailed, and ends all sessions.

use axum::extract::State;
use http::StatusCode;
use serde::Deserialize;
use shared::App;
use shared::accounts::client_reset::{self, NoClientReset};
use shared::sessions::Origin;
use shared::surfaces::arc::{ArcError, ClientBody, ErrorBody, authenticate, in_words};
use shared::tokens::Secret;
use utoipa::{IntoResponses, ToSchema};

use crate::shape::{credentials, password_invalid, presented, same_password, token_missing};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResetPassword {
    /// The token.
    token: String,
    /// The new password.
    password: String,
    /// The identifier of the client that asked for the token.
    client_id: String,
    /// The client's secret. Only a public client may leave it out.
    #[schema(nullable = false)]
    client_secret: Option<String>,
}

#[derive(IntoResponses)]
#[expect(dead_code, reason = "only its schema is used")]
enum Answers {
    /// The password is set, and every session has ended
    #[response(status = 204)]
    Reset,
    /// Broken JSON; `PasswordInvalid`: weak
    #[response(status = 400)]
    Invalid(ErrorBody),
    /// `Unauthorized` without a body; `{message: "Client Verification Failed"}`; `Client Invalid`: another client asked for the
    /// token; `Token Expired`: none, or too old; `Token Invalid`: for something else; `TokenRevoked`: used, or voided by a
    /// newer one; `Password cannot be same as previous password!`
    #[response(status = 401)]
    Refused(ErrorBody),
    /// The body is not announced as JSON
    #[response(status = 415)]
    MediaType(ErrorBody),
    /// The body breaks its schema; `TokenMissing`: the token is empty
    #[response(status = 422)]
    BreaksSchema(ErrorBody),
    /// Too many tokens tried: see Retry-After
    #[response(status = 429)]
    TooMany(ErrorBody),
}

#[utoipa::path(
    patch,
    path = "/auth/reset-password",
    operation_id = "reset-password",
    tag = "password",
    summary = "Set a new password with a token",
    request_body = ResetPassword,
    responses(Answers)
)]
pub async fn reset_password(
    State(app): State<App>,
    origin: Origin,
    ClientBody(body): ClientBody<ResetPassword>,
) -> Result<StatusCode, ArcError> {
    let client = authenticate(&app, &credentials(body.client_id, body.client_secret)).await?;
    if body.token.is_empty() {
        return Err(token_missing());
    }
    let token = Secret::presented(body.token);
    let Some(new) = presented(body.password) else {
        client_reset::look(&app, &token).await.map_err(in_words(refusal))?;
        return Err(password_invalid());
    };
    client_reset::redeem(&app, &token, &new, &client, &origin)
        .await
        .map_err(in_words(refusal))?;
    Ok(StatusCode::NO_CONTENT)
}

/// What is said of a token that sets no password.
pub fn refusal(why: NoClientReset) -> ArcError {
    match why {
        NoClientReset::Unknown => ArcError::unauthorized("Token Expired"),
        NoClientReset::OtherPurpose => ArcError::unauthorized("Token Invalid"),
        NoClientReset::Used => ArcError::unauthorized("TokenRevoked"),
        NoClientReset::OtherClient => ArcError::client_invalid(),
        NoClientReset::Unchanged => same_password(),
        NoClientReset::WeakPassword(_) => password_invalid(),
    }
}
