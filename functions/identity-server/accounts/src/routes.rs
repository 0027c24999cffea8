//! The group on one screen.

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use shared::App;
use shared::surfaces::identity_server::{authenticated, surface};
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::{activate, authenticate, find, find_all, register, reset_password, validate};

/// What anybody may call, by both spellings.
fn open() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(validate::public_validate))
        .routes(routes!(validate::auth_validate))
        .routes(routes!(register::public_register))
        .routes(routes!(register::users_register))
        .routes(routes!(authenticate::public_authenticate))
        .routes(routes!(authenticate::auth_authenticate))
        .routes(routes!(reset_password::public_reset_password))
        .routes(routes!(reset_password::users_reset_password))
}

/// What the code of a mail opens.
fn activation() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(activate::public_activate, activate::public_activate_post))
        .routes(routes!(activate::users_activate, activate::users_activate_post))
        .route_layer(from_fn(activate::not_by_head))
}

/// What needs a token and its session; each handler says who may call it.
fn guarded() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(find::users_find))
        .routes(routes!(find_all::users_find_all))
}

/// The group's routes, without an answer to unknown paths.
pub fn routes(app: App) -> Router {
    let guarded = guarded().route_layer(from_fn_with_state(app.clone(), authenticated));
    let (routes, _) = open().merge(activation()).merge(guarded).split_for_parts();
    surface(routes.with_state(app))
}

/// The group's part of the surface's API document.
pub fn document() -> OpenApi {
    open().merge(activation()).merge(guarded()).into_openapi()
}
