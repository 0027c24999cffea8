//! `GET /admin/api_keys` (admin.api_keys.list): the API keys of a user.

use axum::extract::{OriginalUri, State};
use axum::response::Response;
use futures_util::future::try_join;
use shared::App;
use shared::accounts::{User, administration};
use shared::credentials::api_key::manage;
use shared::store::record::read_optional;
use shared::surfaces::barong::api_keys::{ApiKeyView, KeyList};
use shared::surfaces::barong::{BarongError, CallerHeaders, ErrorKeys, Guarded, PageParams, Params};

use crate::refusals::no_user;

#[utoipa::path(
    get,
    path = "/admin/api_keys",
    operation_id = "admin.api_keys.list",
    tag = "admin",
    summary = "The API keys of a user",
    params(
        CallerHeaders,
        ("uid" = String, Query, description = "The short identifier of the user"),
        PageParams,
        ("ordering" = Option<String>, Query, description = "asc or desc"),
        ("order_by" = Option<String>, Query, description = "id, kid, algorithm, scope, state, created_at or updated_at"),
    ),
    responses(
        (status = 200, description = "Without their secrets; Total, Page, Per-Page and Link say which of how many", body = Vec<ApiKeyView>),
        (status = 404, description = "`admin.user.doesnt_exist`", body = ErrorKeys),
        (status = 422, description = "`admin.apikey.missing_uid`, `admin.apikey.empty_uid`, `api_keys.ordering.invalid_ordering`, `api_keys.ordering.invalid_attribute`, `non_integer_page`, `non_positive_page`, `non_integer_limit`, `invalid_limit`", body = ErrorKeys),
        Guarded,
    )
)]
pub async fn list(
    State(app): State<App>,
    OriginalUri(uri): OriginalUri,
    params: Params,
) -> Result<Response, BarongError> {
    let mut given = params.of("admin.apikey");
    let uid = given.filled("uid");
    let wrong = [
        "api_keys.ordering.invalid_ordering",
        "api_keys.ordering.invalid_attribute",
    ];
    let list = KeyList::read(&mut given, wrong);
    given.done()?;
    let id = administration::find(&app, &uid).await?.ok_or_else(no_user)?;
    let (keys, [user]) = try_join(manage::list(&app, id), app.store.get([User::key_of(id)])).await?;
    let user = read_optional::<User>(user)?.ok_or_else(no_user)?;
    Ok(list.answer(&app, &uri, keys, user.api_key_epoch))
}
