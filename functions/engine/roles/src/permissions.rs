//! `POST` and `GET /api/v1/roles/{role_id}/permissions` (list_role_permissions): what a role gives. It changes nothing.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use serde::Serialize;
use shared::App;
use shared::access::{Role, roles};
use shared::ids::RoleId;
use shared::surfaces::engine::{EngineError, ErrorBody, Guarded, GuardedHeaders, Permitted, ReadRoles, Segment};
use utoipa::ToSchema;

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RolePermission {
    resource: String,
    scope: &'static str,
    action: &'static str,
    /// Whether nobody may take it away.
    is_locked: bool,
    /// Always false: what is hidden is not listed.
    is_hidden: bool,
}

#[utoipa::path(
    post,
    path = "/api/v1/roles/{role_id}/permissions",
    operation_id = "list_role_permissions",
    tag = "roles",
    summary = "List what a role gives",
    description = "Needs `role:*:read`. A body is ignored.",
    params(GuardedHeaders, ("role_id" = String, Path, description = "The role")),
    responses(
        Guarded,
        (status = 200, description = "Its permissions", body = Vec<RolePermission>),
        (status = 404, description = "The organization has no such role (errors.role)", body = ErrorBody),
    )
)]
pub async fn list_role_permissions(
    State(app): State<App>,
    permitted: Permitted<ReadRoles>,
    Segment(role_id): Segment,
) -> Result<Json<Vec<RolePermission>>, EngineError> {
    let unknown = || {
        EngineError::about(
            StatusCode::NOT_FOUND,
            "role",
            "There is no such role in this organization",
        )
    };
    let id = RoleId::parse(&role_id).ok_or_else(unknown)?;
    let role = roles::find(&app, permitted.actor.org_id(), id)
        .await?
        .ok_or_else(unknown)?;
    Ok(Json(shown(&role.record)))
}

#[utoipa::path(
    get,
    path = "/api/v1/roles/{role_id}/permissions",
    operation_id = "list_role_permissions_get",
    tag = "roles",
    summary = "List what a role gives",
    description = "Needs `role:*:read`.",
    params(GuardedHeaders, ("role_id" = String, Path, description = "The role")),
    responses(
        Guarded,
        (status = 200, description = "Its permissions", body = Vec<RolePermission>),
        (status = 404, description = "The organization has no such role (errors.role)", body = ErrorBody),
    )
)]
pub async fn list_role_permissions_get(
    app: State<App>,
    permitted: Permitted<ReadRoles>,
    role_id: Segment,
) -> Result<Json<Vec<RolePermission>>, EngineError> {
    list_role_permissions(app, permitted, role_id).await
}

fn shown(role: &Role) -> Vec<RolePermission> {
    let grants = role
        .grants
        .iter()
        .filter_map(|grant| Some((grant.permission()?, grant.is_locked)));
    let shown = grants.map(|(permission, is_locked)| RolePermission {
        resource: permission.resource,
        scope: permission.scope.as_str(),
        action: permission.action.as_str(),
        is_locked,
        is_hidden: false,
    });
    shown.collect()
}
