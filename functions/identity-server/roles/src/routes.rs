//! The group on one screen.

use axum::Router;
use axum::middleware::from_fn_with_state;
use shared::surfaces::identity_server::{authenticated, surface};
use shared::{App, operations};
use utoipa::openapi::OpenApi;

use crate::{add_permission, create, delete, find, find_all, grant, remove_permission, revoke};

operations! {
    /// What is for administrators: every handler takes one.
    Guarded: App = [
        find_all::roles_find_all,
        create::roles_create,
        find::roles_find,
        delete::roles_delete,
        add_permission::roles_add_permission,
        remove_permission::roles_remove_permission,
        grant::roles_grant,
        revoke::roles_revoke,
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
