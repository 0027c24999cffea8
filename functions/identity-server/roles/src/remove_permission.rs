//! `POST /identity/v1/roles/remove-permission` (roles-remove-permission): takes a permission from a role.

use axum::Json;
use axum::extract::State;
use shared::App;
use shared::access::grants;
use shared::surfaces::identity_server::{Administrator, AuthorizationHeader, IdentityError, JsonBody, in_words};

use crate::add_permission::refusal;
use crate::shape::{Answers, PermissionOfRole, not_there};

#[utoipa::path(
    post,
    path = "/identity/v1/roles/remove-permission",
    operation_id = "roles-remove-permission",
    tag = "roles",
    summary = "Remove permission from role",
    description = "For administrators. That ends with the next request of whoever has the role.",
    params(AuthorizationHeader),
    request_body = PermissionOfRole,
    responses(Answers)
)]
pub async fn roles_remove_permission(
    State(app): State<App>,
    administrator: Administrator,
    JsonBody(body): JsonBody<PermissionOfRole>,
) -> Result<Json<bool>, IdentityError> {
    let (role, permission) = body.read()?;
    let role = role.id(&app).await?.ok_or_else(not_there)?;
    grants::remove_named(&app, &administrator.actor, role, permission)
        .await
        .map_err(in_words(refusal))?;
    Ok(Json(true))
}
