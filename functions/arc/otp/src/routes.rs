//! The group on one screen.

use axum::Router;
use shared::surfaces::arc::surface;
use shared::{App, operations};
use utoipa::openapi::OpenApi;

use crate::{cache, qr_code, send, verify};

operations! {
    /// What anybody may call. What a cached value is worth depends on who stored it.
    Open: App = [
        cache::create::otp_caches_create,
        cache::get::otp_caches_get,
        cache::delete::otp_caches_delete,
        send::send_otp,
        verify::verify_otp,
        qr_code::check::check_qr_code,
        qr_code::create::create_qr_code,
    ]
}

/// The group's routes, without an answer to unknown paths.
pub fn routes(app: App) -> Router {
    surface(app, Open::router(), Router::new())
}

/// The group's part of the surface's API document.
pub fn document() -> OpenApi {
    Open::document()
}
