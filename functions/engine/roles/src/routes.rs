//! The group on one screen.

use axum::Router;
use axum::middleware::from_fn_with_state;
use shared::surfaces::engine::{in_organization, surface};
use shared::{App, operations};
use utoipa::openapi::OpenApi;

use crate::{bind_permission, bind_user, create, delete, list, permissions, unbind_permission, unbind_user, update};

operations! {
    /// What needs a permission in an organization; each handler says which.
    Guarded: App = [
        list::list_roles,
        create::create_role,
        update::update_role,
        delete::delete_role,
        permissions::list_role_permissions,
        permissions::list_role_permissions_get,
        bind_permission::bind_permission,
        unbind_permission::unbind_permission,
        bind_user::bind_user,
        unbind_user::unbind_user,
    ]
}

/// The group's routes, without an answer to unknown paths.
pub fn routes(app: App) -> Router {
    let guarded = Guarded::router().route_layer(from_fn_with_state(app.clone(), in_organization));
    surface(guarded.with_state(app))
}

/// The group's part of the surface's API document.
pub fn document() -> OpenApi {
    Guarded::document()
}
