//! The group on one screen: what each operation needs, and where it is.

use axum::Router;
use shared::surfaces::barong;
use shared::{App, administration};
use utoipa::openapi::OpenApi;

use crate::{activities, api_keys, levels, lists, metrics, permissions, profiles, restrictions, users};

administration! {
    Read Activity: activities::list, activities::list_admin;
    Read ApiKey: api_keys::list;
    Read Level: levels::list;
    Read Permission: permissions::list;
    Create Permission: permissions::create;
    Update Permission: permissions::update;
    Destroy Permission: permissions::delete;
    Read Profile: lists::profiles::list;
    Update Profile: profiles::update;
    Read Restriction: restrictions::list;
    Create Restriction: restrictions::create, restrictions::whitelink;
    Update Restriction: restrictions::update;
    Destroy Restriction: restrictions::delete;
    Read User: metrics::get, lists::users::list, users::get::get, lists::documents::pending, lists::labels::users,
        lists::labels::values;
    Update User: users::update::put, users::update::post, users::role::post;
    Destroy User: users::data_storage::delete;
    Create Label: users::labels::create;
    Update Label: users::labels::put, users::labels::post;
    Destroy Label: users::labels::delete;
}

/// The group's routes, without an answer to unknown paths.
pub fn routes(app: App) -> Router {
    Administration::routes(&app)
}

/// The group's part of the surface's API document.
pub fn document() -> OpenApi {
    barong::document(Administration::document())
}
