//! The group on one screen.

use axum::Router;
use shared::App;
use shared::surfaces::arc::{Gate, surface};
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::{apple, facebook, google, instagram, keycloak, logout};

/// What a client or a browser may call.
#[expect(deprecated, reason = "they are so in the published document, and there all the same")]
fn open() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(google::google_start, google::google_start_get))
        .routes(routes!(google::google_callback))
        .routes(routes!(facebook::facebook_start))
        .routes(routes!(facebook::facebook_callback))
        .routes(routes!(instagram::instagram_start))
        .routes(routes!(instagram::instagram_callback))
        .routes(routes!(apple::apple_start))
        .routes(routes!(apple::apple_callback, apple::apple_callback_post))
        .routes(routes!(keycloak::keycloak_start, keycloak::keycloak_start_get))
        .routes(routes!(keycloak::keycloak_callback))
}

/// What needs an access token and its session.
fn guarded() -> OpenApiRouter<Gate> {
    OpenApiRouter::new()
        .routes(routes!(logout::google_logout))
        .routes(routes!(logout::keycloak_logout))
}

/// The group's routes, without an answer to unknown paths.
pub fn routes(app: App) -> Router {
    surface(app, open(), guarded())
}

/// The group's part of the surface's API document.
pub fn document() -> OpenApi {
    let mut document = open().into_openapi();
    document.merge(guarded().into_openapi());
    document
}
