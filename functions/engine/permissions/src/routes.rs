//! The group on one screen.

use axum::Router;
use axum::middleware::from_fn_with_state;
use shared::surfaces::engine::{in_organization, surface};
use shared::{App, operations};
use utoipa::openapi::OpenApi;

use crate::{authorize, create, master_data};

operations! {
    /// What checks token, session and organization itself, because its body names the organization.
    Asking: App = [
        authorize::authorize,
    ]

    /// What needs a permission in an organization; each handler says which.
    Guarded: App = [
        create::create_permission,
        master_data::master_data_actions,
        master_data::master_data_resources,
        master_data::master_data_scopes,
    ]
}

/// The group's routes, without an answer to unknown paths.
pub fn routes(app: App) -> Router {
    let guarded = Guarded::router().route_layer(from_fn_with_state(app.clone(), in_organization));
    surface(Asking::router().merge(guarded).with_state(app))
}

/// The group's part of the surface's API document.
pub fn document() -> OpenApi {
    Asking::document().merge_from(Guarded::document())
}
