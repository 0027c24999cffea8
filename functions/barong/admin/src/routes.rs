//! The group on one screen: what each operation needs, and where it is.

use axum::Router;
use shared::App;
use shared::access::edge::ability::Act::Read;
use shared::access::edge::ability::Model::{Level, Profile, User};
use shared::surfaces::barong::Administration;
use utoipa::openapi::OpenApi;
use utoipa_axum::routes;

use crate::{levels, lists};

fn administration() -> Administration {
    Administration::new()
        .may(Read, Level, routes!(levels::list))
        .may(Read, Profile, routes!(lists::profiles::list))
        .may(Read, User, routes!(lists::users::list))
        .may(Read, User, routes!(lists::documents::pending))
        .may(Read, User, routes!(lists::labels::users))
        .may(Read, User, routes!(lists::labels::values))
}

/// The group's routes, without an answer to unknown paths.
pub fn routes(app: App) -> Router {
    administration().routes(&app)
}

/// The group's part of the surface's API document.
pub fn document() -> OpenApi {
    administration().document()
}
