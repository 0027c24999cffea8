//! The group on one screen.

use axum::Router;
use axum::middleware::from_fn_with_state;
use shared::App;
use shared::surfaces::engine::{authenticated, surface};
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::{check, delete, list, login_begin, login_finish, register_begin, register_finish};

/// What anybody may call.
fn open() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(check::webauthn_check))
        .routes(routes!(login_begin::webauthn_login_begin))
        .routes(routes!(login_finish::webauthn_login_finish))
}

/// What needs a token and its session.
fn guarded() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(register_begin::webauthn_register_begin))
        .routes(routes!(register_finish::webauthn_register_finish))
        .routes(routes!(list::webauthn_list_credentials))
        .routes(routes!(delete::webauthn_delete_credential))
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
