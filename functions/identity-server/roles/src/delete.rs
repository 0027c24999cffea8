//! `DELETE /identity/v1/roles/{id}` (roles-delete): removes a role, also from everybody who has it.

use axum::Json;
use axum::extract::State;
use shared::App;
use shared::access::removal;
use shared::access::roles::NotChanged;
use shared::store::StoreError;
use shared::surfaces::identity_server::{Administrator, AuthorizationHeader, IdentityError, Segment, in_words};

use crate::reference::RoleReference;
use crate::shape::{Answers, not_there};

#[utoipa::path(
    delete,
    path = "/identity/v1/roles/{id}",
    operation_id = "roles-delete",
    tag = "roles",
    summary = "Delete role",
    description = "For administrators. What the role gave ends at once. Where more users had it than can be seen to in one request, that is answered with 503 and Retry-After: the same request goes on.",
    params(AuthorizationHeader, ("id" = RoleReference, Path, description = "The role")),
    responses(Answers)
)]
pub async fn roles_delete(
    State(app): State<App>,
    administrator: Administrator,
    Segment(id): Segment,
) -> Result<Json<bool>, IdentityError> {
    let id = RoleReference::parse(&id)?.id(&app).await?.ok_or_else(not_there)?;
    removal::delete_from_all(&app, &administrator.actor, id)
        .await
        .map_err(in_words(refusal))?;
    Ok(Json(true))
}

fn refusal(refusal: NotChanged) -> IdentityError {
    match refusal {
        NotChanged::Unknown => not_there(),
        NotChanged::System => IdentityError::forbidden(),
        NotChanged::Unfinished => StoreError::Throttled.into(),
        other => IdentityError::internal(other),
    }
}
