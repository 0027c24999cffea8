//! The group on one screen.

use axum::Router;
use shared::surfaces::arc::{Gate, surface};
use shared::{App, operations};
use utoipa::openapi::OpenApi;

use crate::{count, create, delete, find, get, logins, replace, update, update_all};

operations! {
    /// What asks for a permission: every handler takes it.
    Guarded: Gate = [
        find::auth_clients_find,
        create::auth_clients_create,
        update_all::auth_clients_update_all,
        count::auth_clients_count,
        get::auth_clients_get,
        replace::auth_clients_replace,
        update::auth_clients_update,
        delete::auth_clients_delete,
        logins::find::login_activity_find,
        logins::count::login_activity_count,
        logins::get::login_activity_get,
        logins::active_users::active_users,
    ]
}

/// The group's routes, without an answer to unknown paths.
pub fn routes(app: App) -> Router {
    surface(app, Router::new(), Guarded::router())
}

/// The group's part of the surface's API document.
pub fn document() -> OpenApi {
    Guarded::document()
}
