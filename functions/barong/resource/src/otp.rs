//! Codes of an authenticator app: `POST /resource/otp/generate_qrcode`, `/enable`, `/disable`, `/verify` (resource.otp.*).

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::StatusCode;
use secrecy::ExposeSecret;
use serde::Serialize;
use serde_json::Value;
use shared::App;
use shared::credentials::totp::WrongCode;
use shared::credentials::totp::enrolment::{self, NotDone};
use shared::ids::SessionId;
use shared::surfaces::barong::{
    BarongError, Caller, CallerHeaders, ErrorKeys, Guarded, Params, in_words, scalar, success,
};
use utoipa::ToSchema;

use crate::refusals::tried;

/// A code.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct CodeForm {
    /// Six digits.
    code: String,
}

fn read(params: &Params) -> Result<String, BarongError> {
    let mut given = params.of("resource.otp");
    let code = given.filled("code");
    given.done().map(|()| code)
}

fn refusal(why: NotDone) -> BarongError {
    match why {
        NotDone::AlreadyEnabled => BarongError::bad_request("resource.otp.already_enabled"),
        NotDone::NotEnabled => BarongError::bad_request("resource.otp.not_enabled"),
        NotDone::Code(WrongCode::Wrong) => BarongError::invalid("resource.otp.invalid"),
        NotDone::Code(WrongCode::Used) => BarongError::invalid("totp.error"),
    }
}

/// A secret for an authenticator app.
#[derive(Serialize, ToSchema)]
pub struct QrCode {
    /// As a picture: PNG in base64.
    barcode: String,
    /// As apps read it.
    url: String,
}

/// The answer of a store of secrets, as the published API hands it on. Only `data` says anything.
#[derive(Serialize, ToSchema)]
pub struct Leased {
    request_id: String,
    lease_id: &'static str,
    renewable: bool,
    lease_duration: u32,
    data: QrCode,
    #[schema(required)]
    wrap_info: Option<Value>,
    #[schema(required)]
    warnings: Option<Value>,
    #[schema(required)]
    auth: Option<Value>,
}

#[utoipa::path(
    post,
    path = "/resource/otp/generate_qrcode",
    operation_id = "resource.otp.generate_qrcode",
    tag = "otp",
    summary = "Get a secret for an authenticator app",
    description = "Codes are asked for once the first one was shown. The secret before it is void.",
    params(CallerHeaders),
    responses(
        (status = 201, description = "The secret", body = Leased),
        (status = 400, description = "`resource.otp.already_enabled`", body = ErrorKeys),
        Guarded,
    )
)]
pub async fn generate_qrcode(
    State(app): State<App>,
    caller: Caller,
) -> Result<(StatusCode, Json<Leased>), BarongError> {
    let begun = enrolment::begin(&app, caller.user(), &caller.origin, |_| {}).await;
    let enrolment = match begun.map_err(in_words(refusal)) {
        Ok(enrolment) => enrolment,
        Err(refusal) => return Err(tried(&app, &caller, ("otp", "request QR code for 2FA"), refusal).await),
    };
    let leased = Leased {
        request_id: SessionId::generate(&app.random).to_string(),
        lease_id: "",
        renewable: false,
        lease_duration: 0,
        data: QrCode {
            barcode: STANDARD.encode(&enrolment.png),
            url: enrolment.url.expose_secret().to_owned(),
        },
        wrap_info: None,
        warnings: None,
        auth: None,
    };
    Ok((StatusCode::CREATED, Json(leased)))
}

#[utoipa::path(
    post,
    path = "/resource/otp/enable",
    operation_id = "resource.otp.enable",
    tag = "otp",
    summary = "Switch codes on",
    params(CallerHeaders),
    request_body(content = CodeForm, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 201, description = "They are on; all other sessions have ended", body = u16),
        (status = 400, description = "`resource.otp.already_enabled`", body = ErrorKeys),
        (status = 422, description = "`resource.otp.missing_code`, `resource.otp.empty_code`, `resource.otp.invalid`", body = ErrorKeys),
        (status = 429, description = "Too many guesses: see Retry-After", body = ErrorKeys),
        Guarded,
    )
)]
pub async fn enable(State(app): State<App>, caller: Caller, params: Params) -> Result<Response, BarongError> {
    let code = read(&params)?;
    let (user, keep) = (caller.user().id, caller.session().map(|session| session.id));
    match enrolment::enable(&app, user, &code, keep, &caller.origin).await {
        Ok(()) => Ok(scalar(StatusCode::CREATED)),
        Err(undone) => Err(tried(&app, &caller, ("otp", "enable 2FA"), in_words(refusal)(undone)).await),
    }
}

#[utoipa::path(
    post,
    path = "/resource/otp/disable",
    operation_id = "resource.otp.disable",
    tag = "otp",
    summary = "Switch codes off",
    params(CallerHeaders),
    request_body(content = CodeForm, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 201, description = "They are off, and so are all API keys; the secret is gone", body = u16),
        (status = 400, description = "`resource.otp.not_enabled`", body = ErrorKeys),
        (status = 422, description = "`resource.otp.missing_code`, `resource.otp.empty_code`, `resource.otp.invalid`, `totp.error`: the code was used", body = ErrorKeys),
        (status = 429, description = "Too many guesses: see Retry-After", body = ErrorKeys),
        Guarded,
    )
)]
pub async fn disable(State(app): State<App>, caller: Caller, params: Params) -> Result<Response, BarongError> {
    let code = read(&params)?;
    match enrolment::disable(&app, caller.user().id, &code, &caller.origin).await {
        Ok(()) => Ok(scalar(success(&app, StatusCode::CREATED, StatusCode::OK))),
        Err(undone) => Err(tried(&app, &caller, ("otp", "disable 2FA"), in_words(refusal)(undone)).await),
    }
}

#[utoipa::path(
    post,
    path = "/resource/otp/verify",
    operation_id = "resource.otp.verify",
    tag = "otp",
    summary = "Use a code",
    params(CallerHeaders),
    request_body(content = CodeForm, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 201, description = "null: it was right, and is used up"),
        (status = 400, description = "`resource.otp.already_enabled`, which says here that codes are off", body = ErrorKeys),
        (status = 422, description = "`resource.otp.missing_code`, `resource.otp.empty_code`, `resource.otp.invalid`, `totp.error`: the code was used", body = ErrorKeys),
        (status = 429, description = "Too many guesses: see Retry-After", body = ErrorKeys),
        Guarded,
    )
)]
pub async fn verify(
    State(app): State<App>,
    caller: Caller,
    params: Params,
) -> Result<(StatusCode, Json<Value>), BarongError> {
    let code = read(&params)?;
    // The published API has this key for it.
    let words = |why| match why {
        NotDone::NotEnabled => refusal(NotDone::AlreadyEnabled),
        why => refusal(why),
    };
    match enrolment::verify(&app, caller.user().id, &code).await {
        Ok(()) => Ok((StatusCode::CREATED, Json(Value::Null))),
        Err(undone) => Err(tried(&app, &caller, ("otp", "verify 2FA code"), in_words(words)(undone)).await),
    }
}
