//! Identity-server's errors: a bare JSON string, or `false` where success is `true`, never an internal text.

use std::borrow::Cow;

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{HeaderValue, RETRY_AFTER};
use serde::Serialize;
use utoipa::ToSchema;

use crate::act::{Failure, Told};
use crate::http::body::Unread;

/// The body of an error, a bare JSON string
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(value_type = String, example = "Invalid Request")]
pub struct ErrorText(Cow<'static, str>);

/// What an error's body is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
enum Body {
    Text(ErrorText),
    /// `false`.
    No(bool),
}

/// An error as the client sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentityError {
    status: StatusCode,
    body: Body,
    retry_after: Option<u32>,
}

impl IdentityError {
    /// An error with this status and text.
    pub fn new(status: StatusCode, text: impl Into<Cow<'static, str>>) -> Self {
        Self {
            status,
            body: Body::Text(ErrorText(text.into())),
            retry_after: None,
        }
    }

    /// `false` with this status, where success is `true`.
    pub fn no(status: StatusCode) -> Self {
        Self {
            status,
            body: Body::No(false),
            retry_after: None,
        }
    }

    /// The request cannot be read, or something in it.
    pub fn invalid_request() -> Self {
        Self::new(StatusCode::BAD_REQUEST, "Invalid Request")
    }

    /// No token, or none that is in force.
    pub fn unauthorized() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "Unauthorized")
    }

    /// Not for the caller.
    pub fn forbidden() -> Self {
        Self::new(StatusCode::FORBIDDEN, "Forbidden")
    }

    /// The path, or what it names, does not exist.
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "Not Found")
    }

    /// The path exists, but not with this method.
    pub fn method_not_allowed() -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed")
    }

    /// Something failed here; what it was stands in the log.
    pub fn internal(error: impl std::fmt::Display) -> Self {
        tracing::error!(%error, "internal error");
        Self::broken()
    }

    fn broken() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "Internal Error")
    }

    fn after(self, seconds: u32) -> Self {
        Self {
            retry_after: Some(seconds),
            ..self
        }
    }
}

impl IntoResponse for IdentityError {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(self.body)).into_response();
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// What may fail any act; the acts' own refusals are said where the operation is.
impl<F: Into<Failure>> From<F> for IdentityError {
    fn from(failure: F) -> Self {
        match failure.into().told() {
            Told::TooMany { retry_after } => {
                Self::new(StatusCode::TOO_MANY_REQUESTS, "Too Many Requests").after(retry_after)
            }
            Told::TooLarge => Self::invalid_request(),
            Told::Broken => Self::broken(),
            Told::Unavailable => Self::new(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable").after(1),
        }
    }
}

impl From<Unread> for IdentityError {
    fn from(unread: Unread) -> Self {
        match unread {
            Unread::TooLarge => Self::new(StatusCode::PAYLOAD_TOO_LARGE, "Request Too Large"),
            Unread::Broken => Self::invalid_request(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_bare() {
        let body = |error: IdentityError| serde_json::to_string(&error.body).unwrap();
        assert_eq!(body(IdentityError::forbidden()), r#""Forbidden""#);
        assert_eq!(body(IdentityError::no(StatusCode::NOT_FOUND)), "false");
    }
}
