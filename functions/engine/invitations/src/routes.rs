//! The group on one screen.

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::delete;
use shared::App;
use shared::surfaces::engine::{authenticated, in_organization, not_found, surface};
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::{accept, invite, list, resend, revoke};

/// What needs a token and its session: the invited belongs to no organization yet.
fn authenticating() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(accept::accept_invitation, accept::accept_invitation_post))
}

/// What needs a permission in an organization; each handler says which.
fn guarded() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list::list_invitations, invite::invite_user))
        .routes(routes!(resend::resend_invitation))
        .routes(routes!(revoke::revoke_invitation))
        .routes(routes!(revoke::revoke_invitation_delete))
}

/// The group's routes, without an answer to unknown paths.
pub fn routes(app: App) -> Router {
    let authenticating = authenticating().route_layer(from_fn_with_state(app.clone(), authenticated));
    let guarded = guarded().route_layer(from_fn_with_state(app.clone(), in_organization));
    let (routes, _) = authenticating.merge(guarded).split_for_parts();
    // The published API has no such route at all, where others say that the method is wrong.
    let routes = routes.route("/api/v1/invitations", delete(not_found));
    surface(routes.with_state(app))
}

/// The group's part of the surface's API document.
pub fn document() -> OpenApi {
    authenticating().merge(guarded()).into_openapi()
}
