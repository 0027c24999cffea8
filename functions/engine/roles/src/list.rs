//! `GET /api/v1/roles` (list_roles): the organization's roles, the oldest first; in the home organization, those of all.

use axum::Json;
use axum::extract::State;
use http::Uri;
use serde::Serialize;
use serde_json::Value;
use shared::App;
use shared::access::role_list;
use shared::http::query::text;
use shared::ids::RoleId;
use shared::surfaces::engine::{EngineError, Guarded, GuardedHeaders, Paging, Permitted, ReadRoles};
use utoipa::ToSchema;

#[derive(Serialize, ToSchema)]
pub struct RolePage {
    roles: Vec<RoleListItem>,
    /// Roles on all pages.
    total: u64,
    page: u64,
    /// Rows of a page.
    size: u64,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct RoleListItem {
    /// 26 characters (ULID).
    #[schema(value_type = String)]
    id: RoleId,
    name: String,
    description: String,
    #[schema(value_type = Option<Object>)]
    extra_attrs: Option<Value>,
    /// Members who have it.
    user_count: u64,
}

#[utoipa::path(
    get,
    path = "/api/v1/roles",
    operation_id = "list_roles",
    tag = "roles",
    summary = "List roles",
    description = "Needs `role:*:read`.",
    params(
        GuardedHeaders,
        ("page" = Option<i64>, Query, description = "From 1, the default"),
        ("page_size" = Option<i64>, Query, description = "10 by default, at most 100"),
        ("role_name" = Option<String>, Query, description = "What the name begins with, whatever the case"),
    ),
    responses(
        Guarded,
        (status = 200, description = "A page of roles", body = RolePage),
    )
)]
pub async fn list_roles(
    State(app): State<App>,
    permitted: Permitted<ReadRoles>,
    uri: Uri,
) -> Result<Json<RolePage>, EngineError> {
    let (paging, prefix) = (Paging::of(&uri), text(&uri, "role_name"));
    let org = permitted.actor.org_id();
    let page = role_list::list(&app, org, prefix.as_deref(), paging.skip(), paging.take()).await?;
    let roles = page.roles.into_iter().map(|role| RoleListItem {
        id: role.id,
        name: role.name,
        description: role.description,
        extra_attrs: role.extra_attrs,
        user_count: role.users,
    });
    Ok(Json(RolePage {
        roles: roles.collect(),
        total: page.total,
        page: paging.page,
        size: paging.size,
    }))
}
