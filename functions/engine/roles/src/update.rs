//! `PUT /api/v1/roles/{role_id}` (update_role): replaces name, description and free form. Who has the role and what it
//! gives stays.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use shared::App;
use shared::access::roles::{self, NotChanged};
use shared::ids::RoleId;
use shared::surfaces::engine::{
    EngineError, ErrorBody, Guarded, GuardedHeaders, JsonBody, Permitted, Segment, WriteRoles, in_words,
};

use crate::draft::{Body, RoleBody};

#[utoipa::path(
    put,
    path = "/api/v1/roles/{role_id}",
    operation_id = "update_role",
    tag = "roles",
    summary = "Change a role",
    description = "Needs `role:*:write`. What is absent is emptied.",
    params(GuardedHeaders, ("role_id" = String, Path, description = "The role")),
    request_body = Body,
    responses(
        Guarded,
        (status = 201, description = "The role as it is now", body = RoleBody),
        (status = 400, description = "Broken JSON, or a name that is missing or too short (errors.Name)", body = ErrorBody),
        (status = 404, description = "The organization has no such role (errors.role)", body = ErrorBody),
        (status = 406, description = "A system role (errors.role)", body = ErrorBody),
        (status = 409, description = "Another role has this name (errors.name)", body = ErrorBody),
    )
)]
pub async fn update_role(
    State(app): State<App>,
    permitted: Permitted<WriteRoles>,
    Segment(role_id): Segment,
    JsonBody(body): JsonBody<Body>,
) -> Result<(StatusCode, Json<RoleBody>), EngineError> {
    let draft = body.read()?;
    let role_id = RoleId::parse(&role_id).ok_or_else(|| refusal(NotChanged::Unknown))?;
    let role = roles::update(&app, &permitted.actor, role_id, &draft)
        .await
        .map_err(in_words(refusal))?;
    Ok((StatusCode::CREATED, Json(role.into())))
}

fn refusal(refusal: NotChanged) -> EngineError {
    let (status, key) = match refusal {
        NotChanged::Unknown => (StatusCode::NOT_FOUND, "role"),
        NotChanged::System => (StatusCode::NOT_ACCEPTABLE, "role"),
        NotChanged::NameTaken => (StatusCode::CONFLICT, "name"),
        _ => (StatusCode::CONFLICT, "Error"),
    };
    EngineError::about(status, key, refusal.to_string())
}
