//! `DELETE /api/v1/webauthn/credentials/{credential_id}` (webauthn_delete_credential): removes a passkey for good.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use shared::App;
use shared::credentials::passkey::manage::{self, Unknown};
use shared::sessions::Origin;
use shared::surfaces::engine::{Authenticated, Caller, EngineError, ErrorBody, MessageBody, Segment, in_words};

#[utoipa::path(
    delete,
    path = "/api/v1/webauthn/credentials/{credential_id}",
    operation_id = "webauthn_delete_credential",
    tag = "passkeys",
    summary = "Remove a passkey",
    params(
        ("X-Auth" = String, Header, description = "The token"),
        ("credential_id" = u64, Path, description = "The number from the list"),
    ),
    responses(
        Authenticated,
        (status = 200, description = "It does not sign in any more; its owner is told by mail", body = MessageBody),
        (status = 400, description = "A number out of range", body = ErrorBody),
        (status = 404, description = "The caller has no such passkey", body = ErrorBody),
    )
)]
pub async fn webauthn_delete_credential(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    Segment(credential_id): Segment,
) -> Result<Json<MessageBody>, EngineError> {
    let unknown = |_: Unknown| EngineError::new(StatusCode::NOT_FOUND, "There is no such passkey");
    if credential_id.is_empty() || !credential_id.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(unknown(Unknown));
    }
    let out_of_range = |_| EngineError::invalid("credential_id", "is out of range");
    let number = credential_id.parse::<u64>().map_err(out_of_range)?;
    manage::remove(&app, &caller.user, &origin, number)
        .await
        .map_err(in_words(unknown))?;
    Ok(Json(MessageBody {
        message: "Credential deleted successfully",
    }))
}
