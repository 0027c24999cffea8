//! An invitation as every operation of this group shows it. The token is never shown: it is in the mail only.

use jiff::Timestamp;
use serde::Serialize;
use shared::ids::{InvitationId, RoleId, UserId};
use shared::organizations::invitations::Invitation;
use utoipa::ToSchema;

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Invitation)]
pub struct Shown {
    /// 26 characters (ULID).
    #[schema(value_type = String)]
    id: InvitationId,
    /// The address that is invited.
    email: String,
    /// `pending`, `accepted`, `expired` or `revoked`.
    status: &'static str,
    role: RoleRef,
    inviter: UserRef,
    /// RFC 3339, UTC, whole seconds.
    created_at: String,
    /// RFC 3339, UTC, whole seconds.
    expires_at: String,
    /// RFC 3339, UTC, whole seconds; absent until it is accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    accepted_at: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct RoleRef {
    /// 26 characters (ULID).
    #[schema(value_type = String)]
    id: RoleId,
    name: String,
}

#[derive(Serialize, ToSchema)]
struct UserRef {
    /// 26 characters (ULID).
    #[schema(value_type = String)]
    id: UserId,
    username: String,
}

impl Shown {
    /// An invitation as it stands at `now`.
    pub fn at(invitation: Invitation, now: Timestamp) -> Self {
        let seconds = |time: Timestamp| format!("{time:.0}");
        Self {
            id: invitation.id,
            status: invitation.status_at(now).as_str(),
            email: invitation.email.typed().to_owned(),
            role: RoleRef {
                id: invitation.role_id,
                name: invitation.role_name,
            },
            inviter: UserRef {
                id: invitation.inviter_id,
                username: invitation.inviter_username,
            },
            created_at: seconds(invitation.created_at),
            expires_at: seconds(invitation.valid_until),
            accepted_at: invitation.accepted_at.map(seconds),
        }
    }
}
