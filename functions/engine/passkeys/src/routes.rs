//! The group on one screen.

use axum::Router;
use axum::middleware::from_fn_with_state;
use shared::surfaces::engine::{authenticated, surface};
use shared::{App, operations};
use utoipa::openapi::OpenApi;

use crate::{check, delete, list, login_begin, login_finish, register_begin, register_finish};

operations! {
    /// What anybody may call.
    Open: App = [
        check::webauthn_check,
        login_begin::webauthn_login_begin,
        login_finish::webauthn_login_finish,
    ]

    /// What needs a token and its session.
    Guarded: App = [
        register_begin::webauthn_register_begin,
        register_finish::webauthn_register_finish,
        list::webauthn_list_credentials,
        delete::webauthn_delete_credential,
    ]
}

/// The group's routes, without an answer to unknown paths.
pub fn routes(app: App) -> Router {
    let guarded = Guarded::router().route_layer(from_fn_with_state(app.clone(), authenticated));
    surface(Open::router().merge(guarded).with_state(app))
}

/// The group's part of the surface's API document.
pub fn document() -> OpenApi {
    Open::document().merge_from(Guarded::document())
}
