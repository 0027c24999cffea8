//! The group on one screen.

use axum::Router;
use shared::App;
use shared::surfaces::barong::{self, surface, unrestricted};
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::{
    access, configs, confirm_email, confirm_password, generate_email_code, generate_password_code, ping,
    register_geetest, sign_in, sign_out, sign_up, time, validate_password, version,
};

/// What anybody may call.
fn open() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(ping::ping))
        .routes(routes!(time::time))
        .routes(routes!(version::version))
        .routes(routes!(configs::configs))
        .routes(routes!(validate_password::validate_password))
        .routes(routes!(sign_in::sign_in, sign_out::sign_out))
        .routes(routes!(sign_up::sign_up))
        .routes(routes!(register_geetest::register_geetest))
        .routes(routes!(access::access))
        .routes(routes!(generate_email_code::generate_email_code))
        .routes(routes!(confirm_email::confirm_email))
        .routes(routes!(generate_password_code::generate_password_code))
        .routes(routes!(confirm_password::confirm_password))
}

/// The group's routes, without an answer to unknown paths.
pub fn routes(app: App) -> Router {
    surface(&app, unrestricted(&app, open()))
}

/// The group's part of the surface's API document.
pub fn document() -> OpenApi {
    barong::document(open())
}
