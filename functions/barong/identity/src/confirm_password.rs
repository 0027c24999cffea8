//! `POST /api/v2/identity/users/password/confirm_code` (identity.users.password.confirm_code): sets a new password by the
//! token that was mailed, and ends all sessions.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;
use shared::App;
use shared::accounts::mailed_reset::{NotReset, redeem};
use shared::credentials::password::Password;
use shared::sessions::Origin;
use shared::surfaces::barong::{BarongError, ErrorKeys, Params, in_words, scalar};
use utoipa::ToSchema;

#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct ConfirmPassword {
    /// The token of the mail.
    reset_password_token: String,
    /// The new password.
    password: String,
    /// The new password once more.
    confirm_password: String,
}

#[utoipa::path(
    post,
    path = "/identity/users/password/confirm_code",
    operation_id = "identity.users.password.confirm_code",
    tag = "identity",
    summary = "Set a new password",
    request_body(content = ConfirmPassword, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 201, description = "The password is set, and all sessions have ended", body = u16),
        (status = 422, description = "`identity.user.missing_pass_token`, `identity.user.empty_reset_password_token`, \
            `identity.user.missing_password`, `identity.user.empty_password`, `identity.user.missing_confirm_password`, \
            `identity.user.empty_confirm_password`, `identity.user.passwords_doesnt_match`, \
            `jwt.decode_and_verify.segments`, `jwt.decode_and_verify.expired`, `jwt.decode_and_verify.raised`, \
            `jwt.decode_and_verify.confirmation` and the like for a token of another kind, `identity.user.utilized_token`, \
            `password.requirements`, `password.weak`, `password.too_long`", body = ErrorKeys),
        (status = 429, description = "`identity.session.too_many_requests`; see Retry-After", body = ErrorKeys),
    )
)]
pub async fn confirm_password(State(app): State<App>, origin: Origin, params: Params) -> Result<Response, BarongError> {
    let mut given = params.of("identity.user");
    let token = given.filled_as("reset_password_token", "pass_token");
    let (password, again) = (given.filled("password"), given.filled("confirm_password"));
    given.done()?;
    if password != again {
        return Err(BarongError::invalid("identity.user.passwords_doesnt_match"));
    }
    let password = Password::present(password).map_err(|_| BarongError::invalid("password.too_long"))?;
    redeem(&app, token.trim(), &password, &origin)
        .await
        .map_err(in_words(refusal))?;
    Ok(scalar(StatusCode::CREATED))
}

fn refusal(why: NotReset) -> BarongError {
    match why {
        NotReset::Token(why) => BarongError::invalid(format!("jwt.decode_and_verify.{}", why.word())),
        NotReset::Used => BarongError::invalid("identity.user.utilized_token"),
        NotReset::Password(why) => BarongError::invalid(why.key()),
    }
}
