//! Barong's errors: `{"errors": [keys]}`, never an internal text. Keys that belong to one request come in the order in which
//! its parameters are documented.

use std::borrow::Cow;

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{HeaderValue, RETRY_AFTER};
use serde::Serialize;
use utoipa::ToSchema;

use crate::accounts::customer::problem::Problems;
use crate::act::{Failure, Told};
use crate::http::body::Unread;

/// The body of an error
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ErrorKeys {
    /// What is wrong, one key each.
    #[schema(value_type = Vec<String>, example = json!(["identity.session.invalid_params"]))]
    errors: Vec<Cow<'static, str>>,
}

/// An error as the client sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BarongError {
    status: StatusCode,
    body: ErrorKeys,
    retry_after: Option<u32>,
}

impl BarongError {
    /// An error with this status and key.
    pub fn new(status: StatusCode, key: impl Into<Cow<'static, str>>) -> Self {
        Self::several(status, vec![key.into()])
    }

    /// An error with this status and these keys.
    pub fn several(status: StatusCode, errors: Vec<Cow<'static, str>>) -> Self {
        Self {
            status,
            body: ErrorKeys { errors },
            retry_after: None,
        }
    }

    /// What is wrong.
    pub fn keys(&self) -> &[Cow<'static, str>] {
        &self.body.errors
    }

    /// The status that says so.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// 400 with this key.
    pub fn bad_request(key: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, key)
    }

    /// 401 with this key.
    pub fn unauthorized(key: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, key)
    }

    /// 404 with this key.
    pub fn not_found(key: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::NOT_FOUND, key)
    }

    /// 422 with this key: a parameter is missing or wrong, or what is wanted cannot be done.
    pub fn invalid(key: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, key)
    }

    /// 422 with everything that is wrong with what was to be kept.
    pub fn problems(problems: &Problems) -> Self {
        let keys = problems.keys().into_iter().map(Into::into);
        Self::several(StatusCode::UNPROCESSABLE_ENTITY, keys.collect())
    }

    /// The body cannot be read.
    pub fn invalid_body() -> Self {
        Self::bad_request("record.invalid_body")
    }

    /// The path exists, but not with this method.
    pub fn method_not_allowed() -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "method.not_allowed")
    }

    /// Something failed here; what it was stands in the log.
    pub fn internal(error: impl std::fmt::Display) -> Self {
        tracing::error!(%error, "internal error");
        Self::broken()
    }

    fn broken() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "server.internal_error")
    }

    fn after(self, seconds: u32) -> Self {
        Self {
            retry_after: Some(seconds),
            ..self
        }
    }
}

impl IntoResponse for BarongError {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(self.body)).into_response();
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// What may fail any act; the acts' own refusals are said where the operation is.
impl<F: Into<Failure>> From<F> for BarongError {
    fn from(failure: F) -> Self {
        match failure.into().told() {
            Told::TooMany { retry_after } => {
                Self::new(StatusCode::TOO_MANY_REQUESTS, "identity.session.too_many_requests").after(retry_after)
            }
            Told::TooLarge => Self::invalid("record.too_large"),
            Told::Broken => Self::broken(),
            Told::Unavailable => Self::new(StatusCode::SERVICE_UNAVAILABLE, "server.unavailable").after(1),
        }
    }
}

impl From<Unread> for BarongError {
    fn from(unread: Unread) -> Self {
        match unread {
            Unread::TooLarge => Self::new(StatusCode::PAYLOAD_TOO_LARGE, "record.too_large"),
            Unread::Broken => Self::invalid_body(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_a_list_of_keys() {
        let body = |error: BarongError| serde_json::to_string(&error.body).unwrap();
        assert_eq!(
            body(BarongError::invalid("email.taken")),
            r#"{"errors":["email.taken"]}"#
        );
        let two = vec!["email.invalid".into(), "password.weak".into()];
        let two = BarongError::several(StatusCode::UNPROCESSABLE_ENTITY, two);
        assert_eq!(body(two), r#"{"errors":["email.invalid","password.weak"]}"#);
    }
}
