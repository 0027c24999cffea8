//! `POST /api/v1/renew` (renew_token): a fresh token of the same session, with the roles of now.

use axum::extract::State;
use http::StatusCode;
use shared::surfaces::engine::{Authenticated, Caller, EngineError, issue_token};
use shared::{App, access, sessions};

#[utoipa::path(
    post,
    path = "/api/v1/renew",
    operation_id = "renew_token",
    tag = "auth",
    summary = "Renew the token",
    params(("X-Auth" = String, Header, description = "The token")),
    responses(
        Authenticated,
        (status = 202, description = "A fresh token of the same session, as bare text; the session is not extended", body = String, content_type = "text/plain"),
    )
)]
pub async fn renew_token(State(app): State<App>, caller: Caller) -> Result<(StatusCode, String), EngineError> {
    let memberships = sessions::memberships(&app, caller.user.id).await?;
    let (roles, _) = access::held(&app.store, &memberships, false).await?;
    Ok((
        StatusCode::ACCEPTED,
        issue_token(&app, &caller.user, caller.session.id, &roles).await?,
    ))
}
