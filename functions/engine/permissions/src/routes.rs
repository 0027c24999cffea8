//! The group on one screen.

use axum::Router;
use axum::middleware::from_fn_with_state;
use shared::App;
use shared::surfaces::engine::{in_organization, surface};
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::{authorize, create, master_data};

/// What checks token, session and organization itself, because its body names the organization.
fn asking() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(authorize::authorize))
}

/// What needs a permission in an organization; each handler says which.
fn guarded() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(create::create_permission))
        .routes(routes!(master_data::master_data_actions))
        .routes(routes!(master_data::master_data_resources))
        .routes(routes!(master_data::master_data_scopes))
}

/// The group's routes, without an answer to unknown paths.
pub fn routes(app: App) -> Router {
    let guarded = guarded().route_layer(from_fn_with_state(app.clone(), in_organization));
    let (routes, _) = asking().merge(guarded).split_for_parts();
    surface(routes.with_state(app))
}

/// The group's part of the surface's API document.
pub fn document() -> OpenApi {
    asking().merge(guarded()).into_openapi()
}
