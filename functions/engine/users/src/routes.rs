//! The group on one screen.

use axum::Router;
use axum::middleware::from_fn_with_state;
use shared::surfaces::engine::{in_organization, in_organization_of_query, surface};
use shared::{App, operations};
use utoipa::openapi::OpenApi;

use crate::{activate, deactivate, list};

operations! {
    /// What needs a permission in an organization, which the query may name as well.
    Listing: App = [
        list::list_users,
    ]

    /// What needs a permission in an organization; each handler says which.
    Guarded: App = [
        activate::activate_user,
        deactivate::deactivate_user,
    ]
}

/// The group's routes, without an answer to unknown paths.
pub fn routes(app: App) -> Router {
    let listing = Listing::router().route_layer(from_fn_with_state(app.clone(), in_organization_of_query));
    let guarded = Guarded::router().route_layer(from_fn_with_state(app.clone(), in_organization));
    surface(listing.merge(guarded).with_state(app))
}

/// The group's part of the surface's API document.
pub fn document() -> OpenApi {
    Listing::document().merge_from(Guarded::document())
}
