//! `POST /api/v1/invitations` (invite_user): invites an address into a role, and mails the link.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use serde::Deserialize;
use shared::App;
use shared::accounts::Email;
use shared::ids::RoleId;
use shared::organizations::invitations::invite::{self, NotInvited};
use shared::surfaces::engine::{
    Authenticated, EngineError, ErrorBody, GuardedHeaders, JsonBody, Permitted, WriteUsers, in_words,
};
use utoipa::ToSchema;

use crate::shape::Shown;

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct InviteUser {
    /// The address; it need not have an account yet.
    #[schema(required, nullable = false)]
    email: Option<String>,
    /// The role.
    #[schema(required, nullable = false)]
    role_id: Option<String>,
}

#[utoipa::path(
    post,
    path = "/api/v1/invitations",
    operation_id = "invite_user",
    tag = "invitations",
    summary = "Invite somebody",
    description = "Needs `user:*:write`. Only administrators may invite into the system role, or into a role that gives more than they have themselves.",
    params(GuardedHeaders),
    request_body = InviteUser,
    responses(
        Authenticated,
        (status = 201, description = "The invitation, open for seven days", body = Shown),
        (status = 400, description = "Broken JSON, no address, no such role (errors.role_id), a member already or invited already (errors.email)", body = ErrorBody),
        (status = 403, description = "No organization, no permission in it, or a role that one may not give", body = ErrorBody),
        (status = 429, description = "Too many invitations; see Retry-After", body = ErrorBody),
    )
)]
pub async fn invite_user(
    State(app): State<App>,
    permitted: Permitted<WriteUsers>,
    JsonBody(body): JsonBody<InviteUser>,
) -> Result<(StatusCode, Json<Shown>), EngineError> {
    let mut problems = EngineError::new(StatusCode::BAD_REQUEST, "The request is not valid");
    let email = Email::parse(&body.email.unwrap_or_default());
    if email.is_err() {
        problems = problems.with("email", "must be an e-mail address");
    }
    let role_id = body.role_id.unwrap_or_default();
    if role_id.is_empty() {
        problems = problems.with("role_id", "is required");
    }
    problems.or_ok()?;
    let email = email.map_err(|_| EngineError::invalid("email", "must be an e-mail address"))?;
    let role_id = RoleId::parse(&role_id).ok_or_else(|| refusal(NotInvited::UnknownRole))?;
    let invitation = invite::invite(&app, &permitted.actor, &email, role_id)
        .await
        .map_err(in_words(refusal))?;
    Ok((StatusCode::CREATED, Json(Shown::at(invitation, app.clock.now()))))
}

/// What invite_user and resend_invitation are refused with.
pub fn refusal(refusal: NotInvited) -> EngineError {
    let (status, key) = match refusal {
        NotInvited::UnknownRole => (StatusCode::BAD_REQUEST, "role_id"),
        NotInvited::BeyondOwnRights => (StatusCode::FORBIDDEN, "role_id"),
        NotInvited::AlreadyMember | NotInvited::AlreadyInvited => (StatusCode::BAD_REQUEST, "email"),
        NotInvited::UnknownInvitation => (StatusCode::NOT_FOUND, "invitation_id"),
        NotInvited::Final(_) => (StatusCode::BAD_REQUEST, "invitation"),
    };
    EngineError::about(status, key, refusal.to_string())
}
