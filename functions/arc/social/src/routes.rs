//! The group on one screen.

#![expect(deprecated, reason = "some are so in the published document, and there all the same")]

use axum::Router;
use shared::surfaces::arc::{Gate, surface};
use shared::{App, operations};
use utoipa::openapi::OpenApi;

use crate::{apple, facebook, google, instagram, keycloak, logout};

operations! {
    /// What a client or a browser may call.
    Open: App = [
        google::google_start,
        google::google_start_get,
        google::google_callback,
        facebook::facebook_start,
        facebook::facebook_callback,
        instagram::instagram_start,
        instagram::instagram_callback,
        apple::apple_start,
        apple::apple_callback,
        apple::apple_callback_post,
        keycloak::keycloak_start,
        keycloak::keycloak_start_get,
        keycloak::keycloak_callback,
    ]

    /// What needs an access token and its session.
    Guarded: Gate = [
        logout::google_logout,
        logout::keycloak_logout,
    ]
}

/// The group's routes, without an answer to unknown paths.
pub fn routes(app: App) -> Router {
    surface(app, Open::router(), Guarded::router())
}

/// The group's part of the surface's API document.
pub fn document() -> OpenApi {
    Open::document().merge_from(Guarded::document())
}
