//! The group on one screen.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use shared::surfaces::barong;
use shared::{App, operations};
use utoipa::openapi::OpenApi;

use crate::{api_keys, data_storage, documents, labels, otp, phones, profiles, users};

/// Bytes of a request that brings documents: several files, of which each has its own limit.
const MAX_DOCUMENTS: usize = 32 * 1024 * 1024;

operations! {
    /// What somebody may call whom the edge lets through.
    Own: App = [
        users::me::get,
        users::me::update,
        users::delete::delete,
        users::password::update,
        users::activity::list,
        labels::list,
        labels::create,
        labels::get,
        labels::update,
        labels::delete,
        profiles::me,
        profiles::create,
        profiles::update,
        phones::list,
        phones::create,
        phones::send_code,
        phones::verify,
        otp::generate_qrcode,
        otp::enable,
        otp::disable,
        otp::verify,
        api_keys::list,
        api_keys::create,
        api_keys::update,
        api_keys::delete,
        data_storage::create,
    ]

    /// The same with large bodies.
    Documents: App = [
        documents::list,
        documents::create,
    ]
}

/// The group's routes, without an answer to unknown paths.
pub fn routes(app: App) -> Router {
    let documents = Documents::router().layer(DefaultBodyLimit::max(MAX_DOCUMENTS));
    barong::surface(&app, barong::guarded(&app, Own::router().merge(documents)))
}

/// The group's part of the surface's API document.
pub fn document() -> OpenApi {
    barong::document(Own::document().merge_from(Documents::document()))
}
