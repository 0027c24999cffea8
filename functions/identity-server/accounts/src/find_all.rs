//! `GET /identity/v1/users` (users-find-all): all users, the oldest account first.

use axum::Json;
use axum::extract::State;
use http::Uri;
use shared::App;
use shared::accounts::directory::{self, MOST};
use shared::http::query::{number, text};
use shared::ids::AsUuid;
use shared::surfaces::identity_server::{Administered, Administrator, AuthorizationHeader, IdentityError};

use crate::shape::UserView;

#[utoipa::path(
    get,
    path = "/identity/v1/users",
    operation_id = "users-find-all",
    tag = "users",
    summary = "Retrieve all users",
    description = "For administrators. A page is asked for with the uid of the last user of the page before.",
    params(
        AuthorizationHeader,
        ("limit" = Option<i64>, Query, description = "From 1 to 100; 100 by default, and where it is no such number"),
        ("after" = Option<String>, Query, description = "The uid to go on after; what is none counts as absent"),
    ),
    responses(
        Administered,
        (status = 200, description = "Users, the oldest account first", body = Vec<UserView>),
    )
)]
pub async fn users_find_all(
    State(app): State<App>,
    _administrator: Administrator,
    uri: Uri,
) -> Result<Json<Vec<UserView>>, IdentityError> {
    let limit = number(&uri, "limit").and_then(|limit| u16::try_from(limit).ok());
    let limit = limit.filter(|limit| (1..=MOST).contains(limit)).unwrap_or(MOST);
    let after = text(&uri, "after").and_then(|uid| AsUuid::parse(&uid));
    let users = directory::list(&app.store, after.map(|AsUuid(user)| user), limit).await?;
    Ok(Json(users.iter().map(UserView::of).collect()))
}
