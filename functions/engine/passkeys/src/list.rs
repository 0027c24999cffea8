//! `GET /api/v1/webauthn/credentials` (webauthn_list_credentials): the caller's passkeys, the oldest first.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use shared::App;
use shared::credentials::passkey;
use shared::surfaces::engine::{Authenticated, Caller, EngineError};
use utoipa::ToSchema;

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WebAuthnCredentialItem {
    /// By which it is removed; not the credential's own identifier.
    id: u64,
    name: String,
    /// RFC 3339, UTC, whole seconds.
    created_at: String,
    discoverable: bool,
    /// How the authenticator may be reached, separated by commas.
    transport: String,
}

#[utoipa::path(
    get,
    path = "/api/v1/webauthn/credentials",
    operation_id = "webauthn_list_credentials",
    tag = "passkeys",
    summary = "List one's passkeys",
    params(("X-Auth" = String, Header, description = "The token")),
    responses(
        Authenticated,
        (status = 200, description = "The passkeys", body = Vec<WebAuthnCredentialItem>),
    )
)]
pub async fn webauthn_list_credentials(
    State(app): State<App>,
    caller: Caller,
) -> Result<Json<Vec<WebAuthnCredentialItem>>, EngineError> {
    let passkeys = passkey::of_user(&app.store, caller.user.id).await?;
    let shown = passkeys.into_iter().map(|passkey| WebAuthnCredentialItem {
        id: passkey.number,
        name: passkey.name,
        created_at: format!("{:.0}", passkey.created_at),
        discoverable: passkey.discoverable,
        transport: passkey.transports.join(","),
    });
    Ok(Json(shown.collect()))
}
