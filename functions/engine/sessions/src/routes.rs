//! The group on one screen.

use axum::Router;
use axum::middleware::from_fn_with_state;
use shared::App;
use shared::surfaces::engine::{in_organization, surface};
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::{list, revoke, revoke_others};

/// What needs a permission in an organization for the sessions of others, and none for one's own.
fn guarded() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(
            list::list_user_sessions,
            revoke_others::revoke_other_sessions_source_path
        ))
        .routes(routes!(revoke::revoke_session))
        .routes(routes!(revoke_others::revoke_other_sessions))
}

/// The group's routes, without an answer to unknown paths.
pub fn routes(app: App) -> Router {
    let guarded = guarded().route_layer(from_fn_with_state(app.clone(), in_organization));
    let (routes, _) = guarded.split_for_parts();
    surface(routes.with_state(app))
}

/// The group's part of the surface's API document.
pub fn document() -> OpenApi {
    guarded().into_openapi()
}
