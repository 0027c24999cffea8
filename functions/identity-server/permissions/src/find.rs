//! `GET /identity/v1/permissions/{id}` (permissions-find): a permission.

use axum::Json;
use axum::extract::State;
use shared::App;
use shared::access::named;
use shared::surfaces::identity_server::{
    Administered, Administrator, AuthorizationHeader, ErrorText, IdentityError, PermissionView, Segment, number,
};

#[utoipa::path(
    get,
    path = "/identity/v1/permissions/{id}",
    operation_id = "permissions-find",
    tag = "permissions",
    summary = "Find a permission",
    description = "For administrators.",
    params(AuthorizationHeader, ("id" = i64, Path, description = "The permission")),
    responses(
        Administered,
        (status = 200, description = "The permission", body = PermissionView),
        (status = 400, description = "\"Invalid Request\": not a number", body = ErrorText),
        (status = 404, description = "\"Not Found\": there is no such permission", body = ErrorText),
    )
)]
pub async fn permissions_find(
    State(app): State<App>,
    _administrator: Administrator,
    Segment(id): Segment,
) -> Result<Json<PermissionView>, IdentityError> {
    let found = named::find(&app, number(&id)?).await?;
    Ok(Json(found.ok_or_else(IdentityError::not_found)?.into()))
}
