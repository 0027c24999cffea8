//! `POST /api/v2/identity/users` (identity.users.create): makes an account, opens its first session, and mails a link that
//! confirms the address.

use std::borrow::Cow;

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;
use shared::App;
use shared::accounts::instant_sign_up::{self, Applicant, NotMade, Wrong};
use shared::credentials::password::Password;
use shared::sessions::Origin;
use shared::surfaces::barong::entities::FullUserView;
use shared::surfaces::barong::{BarongError, ErrorKeys, Params, in_words};
use utoipa::ToSchema;

use crate::{captcha, opened};

#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct SignUp {
    /// The address; compared without case.
    email: String,
    /// The password.
    password: String,
    /// The uid of who brought this user here.
    refid: Option<String>,
    /// The answer to the captcha: a text, or an object of geetest_challenge, geetest_validate and geetest_seccode.
    #[schema(value_type = Option<String>)]
    captcha_response: Option<serde_json::Value>,
    /// What the client keeps with the account: JSON as text, at most 1024 characters.
    data: Option<String>,
}

#[utoipa::path(
    post,
    path = "/identity/users",
    operation_id = "identity.users.create",
    tag = "identity",
    summary = "Make an account",
    request_body(content = SignUp, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 201, description = "The user, with csrf_token; the cookie is set", body = FullUserView),
        (status = 400, description = "`identity.captcha.required`, `identity.captcha.mandatory_fields`", body = ErrorKeys),
        (status = 422, description = "`identity.user.missing_email`, `identity.user.empty_email`, \
            `identity.user.missing_password`, `identity.user.empty_password`, `identity.user.invalid_referral_format`, \
            `identity.user.referral_doesnt_exist`, `email.invalid`, `email.taken`, `password.requirements`, `password.weak`, \
            `password.too_long`, `data.invalid_format`, `data.too_long`, `identity.captcha.verification_failed`", body = ErrorKeys),
        (status = 429, description = "`identity.session.too_many_requests`; see Retry-After", body = ErrorKeys),
    )
)]
pub async fn sign_up(State(app): State<App>, origin: Origin, params: Params) -> Result<Response, BarongError> {
    let mut given = params.of("identity.user");
    let (email, password) = (given.filled("email"), given.filled("password"));
    let referrer = given.optional("refid");
    let captcha = captcha::answer(&mut given, "identity.user.invalid_captcha_format");
    let data = given.optional("data");
    given.done()?;
    captcha::passed(&app, "user_create", captcha.as_ref()).await?;
    let applicant = Applicant {
        email,
        password: Password::present(password).map_err(|_| BarongError::invalid("password.too_long"))?,
        referrer,
        data,
    };
    let opened = instant_sign_up::sign_up(&app, applicant, &origin)
        .await
        .map_err(in_words(refusal))?;
    Ok(opened::made(&app, StatusCode::CREATED, &opened.user, &opened))
}

fn refusal(why: NotMade) -> BarongError {
    match why {
        NotMade::ReferrerFormat => BarongError::invalid("identity.user.invalid_referral_format"),
        NotMade::NoReferrer => BarongError::invalid("identity.user.referral_doesnt_exist"),
        NotMade::Wrong(wrong) => {
            let keys: Vec<Cow<'static, str>> = wrong.into_iter().map(|wrong| key(wrong).into()).collect();
            BarongError::several(StatusCode::UNPROCESSABLE_ENTITY, keys)
        }
    }
}

fn key(wrong: Wrong) -> &'static str {
    match wrong {
        Wrong::EmailInvalid => "email.invalid",
        Wrong::EmailTaken => "email.taken",
        Wrong::Password(why) => why.key(),
        Wrong::DataFormat => "data.invalid_format",
        Wrong::DataTooLong => "data.too_long",
    }
}
