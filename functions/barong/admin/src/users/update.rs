//! `PUT /admin/users` (admin.users.update_put) and `POST /admin/users/update` (admin.users.update_post): what an account may
//! do. They are the same under two names, so that they can be permitted apart.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use shared::App;
use shared::accounts::administration::rule::{self, NotRuled};
use shared::surfaces::barong::params::boolean;
use shared::surfaces::barong::{
    BarongError, Caller, CallerHeaders, ErrorKeys, Given, Guarded, Params, in_words, scalar, success,
};
use utoipa::ToSchema;

use crate::by::administrator;
use crate::refusals::{last_administrator, no_user, protected};

/// What is to be different: one of the two.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct UserChange {
    /// The short identifier.
    uid: String,
    /// pending, active, banned, deleted or locked, as configured.
    state: Option<String>,
    /// false switches codes off; nobody switches them on for another.
    otp: Option<bool>,
}

/// One thing that is to be different.
enum Wanted {
    State(String),
    Otp(bool),
}

/// Reads the two parameters that there are, and no other.
fn read(mut given: Given<'_>) -> Result<(String, Wanted), BarongError> {
    let uid = given.filled("uid");
    let state = given.optional_filled("state");
    let otp = given.optional_filled("otp");
    let otp = otp.filter(|text| !text.trim().is_empty());
    let otp = otp.map(|text| boolean(text.trim()));
    if otp == Some(None) {
        given.refuse("invalid");
    }
    if given.value("state").is_some() == given.value("otp").is_some() {
        given.refuse("admin.user.one_of_state_otp");
    }
    given.done()?;
    match (state, otp.flatten()) {
        (Some(state), _) => Ok((uid, Wanted::State(state))),
        (None, Some(otp)) => Ok((uid, Wanted::Otp(otp))),
        (None, None) => Err(BarongError::invalid("admin.user.one_of_state_otp")),
    }
}

async fn update(app: &App, caller: &Caller, params: &Params) -> Result<(), BarongError> {
    let (uid, wanted) = read(params.of("admin.user"))?;
    let by = administrator(caller);
    match wanted {
        Wanted::State(state) => rule::set_state(app, by, &uid, state.trim())
            .await
            .map_err(in_words(|why| refusal(why, "admin.user.state_no_change"))),
        Wanted::Otp(false) => rule::switch_codes_off(app, by, &uid)
            .await
            .map_err(in_words(|why| refusal(why, "admin.user.otp_no_change"))),
        Wanted::Otp(true) => {
            let may = rule::may_rule(app, by, &uid).await;
            may.map_err(in_words(|why| refusal(why, "admin.user.otp_no_change")))?;
            Err(BarongError::invalid("admin.user.enable_2fa"))
        }
    }
}

#[utoipa::path(
    put,
    path = "/admin/users",
    operation_id = "admin.users.update_put",
    tag = "admin",
    summary = "Change what an account may do",
    description = "A state that is not active switches the account's API keys off; one that lets nobody in ends all sessions. \
        The next private label that changes decides the state anew. Codes that are switched off are gone with their secret.",
    params(CallerHeaders),
    request_body(content = UserChange, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "It is so", body = u16),
        (status = 404, description = "`admin.user.doesnt_exist`", body = ErrorKeys),
        (status = 422, description = "`admin.user.missing_uid`, `admin.user.empty_…` of uid, state and otp, `admin.user.one_of_state_otp`, `admin.user.superadmin_change`, `admin.user.update_himself`, `admin.user.enable_2fa`, `admin.user.state_no_change`, `admin.user.otp_no_change`, `state.inclusion`, `role.doesnt_exist`: the user's role is none any more, `admin.user.last_administrator`: identity-server would have none", body = ErrorKeys),
        Guarded,
    )
)]
pub async fn put(State(app): State<App>, caller: Caller, params: Params) -> Result<Response, BarongError> {
    update(&app, &caller, &params).await?;
    Ok(scalar(StatusCode::OK))
}

#[utoipa::path(
    post,
    path = "/admin/users/update",
    operation_id = "admin.users.update_post",
    tag = "admin",
    summary = "Change what an account may do, as PUT /admin/users does",
    params(CallerHeaders),
    request_body(content = UserChange, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 201, description = "It is so", body = u16),
        (status = 404, description = "`admin.user.doesnt_exist`", body = ErrorKeys),
        (status = 422, description = "As for PUT /admin/users", body = ErrorKeys),
        Guarded,
    )
)]
pub async fn post(State(app): State<App>, caller: Caller, params: Params) -> Result<Response, BarongError> {
    update(&app, &caller, &params).await?;
    Ok(scalar(success(&app, StatusCode::CREATED, StatusCode::OK)))
}

/// Why it was not done, and what is said where it is so already.
pub(super) fn refusal(why: NotRuled, no_change: &'static str) -> BarongError {
    match why {
        NotRuled::Unknown => no_user(),
        NotRuled::Protected(why) => protected(why),
        NotRuled::NoChange => BarongError::invalid(no_change),
        NotRuled::NoSuchState => BarongError::invalid("state.inclusion"),
        NotRuled::NoSuchRole => BarongError::invalid("role.doesnt_exist"),
        NotRuled::LastAdministrator => last_administrator(),
    }
}
