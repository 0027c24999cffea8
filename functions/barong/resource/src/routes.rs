//! The group on one screen.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use shared::App;
use shared::surfaces::barong;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouterExt as _};
use utoipa_axum::routes;

use crate::{api_keys, data_storage, documents, labels, otp, phones, profiles, users};

/// Bytes of a request that brings documents: several files, of which each has its own limit.
const MAX_DOCUMENTS: usize = 32 * 1024 * 1024;

/// What somebody may call whom the edge lets through.
fn own() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(users::me::get, users::me::update, users::delete::delete))
        .routes(routes!(users::password::update))
        .routes(routes!(users::activity::list))
        .routes(routes!(labels::list, labels::create))
        .routes(routes!(labels::get, labels::update, labels::delete))
        .routes(routes!(profiles::me))
        .routes(routes!(profiles::create, profiles::update))
        .routes(routes!(documents::list, documents::create).layer(DefaultBodyLimit::max(MAX_DOCUMENTS)))
        .routes(routes!(phones::list, phones::create))
        .routes(routes!(phones::send_code))
        .routes(routes!(phones::verify))
        .routes(routes!(otp::generate_qrcode))
        .routes(routes!(otp::enable))
        .routes(routes!(otp::disable))
        .routes(routes!(otp::verify))
        .routes(routes!(api_keys::list, api_keys::create))
        .routes(routes!(api_keys::update, api_keys::delete))
        .routes(routes!(data_storage::create))
}

/// The group's routes, without an answer to unknown paths.
pub fn routes(app: App) -> Router {
    barong::surface(&app, barong::guarded(&app, own()))
}

/// The group's part of the surface's API document.
pub fn document() -> OpenApi {
    barong::document(own())
}
