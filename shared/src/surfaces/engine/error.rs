//! Engine's errors: `{message, errors}`, always JSON, never an internal text.

use std::collections::BTreeMap;

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use serde::Serialize;
use utoipa::ToSchema;

use crate::accounts::avatar::AvatarError;
use crate::accounts::password_reset::ResetError;
use crate::accounts::profile::UpdateError;
use crate::accounts::sign_up::SignUpError;
use crate::credentials::password::Busy;
use crate::files::FileError;
use crate::http::throttle::Throttled;
use crate::sessions::sign_in::SignInError;
use crate::store::StoreError;
use crate::tokens::keyring::KeyringError;

/// The body of every error.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ErrorBody {
    /// For a person.
    pub message: String,
    /// What is wrong with which member; may be empty.
    pub errors: BTreeMap<String, String>,
}

/// The body of an answer that only says that it is done.
#[derive(Debug, Serialize, ToSchema)]
pub struct MessageBody {
    /// For a person.
    pub message: &'static str,
}

/// An error as the client sees it.
#[derive(Debug)]
pub struct EngineError {
    status: StatusCode,
    body: ErrorBody,
    retry_after: Option<u32>,
}

impl EngineError {
    /// An error with this status and message.
    pub fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self {
            status,
            body: ErrorBody {
                message: message.into(),
                errors: BTreeMap::new(),
            },
            retry_after: None,
        }
    }

    /// Something is wrong with one member of the request.
    pub fn invalid(key: &str, problem: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "The request is not valid").with(key, problem)
    }

    /// Says what is wrong with one more member.
    #[must_use]
    pub fn with(mut self, key: &str, problem: impl Into<String>) -> Self {
        self.body.errors.insert(key.to_owned(), problem.into());
        self
    }

    /// The error itself when it names any member.
    ///
    /// # Errors
    /// Itself.
    pub fn or_ok(self) -> Result<(), Self> {
        if self.body.errors.is_empty() { Ok(()) } else { Err(self) }
    }

    /// No token, or none that is in force.
    pub fn unauthorized() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "Sign in and send the token as X-Auth")
    }

    /// Wrong credentials, whatever is wrong with them.
    pub fn wrong_credentials() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "Wrong username or password")
    }

    /// The path does not exist.
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "There is nothing here")
    }

    /// The path exists, but not with this method.
    pub fn method_not_allowed() -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "This path does not know the method")
    }

    /// The body is larger than allowed.
    pub fn too_large() -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "The body is too large")
    }

    /// Something failed here; what it was stands in the log.
    pub fn internal(error: impl std::fmt::Display) -> Self {
        tracing::error!(%error, "internal error");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "Internal error; try again")
    }

    fn unavailable(error: impl std::fmt::Display) -> Self {
        tracing::error!(%error, "unavailable");
        let error = Self::new(StatusCode::SERVICE_UNAVAILABLE, "Too busy at this moment; try again");
        Self {
            retry_after: Some(1),
            ..error
        }
    }
}

impl IntoResponse for EngineError {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(self.body)).into_response();
        let headers = response.headers_mut();
        headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static("application/json; charset=utf-8"),
        );
        if let Some(seconds) = self.retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

impl From<Throttled> for EngineError {
    fn from(throttled: Throttled) -> Self {
        let message = format!("Too many attempts; try again in {} seconds", throttled.retry_after);
        Self {
            retry_after: Some(throttled.retry_after),
            ..Self::new(StatusCode::TOO_MANY_REQUESTS, message)
        }
    }
}

impl From<StoreError> for EngineError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict | StoreError::Throttled | StoreError::Unavailable(_) => Self::unavailable(error),
            StoreError::TooLarge { .. } => Self::invalid("Error", "this is more than can be kept; send less"),
            StoreError::Corrupt(_) => Self::internal(error),
        }
    }
}

impl From<Busy> for EngineError {
    fn from(error: Busy) -> Self {
        Self::unavailable(error)
    }
}

impl From<KeyringError> for EngineError {
    fn from(error: KeyringError) -> Self {
        Self::unavailable(error)
    }
}

impl From<FileError> for EngineError {
    fn from(error: FileError) -> Self {
        Self::unavailable(error)
    }
}

impl From<SignInError> for EngineError {
    fn from(error: SignInError) -> Self {
        match error {
            SignInError::Refused => Self::wrong_credentials(),
            SignInError::Throttled(error) => error.into(),
            SignInError::Busy(error) => error.into(),
            SignInError::Store(error) => error.into(),
        }
    }
}

impl From<SignUpError> for EngineError {
    fn from(error: SignUpError) -> Self {
        match error {
            SignUpError::EmailTaken => Self::invalid("email", "an account with this address exists; sign in instead"),
            SignUpError::WeakPassword(error) => Self::invalid("password", error.to_string()),
            SignUpError::Throttled(error) => error.into(),
            SignUpError::Busy(error) => error.into(),
            SignUpError::Store(error) => error.into(),
        }
    }
}

impl From<ResetError> for EngineError {
    fn from(error: ResetError) -> Self {
        match error {
            ResetError::InvalidToken => Self::invalid(
                "Token",
                "the link is not valid for this address, was used, or is too old; ask for a new one",
            ),
            ResetError::WeakPassword(error) => Self::invalid("password", error.to_string()),
            ResetError::Throttled(error) => error.into(),
            ResetError::Busy(error) => error.into(),
            ResetError::Notify(error) => Self::unavailable(error),
            ResetError::Store(error) => error.into(),
        }
    }
}

impl From<UpdateError> for EngineError {
    fn from(error: UpdateError) -> Self {
        match error {
            UpdateError::Gone => Self::unauthorized(),
            UpdateError::Store(error) => error.into(),
        }
    }
}

impl From<AvatarError> for EngineError {
    fn from(error: AvatarError) -> Self {
        match error {
            AvatarError::Update(error) => error.into(),
            AvatarError::File(error) => error.into(),
        }
    }
}
