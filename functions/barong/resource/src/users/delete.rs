//! `DELETE /resource/users/me` (resource.users.me.delete): shuts one's account down. It is kept, and an administrator can bring
//! it back.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use shared::App;
use shared::accounts::customer::leaving::{NotLeft, leave};
use shared::credentials::password::Password;
use shared::credentials::totp::WrongCode;
use shared::surfaces::barong::{
    BarongError, Caller, CallerHeaders, ErrorKeys, Guarded, Params, in_words, scalar, success,
};

#[utoipa::path(
    delete,
    path = "/resource/users/me",
    operation_id = "resource.users.me.delete",
    tag = "users",
    summary = "Shut one's account down",
    description = "Sessions, tokens and API keys end with it. Parameters may stand in the query or in a form; a query ends up in logs.",
    params(
        CallerHeaders,
        ("password" = String, Query, description = "The password"),
        ("otp_code" = Option<String>, Query, description = "A code of the authenticator app, where codes are on"),
    ),
    responses(
        (status = 204, description = "It is shut down"),
        (status = 422, description = "`resource.user.missing_password`, `resource.user.empty_password`, `resource.user.empty_otp_code`, `resource.user.invalid_password`, `resource.user.missing_otp_code`, `resource.user.invalid_otp`, `totp.error`: the code was used, `resource.user.administrator`: administrators of identity-server give that up first", body = ErrorKeys),
        (status = 429, description = "Too many guesses: see Retry-After", body = ErrorKeys),
        Guarded,
    )
)]
pub async fn delete(State(app): State<App>, caller: Caller, params: Params) -> Result<Response, BarongError> {
    let mut given = params.of("resource.user");
    let (password, code) = (given.filled("password"), given.optional_filled("otp_code"));
    given.done()?;
    let password = Password::present(password).map_err(|_| refusal(NotLeft::WrongPassword))?;
    leave(&app, caller.user(), password, code.as_deref(), &caller.origin)
        .await
        .map_err(in_words(refusal))?;
    Ok(scalar(success(&app, StatusCode::NO_CONTENT, StatusCode::OK)))
}

fn refusal(why: NotLeft) -> BarongError {
    BarongError::invalid(match why {
        NotLeft::WrongPassword => "resource.user.invalid_password",
        NotLeft::MissingCode => "resource.user.missing_otp_code",
        NotLeft::Code(WrongCode::Wrong) => "resource.user.invalid_otp",
        NotLeft::Code(WrongCode::Used) => "totp.error",
        NotLeft::Administrator => "resource.user.administrator",
    })
}
