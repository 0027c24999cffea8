//! `GET /api/v1/invitations` (list_invitations): the organization's invitations, the newest first unless another order is
//! asked for.

use axum::Json;
use axum::extract::State;
use http::Uri;
use serde::Serialize;
use shared::App;
use shared::http::query::text;
use shared::organizations::invitations::list::{self, Filter, Order};
use shared::surfaces::engine::{EngineError, Guarded, GuardedHeaders, Paging, Permitted, ReadUsers};
use utoipa::ToSchema;

use crate::shape::Shown;

#[derive(Serialize, ToSchema)]
pub struct InvitationPage {
    invitations: Vec<Shown>,
    /// Invitations on all pages.
    total: u64,
    page: u64,
    /// Rows of a page.
    size: u64,
}

#[utoipa::path(
    get,
    path = "/api/v1/invitations",
    operation_id = "list_invitations",
    tag = "invitations",
    summary = "List invitations",
    description = "Needs `user:*:read`; with the scope `own` it shows those that one sent oneself.",
    params(
        GuardedHeaders,
        ("page" = Option<i64>, Query, description = "From 1, the default"),
        ("page_size" = Option<i64>, Query, description = "10 by default, at most 100"),
        ("status" = Option<String>, Query, description = "`pending`, `accepted`, `expired` or `revoked`; anything else matches nothing"),
        ("order_by" = Option<String>, Query, description = "`created_at` (the default), `expires_at`, `email`, `status`, `role_name` or `inviter_name`"),
        ("order_dir" = Option<String>, Query, description = "`desc` (the default) or `asc`"),
        ("search" = Option<String>, Query, description = "A part of the invited address or of the inviter's, whatever the case"),
    ),
    responses(
        Guarded,
        (status = 200, description = "A page of invitations", body = InvitationPage),
    )
)]
pub async fn list_invitations(
    State(app): State<App>,
    permitted: Permitted<ReadUsers>,
    uri: Uri,
) -> Result<Json<InvitationPage>, EngineError> {
    let paging = Paging::of(&uri);
    let (order, ascending) = order(text(&uri, "order_by").as_deref(), text(&uri, "order_dir").as_deref());
    let filter = Filter {
        status: text(&uri, "status"),
        search: text(&uri, "search"),
        inviter: permitted.only_own().then_some(permitted.actor.user.id),
        order,
        ascending,
    };
    let page = list::list(&app, permitted.actor.org_id(), &filter, paging.skip(), paging.take()).await?;
    let now = app.clock.now();
    Ok(Json(InvitationPage {
        invitations: page
            .invitations
            .into_iter()
            .map(|invitation| Shown::at(invitation, now))
            .collect(),
        total: page.total,
        page: paging.page,
        size: paging.size,
    }))
}

/// An order that is not known is the newest first, whatever direction is asked for.
fn order(by: Option<&str>, direction: Option<&str>) -> (Order, bool) {
    let order = match by {
        None | Some("created_at" | "createdAt" | "sentAt") => Order::CreatedAt,
        Some("expires_at" | "expiresAt") => Order::ExpiresAt,
        Some("email") => Order::Email,
        Some("status") => Order::Status,
        Some("role_name") => Order::RoleName,
        Some("inviter_name") => Order::InviterName,
        Some(_) => return (Order::CreatedAt, false),
    };
    (order, direction == Some("asc"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_as_the_published_api_names_them() {
        assert_eq!(order(None, None), (Order::CreatedAt, false));
        assert_eq!(order(None, Some("asc")), (Order::CreatedAt, true));
        assert_eq!(order(Some("sentAt"), Some("asc")), (Order::CreatedAt, true));
        assert_eq!(order(Some("expiresAt"), Some("asc")), (Order::ExpiresAt, true));
        assert_eq!(order(Some("email"), Some("ASC")), (Order::Email, false));
        assert_eq!(order(Some("role"), Some("asc")), (Order::CreatedAt, false));
    }
}
