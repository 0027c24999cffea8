//! `DELETE /identity/v1/permissions/{id}` (permissions-delete): removes a permission, also from every role that has it.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use shared::App;
use shared::access::named::{self, NotNamed};
use shared::surfaces::identity_server::{
    Administered, Administrator, AuthorizationHeader, ErrorText, IdentityError, Segment, in_words, number,
};

#[utoipa::path(
    delete,
    path = "/identity/v1/permissions/{id}",
    operation_id = "permissions-delete",
    tag = "permissions",
    summary = "Delete a permission",
    description = "For administrators. Every role that had it has it no longer.",
    params(AuthorizationHeader, ("id" = i64, Path, description = "The permission")),
    responses(
        Administered,
        (status = 200, description = "`true`: it is gone", body = bool),
        (status = 400, description = "\"Invalid Request\": not a number", body = ErrorText),
        (status = 404, description = "`false`: there is no such permission", body = bool),
    )
)]
pub async fn permissions_delete(
    State(app): State<App>,
    administrator: Administrator,
    Segment(id): Segment,
) -> Result<Json<bool>, IdentityError> {
    named::delete(&app, &administrator.actor, number(&id)?)
        .await
        .map_err(in_words(refusal))?;
    Ok(Json(true))
}

fn refusal(refusal: NotNamed) -> IdentityError {
    match refusal {
        NotNamed::Unknown => IdentityError::no(StatusCode::NOT_FOUND),
        other => IdentityError::internal(other),
    }
}
