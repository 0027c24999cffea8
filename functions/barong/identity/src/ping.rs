//! `GET /api/v2/identity/ping` (identity.ping): whether somebody answers.

use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

#[derive(Serialize, ToSchema)]
pub struct Ping {
    /// Always `pong`.
    ping: &'static str,
}

#[utoipa::path(
    get,
    path = "/identity/ping",
    operation_id = "identity.ping",
    tag = "identity",
    summary = "Whether somebody answers",
    responses((status = 200, description = "Somebody does", body = Ping))
)]
pub async fn ping() -> Json<Ping> {
    Json(Ping { ping: "pong" })
}
