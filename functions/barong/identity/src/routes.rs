//! The group on one screen.

use axum::Router;
use shared::surfaces::barong::{self, surface, unrestricted};
use shared::{App, operations};
use utoipa::openapi::OpenApi;

use crate::{
    access, configs, confirm_email, confirm_password, generate_email_code, generate_password_code, ping,
    register_geetest, sign_in, sign_out, sign_up, time, validate_password, version,
};

operations! {
    /// What anybody may call.
    Open: App = [
        ping::ping,
        time::time,
        version::version,
        configs::configs,
        validate_password::validate_password,
        sign_in::sign_in,
        sign_out::sign_out,
        sign_up::sign_up,
        register_geetest::register_geetest,
        access::access,
        generate_email_code::generate_email_code,
        confirm_email::confirm_email,
        generate_password_code::generate_password_code,
        confirm_password::confirm_password,
    ]
}

/// The group's routes, without an answer to unknown paths.
pub fn routes(app: App) -> Router {
    surface(&app, unrestricted(&app, Open::router()))
}

/// The group's part of the surface's API document.
pub fn document() -> OpenApi {
    barong::document(Open::document())
}
