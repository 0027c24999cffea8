//! `DELETE /api/v1/roles/{role_id}` (delete_role): removes a role that nobody has and nobody is invited into.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use shared::App;
use shared::access::removal;
use shared::access::roles::NotChanged;
use shared::ids::RoleId;
use shared::surfaces::engine::{
    DeleteRoles, EngineError, ErrorBody, Guarded, GuardedHeaders, MessageBody, Permitted, Segment, in_words,
};

#[utoipa::path(
    delete,
    path = "/api/v1/roles/{role_id}",
    operation_id = "delete_role",
    tag = "roles",
    summary = "Remove a role",
    description = "Needs `role:*:delete`.",
    params(GuardedHeaders, ("role_id" = String, Path, description = "The role")),
    responses(
        Guarded,
        (status = 200, description = "The role is gone, and its permissions with it", body = MessageBody),
        (status = 400, description = "A system role, or one that members have or somebody is invited into (errors.role)", body = ErrorBody),
        (status = 404, description = "The organization has no such role (errors.role_id)", body = ErrorBody),
    )
)]
pub async fn delete_role(
    State(app): State<App>,
    permitted: Permitted<DeleteRoles>,
    Segment(role_id): Segment,
) -> Result<Json<MessageBody>, EngineError> {
    let role_id = RoleId::parse(&role_id).ok_or_else(|| refusal(NotChanged::Unknown))?;
    removal::delete(&app, &permitted.actor, role_id)
        .await
        .map_err(in_words(refusal))?;
    Ok(Json(MessageBody {
        message: "Role deleted successfully",
    }))
}

fn refusal(refusal: NotChanged) -> EngineError {
    let invalid = |problem| EngineError::about(StatusCode::BAD_REQUEST, "role", problem);
    match refusal {
        NotChanged::Unknown => EngineError::about(StatusCode::NOT_FOUND, "role_id", refusal.to_string()),
        NotChanged::System => invalid("Cannot delete system role"),
        NotChanged::HasMembers => invalid("Members have this role; take it from them first"),
        NotChanged::HasInvitations => invalid("Somebody is invited into this role; revoke the invitations first"),
        NotChanged::NameTaken | NotChanged::TooMany | NotChanged::Unfinished => EngineError::internal(refusal),
    }
}
