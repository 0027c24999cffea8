//! What several operations read and say.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use http::StatusCode;
use secrecy::SecretString;
use serde::Serialize;
use shared::clients::proof::Credentials;
use shared::credentials::password::Password;
use shared::sessions::Origin;
use shared::surfaces::arc::ArcError;
pub use shared::surfaces::arc::{bad_credentials, not_let_in, not_refreshed, token_missing};
use shared::tokens::arc::{ArcDevice, Issued};
use utoipa::{IntoParams, ToSchema};

/// A pair of tokens.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TokenPair {
    /// RS256, for Authorization.
    access_token: String,
    /// 64 hexadecimal digits; gets the next pair, once.
    refresh_token: String,
    /// When the access token ends, in milliseconds since 1970.
    expires: i64,
}

impl From<Issued> for TokenPair {
    fn from(issued: Issued) -> Self {
        Self {
            access_token: issued.access_token,
            refresh_token: issued.refresh_token.expose().to_owned(),
            expires: issued.expires,
        }
    }
}

/// That it is done.
#[derive(Serialize, ToSchema)]
pub struct Success {
    /// `true`.
    success: bool,
}

impl Success {
    pub const DONE: Self = Self { success: true };
}

/// The header that names a device, for API documents.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct DeviceHeader {
    /// Free text; the access token shows it
    device_id: Option<String>,
}

/// Characters of a device's name that are kept.
const MAX_DEVICE: usize = 100;

/// What a request is sent with.
pub struct Device(pub ArcDevice);

impl<S: Sync> FromRequestParts<S> for Device {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let Origin { user_agent, .. } = Origin::from_request_parts(parts, state).await?;
        let header = parts.headers.get("device_id").and_then(|value| value.to_str().ok());
        let device_id = header.map(|text| text.chars().take(MAX_DEVICE).collect());
        Ok(Self(ArcDevice { user_agent, device_id }))
    }
}

/// What a client says of itself.
pub fn credentials(id: String, secret: Option<String>) -> Credentials {
    Credentials {
        id,
        secret: secret.map(SecretString::from),
    }
}

/// A password as it is presented; `None` where it is too long to be anybody's.
pub fn presented(password: String) -> Option<Password> {
    Password::present(password).ok()
}

pub fn password_invalid() -> ArcError {
    ArcError::new(StatusCode::BAD_REQUEST, "PasswordInvalid")
}

pub fn same_password() -> ArcError {
    ArcError::unauthorized("Password cannot be same as previous password!")
}
