//! `POST /resource/data_storage` (resource.data_storage.create): keeps data under a title, once.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use shared::App;
use shared::accounts::customer::storage::{self, NotKept};
use shared::surfaces::barong::{BarongError, Caller, CallerHeaders, ErrorKeys, Guarded, Params, in_words, scalar};
use utoipa::ToSchema;

use crate::refusals::not_found;

/// Data to be kept.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct NewData {
    /// One of the titles that are configured.
    title: String,
    /// JSON as text, at most 5120 characters.
    data: String,
}

#[utoipa::path(
    post,
    path = "/resource/data_storage",
    operation_id = "resource.data_storage.create",
    tag = "data_storage",
    summary = "Keep data under a title",
    description = "Only an administrator removes it.",
    params(CallerHeaders),
    request_body(content = NewData, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 201, description = "It is kept", body = u16),
        (status = 422, description = "`resource.datastorage.missing_…` and `resource.datastorage.empty_…` of title and data; `title.inclusion`, `title.exclusion`, `title.taken`, `data.invalid_format`, `data.too_long`", body = ErrorKeys),
        Guarded,
    )
)]
pub async fn create(State(app): State<App>, caller: Caller, params: Params) -> Result<Response, BarongError> {
    let mut given = params.of("resource.datastorage");
    let (title, data) = (given.filled("title"), given.filled("data"));
    given.done()?;
    storage::create(&app, caller.user().id, &title, &data)
        .await
        .map_err(in_words(refusal))?;
    Ok(scalar(StatusCode::CREATED))
}

fn refusal(why: NotKept) -> BarongError {
    match why {
        NotKept::Gone => not_found(),
        NotKept::Invalid(problems) => BarongError::problems(&problems),
    }
}
