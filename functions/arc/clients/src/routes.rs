//! The group on one screen.

use axum::Router;
use shared::App;
use shared::surfaces::arc::{Gate, surface};
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::{count, create, delete, find, get, logins, replace, update, update_all};

/// What asks for a permission: every handler takes it.
fn guarded() -> OpenApiRouter<Gate> {
    OpenApiRouter::new()
        .routes(routes!(
            find::auth_clients_find,
            create::auth_clients_create,
            update_all::auth_clients_update_all
        ))
        .routes(routes!(count::auth_clients_count))
        .routes(routes!(
            get::auth_clients_get,
            replace::auth_clients_replace,
            update::auth_clients_update,
            delete::auth_clients_delete
        ))
        .routes(routes!(logins::find::login_activity_find))
        .routes(routes!(logins::count::login_activity_count))
        .routes(routes!(logins::get::login_activity_get))
        .routes(routes!(logins::active_users::active_users))
}

/// The group's routes, without an answer to unknown paths.
pub fn routes(app: App) -> Router {
    surface(app, OpenApiRouter::new(), guarded())
}

/// The group's part of the surface's API document.
pub fn document() -> OpenApi {
    guarded().into_openapi()
}
