//! `PATCH /auth-clients/{id}` (auth-clients-update): changes what the body says of a client.

use http::StatusCode;
use shared::clients::manage::{self, By, NotDone};
use shared::surfaces::arc::{
    ArcError, AuthorizationHeader, ErrorBody, Guarded, NotAllowed, PathNumber, Permitted, in_words,
};

use crate::create::refusal;
use crate::form::{Form, PartOfClient, Read, Said};

#[utoipa::path(
    patch,
    path = "/auth-clients/{id}",
    operation_id = "auth-clients-update",
    tag = "auth-clients",
    summary = "Change a client",
    description = "The mask in the place of a secret leaves the secret. Another clientId ends the tokens of the old one.",
    params(AuthorizationHeader, ("id" = i64, Path, description = "The client's number")),
    request_body = PartOfClient,
    responses(
        Guarded,
        (status = 204, description = "It is changed"),
        (status = 400, description = "Not a number; or `Data is required for the patch request`", body = ErrorBody),
        (status = 404, description = "There is no such client", body = ErrorBody),
        (status = 409, description = "Another client has the clientId", body = ErrorBody),
        (status = 422, description = "The body breaks its schema", body = ErrorBody),
    )
)]
pub async fn auth_clients_update(
    request: Permitted<NotAllowed, PathNumber<Read<PartOfClient>>>,
) -> Result<StatusCode, ArcError> {
    let Read(said) = &request.body.body;
    if said.is_empty {
        let message = "Data is required for the patch request";
        let error = ArcError::new(StatusCode::BAD_REQUEST, message).named("Error");
        return Err(error.code("INVALID_BODY_DEFINITION"));
    }
    changed(&request).await
}

/// Makes the change that a request says.
pub async fn changed<F: Form<Read = Said>>(
    request: &Permitted<NotAllowed, PathNumber<Read<F>>>,
) -> Result<StatusCode, ArcError> {
    let PathNumber {
        number,
        body: Read(said),
        ..
    } = &request.body;
    if said.id.is_some() && said.id != *number {
        return Err(ArcError::member_invalid("id", "const", "must be the id of the path"));
    }
    let Some(number) = *number else {
        return Err(not_found(&request.body));
    };
    let by = By {
        user: request.caller.user.id,
        origin: &request.origin,
    };
    let done = manage::change(&request.app, by, number, &said.change).await;
    done.map_err(in_words(|why| told(why, &request.body)))?;
    Ok(StatusCode::NO_CONTENT)
}

/// What a refusal is of whoever writes to a client of a number.
pub fn told<B>(why: NotDone, place: &PathNumber<B>) -> ArcError {
    match why {
        NotDone::Unknown => not_found(place),
        why => refusal(why),
    }
}

/// There is nothing to write to.
pub fn not_found<B>(place: &PathNumber<B>) -> ArcError {
    let message = format!("Entity not found: auth_clients with id {}", place.written);
    let error = ArcError::new(StatusCode::NOT_FOUND, message).named("Error");
    error.code("ENTITY_NOT_FOUND")
}
