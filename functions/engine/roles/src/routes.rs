//! The group on one screen.

use axum::Router;
use axum::middleware::from_fn_with_state;
use shared::App;
use shared::surfaces::engine::{in_organization, surface};
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::{bind_permission, bind_user, create, delete, list, permissions, unbind_permission, unbind_user, update};

/// What needs a permission in an organization; each handler says which.
fn guarded() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list::list_roles, create::create_role))
        .routes(routes!(update::update_role, delete::delete_role))
        .routes(routes!(
            permissions::list_role_permissions,
            permissions::list_role_permissions_get
        ))
        .routes(routes!(bind_permission::bind_permission))
        .routes(routes!(unbind_permission::unbind_permission))
        .routes(routes!(bind_user::bind_user))
        .routes(routes!(unbind_user::unbind_user))
}

/// The group's routes, without an answer to unknown paths.
pub fn routes(app: App) -> Router {
    let guarded = guarded().route_layer(from_fn_with_state(app.clone(), in_organization));
    let (routes, _) = guarded.split_for_parts();
    surface(routes.with_state(app))
}

/// The group's part of the surface's API document.
pub fn document() -> OpenApi {
    guarded().into_openapi()
}
