//! `GET /admin/users/documents/pending` (admin.users.documents_pending): whose documents wait for an administrator.

use axum::extract::{OriginalUri, State};
use axum::response::Response;
use shared::App;
use shared::accounts::directory::search;
use shared::surfaces::barong::entities::UserView;
use shared::surfaces::barong::{BarongError, Caller, CallerHeaders, ErrorKeys, Guarded, Paging, Params};

use super::wanted::{Filters, Wanted, rows};
use crate::by;
use crate::entities::KycUserView;

#[utoipa::path(
    get,
    path = "/admin/users/documents/pending",
    operation_id = "admin.users.documents_pending",
    tag = "admin",
    summary = "Users whose documents wait",
    description = "Those whose private label `document` is `pending` or `replaced`, the one first whose label did not change for longest. Where there are filters, the first 10,000 of them are looked at, and Total says how many of these are meant.",
    params(CallerHeaders, Filters),
    responses(
        (status = 200, description = "A page of them; as admin.users.get shows each where `extended` says so; Total, Page, Per-Page and Link say which of how many", body = Vec<UserView>),
        (status = 422, description = "`admin.user.non_boolean_extended`, `admin.user.invalid_range`, `invalid`, `non_integer_page`, `non_positive_page`, `non_integer_limit`, `invalid_limit`", body = ErrorKeys),
        Guarded,
    )
)]
pub async fn pending(
    State(app): State<App>,
    OriginalUri(uri): OriginalUri,
    caller: Caller,
    params: Params,
) -> Result<Response, BarongError> {
    let mut given = params.of("admin.user");
    let wanted = Wanted::read(&mut given);
    let paging = Paging::read(&mut given);
    given.done()?;
    if wanted.is_extended {
        by::reads(&app, &caller, uri.path(), params.values().clone()).await?;
    }
    let found = search::waiting(&app.store, &wanted.filter, rows(paging)).await?;
    if !wanted.is_extended {
        let users = found.users.iter().map(UserView::of).collect();
        return Ok(paging.answer(&app, &uri, found.total, users));
    }
    let mut users = Vec::new();
    for customer in search::whole(&app.store, &found.users).await? {
        users.push(KycUserView::of(&app, &customer).await?);
    }
    Ok(paging.answer(&app, &uri, found.total, users))
}
