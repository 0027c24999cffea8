//! Profiles: `GET /resource/profiles/me` (resource.profiles.me), `POST` and `PUT /resource/profiles` (.create, .update).

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use shared::App;
use shared::accounts::Customer;
use shared::accounts::customer::profiles::{self, Details, NotWritten};
use shared::surfaces::barong::entities::ProfileView;
use shared::surfaces::barong::params::{boolean, details};
use shared::surfaces::barong::{BarongError, Caller, CallerHeaders, ErrorKeys, Given, Guarded, Params, in_words};
use utoipa::ToSchema;

use crate::refusals::not_found;

#[utoipa::path(
    get,
    path = "/resource/profiles/me",
    operation_id = "resource.profiles.me",
    tag = "profiles",
    summary = "One's profiles",
    params(CallerHeaders),
    responses(
        (status = 200, description = "Profiles in every state, the oldest first", body = Vec<ProfileView>),
        Guarded,
    )
)]
pub async fn me(State(app): State<App>, caller: Caller) -> Result<Json<Vec<ProfileView>>, BarongError> {
    let customer = Customer::read(&app.store, caller.user().id).await?;
    let customer = customer.ok_or_else(not_found)?;
    let masking = app.config.customers.masking;
    let profiles = customer.profiles.iter();
    Ok(Json(
        profiles.map(|profile| ProfileView::of(profile, masking)).collect(),
    ))
}

/// A profile to be written. Every part may be missing; when a profile is changed, what is missing stays.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct ProfileForm {
    /// Letters, blanks, - and '.
    first_name: Option<String>,
    /// The same.
    last_name: Option<String>,
    /// Day of birth, such as 1990-01-31.
    dob: Option<String>,
    /// Street and house.
    address: Option<String>,
    /// Post code.
    postcode: Option<String>,
    /// Town.
    city: Option<String>,
    /// Two or three letters (ISO 3166-1).
    country: Option<String>,
    /// JSON as text.
    metadata: Option<String>,
    /// true submits it: then an administrator decides, and it does not change any more.
    confirm: Option<bool>,
}

/// What is given, and whether it is final.
fn read(mut given: Given<'_>) -> Result<(Details, bool), BarongError> {
    let details = details(&mut given);
    let is_final = given.read("confirm", "invalid", boolean).unwrap_or(false);
    given.done().map(|()| (details, is_final))
}

#[utoipa::path(
    post,
    path = "/resource/profiles",
    operation_id = "resource.profiles.create",
    tag = "profiles",
    summary = "Begin a profile",
    params(CallerHeaders),
    request_body(content = ProfileForm, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 201, description = "The profile", body = ProfileView),
        (status = 422, description = "`state.exists`: one is not decided yet; `…invalid`, `…too_long`, `…too_short` of the parts; `country.must have alpha2 or alpha3 format`; `metadata.invalid_format`; `invalid`: no date", body = ErrorKeys),
        Guarded,
    )
)]
pub async fn create(
    State(app): State<App>,
    caller: Caller,
    params: Params,
) -> Result<(StatusCode, Json<ProfileView>), BarongError> {
    let (details, is_final) = read(params.of("resource.profile"))?;
    let written = profiles::create(&app, caller.user().id, details, is_final).await;
    let profile = written.map_err(in_words(refusal))?;
    let view = ProfileView::of(&profile, app.config.customers.masking);
    Ok((StatusCode::CREATED, Json(view)))
}

#[utoipa::path(
    put,
    path = "/resource/profiles",
    operation_id = "resource.profiles.update",
    tag = "profiles",
    summary = "Go on with the profile that is being written",
    params(CallerHeaders),
    request_body(content = ProfileForm, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "The profile", body = ProfileView),
        (status = 404, description = "`resource.profile.doesnt_exist_or_not_editable`", body = ErrorKeys),
        (status = 422, description = "As for a new one", body = ErrorKeys),
        Guarded,
    )
)]
pub async fn update(State(app): State<App>, caller: Caller, params: Params) -> Result<Json<ProfileView>, BarongError> {
    let (details, is_final) = read(params.of("resource.profile"))?;
    let written = profiles::update(&app, caller.user().id, details, is_final).await;
    let profile = written.map_err(in_words(refusal))?;
    Ok(Json(ProfileView::of(&profile, app.config.customers.masking)))
}

fn refusal(why: NotWritten) -> BarongError {
    match why {
        NotWritten::Gone => not_found(),
        NotWritten::NoDraft => BarongError::not_found("resource.profile.doesnt_exist_or_not_editable"),
        NotWritten::Invalid(problems) => BarongError::problems(&problems),
    }
}
