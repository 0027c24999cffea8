//! `GET /identity/v1/roles/{id}` (roles-find): a role with its permissions.

use axum::Json;
use axum::extract::State;
use shared::App;
use shared::access::{named, roles};
use shared::ids::OrgId;
use shared::surfaces::identity_server::{
    Administered, Administrator, AuthorizationHeader, ErrorText, IdentityError, Segment,
};

use crate::reference::RoleReference;
use crate::shape::RoleView;

#[utoipa::path(
    get,
    path = "/identity/v1/roles/{id}",
    operation_id = "roles-find",
    tag = "roles",
    summary = "Find a role",
    description = "For administrators.",
    params(AuthorizationHeader, ("id" = RoleReference, Path, description = "The role")),
    responses(
        Administered,
        (status = 200, description = "The role", body = RoleView),
        (status = 400, description = "\"Invalid Request\": neither a number nor a UUID", body = ErrorText),
        (status = 404, description = "\"Not Found\": there is no such role", body = ErrorText),
    )
)]
pub async fn roles_find(
    State(app): State<App>,
    _administrator: Administrator,
    Segment(id): Segment,
) -> Result<Json<RoleView>, IdentityError> {
    let id = RoleReference::parse(&id)?.id(&app).await?;
    let id = id.ok_or_else(IdentityError::not_found)?;
    let role = roles::find(&app, OrgId::HOME, id).await?;
    let role = role.ok_or_else(IdentityError::not_found)?.record;
    let permissions = named::of_role(&app, &role).await?;
    Ok(Json(RoleView::of(role, permissions)))
}
