//! `GET /identity/v1/permissions` (permissions-find-all): all permissions, in the order of their numbers.

use axum::Json;
use axum::extract::State;
use shared::App;
use shared::access::named;
use shared::surfaces::identity_server::{
    Administered, Administrator, AuthorizationHeader, IdentityError, PermissionView,
};

#[utoipa::path(
    get,
    path = "/identity/v1/permissions",
    operation_id = "permissions-find-all",
    tag = "permissions",
    summary = "Retrieve all permissions",
    description = "For administrators.",
    params(AuthorizationHeader),
    responses(
        Administered,
        (status = 200, description = "The permissions, in the order of their numbers", body = Vec<PermissionView>),
    )
)]
pub async fn permissions_find_all(
    State(app): State<App>,
    _administrator: Administrator,
) -> Result<Json<Vec<PermissionView>>, IdentityError> {
    let all = named::list(&app).await?;
    Ok(Json(all.into_iter().map(PermissionView::from).collect()))
}
