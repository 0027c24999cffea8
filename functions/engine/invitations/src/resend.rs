//! `POST /api/v1/invitations/{invitation_id}/resend` (resend_invitation): mails an invitation again; one that has expired
//! is replaced by a new one.

use axum::Json;
use axum::extract::State;
use shared::App;
use shared::ids::InvitationId;
use shared::organizations::invitations::invite::{self, NotInvited};
use shared::surfaces::engine::{
    Authenticated, EngineError, ErrorBody, GuardedHeaders, Permitted, Segment, WriteUsers, in_words,
};

use crate::invite::refusal;
use crate::shape::Shown;

#[utoipa::path(
    post,
    path = "/api/v1/invitations/{invitation_id}/resend",
    operation_id = "resend_invitation",
    tag = "invitations",
    summary = "Mail an invitation again",
    description = "Needs `user:*:write`.",
    params(GuardedHeaders, ("invitation_id" = String, Path, description = "The invitation")),
    responses(
        Authenticated,
        (status = 200, description = "The same invitation while it is open; a new one where it had expired", body = Shown),
        (status = 400, description = "Accepted or revoked (errors.invitation), or a member already (errors.email)", body = ErrorBody),
        (status = 403, description = "No organization, no permission in it, or a role that one may not give", body = ErrorBody),
        (status = 404, description = "The organization has no such invitation (errors.invitation_id)", body = ErrorBody),
        (status = 429, description = "This invitation was mailed too often; see Retry-After", body = ErrorBody),
    )
)]
pub async fn resend_invitation(
    State(app): State<App>,
    permitted: Permitted<WriteUsers>,
    Segment(invitation_id): Segment,
) -> Result<Json<Shown>, EngineError> {
    let id = InvitationId::parse(&invitation_id).ok_or_else(|| refusal(NotInvited::UnknownInvitation))?;
    let invitation = invite::resend(&app, &permitted.actor, id)
        .await
        .map_err(in_words(refusal))?;
    Ok(Json(Shown::at(invitation, app.clock.now())))
}
