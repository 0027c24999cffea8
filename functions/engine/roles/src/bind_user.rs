//! `POST /api/v1/roles/bind-user` (bind_user): gives a user a role. The first one makes a member of the organization.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use serde::Deserialize;
use shared::App;
use shared::access::Actor;
use shared::ids::{RoleId, UserId};
use shared::organizations::members::{self, NotBound};
use shared::surfaces::engine::{
    Authenticated, EngineError, ErrorBody, GuardedHeaders, JsonBody, Permitted, Requirement, UpdateUsers, in_words,
};
use utoipa::ToSchema;

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UserBinding {
    /// The user.
    #[schema(required, nullable = false)]
    user_id: Option<String>,
    /// The role.
    #[schema(required, nullable = false)]
    role_id: Option<String>,
    /// The organization; must be the one that the request acts in.
    #[schema(required, nullable = false)]
    org_id: Option<String>,
}

#[utoipa::path(
    post,
    path = "/api/v1/roles/bind-user",
    operation_id = "bind_user",
    tag = "roles",
    summary = "Give a user a role",
    description = "Needs `user:*:update`. Only administrators may give the system role, or a role that gives more than they have themselves. The user is told by mail.",
    params(GuardedHeaders),
    request_body = UserBinding,
    responses(
        Authenticated,
        (status = 200, description = "Done", body = String, content_type = "application/json"),
        (status = 400, description = "Broken JSON, or a member that is missing", body = ErrorBody),
        (status = 403, description = "No organization, no permission in it, another organization in the body, or a role that one may not give", body = ErrorBody),
        (status = 409, description = "No such user or role, or bound already (errors.Error)", body = ErrorBody),
        (status = 429, description = "Too many mails to others; see Retry-After", body = ErrorBody),
    )
)]
pub async fn bind_user(
    State(app): State<App>,
    permitted: Permitted<UpdateUsers>,
    JsonBody(body): JsonBody<UserBinding>,
) -> Result<Json<&'static str>, EngineError> {
    let (user, role) = body.read(&permitted)?;
    members::bind(&app, &permitted.actor, user, role)
        .await
        .map_err(in_words(refusal))?;
    Ok(Json("Role bound to user successfully"))
}

impl UserBinding {
    /// All three are needed; the organization is the one whose permission was checked, and no other.
    pub fn read<R: Requirement>(self, permitted: &Permitted<R>) -> Result<(UserId, RoleId), EngineError> {
        let Actor { user, .. } = &permitted.actor;
        let members = [
            ("userId", self.user_id),
            ("roleId", self.role_id),
            ("orgId", self.org_id),
        ];
        let mut problems = EngineError::new(StatusCode::BAD_REQUEST, "The request is not valid");
        for (key, _) in members
            .iter()
            .filter(|(_, text)| text.as_deref().unwrap_or_default().is_empty())
        {
            problems = problems.with(key, "is required");
        }
        problems.or_ok()?;
        let [user_id, role_id, org_id] = members.map(|(_, text)| text.unwrap_or_default());
        if org_id != permitted.actor.org_id().to_string() {
            let problem = "must be the organization that the request acts in";
            return Err(EngineError::about(StatusCode::FORBIDDEN, "org_id", problem));
        }
        let user_id = UserId::parse(&user_id).ok_or_else(|| refusal(NotBound::UnknownUser))?;
        if permitted.only_own() && user_id != user.id {
            let problem = "your permission reaches no further than yourself";
            return Err(EngineError::about(StatusCode::FORBIDDEN, "user_id", problem));
        }
        let role_id = RoleId::parse(&role_id).ok_or_else(|| refusal(NotBound::UnknownRole))?;
        Ok((user_id, role_id))
    }
}

pub fn refusal(refusal: NotBound) -> EngineError {
    let status = match refusal {
        NotBound::BeyondOwnRights => StatusCode::FORBIDDEN,
        _ => StatusCode::CONFLICT,
    };
    EngineError::about(status, "Error", refusal.to_string())
}
