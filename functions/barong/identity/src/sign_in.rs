//! `POST /api/v2/identity/sessions` (identity.sessions.create): a session for an address and its password.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;
use shared::App;
use shared::accounts::State as AccountState;
use shared::credentials::password::Password;
use shared::credentials::totp::WrongCode;
use shared::sessions::Origin;
use shared::sessions::browser::{self, NotOpened};
use shared::sessions::sign_in::Attempt;
use shared::surfaces::barong::entities::FullUserView;
use shared::surfaces::barong::{BarongError, ErrorKeys, Params, in_words, success};
use utoipa::ToSchema;

use crate::{captcha, opened};

#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct SignIn {
    /// The address.
    email: String,
    /// The password.
    password: String,
    /// The answer to the captcha: a text, or an object of geetest_challenge, geetest_validate and geetest_seccode.
    #[schema(value_type = Option<String>)]
    captcha_response: Option<serde_json::Value>,
    /// A code of the authenticator app, where the account asks for one.
    otp_code: Option<String>,
}

#[utoipa::path(
    post,
    path = "/identity/sessions",
    operation_id = "identity.sessions.create",
    tag = "identity",
    summary = "Open a session",
    description = "The session goes by a cookie. It is bound to the client and its network, ends when it is not used for a \
                   while, and lives a day at most.",
    request_body(content = SignIn, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 201, description = "The user, with csrf_token; the cookie is set", body = FullUserView),
        (status = 400, description = "`identity.captcha.required`, `identity.captcha.mandatory_fields`", body = ErrorKeys),
        (status = 401, description = "`identity.session.invalid_params`, and to whoever knows the password \
            `identity.session.banned`, `identity.session.deleted`, `identity.session.not_active`, \
            `identity.session.missing_otp`", body = ErrorKeys),
        (status = 403, description = "`identity.session.invalid_otp`", body = ErrorKeys),
        (status = 422, description = "`identity.session.missing_email`, `identity.session.missing_password`, \
            `identity.session.invalid_captcha_format`, `identity.captcha.verification_failed`, `totp.error` for a code that \
            was used", body = ErrorKeys),
        (status = 429, description = "`identity.session.too_many_requests`; see Retry-After", body = ErrorKeys),
    )
)]
pub async fn sign_in(State(app): State<App>, origin: Origin, params: Params) -> Result<Response, BarongError> {
    let mut given = params.of("identity.session");
    let (email, password) = (given.required("email"), given.required("password"));
    let captcha = captcha::answer(&mut given, "identity.session.invalid_captcha_format");
    let otp = given.optional("otp_code").filter(|code| !code.trim().is_empty());
    given.done()?;
    captcha::passed(&app, "session_create", captcha.as_ref()).await?;
    // A password that is too long to be anybody's is as wrong as any other.
    let password = Password::present(password).map_err(|_| refusal(NotOpened::WrongCredentials))?;
    let attempt = Attempt {
        username: &email,
        password,
        origin: &origin,
        or_one_time: false,
        otp: otp.as_deref(),
    };
    let opened = browser::sign_in(&app, attempt).await.map_err(in_words(refusal))?;
    let view = opened::full(&app, opened.user.id).await?;
    Ok(opened::answer(
        &app,
        success(&app, StatusCode::CREATED, StatusCode::OK),
        view,
        &opened,
    ))
}

fn refusal(why: NotOpened) -> BarongError {
    match why {
        NotOpened::WrongCredentials => BarongError::unauthorized("identity.session.invalid_params"),
        NotOpened::State(AccountState::Banned) => BarongError::unauthorized("identity.session.banned"),
        NotOpened::State(AccountState::Deleted) => BarongError::unauthorized("identity.session.deleted"),
        NotOpened::State(_) => BarongError::unauthorized("identity.session.not_active"),
        NotOpened::MissingOtp => BarongError::unauthorized("identity.session.missing_otp"),
        NotOpened::Otp(WrongCode::Wrong) => BarongError::new(StatusCode::FORBIDDEN, "identity.session.invalid_otp"),
        NotOpened::Otp(WrongCode::Used) => BarongError::invalid("totp.error"),
    }
}
