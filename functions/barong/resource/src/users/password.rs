//! `PUT /resource/users/password` (resource.users.password): a new password, by the old one. All other sessions end.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use shared::App;
use shared::accounts::password_change::{self, Change, NotChanged, Standard};
use shared::credentials::password::{Insufficient, Password};
use shared::surfaces::barong::{BarongError, Caller, CallerHeaders, ErrorKeys, Guarded, Params, in_words, scalar};
use utoipa::ToSchema;

use crate::refusals::tried;

/// What the log calls it.
const ACTIVITY: (&str, &str) = ("password", "password change");

/// A new password.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct NewPassword {
    /// The password that holds.
    old_password: String,
    /// The new one.
    new_password: String,
    /// The new one once more.
    confirm_password: String,
}

#[utoipa::path(
    put,
    path = "/resource/users/password",
    operation_id = "resource.users.password",
    tag = "users",
    summary = "Change one's password",
    params(CallerHeaders),
    request_body(content = NewPassword, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 201, description = "It is changed; all other sessions have ended", body = u16),
        (status = 400, description = "`resource.password.prev_pass_not_correct`, `resource.password.no_change_provided`", body = ErrorKeys),
        (status = 422, description = "`resource.user.missing_…` and `resource.user.empty_…` of old_password, new_password, confirm_password; `resource.password.doesnt_match`; `password.requirements`, `password.weak`, `password.too_long`", body = ErrorKeys),
        (status = 429, description = "Too many guesses: see Retry-After", body = ErrorKeys),
        Guarded,
    )
)]
pub async fn update(State(app): State<App>, caller: Caller, params: Params) -> Result<Response, BarongError> {
    let mut given = params.of("resource.user");
    let (old, new, again) = (
        given.filled("old_password"),
        given.filled("new_password"),
        given.filled("confirm_password"),
    );
    given.done()?;
    match change(&app, &caller, old, new, &again).await {
        Ok(()) => Ok(scalar(StatusCode::CREATED)),
        Err(refusal) => Err(tried(&app, &caller, ACTIVITY, refusal).await),
    }
}

async fn change(app: &App, caller: &Caller, old: String, new: String, again: &str) -> Result<(), BarongError> {
    if new != *again {
        return Err(BarongError::invalid("resource.password.doesnt_match"));
    }
    let change = Change {
        user: caller.user().id,
        old: Some(Password::present(old).map_err(|_| refusal(NotChanged::WrongCredentials))?),
        new: Password::present(new).map_err(|_| refusal(NotChanged::Insufficient(Insufficient::TooLong)))?,
        standard: Standard::Barong,
        keep: caller.session().cloned(),
    };
    password_change::change(app, change, &caller.origin)
        .await
        .map_err(in_words(refusal))
}

fn refusal(why: NotChanged) -> BarongError {
    match why {
        NotChanged::WrongCredentials => BarongError::bad_request("resource.password.prev_pass_not_correct"),
        NotChanged::Unchanged => BarongError::bad_request("resource.password.no_change_provided"),
        NotChanged::Insufficient(why) => BarongError::invalid(why.key()),
        NotChanged::WeakPassword(_) => BarongError::invalid(Insufficient::Weak.key()),
    }
}
