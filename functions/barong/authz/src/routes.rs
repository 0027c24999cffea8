//! The group on one screen.

use axum::Router;
use axum::routing::any;
use shared::App;
use shared::surfaces::barong::{self, surface};
use utoipa::OpenApi as _;
use utoipa::openapi::OpenApi;

use crate::authorize;

/// For the API document, which knows neither whatever method nor a path in a path.
#[derive(utoipa::OpenApi)]
#[openapi(paths(authorize::authorize))]
struct Document;

/// The group's routes, without an answer to unknown paths.
pub fn routes(app: App) -> Router {
    let routes = Router::new().route("/auth/{*path}", any(authorize::authorize));
    surface(&app, routes)
}

/// The group's part of the surface's API document.
pub fn document() -> OpenApi {
    barong::document(Document::openapi())
}
