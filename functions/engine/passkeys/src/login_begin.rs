//! `POST /api/v1/webauthn/login/begin` (webauthn_login_begin): a challenge, for one user or for whoever the authenticator
//! finds.

use axum::Json;
use axum::extract::State;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use shared::App;
use shared::credentials::passkey::assert::{self, NoPasskey};
use shared::credentials::passkey::ceremony::LIFETIME;
use shared::sessions::Origin;
use shared::surfaces::engine::{EngineError, ErrorBody, OptionalJsonBody, in_words};
use utoipa::ToSchema;

#[derive(Default, Deserialize, ToSchema)]
pub struct LoginBegin {
    /// The name to sign in with; without it the authenticator finds out.
    #[schema(nullable = false)]
    username: Option<String>,
    /// `conditional`, `optional`, `required` or `silent`.
    #[schema(nullable = false)]
    mediation: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CredentialAssertion {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    mediation: Option<&'static str>,
    public_key: RequestOptions,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct RequestOptions {
    /// 32 random bytes, base64url.
    challenge: String,
    /// Milliseconds.
    timeout: u128,
    rp_id: String,
    /// Where a name was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    allow_credentials: Option<Vec<Descriptor>>,
    user_verification: &'static str,
}

#[derive(Serialize, ToSchema)]
#[schema(as = CredentialDescriptor)]
struct Descriptor {
    #[serde(rename = "type")]
    kind: &'static str,
    /// The credential's identifier, base64url.
    id: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    transports: Vec<String>,
}

#[utoipa::path(
    post,
    path = "/api/v1/webauthn/login/begin",
    operation_id = "webauthn_login_begin",
    tag = "passkeys",
    summary = "Begin to sign in with a passkey",
    request_body(content = Option<LoginBegin>),
    responses(
        (status = 200, description = "`CredentialRequestOptions` (WebAuthn §5.5) with binary members as base64url; good for five minutes", body = CredentialAssertion),
        (status = 400, description = "Broken JSON, an unknown mediation (errors.mediation), or nobody with a passkey of this name (errors.username)", body = ErrorBody),
        (status = 429, description = "Too many attempts from this client; see Retry-After", body = ErrorBody),
    )
)]
pub async fn webauthn_login_begin(
    State(app): State<App>,
    origin: Origin,
    OptionalJsonBody(body): OptionalJsonBody<LoginBegin>,
) -> Result<Json<CredentialAssertion>, EngineError> {
    let username = body.username.filter(|name| !name.trim().is_empty());
    let asked = mediation(body.mediation.as_deref().unwrap_or_default())?;
    let refusal = |refusal: NoPasskey| EngineError::about(StatusCode::BAD_REQUEST, "username", refusal.to_string());
    let begun = assert::begin(&app, username.as_deref(), &origin)
        .await
        .map_err(in_words(refusal))?;
    let allowed = begun.allowed.map(|passkeys| {
        let descriptors = passkeys.into_iter().map(|passkey| Descriptor {
            kind: "public-key",
            id: passkey.credential_id,
            transports: passkey.transports,
        });
        descriptors.collect()
    });
    Ok(Json(CredentialAssertion {
        mediation: asked.or_else(|| username.is_none().then_some("conditional")),
        public_key: RequestOptions {
            challenge: URL_SAFE_NO_PAD.encode(begun.challenge),
            timeout: LIFETIME.as_millis(),
            rp_id: app.relying_party.id().to_owned(),
            allow_credentials: allowed,
            user_verification: "preferred",
        },
    }))
}

/// The mediation that was asked for, if any (Credential Management §2.3.2).
fn mediation(text: &str) -> Result<Option<&'static str>, EngineError> {
    match text.trim().to_ascii_lowercase().as_str() {
        "" => Ok(None),
        asked => ["conditional", "optional", "required", "silent"]
            .into_iter()
            .find(|known| *known == asked)
            .map(Some)
            .ok_or_else(|| EngineError::invalid("mediation", "must be conditional, optional, required or silent")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mediation_is_read_in_any_case() {
        assert_eq!(mediation(" ").unwrap(), None);
        assert_eq!(mediation(" Conditional ").unwrap(), Some("conditional"));
        assert_eq!(mediation("SILENT").unwrap(), Some("silent"));
        assert!(mediation("immediate").is_err());
    }
}
