//! `GET /auth-clients/{id}` (auth-clients-get): a client.

use axum::Json;
use http::StatusCode;
use shared::clients::manage;
use shared::surfaces::arc::{ArcError, AuthorizationHeader, ErrorBody, Guarded, NotAllowed, PathNumber, Permitted};

use crate::view::ClientView;

#[utoipa::path(
    get,
    path = "/auth-clients/{id}",
    operation_id = "auth-clients-get",
    tag = "auth-clients",
    summary = "Get a client",
    params(AuthorizationHeader, ("id" = i64, Path, description = "The client's number")),
    responses(
        Guarded,
        (status = 200, description = "The client", body = ClientView),
        (status = 400, description = "Not a number", body = ErrorBody),
        (status = 404, description = "`EntityNotFound`: there is no such client", body = ErrorBody),
    )
)]
pub async fn auth_clients_get(request: Permitted<NotAllowed, PathNumber>) -> Result<Json<ClientView>, ArcError> {
    let client = match request.body.number {
        Some(number) => manage::find(&request.app, number).await?,
        None => None,
    };
    let not_found = || ArcError::new(StatusCode::NOT_FOUND, "EntityNotFound");
    Ok(Json(client.ok_or_else(not_found)?.into()))
}
