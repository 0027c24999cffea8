//! The group on one screen.

use axum::Router;
use axum::middleware::from_fn_with_state;
use shared::App;
use shared::surfaces::identity_server::{authenticated, surface};
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::{add_permission, create, delete, find, find_all, grant, remove_permission, revoke};

/// What is for administrators: every handler takes one.
fn guarded() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(find_all::roles_find_all))
        .routes(routes!(create::roles_create))
        .routes(routes!(find::roles_find, delete::roles_delete))
        .routes(routes!(add_permission::roles_add_permission))
        .routes(routes!(remove_permission::roles_remove_permission))
        .routes(routes!(grant::roles_grant))
        .routes(routes!(revoke::roles_revoke))
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
