//! `POST /identity/v1/roles/revoke` (roles-revoke): takes a role from a user. The last administrator stays one.

use axum::Json;
use axum::extract::State;
use shared::App;
use shared::organizations::members;
use shared::surfaces::identity_server::{Administrator, AuthorizationHeader, IdentityError, JsonBody, in_words};

use crate::grant::refusal;
use crate::shape::{Answers, RoleOfUser, not_there};

#[utoipa::path(
    post,
    path = "/identity/v1/roles/revoke",
    operation_id = "roles-revoke",
    tag = "roles",
    summary = "Revoke role",
    description = "For administrators. The last of them who can sign in keeps the role `admin`.",
    params(AuthorizationHeader),
    request_body = RoleOfUser,
    responses(Answers)
)]
pub async fn roles_revoke(
    State(app): State<App>,
    administrator: Administrator,
    JsonBody(body): JsonBody<RoleOfUser>,
) -> Result<Json<bool>, IdentityError> {
    let (role, user) = body.read()?;
    let role = role.id(&app).await?.ok_or_else(not_there)?;
    members::unbind(&app, &administrator.actor, user, role)
        .await
        .map_err(in_words(refusal))?;
    Ok(Json(true))
}
