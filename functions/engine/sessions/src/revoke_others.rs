//! `DELETE /api/v1/users/{user_id}/sessions` and `DELETE /api/v1/sessions/users/{user_id}` (revoke_other_sessions): ends
//! every session of a user but the one that asks.

use axum::Json;
use axum::extract::State;
use shared::App;
use shared::ids::UserId;
use shared::sessions::manage::{self, Reach};
use shared::sessions::{Live, Origin};
use shared::surfaces::engine::{
    Caller, DeleteSessions, EngineError, Guarded, GuardedHeaders, MessageBody, Permitted, Segment,
};

type MaybePermitted = Result<Permitted<DeleteSessions>, EngineError>;

#[utoipa::path(
    delete,
    path = "/api/v1/users/{user_id}/sessions",
    operation_id = "revoke_other_sessions",
    tag = "sessions",
    summary = "End a user's sessions",
    description = "All but the one that asks. Needs `session:all:delete` for others, and nothing for oneself. For a user who does not belong to the organization nothing happens.",
    params(GuardedHeaders, ("user_id" = String, Path, description = "The user")),
    responses(
        Guarded,
        (status = 200, description = "They have ended", body = MessageBody),
    )
)]
pub async fn revoke_other_sessions(
    State(app): State<App>,
    caller: Caller,
    permitted: MaybePermitted,
    origin: Origin,
    Segment(user_id): Segment,
) -> Result<Json<MessageBody>, EngineError> {
    let user_id = UserId::parse(&user_id);
    let reach = match user_id == Some(caller.user.id) {
        true => None,
        false => Some(Reach::of(permitted?.actor.org_id())),
    };
    let live = Live {
        user: caller.user,
        session: caller.session,
    };
    if let Some(user_id) = user_id {
        manage::revoke_others(&app, &live, &origin, user_id, reach).await?;
    }
    Ok(Json(MessageBody {
        message: "All sessions revoked successfully",
    }))
}

#[utoipa::path(
    delete,
    path = "/api/v1/sessions/users/{user_id}",
    operation_id = "revoke_other_sessions_source_path",
    tag = "sessions",
    summary = "End a user's sessions",
    description = "The same as `DELETE /api/v1/users/{user_id}/sessions`.",
    params(GuardedHeaders, ("user_id" = String, Path, description = "The user")),
    responses(
        Guarded,
        (status = 200, description = "They have ended", body = MessageBody),
    )
)]
pub async fn revoke_other_sessions_source_path(
    app: State<App>,
    caller: Caller,
    permitted: MaybePermitted,
    origin: Origin,
    user_id: Segment,
) -> Result<Json<MessageBody>, EngineError> {
    revoke_other_sessions(app, caller, permitted, origin, user_id).await
}
