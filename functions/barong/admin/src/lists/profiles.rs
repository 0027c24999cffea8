//! `GET /admin/profiles` (admin.profiles.list): the profiles of all users.

use axum::extract::{OriginalUri, State};
use axum::response::Response;
use shared::App;
use shared::accounts::directory;
use shared::surfaces::barong::entities::ProfileView;
use shared::surfaces::barong::{BarongError, Caller, CallerHeaders, ErrorKeys, Guarded, PageParams, Paging, Params};

use crate::by;

#[utoipa::path(
    get,
    path = "/admin/profiles",
    operation_id = "admin.profiles.list",
    tag = "admin",
    summary = "The profiles of all users",
    description = "In whatever state, the oldest first, and unmasked; it is written down who reads them. Whose they are is not said.",
    params(
        CallerHeaders,
        PageParams,
    ),
    responses(
        (status = 200, description = "A page of them; Total, Page, Per-Page and Link say which of how many", body = Vec<ProfileView>),
        (status = 422, description = "`non_integer_page`, `non_positive_page`, `non_integer_limit`, `invalid_limit`", body = ErrorKeys),
        Guarded,
    )
)]
pub async fn list(
    State(app): State<App>,
    OriginalUri(uri): OriginalUri,
    caller: Caller,
    params: Params,
) -> Result<Response, BarongError> {
    let mut given = params.of("admin.profile");
    let paging = Paging::read(&mut given);
    given.done()?;
    by::reads(&app, &caller, uri.path(), params.values().clone()).await?;
    let (profiles, total) = directory::profiles::list(&app.store, paging.skip(), paging.take()).await?;
    let profiles = profiles.iter().map(|profile| ProfileView::of(profile, false)).collect();
    Ok(paging.answer(&app, &uri, total, profiles))
}
