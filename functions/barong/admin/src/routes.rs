//! The group on one screen: what each operation needs, and where it is.

use axum::Router;
use shared::App;
use shared::access::edge::ability::Act::{Create, Destroy, Read, Update};
use shared::access::edge::ability::Model::{Activity, ApiKey, Label, Level, Permission, Profile, Restriction, User};
use shared::surfaces::barong::Administration;
use utoipa::openapi::OpenApi;
use utoipa_axum::routes;

use crate::{activities, api_keys, levels, lists, metrics, permissions, profiles, restrictions, users};

fn administration() -> Administration {
    Administration::new()
        .may(Read, Activity, routes!(activities::list))
        .may(Read, Activity, routes!(activities::list_admin))
        .may(Read, ApiKey, routes!(api_keys::list))
        .may(Read, Level, routes!(levels::list))
        .may(Read, Permission, routes!(permissions::list))
        .may(Create, Permission, routes!(permissions::create))
        .may(Update, Permission, routes!(permissions::update))
        .may(Destroy, Permission, routes!(permissions::delete))
        .may(Read, Profile, routes!(lists::profiles::list))
        .may(Update, Profile, routes!(profiles::update))
        .may(Read, Restriction, routes!(restrictions::list))
        .may(Create, Restriction, routes!(restrictions::create))
        .may(Update, Restriction, routes!(restrictions::update))
        .may(Destroy, Restriction, routes!(restrictions::delete))
        .may(Create, Restriction, routes!(restrictions::whitelink))
        .may(Read, User, routes!(metrics::get))
        .may(Read, User, routes!(lists::users::list))
        .may(Read, User, routes!(users::get::get))
        .may(Update, User, routes!(users::update::put))
        .may(Update, User, routes!(users::update::post))
        .may(Update, User, routes!(users::role::post))
        .may(Read, User, routes!(lists::documents::pending))
        .may(Destroy, User, routes!(users::data_storage::delete))
        .may(Read, User, routes!(lists::labels::users))
        .may(Read, User, routes!(lists::labels::values))
        .may(Create, Label, routes!(users::labels::create))
        .may(Update, Label, routes!(users::labels::put))
        .may(Update, Label, routes!(users::labels::post))
        .may(Destroy, Label, routes!(users::labels::delete))
}

/// The group's routes, without an answer to unknown paths.
pub fn routes(app: App) -> Router {
    administration().routes(&app)
}

/// The group's part of the surface's API document.
pub fn document() -> OpenApi {
    administration().document()
}
