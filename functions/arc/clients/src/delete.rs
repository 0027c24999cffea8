//! `DELETE /auth-clients/{id}` (auth-clients-delete): removes a client, and with it its codes and tokens.

use http::StatusCode;
use shared::clients::manage::{self, By};
use shared::surfaces::arc::{
    ArcError, AuthorizationHeader, ErrorBody, Guarded, NotAllowed, PathNumber, Permitted, in_words,
};

use crate::update::{not_found, told};

#[utoipa::path(
    delete,
    path = "/auth-clients/{id}",
    operation_id = "auth-clients-delete",
    tag = "auth-clients",
    summary = "Delete a client",
    description = "Its codes and tokens are worth nothing from then on. The first client stays.",
    params(AuthorizationHeader, ("id" = i64, Path, description = "The client's number")),
    responses(
        Guarded,
        (status = 204, description = "It is gone"),
        (status = 400, description = "Not a number", body = ErrorBody),
        (status = 404, description = "There is no such client", body = ErrorBody),
    )
)]
pub async fn auth_clients_delete(request: Permitted<NotAllowed, PathNumber>) -> Result<StatusCode, ArcError> {
    let Some(number) = request.body.number else {
        return Err(not_found(&request.body));
    };
    let by = By {
        user: request.caller.user.id,
        origin: &request.origin,
    };
    let done = manage::delete(&request.app, by, number).await;
    done.map_err(in_words(|why| told(why, &request.body)))?;
    Ok(StatusCode::NO_CONTENT)
}
