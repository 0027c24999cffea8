//! The group on one screen.

use axum::Router;
use axum::middleware::from_fn_with_state;
use shared::App;
use shared::surfaces::engine::{in_organization, in_organization_of_query, surface};
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::{activate, deactivate, list};

/// What needs a permission in an organization, which the query may name as well.
fn listing() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list::list_users))
}

/// What needs a permission in an organization; each handler says which.
fn guarded() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(activate::activate_user))
        .routes(routes!(deactivate::deactivate_user))
}

/// The group's routes, without an answer to unknown paths.
pub fn routes(app: App) -> Router {
    let listing = listing().route_layer(from_fn_with_state(app.clone(), in_organization_of_query));
    let guarded = guarded().route_layer(from_fn_with_state(app.clone(), in_organization));
    let (routes, _) = listing.merge(guarded).split_for_parts();
    surface(routes.with_state(app))
}

/// The group's part of the surface's API document.
pub fn document() -> OpenApi {
    listing().merge(guarded()).into_openapi()
}
