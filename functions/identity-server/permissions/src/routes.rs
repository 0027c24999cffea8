//! The group on one screen.

use axum::Router;
use axum::middleware::from_fn_with_state;
use shared::App;
use shared::surfaces::identity_server::{authenticated, surface};
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::{create, delete, find, find_all};

/// What is for administrators: every handler takes one.
fn guarded() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(
            find_all::permissions_find_all,
            create::permissions_create_alias
        ))
        .routes(routes!(create::permissions_create))
        .routes(routes!(find::permissions_find, delete::permissions_delete))
}

/// The group's routes, without an answer to unknown paths.
pub fn routes(app: App) -> Router {
    let guarded = guarded().route_layer(from_fn_with_state(app.clone(), authenticated));
    let (routes, _) = guarded.split_for_parts();
    surface(routes.with_state(app))
}

/// The group's part of the surface's API document.
pub fn document() -> OpenApi {
    guarded().into_openapi()
}
