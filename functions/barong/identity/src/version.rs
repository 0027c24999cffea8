//! `GET /api/v2/identity/version` (identity.version): which version of barong clients may count on.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use shared::App;
use utoipa::ToSchema;

/// The version whose document this surface keeps to.
const VERSION: &str = "2.4.17";

#[derive(Serialize, ToSchema)]
pub struct Version {
    /// The version.
    git_tag: &'static str,
    /// The commit that was built.
    git_sha: String,
    /// When it was built.
    build_date: String,
    /// The version, once more.
    version: &'static str,
}

#[utoipa::path(
    get,
    path = "/identity/version",
    operation_id = "identity.version",
    tag = "identity",
    summary = "Which version this is",
    responses((status = 200, description = "The version", body = Version))
)]
pub async fn version(State(app): State<App>) -> Json<Version> {
    Json(Version {
        git_tag: VERSION,
        git_sha: app.config.barong.git_sha.clone(),
        build_date: app.config.barong.build_date.clone(),
        version: VERSION,
    })
}
