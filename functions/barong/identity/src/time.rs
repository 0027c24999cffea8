//! `GET /api/v2/identity/time` (identity.time): what time it is here, for clients whose own clock is wrong.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use shared::App;
use utoipa::ToSchema;

#[derive(Serialize, ToSchema)]
pub struct Time {
    /// Seconds since 1970.
    time: i64,
}

#[utoipa::path(
    get,
    path = "/identity/time",
    operation_id = "identity.time",
    tag = "identity",
    summary = "What time it is",
    responses((status = 200, description = "The time", body = Time))
)]
pub async fn time(State(app): State<App>) -> Json<Time> {
    Json(Time {
        time: app.clock.now().as_second(),
    })
}
