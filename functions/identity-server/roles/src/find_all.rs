//! `GET /identity/v1/roles` (roles-find-all): all roles with their permissions, in the order of their numbers. It is not in
//! the published document, without it nobody could learn a number.

use axum::Json;
use axum::extract::State;
use shared::App;
use shared::access::home;
use shared::surfaces::identity_server::{Administered, Administrator, AuthorizationHeader, IdentityError};

use crate::shape::RoleView;

#[utoipa::path(
    get,
    path = "/identity/v1/roles",
    operation_id = "roles-find-all",
    tag = "roles",
    summary = "Retrieve all roles",
    description = "For administrators.",
    params(AuthorizationHeader),
    responses(
        Administered,
        (status = 200, description = "The roles, in the order of their numbers", body = Vec<RoleView>),
    )
)]
pub async fn roles_find_all(
    State(app): State<App>,
    _administrator: Administrator,
) -> Result<Json<Vec<RoleView>>, IdentityError> {
    let roles = home::roles(&app).await?;
    let shown = roles.into_iter().map(|(role, named)| RoleView::of(role, named));
    Ok(Json(shown.collect()))
}
