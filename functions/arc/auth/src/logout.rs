//! `POST /logout` (logout): ends the session by its pair of tokens.

use axum::Json;
use serde::{Deserialize, Serialize};
use shared::ids::{AsUuid, UserId};
use shared::sessions::refresh::sign_out;
use shared::surfaces::arc::{Anybody, ArcError, AuthorizationHeader, ErrorBody, JsonBody, Permitted, in_words};
use shared::tokens::Secret;
use utoipa::{IntoResponses, ToSchema};

use crate::shape::{not_refreshed, token_missing};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Logout {
    /// The refresh token that came with the access token in Authorization.
    #[schema(nullable = false)]
    refresh_token: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub struct LoggedOut {
    /// `true`.
    success: bool,
    /// The user.
    #[schema(value_type = String, format = "uuid")]
    key: AsUuid<UserId>,
}

#[derive(IntoResponses)]
#[expect(dead_code, reason = "only its schema is used")]
enum Answers {
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

#[utoipa::path(
    post,
    path = "/logout",
    operation_id = "logout",
    tag = "logout",
    summary = "Log out",
    params(AuthorizationHeader),
    request_body = Logout,
    responses(Answers)
)]
pub async fn logout(permitted: Permitted<Anybody, JsonBody<Logout>>) -> Result<Json<LoggedOut>, ArcError> {
    let Permitted {
        app,
        caller,
        origin,
        body: JsonBody(body),
        ..
    } = permitted;
    let refresh_token = body.refresh_token.filter(|token| !token.is_empty());
    let refresh_token = Secret::presented(refresh_token.ok_or_else(token_missing)?);
    sign_out(&app, &caller.session, &refresh_token, &origin)
        .await
        .map_err(in_words(not_refreshed))?;
    Ok(Json(LoggedOut {
        success: true,
        key: AsUuid(caller.user.id),
    }))
}
