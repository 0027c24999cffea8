//! `PATCH /auth/change-password` (change-password): sets a new password and ends all sessions.

use std::time::Duration;

use axum::Json;
use http::StatusCode;
use serde::Deserialize;
use shared::App;
use shared::accounts::password_change::{self, Change, NotChanged, Standard};
use shared::credentials::password::Password;
use shared::sessions::refresh::belongs;
use shared::surfaces::arc::{Anybody, ArcError, AuthorizationHeader, Caller, ErrorBody, JsonBody, Permitted, in_words};
use shared::tokens::Secret;
use utoipa::{IntoResponses, ToSchema};

use crate::shape::{Success, not_refreshed, password_invalid, presented, same_password, token_missing};

/// For so long after the sign-in nobody is asked for the old password again.
const RECENT: Duration = Duration::from_secs(15 * 60);

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ChangePassword {
    /// The refresh token that came with the access token in Authorization; needed.
    #[schema(nullable = false)]
    refresh_token: Option<String>,
    /// The caller's user name; needed.
    #[schema(nullable = false)]
    username: Option<String>,
    /// The new password; needed.
    #[schema(nullable = false)]
    password: Option<String>,
    /// The password of now. Within 15 minutes of the sign-in, and where a change of the password is asked for, it may be left
    /// out.
    #[schema(nullable = false)]
    old_password: Option<String>,
}

#[derive(IntoResponses)]
#[expect(dead_code, reason = "only its schema is used")]
enum Answers {
    /// The password is set, and every session has ended
    #[response(status = 200)]
    Changed(Success),
    /// Broken JSON; `PasswordInvalid`: no new password, or a weak one; `PasswordCannotBeChangedForExternalUser`
    #[response(status = 400)]
    Invalid(ErrorBody),
    /// No access token in force; `Token Expired`, `Token Invalid`: the refresh token is not the one that came with it;
    /// `Incorrect Password`; `Password cannot be same as previous password!`
    #[response(status = 401)]
    Refused(ErrorBody),
    /// `NotAllowedAccess`: the user name is somebody else's
    #[response(status = 403)]
    Forbidden(ErrorBody),
    /// The body is not announced as JSON
    #[response(status = 415)]
    MediaType(ErrorBody),
    /// The body breaks its schema; `TokenMissing`: no refresh token
    #[response(status = 422)]
    BreaksSchema(ErrorBody),
    /// Too many guesses at the old password: see Retry-After
    #[response(status = 429)]
    TooMany(ErrorBody),
}

#[utoipa::path(
    patch,
    path = "/auth/change-password",
    operation_id = "change-password",
    tag = "login",
    summary = "Change one's password",
    params(AuthorizationHeader),
    request_body = ChangePassword,
    responses(Answers)
)]
pub async fn change_password(
    permitted: Permitted<Anybody, JsonBody<ChangePassword>>,
) -> Result<Json<Success>, ArcError> {
    let Permitted {
        app,
        caller,
        origin,
        body: JsonBody(body),
        ..
    } = permitted;
    let refresh_token = body.refresh_token.filter(|token| !token.is_empty());
    let refresh_token = Secret::presented(refresh_token.ok_or_else(token_missing)?);
    belongs(&app, &caller.session, &refresh_token)
        .await
        .map_err(in_words(not_refreshed))?;
    let username = body.username.unwrap_or_default().trim().to_lowercase();
    if username != caller.user.email.canonical() {
        return Err(ArcError::not_allowed());
    }
    let new = body.password.and_then(presented).ok_or_else(password_invalid)?;
    if caller.user.is_social {
        let refusal = "PasswordCannotBeChangedForExternalUser";
        return Err(ArcError::new(StatusCode::BAD_REQUEST, refusal));
    }
    let change = Change {
        user: caller.user.id,
        old: old(&app, &caller, body.old_password)?,
        new,
        standard: Standard::House { min_length: 0 },
        keep: None,
    };
    password_change::change(&app, change, &origin)
        .await
        .map_err(in_words(refusal))?;
    Ok(Json(Success::DONE))
}

/// The old password, where it is given or needed.
fn old(app: &App, caller: &Caller, given: Option<String>) -> Result<Option<Password>, ArcError> {
    let wrong = || refusal(NotChanged::WrongCredentials);
    let age = app.clock.now().duration_since(caller.session.created_at);
    match given {
        Some(given) => presented(given).map(Some).ok_or_else(wrong),
        None if caller.user.reset_password || age.unsigned_abs() <= RECENT => Ok(None),
        None => Err(wrong()),
    }
}

fn refusal(why: NotChanged) -> ArcError {
    match why {
        NotChanged::WrongCredentials => ArcError::unauthorized("Incorrect Password"),
        NotChanged::Unchanged => same_password(),
        NotChanged::WeakPassword(_) | NotChanged::Insufficient(_) => password_invalid(),
    }
}
