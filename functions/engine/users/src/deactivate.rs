//! `PUT /api/v1/users/{user_id}/deactivate` (deactivate_user): switches a member off.

use axum::Json;
use axum::extract::State;
use shared::App;
use shared::organizations::membership::MemberState;
use shared::surfaces::engine::{
    EngineError, ErrorBody, Guarded, GuardedHeaders, MessageBody, Permitted, Segment, UpdateUsers,
};

use crate::switch::switch;

#[utoipa::path(
    put,
    path = "/api/v1/users/{user_id}/deactivate",
    operation_id = "deactivate_user",
    tag = "users",
    summary = "Switch a member off",
    description = "Needs `user:*:update`. The account itself is switched off, and all its sessions end, where this organization is the only one it belongs to, or the home organization; elsewhere the member loses its rights in this organization.",
    params(GuardedHeaders, ("user_id" = String, Path, description = "The member")),
    responses(
        Guarded,
        (status = 200, description = "The member is inactive", body = MessageBody),
        (status = 400, description = "Inactive already, or the last administrator (errors.Status)", body = ErrorBody),
        (status = 404, description = "The organization has no such member (errors.User)", body = ErrorBody),
    )
)]
pub async fn deactivate_user(
    State(app): State<App>,
    permitted: Permitted<UpdateUsers>,
    Segment(user_id): Segment,
) -> Result<Json<MessageBody>, EngineError> {
    switch(&app, &permitted, &user_id, MemberState::Inactive).await?;
    Ok(Json(MessageBody {
        message: "User deactivated successfully",
    }))
}
