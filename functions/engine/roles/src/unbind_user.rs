//! `POST /api/v1/roles/unbind-user` (unbind_user): takes a role from a user. Losing the last one ends membership.

use axum::Json;
use axum::extract::State;
use shared::App;
use shared::organizations::members;
use shared::surfaces::engine::{
    Authenticated, EngineError, ErrorBody, GuardedHeaders, JsonBody, Permitted, UpdateUsers, in_words,
};

use crate::bind_user::{UserBinding, refusal};

#[utoipa::path(
    post,
    path = "/api/v1/roles/unbind-user",
    operation_id = "unbind_user",
    tag = "roles",
    summary = "Take a role from a user",
    description = "Needs `user:*:update`; taking the system role needs the system role. The last administrator stays.",
    params(GuardedHeaders),
    request_body = UserBinding,
    responses(
        Authenticated,
        (status = 200, description = "Done", body = String, content_type = "application/json"),
        (status = 400, description = "Broken JSON, or a member that is missing", body = ErrorBody),
        (status = 403, description = "No organization, no permission in it, or another organization in the body", body = ErrorBody),
        (status = 409, description = "No such user or role, not bound, or the last administrator (errors.Error)", body = ErrorBody),
    )
)]
pub async fn unbind_user(
    State(app): State<App>,
    permitted: Permitted<UpdateUsers>,
    JsonBody(body): JsonBody<UserBinding>,
) -> Result<Json<&'static str>, EngineError> {
    let (user, role) = body.read(&permitted)?;
    members::unbind(&app, &permitted.actor, user, role)
        .await
        .map_err(in_words(refusal))?;
    Ok(Json("Role unbound to user successfully"))
}
