//! The group on one screen.

use axum::Router;
use axum::middleware::from_fn_with_state;
use shared::App;
use shared::surfaces::engine::{authenticated, multipart_limit, surface};
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::{avatar, change_password, me, renew, reset, signin, signout, signup, social, update_profile};

/// What anybody may call.
fn open() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(signup::signup))
        .routes(routes!(signin::signin))
        .routes(routes!(social::signin_google))
        .routes(routes!(social::signin_facebook))
        .routes(routes!(reset::send_reset_token))
        .routes(routes!(change_password::change_password))
        .routes(routes!(avatar::get_avatar))
}

/// What needs a token and its session.
fn guarded() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(me::get_me))
        .routes(routes!(renew::renew_token))
        .routes(routes!(signout::signout))
        .routes(routes!(update_profile::update_profile))
        .layer(multipart_limit())
}

/// The group's routes, without an answer to unknown paths.
pub fn routes(app: App) -> Router {
    let guarded = guarded().route_layer(from_fn_with_state(app.clone(), authenticated));
    let (routes, _) = open().merge(guarded).split_for_parts();
    surface(routes.with_state(app))
}

/// The group's part of the surface's API document.
pub fn document() -> OpenApi {
    open().merge(guarded()).into_openapi()
}
