//! `GET /resource/users/me` (resource.users.me.get), `PUT /resource/users/me` (resource.users.me.update): oneself, and the data
//! that a client keeps with one.

use axum::Json;
use axum::extract::State;
use shared::App;
use shared::accounts::Customer;
use shared::accounts::customer::data::{self, NotKept};
use shared::surfaces::barong::entities::FullUserView;
use shared::surfaces::barong::{BarongError, Caller, CallerHeaders, ErrorKeys, Guarded, Params, in_words};
use utoipa::ToSchema;

use crate::refusals::not_found;

#[utoipa::path(
    get,
    path = "/resource/users/me",
    operation_id = "resource.users.me.get",
    tag = "users",
    summary = "Oneself",
    params(CallerHeaders),
    responses(
        (status = 200, description = "The user, with labels, phones, profiles and data", body = FullUserView),
        Guarded,
    )
)]
pub async fn get(State(app): State<App>, caller: Caller) -> Result<Json<FullUserView>, BarongError> {
    known(&app, &caller).await.map(Json)
}

/// The caller and everything that is known of them.
pub async fn known(app: &App, caller: &Caller) -> Result<FullUserView, BarongError> {
    let customer = Customer::read(&app.store, caller.user().id).await?;
    let customer = customer.ok_or_else(not_found)?;
    Ok(FullUserView::known(app, &customer))
}

/// What a client keeps.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct Data {
    /// JSON as text, at most 1024 characters; it takes the place of what was there.
    data: String,
}

#[utoipa::path(
    put,
    path = "/resource/users/me",
    operation_id = "resource.users.me.update",
    tag = "users",
    summary = "Keep data with oneself",
    params(CallerHeaders),
    request_body(content = Data, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "The user", body = FullUserView),
        (status = 422, description = "`resource.user.missing_data`, `resource.user.empty_data`, `data.invalid_format`, `data.too_long`", body = ErrorKeys),
        Guarded,
    )
)]
pub async fn update(State(app): State<App>, caller: Caller, params: Params) -> Result<Json<FullUserView>, BarongError> {
    let mut given = params.of("resource.user");
    let text = given.filled("data");
    given.done()?;
    let customer = data::set(&app, caller.user().id, &text)
        .await
        .map_err(in_words(refusal))?;
    Ok(Json(FullUserView::known(&app, &customer)))
}

fn refusal(why: NotKept) -> BarongError {
    match why {
        NotKept::Gone => not_found(),
        NotKept::Invalid(problems) => BarongError::problems(&problems),
    }
}
