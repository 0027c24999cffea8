//! `GET /api/v1/sessions/users/{user_id}` (list_user_sessions): sessions in force, the oldest first.

use std::net::IpAddr;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use shared::App;
use shared::ids::{SessionId, UserId};
use shared::sessions::Session;
use shared::sessions::manage::{self, Reach};
use shared::surfaces::engine::{Caller, EngineError, Guarded, GuardedHeaders, Permitted, ReadSessions, Segment};
use utoipa::ToSchema;

/// A session with less than this many seconds left is about to end.
const EXPIRING: i64 = 3600;

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Session)]
pub struct Shown {
    /// The `jti` of its tokens.
    #[schema(value_type = String)]
    id: SessionId,
    user_agent: String,
    #[schema(value_type = String)]
    ip: IpAddr,
    /// RFC 3339, UTC.
    created_at: String,
    /// RFC 3339, UTC; to the minute.
    last_seen: String,
    /// Seconds.
    expires_in: i64,
    /// Less than an hour left.
    is_expiring: bool,
}

#[utoipa::path(
    get,
    path = "/api/v1/sessions/users/{user_id}",
    operation_id = "list_user_sessions",
    tag = "sessions",
    summary = "List a user's sessions",
    description = "Needs `session:all:read` for others, and nothing for oneself. For a user who does not belong to the organization the list is empty.",
    params(GuardedHeaders, ("user_id" = String, Path, description = "The user")),
    responses(
        Guarded,
        (status = 200, description = "Sessions in force", body = Vec<Shown>),
    )
)]
pub async fn list_user_sessions(
    State(app): State<App>,
    caller: Caller,
    permitted: Result<Permitted<ReadSessions>, EngineError>,
    Segment(user_id): Segment,
) -> Result<Json<Vec<Shown>>, EngineError> {
    let user_id = UserId::parse(&user_id);
    let reach = match user_id == Some(caller.user.id) {
        true => None,
        false => Some(Reach::of(permitted?.actor.org_id())),
    };
    let sessions = match user_id {
        Some(user_id) => manage::list(&app, user_id, reach).await?,
        None => Vec::new(),
    };
    let now = app.clock.now();
    let shown = sessions.into_iter().map(|session| {
        let Session { id, ip, user_agent, .. } = session;
        let expires_in = session.valid_until.duration_since(now).as_secs();
        Shown {
            id,
            user_agent,
            ip,
            created_at: format!("{:.3}", session.created_at),
            last_seen: format!("{:.3}", session.last_seen),
            expires_in,
            is_expiring: expires_in < EXPIRING,
        }
    });
    Ok(Json(shown.collect()))
}
