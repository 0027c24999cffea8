//! The group on one screen: what each operation needs, and where it is.

use axum::Router;
use shared::App;
use shared::access::edge::ability::Act::Read;
use shared::access::edge::ability::Model::Level;
use shared::surfaces::barong::Administration;
use utoipa::openapi::OpenApi;
use utoipa_axum::routes;

use crate::levels;

fn administration() -> Administration {
    Administration::new().may(Read, Level, routes!(levels::list))
}

/// The group's routes, without an answer to unknown paths.
pub fn routes(app: App) -> Router {
    administration().routes(&app)
}

/// The group's part of the surface's API document.
pub fn document() -> OpenApi {
    administration().document()
}
