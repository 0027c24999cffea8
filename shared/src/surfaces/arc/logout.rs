//! Ending a session by its pair of tokens, whoever else is told of it.

use serde::{Deserialize, Serialize};
use utoipa::{IntoResponses, ToSchema};

use super::error::{ArcError, ErrorBody};
use super::permit::{Anybody, Permitted};
use super::words::{not_refreshed, token_missing};
use super::{JsonBody, in_words};
use crate::ids::{AsUuid, UserId};
use crate::sessions::refresh::sign_out;
use crate::tokens::Secret;

/// What is sent to log out.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Logout {
    /// The refresh token that came with the access token in Authorization.
    #[schema(nullable = false)]
    refresh_token: Option<String>,
}

/// That it is done.
#[derive(Debug, Serialize, ToSchema)]
pub struct LoggedOut {
    /// `true`.
    success: bool,
    /// The user.
    #[schema(value_type = String, format = "uuid")]
    key: AsUuid<UserId>,
}

/// What it is answered with, for API documents.
#[derive(Debug, IntoResponses)]
pub enum LogoutAnswers {
    /// Both tokens are revoked
    #[response(status = 200)]
    LoggedOut(LoggedOut),
    /// Broken JSON
    #[response(status = 400)]
    Invalid(ErrorBody),
    /// No access token in force; `Token Expired`: the refresh token is unknown, too old or used; `Token Invalid`: it is of
    /// another session
    #[response(status = 401)]
    Refused(ErrorBody),
    /// The body is not announced as JSON
    #[response(status = 415)]
    MediaType(ErrorBody),
    /// The body breaks its schema; `TokenMissing`: no refresh token
    #[response(status = 422)]
    BreaksSchema(ErrorBody),
}

/// Ends the caller's session.
///
/// # Errors
/// 422 without a refresh token, 401 where it is not the session's.
pub async fn log_out(permitted: &Permitted<Anybody, JsonBody<Logout>>) -> Result<LoggedOut, ArcError> {
    let Permitted {
        app,
        caller,
        origin,
        body: JsonBody(body),
        ..
    } = permitted;
    let refresh_token = body.refresh_token.clone().filter(|token| !token.is_empty());
    let refresh_token = Secret::presented(refresh_token.ok_or_else(token_missing)?);
    sign_out(app, &caller.session, &refresh_token, origin)
        .await
        .map_err(in_words(not_refreshed))?;
    Ok(LoggedOut {
        success: true,
        key: AsUuid(caller.user.id),
    })
}
