//! `POST /api/v1/roles/unbind-permission` (unbind_permission): takes a permission from a role.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use shared::App;
use shared::access::Permission;
use shared::access::grants::{self, NotBound};
use shared::ids::RoleId;
use shared::surfaces::engine::{
    EngineError, ErrorBody, Guarded, GuardedHeaders, JsonBody, Permitted, WriteRoles, in_words,
};

use crate::bind_permission::PermissionBinding;

#[utoipa::path(
    post,
    path = "/api/v1/roles/unbind-permission",
    operation_id = "unbind_permission",
    tag = "roles",
    summary = "Take a permission from a role",
    description = "Needs `role:*:write`.",
    params(GuardedHeaders),
    request_body = PermissionBinding,
    responses(
        Guarded,
        (status = 200, description = "Done", body = String, content_type = "application/json"),
        (status = 400, description = "Broken JSON", body = ErrorBody),
        (status = 409, description = "No such role, not bound, or locked (errors.Error)", body = ErrorBody),
    )
)]
pub async fn unbind_permission(
    State(app): State<App>,
    permitted: Permitted<WriteRoles>,
    JsonBody(body): JsonBody<PermissionBinding>,
) -> Result<Json<&'static str>, EngineError> {
    // What is missing or cannot be is not bound either: the published API says 409 for all of it.
    let text = |member: Option<String>| member.unwrap_or_default();
    let role_id = RoleId::parse(&text(body.role_id)).ok_or_else(|| refusal(NotBound::Unknown))?;
    let name = [body.resource, body.scope, body.action].map(text).join(":");
    let permission = Permission::parse(&name).ok_or_else(|| refusal(NotBound::NotThere))?;
    grants::unbind(&app, &permitted.actor, role_id, &permission)
        .await
        .map_err(in_words(refusal))?;
    Ok(Json("Permission unbound successfully"))
}

fn refusal(refusal: NotBound) -> EngineError {
    EngineError::about(StatusCode::CONFLICT, "Error", refusal.to_string())
}
