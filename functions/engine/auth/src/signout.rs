//! `POST /api/v1/signout` (signout): ends the session of the token. A second time the token is worth nothing: 401.

use axum::Json;
use axum::extract::State;
use shared::surfaces::engine::{Authenticated, Caller, EngineError, MessageBody};
use shared::{App, sessions};

#[utoipa::path(
    post,
    path = "/api/v1/signout",
    operation_id = "signout",
    tag = "auth",
    summary = "Sign out",
    params(("X-Auth" = String, Header, description = "The token")),
    responses(
        Authenticated,
        (status = 200, description = "The session has ended", body = MessageBody),
    )
)]
pub async fn signout(State(app): State<App>, caller: Caller) -> Result<Json<MessageBody>, EngineError> {
    sessions::end(&app, &caller.session).await?;
    Ok(Json(MessageBody {
        message: "Logged out successfully",
    }))
}
