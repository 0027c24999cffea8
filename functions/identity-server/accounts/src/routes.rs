//! The group on one screen.

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use shared::surfaces::identity_server::{authenticated, surface};
use shared::{App, operations};
use utoipa::openapi::OpenApi;

use crate::{activate, authenticate, find, find_all, register, reset_password, validate};

operations! {
    /// What anybody may call, by both spellings.
    Open: App = [
        validate::public_validate,
        validate::auth_validate,
        register::public_register,
        register::users_register,
        authenticate::public_authenticate,
        authenticate::auth_authenticate,
        reset_password::public_reset_password,
        reset_password::users_reset_password,
    ]

    /// What the code of a mail opens.
    Activation: App = [
        activate::public_activate,
        activate::public_activate_post,
        activate::users_activate,
        activate::users_activate_post,
    ]

    /// What needs a token and its session; each handler says who may call it.
    Guarded: App = [
        find::users_find,
        find_all::users_find_all,
    ]
}

/// The group's routes, without an answer to unknown paths.
pub fn routes(app: App) -> Router {
    let activation = Activation::router().route_layer(from_fn(activate::not_by_head));
    let guarded = Guarded::router().route_layer(from_fn_with_state(app.clone(), authenticated));
    surface(Open::router().merge(activation).merge(guarded).with_state(app))
}

/// The group's part of the surface's API document.
pub fn document() -> OpenApi {
    Open::document()
        .merge_from(Activation::document())
        .merge_from(Guarded::document())
}
