//! `PUT /auth-clients/{id}` (auth-clients-replace): says anew what a client is.

use http::StatusCode;
use shared::surfaces::arc::{ArcError, AuthorizationHeader, ErrorBody, Guarded, NotAllowed, PathNumber, Permitted};

use crate::form::{Read, WholeClient};
use crate::update::changed;

#[utoipa::path(
    put,
    path = "/auth-clients/{id}",
    operation_id = "auth-clients-replace",
    tag = "auth-clients",
    summary = "Replace a client",
    description = "What is not said is nothing from then on; the mask in the place of a secret leaves the secret.",
    params(AuthorizationHeader, ("id" = i64, Path, description = "The client's number")),
    request_body = WholeClient,
    responses(
        Guarded,
        (status = 204, description = "It is as the body says"),
        (status = 400, description = "Not a number", body = ErrorBody),
        (status = 404, description = "There is no such client", body = ErrorBody),
        (status = 409, description = "Another client has the clientId", body = ErrorBody),
        (status = 422, description = "The body breaks its schema", body = ErrorBody),
    )
)]
pub async fn auth_clients_replace(
    request: Permitted<NotAllowed, PathNumber<Read<WholeClient>>>,
) -> Result<StatusCode, ArcError> {
    changed(&request).await
}
