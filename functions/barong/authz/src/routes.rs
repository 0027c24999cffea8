//! The group on one screen.

use axum::Router;
use axum::routing::any;
use shared::App;
use shared::surfaces::barong::{self, surface_of};
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
    surface_of(&app, routes.with_state(app.clone()))
}

/// The group's part of the surface's API document.
pub fn document() -> OpenApi {
    barong::documented(OpenApi::default().nest(barong::BASE, Document::openapi()))
}
