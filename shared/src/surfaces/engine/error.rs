//! Engine's errors: `{message, errors}`, always JSON, never an internal text.

use std::collections::BTreeMap;

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use serde::Serialize;
use utoipa::ToSchema;

use crate::accounts::password_reset::NoReset;
use crate::accounts::profile::Gone;
use crate::accounts::sign_up::NoAccount;
use crate::act::{Failure, Told, Undone};
use crate::credentials::totp::WrongCode;
use crate::http::body::Unread;
use crate::sessions::sign_in::NotSignedIn;

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

    /// This status, with what is wrong with one member.
    pub fn about(status: StatusCode, key: &str, problem: impl Into<String>) -> Self {
        let problem = problem.into();
        let mut rest = problem.chars();
        let message = rest
            .next()
            .map(char::to_uppercase)
            .into_iter()
            .flatten()
            .chain(rest)
            .collect::<String>();
        Self::new(status, message).with(key, problem)
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

/// What may fail any act; the acts' own refusals are below.
impl<F: Into<Failure>> From<F> for EngineError {
    fn from(failure: F) -> Self {
        match failure.into().told() {
            Told::TooMany { retry_after } => {
                let message = format!("Too many attempts; try again in {retry_after} seconds");
                Self {
                    retry_after: Some(retry_after),
                    ..Self::new(StatusCode::TOO_MANY_REQUESTS, message)
                }
            }
            Told::TooLarge => Self::invalid("Error", "this is more than can be kept; send less"),
            Told::Broken => Self::new(StatusCode::INTERNAL_SERVER_ERROR, "Internal error; try again"),
            Told::Unavailable => Self {
                retry_after: Some(1),
                ..Self::new(StatusCode::SERVICE_UNAVAILABLE, "Too busy at this moment; try again")
            },
        }
    }
}

impl From<Unread> for EngineError {
    fn from(unread: Unread) -> Self {
        match unread {
            Unread::TooLarge => Self::too_large(),
            Unread::Broken => Self::new(StatusCode::BAD_REQUEST, "The body did not arrive whole"),
        }
    }
}

/// An act that was not done is answered with its own refusal, or with what failed.
impl<R: Into<EngineError>> From<Undone<R>> for EngineError {
    fn from(undone: Undone<R>) -> Self {
        match undone {
            Undone::Refused(refusal) => refusal.into(),
            Undone::Failed(failure) => failure.into(),
        }
    }
}

impl From<NotSignedIn> for EngineError {
    fn from(why: NotSignedIn) -> Self {
        let about_otp = |problem| Self::about(StatusCode::UNAUTHORIZED, "otpCode", problem);
        match why {
            NotSignedIn::WrongCredentials | NotSignedIn::NotActive(_) => Self::wrong_credentials(),
            NotSignedIn::MissingOtp => about_otp("enter the code of your authenticator app"),
            NotSignedIn::Otp(WrongCode::Wrong) => about_otp("this is not the code of your authenticator app"),
            NotSignedIn::Otp(WrongCode::Used) => about_otp("this code was used; wait for the next one"),
        }
    }
}

impl From<NoAccount> for EngineError {
    fn from(refusal: NoAccount) -> Self {
        match refusal {
            NoAccount::EmailTaken => Self::invalid("email", "an account with this address exists; sign in instead"),
            NoAccount::WeakPassword(weak) => Self::invalid("password", weak.to_string()),
        }
    }
}

impl From<NoReset> for EngineError {
    fn from(refusal: NoReset) -> Self {
        match refusal {
            NoReset::InvalidToken => Self::invalid(
                "Token",
                "the link is not valid for this address, was used, or is too old; ask for a new one",
            ),
            NoReset::WeakPassword(weak) => Self::invalid("password", weak.to_string()),
        }
    }
}

impl From<Gone> for EngineError {
    fn from(_: Gone) -> Self {
        Self::unauthorized()
    }
}
