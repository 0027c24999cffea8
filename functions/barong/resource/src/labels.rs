//! Labels: `GET` and `POST /resource/labels` (resource.labels.list, .create), `GET`, `PATCH` and `DELETE /resource/labels/{key}`
//! (.get, .update, .delete). One's own are public; those of the house are private, and shown as well.

use axum::Json;
use axum::extract::{Path, State};
use http::StatusCode;
use shared::App;
use shared::accounts::Customer;
use shared::accounts::customer::labels::{self, NotLabelled};
use shared::surfaces::barong::entities::LabelView;
use shared::surfaces::barong::{BarongError, Caller, CallerHeaders, ErrorKeys, Guarded, Params, in_words};
use utoipa::ToSchema;

use crate::refusals::not_found;

async fn customer(app: &App, caller: &Caller) -> Result<Customer, BarongError> {
    let customer = Customer::read(&app.store, caller.user().id).await?;
    customer.ok_or_else(not_found)
}

#[utoipa::path(
    get,
    path = "/resource/labels",
    operation_id = "resource.labels.list",
    tag = "labels",
    summary = "One's labels",
    params(CallerHeaders, ("ordering" = Option<String>, Query, description = "asc or desc, by age")),
    responses(
        (status = 200, description = "Labels of both scopes", body = Vec<LabelView>),
        (status = 422, description = "`value`: another ordering", body = ErrorKeys),
        Guarded,
    )
)]
pub async fn list(State(app): State<App>, caller: Caller, params: Params) -> Result<Json<Vec<LabelView>>, BarongError> {
    let mut given = params.of("resource.label");
    let is_descending = given.read("ordering", "value", |text| match text.to_ascii_lowercase().as_str() {
        "asc" => Some(false),
        "desc" => Some(true),
        _ => None,
    });
    given.done()?;
    let mut labels = customer(&app, &caller).await?.labels;
    if is_descending == Some(true) {
        labels.reverse();
    }
    Ok(Json(labels.iter().map(LabelView::of).collect()))
}

/// A label to be made.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct NewLabel {
    /// 3 to 255 of a-z, 0-9, _ and -.
    key: String,
    /// 3 to 255 of the same.
    value: String,
}

#[utoipa::path(
    post,
    path = "/resource/labels",
    operation_id = "resource.labels.create",
    tag = "labels",
    summary = "Make a public label",
    params(CallerHeaders),
    request_body(content = NewLabel, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 201, description = "The label", body = LabelView),
        (status = 422, description = "`resource.label.missing_…` and `resource.label.empty_…` of key and value; `key.taken`, `key.limit_reached` and `…too_short`, `…too_long`, `…invalid` of both", body = ErrorKeys),
        Guarded,
    )
)]
pub async fn create(
    State(app): State<App>,
    caller: Caller,
    params: Params,
) -> Result<(StatusCode, Json<LabelView>), BarongError> {
    let mut given = params.of("resource.label");
    let (key, value) = (given.filled("key"), given.filled("value"));
    given.done()?;
    let label = labels::create(&app, caller.user().id, &key, &value)
        .await
        .map_err(in_words(refusal))?;
    Ok((StatusCode::CREATED, Json(LabelView::of(&label))))
}

#[utoipa::path(
    get,
    path = "/resource/labels/{key}",
    operation_id = "resource.labels.get",
    tag = "labels",
    summary = "A label by its key",
    params(CallerHeaders, ("key" = String, Path, description = "Its key; of two the older one is shown")),
    responses(
        (status = 200, description = "The label", body = LabelView),
        (status = 404, description = "`record.not_found`", body = ErrorKeys),
        Guarded,
    )
)]
pub async fn get(
    State(app): State<App>,
    caller: Caller,
    Path(key): Path<String>,
) -> Result<Json<LabelView>, BarongError> {
    let labels = customer(&app, &caller).await?.labels;
    let label = labels.iter().find(|label| label.key == key).ok_or_else(not_found)?;
    Ok(Json(LabelView::of(label)))
}

/// Another value.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct OtherValue {
    /// 3 to 255 of a-z, 0-9, _ and -.
    value: String,
}

#[utoipa::path(
    patch,
    path = "/resource/labels/{key}",
    operation_id = "resource.labels.update",
    tag = "labels",
    summary = "Give a public label another value",
    params(CallerHeaders, ("key" = String, Path, description = "Its key")),
    request_body(content = OtherValue, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "The label", body = LabelView),
        (status = 400, description = "`resource.labels.private`", body = ErrorKeys),
        (status = 404, description = "`record.not_found`", body = ErrorKeys),
        (status = 422, description = "`resource.label.missing_value`, `resource.label.empty_value`, `value.too_short`, `value.too_long`, `value.invalid`", body = ErrorKeys),
        Guarded,
    )
)]
pub async fn update(
    State(app): State<App>,
    caller: Caller,
    Path(key): Path<String>,
    params: Params,
) -> Result<Json<LabelView>, BarongError> {
    let mut given = params.of("resource.label");
    let value = given.filled("value");
    given.done()?;
    let label = labels::update(&app, caller.user().id, &key, &value)
        .await
        .map_err(in_words(refusal))?;
    Ok(Json(LabelView::of(&label)))
}

#[utoipa::path(
    delete,
    path = "/resource/labels/{key}",
    operation_id = "resource.labels.delete",
    tag = "labels",
    summary = "Remove a public label",
    params(CallerHeaders, ("key" = String, Path, description = "Its key")),
    responses(
        (status = 204, description = "It is gone"),
        (status = 400, description = "`resource.labels.private`", body = ErrorKeys),
        (status = 404, description = "`record.not_found`", body = ErrorKeys),
        Guarded,
    )
)]
pub async fn delete(
    State(app): State<App>,
    caller: Caller,
    Path(key): Path<String>,
) -> Result<StatusCode, BarongError> {
    labels::delete(&app, caller.user().id, &key)
        .await
        .map_err(in_words(refusal))?;
    Ok(StatusCode::NO_CONTENT)
}

fn refusal(why: NotLabelled) -> BarongError {
    match why {
        NotLabelled::Gone | NotLabelled::Unknown => not_found(),
        NotLabelled::Private => BarongError::bad_request("resource.labels.private"),
        NotLabelled::Invalid(problems) => BarongError::problems(&problems),
    }
}
