//! `POST /identity/v1/roles/add-permission` (roles-add-permission): gives a role a permission. Twice is as once.

use axum::Json;
use axum::extract::State;
use shared::App;
use shared::access::grants::{self, NotBound};
use shared::act::Undone;
use shared::surfaces::identity_server::{Administrator, AuthorizationHeader, IdentityError, JsonBody};

use crate::shape::{Answers, PermissionOfRole, not_there};

#[utoipa::path(
    post,
    path = "/identity/v1/roles/add-permission",
    operation_id = "roles-add-permission",
    tag = "roles",
    summary = "Add permission to role",
    description = "For administrators. What it gives holds from the next request of whoever has the role.",
    params(AuthorizationHeader),
    request_body = PermissionOfRole,
    responses(Answers)
)]
pub async fn roles_add_permission(
    State(app): State<App>,
    administrator: Administrator,
    JsonBody(body): JsonBody<PermissionOfRole>,
) -> Result<Json<bool>, IdentityError> {
    let (role, permission) = body.read()?;
    let role = role.id(&app).await?.ok_or_else(not_there)?;
    match grants::add_named(&app, &administrator.actor, role, permission).await {
        Ok(()) | Err(Undone::Refused(NotBound::AlreadyBound)) => Ok(Json(true)),
        Err(Undone::Refused(refused)) => Err(refusal(refused)),
        Err(Undone::Failed(failure)) => Err(failure.into()),
    }
}

pub fn refusal(refusal: NotBound) -> IdentityError {
    match refusal {
        NotBound::Unknown | NotBound::UnknownPermission | NotBound::NotThere => not_there(),
        NotBound::System => IdentityError::forbidden(),
        NotBound::TooMany => IdentityError::invalid_request(),
        other => IdentityError::internal(other),
    }
}
