//! Responses of authenticators, as browsers send them: binary members are base64url texts (WebAuthn §5.1).

use serde::de::DeserializeOwned;
use serde_json::Value;
use shared::surfaces::engine::{EngineError, JsonBody};
use utoipa::ToSchema;

/// The response to `register/begin`, for the API document.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "only its schema is used")]
pub struct RegistrationResponse {
    id: String,
    raw_id: String,
    /// `public-key`.
    #[schema(rename = "type")]
    kind: String,
    response: Attestation,
}

#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "only its schema is used")]
struct Attestation {
    #[schema(rename = "clientDataJSON")]
    client_data_json: String,
    attestation_object: String,
    transports: Option<Vec<String>>,
}

/// The response to `login/begin`, for the API document.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "only its schema is used")]
pub struct AssertionResponse {
    id: String,
    raw_id: String,
    /// `public-key`.
    #[schema(rename = "type")]
    kind: String,
    response: Assertion,
    /// A code of the authenticator app, where the account asks for one.
    #[schema(nullable = false)]
    otp_code: Option<String>,
}

#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "only its schema is used")]
struct Assertion {
    #[schema(rename = "clientDataJSON")]
    client_data_json: String,
    authenticator_data: String,
    signature: String,
    /// The user's identifier; needed where the sign-in began without a name.
    user_handle: Option<String>,
}

/// The code that came with a response.
pub fn otp_code(JsonBody(body): &JsonBody<Value>) -> Option<String> {
    Some(body.get("otpCode")?.as_str()?.to_owned())
}

/// Reads a response.
///
/// # Errors
/// 400 for what is none.
pub fn read<R: DeserializeOwned>(JsonBody(body): JsonBody<Value>) -> Result<R, EngineError> {
    serde_path_to_error::deserialize(body).map_err(|error| {
        let member = error.path().to_string();
        EngineError::invalid(&member, "is missing, or not as an authenticator's response has it")
    })
}
