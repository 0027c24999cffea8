//! The group on one screen.

use axum::Router;
use shared::surfaces::arc::{Gate, surface};
use shared::{App, operations};
use utoipa::openapi::OpenApi;

use crate::{
    change_password, forget_password, login, login_token, logout, me, reset_password, sign_up_create_token,
    sign_up_create_user, sign_up_verify_token, switch_token, token, token_refresh, verify_reset_password_link,
};

operations! {
    /// What a client or anybody may call, with a secret, a code or a token of its own kind.
    Open: App = [
        login::login,
        login_token::login_token,
        token::token,
        token_refresh::token_refresh,
        forget_password::forget_password,
        verify_reset_password_link::verify_reset_password_link,
        reset_password::reset_password,
        sign_up_create_token::sign_up_create_token,
        sign_up_verify_token::sign_up_verify_token,
        sign_up_create_user::sign_up_create_user,
    ]

    /// What needs an access token and its session.
    Guarded: Gate = [
        me::me,
        change_password::change_password,
        switch_token::switch_token,
        logout::logout,
    ]
}

/// The group's routes, without an answer to unknown paths.
pub fn routes(app: App) -> Router {
    surface(app, Open::router(), Guarded::router())
}

/// The group's part of the surface's API document.
pub fn document() -> OpenApi {
    Open::document().merge_from(Guarded::document())
}
