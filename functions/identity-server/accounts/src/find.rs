//! `GET /identity/v1/users/{uid}` (users-find): a user with its roles and permissions, for itself and for administrators.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use shared::App;
use shared::access::home::{self, Holder};
use shared::ids::{AsUuid, RoleId};
use shared::surfaces::identity_server::{Authenticated, AuthorizationHeader, ErrorText, IdentityError, Oneself};
use utoipa::ToSchema;

use crate::shape::UserView;

#[derive(Serialize, ToSchema)]
pub struct Found {
    #[serde(flatten)]
    user: UserView,
    /// Roles in force, in the order in which they were given.
    roles: Vec<RoleRef>,
    /// Names of what the roles give, each once, in alphabetical order.
    permissions: Vec<String>,
}

#[derive(Serialize, ToSchema)]
struct RoleRef {
    /// As `role_id` of other operations.
    #[schema(value_type = i64)]
    id: Option<i64>,
    #[schema(value_type = String, format = "uuid")]
    uid: AsUuid<RoleId>,
    name: String,
}

#[utoipa::path(
    get,
    path = "/identity/v1/users/{uid}",
    operation_id = "users-find",
    tag = "users",
    summary = "Find a user",
    description = "For the user itself and for administrators.",
    params(AuthorizationHeader, ("uid" = String, Path, description = "The user", format = "uuid")),
    responses(
        Authenticated,
        (status = 200, description = "The user", body = Found),
        (status = 400, description = "\"Invalid Request\": the uid is no UUID", body = ErrorText),
        (status = 403, description = "\"Forbidden\": somebody else, and the caller is no administrator", body = ErrorText),
        (status = 404, description = "\"Not Found\": there is no such user", body = ErrorText),
    )
)]
pub async fn users_find(State(app): State<App>, Oneself(wanted): Oneself) -> Result<Json<Found>, IdentityError> {
    let Holder { user, roles } = home::holder(&app.store, wanted)
        .await?
        .ok_or_else(IdentityError::not_found)?;
    let grants = roles.iter().flat_map(|role| &role.grants);
    let mut permissions: Vec<String> = grants.map(|grant| grant.permission.clone()).collect();
    permissions.sort_unstable();
    permissions.dedup();
    Ok(Json(Found {
        user: UserView::of(&user),
        roles: roles
            .into_iter()
            .map(|role| RoleRef {
                id: role.number,
                uid: AsUuid(role.id),
                name: role.name,
            })
            .collect(),
        permissions,
    }))
}
