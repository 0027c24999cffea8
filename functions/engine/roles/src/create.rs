//! `POST /api/v1/roles` (create_role): makes a role without permissions.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use shared::App;
use shared::access::roles::{self, NotChanged};
use shared::surfaces::engine::{
    EngineError, ErrorBody, Guarded, GuardedHeaders, JsonBody, Permitted, WriteRoles, in_words,
};

use crate::draft::{Body, RoleBody};

#[utoipa::path(
    post,
    path = "/api/v1/roles",
    operation_id = "create_role",
    tag = "roles",
    summary = "Make a role",
    description = "Needs `role:*:write`.",
    params(GuardedHeaders),
    request_body = Body,
    responses(
        Guarded,
        (status = 201, description = "The role", body = RoleBody),
        (status = 400, description = "Broken JSON, or a name that is missing or too short (errors.Name)", body = ErrorBody),
        (status = 409, description = "The organization has a role of this name (errors.name), or as many as it may (errors.Error)", body = ErrorBody),
    )
)]
pub async fn create_role(
    State(app): State<App>,
    permitted: Permitted<WriteRoles>,
    JsonBody(body): JsonBody<Body>,
) -> Result<(StatusCode, Json<RoleBody>), EngineError> {
    let role = roles::create(&app, &permitted.actor, body.read()?)
        .await
        .map_err(in_words(refusal))?;
    Ok((StatusCode::CREATED, Json(role.into())))
}

fn refusal(refusal: NotChanged) -> EngineError {
    let key = match refusal {
        NotChanged::NameTaken => "name",
        _ => "Error",
    };
    EngineError::about(StatusCode::CONFLICT, key, refusal.to_string())
}
