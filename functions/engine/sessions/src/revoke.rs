//! `DELETE /api/v1/sessions/{session_id}` (revoke_session): ends a session; its tokens fail from now on.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use shared::App;
use shared::ids::SessionId;
use shared::sessions::manage::{self, Reach, Unknown};
use shared::sessions::{Live, Origin};
use shared::surfaces::engine::{
    Caller, DeleteSessions, EngineError, ErrorBody, Guarded, GuardedHeaders, MessageBody, Permitted, Segment, in_words,
};

#[utoipa::path(
    delete,
    path = "/api/v1/sessions/{session_id}",
    operation_id = "revoke_session",
    tag = "sessions",
    summary = "End a session",
    description = "Needs `session:all:delete` for others, and nothing for oneself.",
    params(GuardedHeaders, ("session_id" = String, Path, description = "The session")),
    responses(
        Guarded,
        (status = 200, description = "It has ended", body = MessageBody),
        (status = 404, description = "No such session, or its user does not belong to the organization", body = ErrorBody),
    )
)]
pub async fn revoke_session(
    State(app): State<App>,
    caller: Caller,
    permitted: Result<Permitted<DeleteSessions>, EngineError>,
    origin: Origin,
    Segment(session_id): Segment,
) -> Result<Json<MessageBody>, EngineError> {
    let reach = permitted.map(|permitted| Reach::of(permitted.actor.org_id()));
    let within = reach.as_ref().ok().copied();
    // Whoever may end nothing but their own is not told what else there is.
    let unknown = |_: Unknown| match reach {
        Ok(_) => EngineError::new(StatusCode::NOT_FOUND, "There is no such session"),
        Err(forbidden) => forbidden,
    };
    let live = Live {
        user: caller.user,
        session: caller.session,
    };
    let revoked = match SessionId::parse(&session_id) {
        Some(id) => manage::revoke(&app, &live, &origin, id, within).await,
        None => Err(shared::act::Undone::Refused(Unknown)),
    };
    revoked.map_err(in_words(unknown))?;
    Ok(Json(MessageBody {
        message: "Session revoked successfully",
    }))
}
