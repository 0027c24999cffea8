//! `GET /admin/levels` (admin.levels.list): the levels that a user may reach, and the label that each asks for.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use shared::App;
use shared::surfaces::barong::{CallerHeaders, Guarded};
use utoipa::ToSchema;

/// A level.
#[derive(Serialize, ToSchema)]
pub struct LevelView {
    /// Its number, from 1.
    id: usize,
    /// The key of the private label that it asks for.
    key: String,
    /// The value of that label.
    value: String,
}

#[utoipa::path(
    get,
    path = "/admin/levels",
    operation_id = "admin.levels.list",
    tag = "admin",
    summary = "The levels",
    description = "They are configured, and nothing here changes them.",
    params(CallerHeaders),
    responses(
        (status = 200, description = "All of them, by their numbers", body = Vec<LevelView>),
        Guarded,
    )
)]
pub async fn list(State(app): State<App>) -> Json<Vec<LevelView>> {
    let levels = app.config.customers.rules.levels.iter().zip(1..);
    let views = levels.map(|(pair, id)| LevelView {
        id,
        key: pair.key.clone(),
        value: pair.value.clone(),
    });
    Json(views.collect())
}
