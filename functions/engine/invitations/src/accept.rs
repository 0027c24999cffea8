//! `GET` and `POST /api/v1/invitations/accept` (accept_invitation): the invited, signed in as the invited address, joins.
//! The token of the caller travels in a header only, so that no link or page can accept in somebody's name.

use axum::Json;
use axum::extract::State;
use http::{StatusCode, Uri};
use serde::Serialize;
use shared::http::query::text;
use shared::organizations::invitations::Status;
use shared::organizations::invitations::answer::{self, NotAccepted};
use shared::sessions::Origin;
use shared::surfaces::engine::{Authenticated, Caller, EngineError, ErrorBody, in_words, issue_token};
use shared::tokens::Secret;
use shared::{App, access, sessions};
use utoipa::{IntoResponses, ToSchema};

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Accepted {
    message: &'static str,
    /// A fresh token of the same session, which names the new role.
    jwt_token: String,
}

#[derive(IntoResponses)]
#[expect(dead_code, reason = "only its schema is used")]
enum Refusals {
    /// No token, or an unknown one (errors.token); a member already (errors.user)
    #[response(status = 400)]
    Invalid(ErrorBody),
    /// Expired or revoked (errors.token)
    #[response(status = 406)]
    Closed(ErrorBody),
    /// Accepted already (errors.token), or the caller belongs to as many organizations as anybody may (errors.user)
    #[response(status = 409)]
    Conflict(ErrorBody),
    /// Another address was invited (errors.email)
    #[response(status = 417)]
    AnotherAddress(ErrorBody),
}

#[utoipa::path(
    get,
    path = "/api/v1/invitations/accept",
    operation_id = "accept_invitation",
    tag = "invitations",
    summary = "Accept an invitation",
    params(
        ("X-Auth" = String, Header, description = "The token"),
        ("token" = String, Query, description = "The token of the mail"),
    ),
    responses(
        Authenticated,
        (status = 200, description = "The caller belongs to the organization", body = Accepted),
        Refusals,
    )
)]
pub async fn accept_invitation(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    uri: Uri,
) -> Result<Json<Accepted>, EngineError> {
    let token = text(&uri, "token").ok_or_else(|| EngineError::invalid("token", "is required"))?;
    answer::accept(&app, caller.user.id, &Secret::presented(token), &origin)
        .await
        .map_err(in_words(refusal))?;
    let memberships = sessions::memberships(&app, caller.user.id).await?;
    let (roles, _) = access::held(&app.store, &memberships, false).await?;
    Ok(Json(Accepted {
        message: "Invitation accepted successfully",
        jwt_token: issue_token(&app, &caller.user, caller.session.id, &roles).await?,
    }))
}

#[utoipa::path(
    post,
    path = "/api/v1/invitations/accept",
    operation_id = "accept_invitation_post",
    tag = "invitations",
    summary = "Accept an invitation",
    description = "The same as GET, for those who do not change things with GET.",
    params(
        ("X-Auth" = String, Header, description = "The token"),
        ("token" = String, Query, description = "The token of the mail"),
    ),
    responses(
        Authenticated,
        (status = 200, description = "The caller belongs to the organization", body = Accepted),
        Refusals,
    )
)]
pub async fn accept_invitation_post(
    app: State<App>,
    caller: Caller,
    origin: Origin,
    uri: Uri,
) -> Result<Json<Accepted>, EngineError> {
    accept_invitation(app, caller, origin, uri).await
}

fn refusal(refusal: NotAccepted) -> EngineError {
    let (status, key) = match refusal {
        NotAccepted::UnknownToken => (StatusCode::BAD_REQUEST, "token"),
        NotAccepted::Closed(Status::Accepted) => (StatusCode::CONFLICT, "token"),
        NotAccepted::Closed(_) => (StatusCode::NOT_ACCEPTABLE, "token"),
        NotAccepted::Gone => return EngineError::unauthorized(),
        NotAccepted::WrongAddress => (StatusCode::EXPECTATION_FAILED, "email"),
        NotAccepted::AlreadyMember => (StatusCode::BAD_REQUEST, "user"),
        NotAccepted::TooMany => (StatusCode::CONFLICT, "user"),
    };
    let problem = match refusal {
        NotAccepted::Closed(status) => format!("the invitation is {}", status.as_str()),
        other => other.to_string(),
    };
    EngineError::about(status, key, problem)
}
