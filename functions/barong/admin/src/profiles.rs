//! `PUT /admin/profiles` (admin.profiles.update): decides about a profile that waits, or corrects it.

use axum::Json;
use axum::extract::State;
use shared::App;
use shared::access::edge::protection::Protected;
use shared::accounts::administration::profiles::{self, NotDecided};
use shared::surfaces::barong::entities::ProfileView;
use shared::surfaces::barong::params::details;
use shared::surfaces::barong::{BarongError, Caller, CallerHeaders, ErrorKeys, Guarded, Params, in_words};
use utoipa::ToSchema;

use crate::by::administrator;
use crate::refusals::protected;

/// What is decided about a profile, and what it is to say; what is missing stays.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct ProfileDecision {
    /// The short identifier of the user.
    uid: String,
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
    /// drafted, submitted, verified or rejected.
    state: Option<String>,
    /// JSON as text.
    metadata: Option<String>,
}

#[utoipa::path(
    put,
    path = "/admin/profiles",
    operation_id = "admin.profiles.update",
    tag = "admin",
    summary = "Decide about a profile that waits, or correct it",
    description = "Only a submitted one is changed. The private label profile follows its state, and a document that was \
        verified has to be looked at again.",
    params(CallerHeaders),
    request_body(content = ProfileDecision, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "The profile", body = ProfileView),
        (status = 404, description = "`admin.profiles.doesnt_exist_or_not_editable`: no such user, or nothing of theirs waits", body = ErrorKeys),
        (status = 422, description = "`admin.profile.missing_uid`, `admin.profile.empty_uid`, `admin.profiles.superadmin_change`; `…invalid`, `…too_long`, `…too_short` of the parts; `country.must have alpha2 or alpha3 format`; `metadata.invalid_format`; `state.inclusion`; `invalid`: no date", body = ErrorKeys),
        Guarded,
    )
)]
pub async fn update(State(app): State<App>, caller: Caller, params: Params) -> Result<Json<ProfileView>, BarongError> {
    let mut given = params.of("admin.profile");
    let uid = given.filled("uid");
    let details = details(&mut given);
    let state = given.optional("state");
    given.done()?;
    let decided = profiles::decide(&app, administrator(&caller), &uid, details, state.as_deref()).await;
    let profile = decided.map_err(in_words(refusal))?;
    Ok(Json(ProfileView::of(&profile, false)))
}

fn refusal(why: NotDecided) -> BarongError {
    match why {
        NotDecided::NothingWaits => BarongError::not_found("admin.profiles.doesnt_exist_or_not_editable"),
        NotDecided::Protected(Protected::Superadmin) => BarongError::invalid("admin.profiles.superadmin_change"),
        NotDecided::Protected(why) => protected(why),
        NotDecided::Invalid(problems) => BarongError::problems(&problems),
    }
}
