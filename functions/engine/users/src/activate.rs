//! `PUT /api/v1/users/{user_id}/activate` (activate_user): switches a member on.

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
    path = "/api/v1/users/{user_id}/activate",
    operation_id = "activate_user",
    tag = "users",
    summary = "Switch a member on",
    description = "Needs `user:*:update`. The account itself becomes active where this organization is the only one it belongs to, or the home organization; elsewhere the member gets back its rights in this organization.",
    params(GuardedHeaders, ("user_id" = String, Path, description = "The member")),
    responses(
        Guarded,
        (status = 200, description = "The member is active", body = MessageBody),
        (status = 400, description = "Active already, or switched off where this organization has no say (errors.Status)", body = ErrorBody),
        (status = 404, description = "The organization has no such member (errors.User)", body = ErrorBody),
    )
)]
pub async fn activate_user(
    State(app): State<App>,
    permitted: Permitted<UpdateUsers>,
    Segment(user_id): Segment,
) -> Result<Json<MessageBody>, EngineError> {
    switch(&app, &permitted, &user_id, MemberState::Active).await?;
    Ok(Json(MessageBody {
        message: "User activated successfully",
    }))
}
