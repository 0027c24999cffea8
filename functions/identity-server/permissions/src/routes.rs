//! The group on one screen.

use axum::Router;
use axum::middleware::from_fn_with_state;
use shared::surfaces::identity_server::{authenticated, surface};
use shared::{App, operations};
use utoipa::openapi::OpenApi;

use crate::{create, delete, find, find_all};

operations! {
    /// What is for administrators: every handler takes one.
    Guarded: App = [
        find_all::permissions_find_all,
        create::permissions_create_alias,
        create::permissions_create,
        find::permissions_find,
        delete::permissions_delete,
    ]
}

/// The group's routes, without an answer to unknown paths.
pub fn routes(app: App) -> Router {
    let guarded = Guarded::router().route_layer(from_fn_with_state(app.clone(), authenticated));
    surface(guarded.with_state(app))
}

/// The group's part of the surface's API document.
pub fn document() -> OpenApi {
    Guarded::document()
}
