//! The group on one screen: what each operation needs, and where it is.

use axum::Router;
use shared::App;
use shared::access::edge::ability::Act::{Create, Destroy, Read, Update};
use shared::access::edge::ability::Model::{ApiKey, Label, Level, Profile, User};
use shared::surfaces::barong::Administration;
use utoipa::openapi::OpenApi;
use utoipa_axum::routes;

use crate::{api_keys, levels, profiles, users};

fn administration() -> Administration {
    Administration::new()
        .may(Read, ApiKey, routes!(api_keys::list))
        .may(Read, Level, routes!(levels::list))
        .may(Update, Profile, routes!(profiles::update))
        .may(Update, User, routes!(users::update::put))
        .may(Update, User, routes!(users::update::post))
        .may(Update, User, routes!(users::role::post))
        .may(Read, User, routes!(users::get::get))
        .may(Destroy, User, routes!(users::data_storage::delete))
        .may(Create, Label, routes!(users::labels::create))
        .may(Update, Label, routes!(users::labels::put))
        .may(Destroy, Label, routes!(users::labels::delete))
        .may(Update, Label, routes!(users::labels::post))
}

/// The group's routes, without an answer to unknown paths.
pub fn routes(app: App) -> Router {
    administration().routes(&app)
}

/// The group's part of the surface's API document.
pub fn document() -> OpenApi {
    administration().document()
}
