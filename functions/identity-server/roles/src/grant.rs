//! `POST /identity/v1/roles/grant` (roles-grant): gives a user a role. Twice is as once.

use axum::Json;
use axum::extract::State;
use shared::App;
use shared::act::Undone;
use shared::organizations::members::{self, NotBound};
use shared::surfaces::identity_server::{Administrator, AuthorizationHeader, ErrorText, IdentityError, JsonBody};

use crate::shape::{Answers, RoleOfUser, not_there};

#[utoipa::path(
    post,
    path = "/identity/v1/roles/grant",
    operation_id = "roles-grant",
    tag = "roles",
    summary = "Grant role",
    description = "For administrators. A role that gives permissions of engine is given by its administrators only. The user is told by mail.",
    params(AuthorizationHeader),
    request_body = RoleOfUser,
    responses(
        Answers,
        (status = 429, description = "\"Too Many Requests\": mails to others; see Retry-After", body = ErrorText),
    )
)]
pub async fn roles_grant(
    State(app): State<App>,
    administrator: Administrator,
    JsonBody(body): JsonBody<RoleOfUser>,
) -> Result<Json<bool>, IdentityError> {
    let (role, user) = body.read()?;
    let role = role.id(&app).await?.ok_or_else(not_there)?;
    match members::bind(&app, &administrator.actor, user, role).await {
        Ok(()) | Err(Undone::Refused(NotBound::AlreadyBound)) => Ok(Json(true)),
        Err(Undone::Refused(refused)) => Err(refusal(refused)),
        Err(Undone::Failed(failure)) => Err(failure.into()),
    }
}

pub fn refusal(refusal: NotBound) -> IdentityError {
    match refusal {
        NotBound::UnknownUser | NotBound::UnknownRole | NotBound::NotThere => not_there(),
        NotBound::BeyondOwnRights | NotBound::LastAdmin => IdentityError::forbidden(),
        NotBound::TooMany => IdentityError::invalid_request(),
        NotBound::AlreadyBound => IdentityError::internal(refusal),
    }
}
