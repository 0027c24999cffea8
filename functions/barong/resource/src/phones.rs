//! Telephone numbers: `GET` and `POST /resource/phones` (resource.phones.list, .create), `POST /resource/phones/send_code`
//! (.send_code), `POST /resource/phones/verify` (.verify).

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use serde::Serialize;
use shared::App;
use shared::accounts::Customer;
use shared::accounts::customer::phones::{self, NotDone, PhoneNumber};
use shared::surfaces::barong::entities::{FullUserView, PhoneView};
use shared::surfaces::barong::{BarongError, Caller, CallerHeaders, ErrorKeys, Given, Guarded, Params, in_words};
use utoipa::ToSchema;

use crate::refusals::not_found;
use crate::users::me::known;

#[utoipa::path(
    get,
    path = "/resource/phones",
    operation_id = "resource.phones.list",
    tag = "phones",
    summary = "One's telephone numbers",
    params(CallerHeaders),
    responses(
        (status = 200, description = "Verified ones and others, the oldest first", body = Vec<PhoneView>),
        Guarded,
    )
)]
pub async fn list(State(app): State<App>, caller: Caller) -> Result<Json<Vec<PhoneView>>, BarongError> {
    let customer = Customer::read(&app.store, caller.user().id).await?;
    let customer = customer.ok_or_else(not_found)?;
    let masking = app.config.customers.masking;
    let phones = customer.phones.iter();
    Ok(Json(phones.map(|phone| PhoneView::of(phone, masking)).collect()))
}

/// A number that a code is to be sent to.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct NumberForm {
    /// With its country code.
    phone_number: String,
    /// sms or call; whichever it is, the code travels in a text message.
    channel: Option<String>,
}

/// What was done.
#[derive(Serialize, ToSchema)]
pub struct CodeSent {
    message: String,
}

impl CodeSent {
    fn via(channel: &str) -> (StatusCode, Json<Self>) {
        let message = format!("Code was sent successfully via {channel}");
        (StatusCode::CREATED, Json(Self { message }))
    }
}

/// The channels that there are.
fn channel(text: &str) -> Option<&'static str> {
    ["sms", "call"].into_iter().find(|known| *known == text)
}

/// The number and the channel.
fn read(mut given: Given<'_>) -> Result<(PhoneNumber, &'static str), BarongError> {
    let number = given.filled("phone_number");
    let channel = given.read("channel", "resource.phone.invalid_channel", channel);
    given.done()?;
    Ok((parse(&number)?, channel.unwrap_or("sms")))
}

fn parse(number: &str) -> Result<PhoneNumber, BarongError> {
    PhoneNumber::parse(number).map_err(|_| BarongError::bad_request("resource.phone.invalid_num"))
}

#[utoipa::path(
    post,
    path = "/resource/phones",
    operation_id = "resource.phones.create",
    tag = "phones",
    summary = "Note a telephone number, and get a code sent to it",
    params(CallerHeaders),
    request_body(content = NumberForm, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 201, description = "The code is on its way", body = CodeSent),
        (status = 400, description = "`resource.phone.invalid_num`; `resource.phone.number_exist`: somebody has verified it; `resource.phone.exists`: noted before; `resource.phone.limit_reached`", body = ErrorKeys),
        (status = 422, description = "`resource.phone.missing_phone_number`, `resource.phone.empty_phone_number`, `resource.phone.invalid_channel`", body = ErrorKeys),
        (status = 429, description = "Too many: see Retry-After", body = ErrorKeys),
        Guarded,
    )
)]
pub async fn create(
    State(app): State<App>,
    caller: Caller,
    params: Params,
) -> Result<(StatusCode, Json<CodeSent>), BarongError> {
    let (number, channel) = read(params.of("resource.phone"))?;
    phones::add(&app, caller.user().id, &number)
        .await
        .map_err(in_words(refusal))?;
    Ok(CodeSent::via(channel))
}

#[utoipa::path(
    post,
    path = "/resource/phones/send_code",
    operation_id = "resource.phones.send_code",
    tag = "phones",
    summary = "Get another code",
    params(CallerHeaders),
    request_body(content = NumberForm, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 201, description = "The code is on its way; the one before is void", body = CodeSent),
        (status = 400, description = "`resource.phone.invalid_num`; `resource.phone.number_exist`: somebody has verified it", body = ErrorKeys),
        (status = 404, description = "`resource.phone.doesnt_exist`: not noted", body = ErrorKeys),
        (status = 422, description = "`resource.phone.missing_phone_number`, `resource.phone.empty_phone_number`, `resource.phone.invalid_channel`", body = ErrorKeys),
        (status = 429, description = "Too many: see Retry-After", body = ErrorKeys),
        Guarded,
    )
)]
pub async fn send_code(
    State(app): State<App>,
    caller: Caller,
    params: Params,
) -> Result<(StatusCode, Json<CodeSent>), BarongError> {
    let (number, channel) = read(params.of("resource.phone"))?;
    phones::send(&app, caller.user().id, &number)
        .await
        .map_err(in_words(refusal))?;
    Ok(CodeSent::via(channel))
}

/// A code that was sent.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct NumberAndCode {
    /// The number that it was sent to.
    phone_number: String,
    /// The five digits.
    verification_code: String,
}

#[utoipa::path(
    post,
    path = "/resource/phones/verify",
    operation_id = "resource.phones.verify",
    tag = "phones",
    summary = "Show that a telephone number is one's own",
    params(CallerHeaders),
    request_body(content = NumberAndCode, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 201, description = "The user", body = FullUserView),
        (status = 400, description = "`resource.phone.invalid_num`; `resource.phone.number_exist`: it is verified already, by whomever", body = ErrorKeys),
        (status = 404, description = "`resource.phone.doesnt_exist`: not noted; `resource.phone.verification_invalid`: another code, none, or none any more", body = ErrorKeys),
        (status = 422, description = "`resource.phone.missing_…` and `resource.phone.empty_…` of phone_number and verification_code", body = ErrorKeys),
        (status = 429, description = "Too many: see Retry-After", body = ErrorKeys),
        Guarded,
    )
)]
pub async fn verify(
    State(app): State<App>,
    caller: Caller,
    params: Params,
) -> Result<(StatusCode, Json<FullUserView>), BarongError> {
    let mut given = params.of("resource.phone");
    let (number, code) = (given.filled("phone_number"), given.filled("verification_code"));
    given.done()?;
    let number = parse(&number)?;
    phones::verify(&app, caller.user().id, &number, code.trim(), &caller.origin)
        .await
        .map_err(in_words(refusal))?;
    Ok((StatusCode::CREATED, Json(known(&app, &caller).await?)))
}

fn refusal(why: NotDone) -> BarongError {
    match why {
        NotDone::Gone => not_found(),
        NotDone::Taken => BarongError::bad_request("resource.phone.number_exist"),
        NotDone::Noted => BarongError::bad_request("resource.phone.exists"),
        NotDone::TooMany => BarongError::bad_request("resource.phone.limit_reached"),
        NotDone::Unknown => BarongError::not_found("resource.phone.doesnt_exist"),
        NotDone::WrongCode => BarongError::not_found("resource.phone.verification_invalid"),
    }
}
