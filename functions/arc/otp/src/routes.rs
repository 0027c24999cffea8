//! The group on one screen.

use axum::Router;
use shared::App;
use shared::surfaces::arc::surface;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::{cache, qr_code, send, verify};

/// What anybody may call. What a cached value is worth depends on who stored it.
fn open() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(cache::create::otp_caches_create))
        .routes(routes!(cache::get::otp_caches_get, cache::delete::otp_caches_delete))
        .routes(routes!(send::send_otp))
        .routes(routes!(verify::verify_otp))
        .routes(routes!(qr_code::check::check_qr_code))
        .routes(routes!(qr_code::create::create_qr_code))
}

/// The group's routes, without an answer to unknown paths.
pub fn routes(app: App) -> Router {
    surface(app, open(), OpenApiRouter::new())
}

/// The group's part of the surface's API document.
pub fn document() -> OpenApi {
    open().into_openapi()
}
