//! `GET /org-logo/{file}` (get_org_logo): a logo, as what it is. Host root, no authentication.

use axum::extract::State;
use axum::response::Response;
use shared::App;
use shared::organizations::logo;
use shared::surfaces::engine::{EngineError, ErrorBody, Segment, picture};

#[utoipa::path(
    get,
    path = "/org-logo/{file}",
    operation_id = "get_org_logo",
    tag = "files",
    summary = "A logo",
    params(("file" = String, Path, description = "As in `logo_url` of an organization")),
    responses(
        (status = 200, description = "The picture", body = String, content_type = "image/*"),
        (status = 404, description = "There is no such logo", body = ErrorBody),
    )
)]
pub async fn get_org_logo(State(app): State<App>, Segment(file): Segment) -> Result<Response, EngineError> {
    picture(logo::load(&app, &file).await?)
}
