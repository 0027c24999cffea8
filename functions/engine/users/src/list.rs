//! `GET /api/v1/users` (list_users): the organization's members, the newest account first.

use axum::Json;
use axum::extract::State;
use http::Uri;
use serde::Serialize;
use shared::App;
use shared::accounts::State as AccountState;
use shared::http::query::text;
use shared::ids::{RoleId, UserId};
use shared::organizations::directory::{self, Filter, Member};
use shared::surfaces::engine::{
    EngineError, Guarded, GuardedHeaders, Paging, Permitted, ReadUsers, names_another_organization,
};
use utoipa::ToSchema;

#[derive(Serialize, ToSchema)]
pub struct UserPage {
    users: Vec<UserListItem>,
    /// Users on all pages.
    total: u64,
    page: u64,
    page_size: u64,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct UserListItem {
    /// 26 characters (ULID).
    #[schema(value_type = String)]
    id: UserId,
    username: String,
    first_name: String,
    last_name: String,
    email: String,
    /// `active`, `inactive` or `pending`.
    status: &'static str,
    /// Roles in this organization.
    roles: Vec<RoleRef>,
    /// RFC 3339, UTC; `0001-01-01T00:00:00Z` for never.
    last_login: String,
    /// Sessions in force.
    active_sessions: usize,
}

#[derive(Serialize, ToSchema)]
struct RoleRef {
    /// 26 characters (ULID).
    #[schema(value_type = String)]
    id: RoleId,
    name: String,
}

/// What stands for a sign-in that never was.
const NEVER: &str = "0001-01-01T00:00:00Z";

#[utoipa::path(
    get,
    path = "/api/v1/users",
    operation_id = "list_users",
    tag = "users",
    summary = "List members",
    description = "Needs `user:*:read`; with the scope `own` it shows oneself.",
    params(
        GuardedHeaders,
        ("page" = Option<i64>, Query, description = "From 1, the default"),
        ("page_size" = Option<i64>, Query, description = "10 by default, at most 100"),
        ("role_id" = Option<String>, Query, description = "A role's identifier, or else its name, whatever the case"),
        ("org_id" = Option<String>, Query, description = "The organization where there is no X-Organization-Id; 0 is the home organization"),
        ("search_prefix" = Option<String>, Query, description = "What the address, the first or the last name begins with, whatever the case"),
        ("status" = Option<String>, Query, description = "`active`, `inactive` or `pending`; anything else filters nothing"),
    ),
    responses(
        Guarded,
        (status = 200, description = "A page of members", body = UserPage),
    )
)]
pub async fn list_users(
    State(app): State<App>,
    permitted: Permitted<ReadUsers>,
    uri: Uri,
) -> Result<Json<UserPage>, EngineError> {
    let (paging, org) = (Paging::of(&uri), permitted.actor.org_id());
    let filter = Filter {
        prefix: text(&uri, "search_prefix"),
        state: text(&uri, "status").and_then(|status| state(&status)),
        role: text(&uri, "role_id"),
        only: permitted.only_own().then_some(permitted.actor.user.id),
    };
    let page = match names_another_organization(&uri, org) {
        true => directory::Page::default(),
        false => directory::list(&app, org, &filter, paging.skip(), paging.take()).await?,
    };
    Ok(Json(UserPage {
        users: page.members.into_iter().map(shown).collect(),
        total: page.total,
        page: paging.page,
        page_size: paging.size,
    }))
}

/// The states by which this surface filters.
fn state(status: &str) -> Option<AccountState> {
    let states = [AccountState::Active, AccountState::Inactive, AccountState::Pending];
    states.into_iter().find(|state| state.as_str() == status)
}

fn shown(member: Member) -> UserListItem {
    let Member { membership, user, .. } = member;
    UserListItem {
        id: user.id,
        status: membership.shown_state().as_str(),
        username: user.email.typed().to_owned(),
        email: user.email.typed().to_owned(),
        first_name: user.profile.first_name,
        last_name: user.profile.last_name,
        roles: member
            .roles
            .into_iter()
            .map(|role| RoleRef {
                id: role.id,
                name: role.name,
            })
            .collect(),
        last_login: user
            .last_sign_in
            .map_or_else(|| NEVER.to_owned(), |at| format!("{at:.3}")),
        active_sessions: member.active_sessions,
    }
}
