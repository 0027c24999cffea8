//! The group on one screen.

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::delete;
use shared::surfaces::engine::{authenticated, in_organization, not_found, surface};
use shared::{App, operations};
use utoipa::openapi::OpenApi;

use crate::{accept, invite, list, resend, revoke};

operations! {
    /// What needs a token and its session: the invited belongs to no organization yet.
    Authenticating: App = [
        accept::accept_invitation,
        accept::accept_invitation_post,
    ]

    /// What needs a permission in an organization; each handler says which.
    Guarded: App = [
        list::list_invitations,
        invite::invite_user,
        resend::resend_invitation,
        revoke::revoke_invitation,
        revoke::revoke_invitation_delete,
    ]
}

/// The group's routes, without an answer to unknown paths.
pub fn routes(app: App) -> Router {
    let authenticating = Authenticating::router().route_layer(from_fn_with_state(app.clone(), authenticated));
    let guarded = Guarded::router().route_layer(from_fn_with_state(app.clone(), in_organization));
    // The published API has no such route at all, where others say that the method is wrong.
    let nothing = Router::new().route("/api/v1/invitations", delete(not_found));
    surface(authenticating.merge(guarded).merge(nothing).with_state(app))
}

/// The group's part of the surface's API document.
pub fn document() -> OpenApi {
    Authenticating::document().merge_from(Guarded::document())
}
