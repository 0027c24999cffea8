//! The group on one screen.

use axum::Router;
use axum::middleware::from_fn_with_state;
use shared::surfaces::engine::{authenticated, multipart_limit, surface};
use shared::{App, operations};
use utoipa::openapi::OpenApi;

use crate::{create, get, logo};

operations! {
    /// What anybody may call.
    Open: App = [
        logo::get_org_logo,
    ]

    /// What needs a token and its session.
    Guarded: App = [
        create::create_organization,
        get::get_organization,
    ]
}

/// The group's routes, without an answer to unknown paths.
pub fn routes(app: App) -> Router {
    let guarded = Guarded::router().layer(multipart_limit());
    let guarded = guarded.route_layer(from_fn_with_state(app.clone(), authenticated));
    surface(Open::router().merge(guarded).with_state(app))
}

/// The group's part of the surface's API document.
pub fn document() -> OpenApi {
    Open::document().merge_from(Guarded::document())
}
