//! `GET /admin/users/labels` (admin.users.labels.list_users): users with a label; `GET /admin/users/labels/list`
//! (admin.users.labels.list_values): which private labels there are, and how many of each.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{OriginalUri, State};
use axum::response::Response;
use serde_json::json;
use shared::App;
use shared::accounts::customer::labels::PRIVATE;
use shared::accounts::directory::search;
use shared::store::query::Range;
use shared::surfaces::barong::entities::UserView;
use shared::surfaces::barong::{BarongError, CallerHeaders, ErrorKeys, Guarded, PageParams, Paging, Params};

use super::wanted::rows;

#[utoipa::path(
    get,
    path = "/admin/users/labels",
    operation_id = "admin.users.labels.list_users",
    tag = "admin",
    summary = "Users with a label",
    description = "In whatever scope, the oldest account first. At most 10,000 labels are looked at, and Total says how many users have these.",
    params(
        CallerHeaders,
        ("key" = String, Query, description = "Its key"),
        ("value" = String, Query, description = "Its value"),
        PageParams,
    ),
    responses(
        (status = 200, description = "A page of them; Total, Page, Per-Page and Link say which of how many", body = Vec<UserView>),
        (status = 422, description = "`admin.user.missing_key`, `admin.user.missing_value`, `non_integer_page`, `non_positive_page`, `non_integer_limit`, `invalid_limit`", body = ErrorKeys),
        Guarded,
    )
)]
pub async fn users(
    State(app): State<App>,
    OriginalUri(uri): OriginalUri,
    params: Params,
) -> Result<Response, BarongError> {
    let mut given = params.of("admin.user");
    let (key, value) = (given.required("key"), given.required("value"));
    let paging = Paging::read(&mut given);
    given.done()?;
    let found = search::labelled(&app.store, &key, &value, rows(paging)).await?;
    let users = found.users.iter().map(UserView::of).collect();
    Ok(paging.answer(&app, &uri, found.total, users))
}

#[utoipa::path(
    get,
    path = "/admin/users/labels/list",
    operation_id = "admin.users.labels.list_values",
    tag = "admin",
    summary = "Private labels",
    description = "How many users have each pair of key and value; a pair is named by a list of two texts, as JSON with a blank after the comma.",
    params(CallerHeaders),
    responses(
        (status = 200, description = "How many there are of each", body = BTreeMap<String, u64>, example = json!({ "[\"email\", \"verified\"]": 3 })),
        Guarded,
    )
)]
pub async fn values(State(app): State<App>) -> Result<Json<BTreeMap<String, u64>>, BarongError> {
    let pairs = PRIVATE.read(&app.store, Range::All).await?;
    let named = pairs
        .into_iter()
        .filter_map(|(pair, count)| Some((name(&pair)?, count)));
    Ok(Json(named.collect()))
}

/// The name of a pair, as it is shown.
fn name(pair: &str) -> Option<String> {
    let (key, value) = pair.rsplit_once('#')?;
    Some(format!("[{}, {}]", json!(key), json!(value)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_is_named_by_a_list_of_two() {
        assert_eq!(name("email#verified").as_deref(), Some(r#"["email", "verified"]"#));
        assert_eq!(name(r#"a"b#c#d"#).as_deref(), Some(r#"["a\"b#c", "d"]"#));
        assert_eq!(name("odd"), None);
    }
}
