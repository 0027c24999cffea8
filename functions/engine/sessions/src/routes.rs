//! The group on one screen.

use axum::Router;
use axum::middleware::from_fn_with_state;
use shared::surfaces::engine::{in_organization, surface};
use shared::{App, operations};
use utoipa::openapi::OpenApi;

use crate::{list, revoke, revoke_others};

operations! {
    /// What needs a permission in an organization for the sessions of others, and none for one's own.
    Guarded: App = [
        list::list_user_sessions,
        revoke_others::revoke_other_sessions_source_path,
        revoke::revoke_session,
        revoke_others::revoke_other_sessions,
    ]
}

/// The group's routes, without an answer to unknown paths.
pub fn routes(app: App) -> Router {
    let guarded = Guarded::router().route_layer(from_fn_with_state(app.clone(), in_organization));
    surface(guarded.with_state(app))
}

/// The group's part of the surface's API document.
pub fn document() -> OpenApi {
    Guarded::document()
}
