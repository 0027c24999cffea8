//! The group on one screen.

use axum::Router;
use shared::App;
use shared::surfaces::arc::{Gate, surface};
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::{
    change_password, forget_password, login, login_token, logout, me, reset_password, sign_up_create_token,
    sign_up_create_user, sign_up_verify_token, switch_token, token, token_refresh, verify_reset_password_link,
};

/// What a client or anybody may call, with a secret, a code or a token of its own kind.
fn open() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(login::login))
        .routes(routes!(login_token::login_token))
        .routes(routes!(token::token))
        .routes(routes!(token_refresh::token_refresh))
        .routes(routes!(forget_password::forget_password))
        .routes(routes!(verify_reset_password_link::verify_reset_password_link))
        .routes(routes!(reset_password::reset_password))
        .routes(routes!(sign_up_create_token::sign_up_create_token))
        .routes(routes!(sign_up_verify_token::sign_up_verify_token))
        .routes(routes!(sign_up_create_user::sign_up_create_user))
}

/// What needs an access token and its session.
fn guarded() -> OpenApiRouter<Gate> {
    OpenApiRouter::new()
        .routes(routes!(me::me))
        .routes(routes!(change_password::change_password))
        .routes(routes!(switch_token::switch_token))
        .routes(routes!(logout::logout))
}

/// The group's routes, without an answer to unknown paths.
pub fn routes(app: App) -> Router {
    surface(app, open(), guarded())
}

/// The group's part of the surface's API document.
pub fn document() -> OpenApi {
    let mut document = open().into_openapi();
    document.merge(guarded().into_openapi());
    document
}
