//! `PUT /api/v1/invitations/{invitation_id}/revoke` and `DELETE /api/v1/invitations/{invitation_id}` (revoke_invitation):
//! takes an invitation back; its link stops working at once.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use shared::App;
use shared::ids::InvitationId;
use shared::organizations::invitations::answer::{self, NotRevoked};
use shared::surfaces::engine::{
    EngineError, ErrorBody, Guarded, GuardedHeaders, MessageBody, Permitted, Segment, WriteUsers, in_words,
};

#[utoipa::path(
    put,
    path = "/api/v1/invitations/{invitation_id}/revoke",
    operation_id = "revoke_invitation",
    tag = "invitations",
    summary = "Revoke an invitation",
    description = "Needs `user:*:write`.",
    params(GuardedHeaders, ("invitation_id" = String, Path, description = "The invitation")),
    responses(
        Guarded,
        (status = 200, description = "It is revoked", body = MessageBody),
        (status = 400, description = "Not open any more (errors.invitation)", body = ErrorBody),
        (status = 404, description = "The organization has no such invitation (errors.invitation_id)", body = ErrorBody),
    )
)]
pub async fn revoke_invitation(
    State(app): State<App>,
    permitted: Permitted<WriteUsers>,
    Segment(invitation_id): Segment,
) -> Result<Json<MessageBody>, EngineError> {
    revoke(&app, &permitted, &invitation_id, StatusCode::NOT_FOUND).await
}

#[utoipa::path(
    delete,
    path = "/api/v1/invitations/{invitation_id}",
    operation_id = "revoke_invitation_delete",
    tag = "invitations",
    summary = "Revoke an invitation",
    description = "The same as `PUT …/revoke`, but that an unknown invitation is 400. Needs `user:*:write`.",
    params(GuardedHeaders, ("invitation_id" = String, Path, description = "The invitation")),
    responses(
        Guarded,
        (status = 200, description = "It is revoked", body = MessageBody),
        (status = 400, description = "No such invitation (errors.invitation_id), or not open any more (errors.invitation)", body = ErrorBody),
    )
)]
pub async fn revoke_invitation_delete(
    State(app): State<App>,
    permitted: Permitted<WriteUsers>,
    Segment(invitation_id): Segment,
) -> Result<Json<MessageBody>, EngineError> {
    revoke(&app, &permitted, &invitation_id, StatusCode::BAD_REQUEST).await
}

/// The two spellings differ in the status of an unknown invitation.
async fn revoke(
    app: &App,
    permitted: &Permitted<WriteUsers>,
    id: &str,
    unknown: StatusCode,
) -> Result<Json<MessageBody>, EngineError> {
    let refusal = |refusal: NotRevoked| {
        let (status, key) = match refusal {
            NotRevoked::Unknown => (unknown, "invitation_id"),
            NotRevoked::Closed(_) => (StatusCode::BAD_REQUEST, "invitation"),
        };
        EngineError::about(status, key, refusal.to_string())
    };
    let id = InvitationId::parse(id).ok_or_else(|| refusal(NotRevoked::Unknown))?;
    answer::revoke(app, &permitted.actor, id)
        .await
        .map_err(in_words(refusal))?;
    Ok(Json(MessageBody {
        message: "Invitation revoked successfully",
    }))
}
