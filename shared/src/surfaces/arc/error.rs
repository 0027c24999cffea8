//! Arc's errors: `{error: {statusCode, name, message}}`, always JSON, never an internal text. What a check of a client, a
//! user or a bearer refuses has its message as an object, what a handler refuses as a text: clients read either.

use std::borrow::Cow;

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::schema::Violation;
use crate::act::{Failure, Told};
use crate::http::body::Unread;

/// The body of every error.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ErrorBody {
    error: Box<Inner>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Inner {
    /// The status of the answer.
    status_code: u16,
    /// What kind of error it is; nothing where something failed here.
    #[serde(skip_serializing_if = "str::is_empty")]
    name: Cow<'static, str>,
    /// A text, or an object with the member `message`.
    message: Message,
    /// A key for programs, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    code: Option<&'static str>,
    /// What is wrong with which part of the request, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Value>, nullable = false)]
    details: Option<Value>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(untagged)]
enum Message {
    Text(Cow<'static, str>),
    Object { message: Cow<'static, str> },
}

/// An error as the client sees it.
#[derive(Debug, Clone)]
pub struct ArcError {
    status: StatusCode,
    body: ErrorBody,
    retry_after: Option<u32>,
}

/// What kind of error a status is, in LoopBack's words.
fn name_of(status: StatusCode) -> Cow<'static, str> {
    if status == StatusCode::INTERNAL_SERVER_ERROR {
        return "".into();
    }
    let reason = status.canonical_reason().unwrap_or("Unknown");
    let words: String = reason.split([' ', '-', '\'']).collect();
    format!("{words}Error").into()
}

impl ArcError {
    /// What a handler refuses.
    pub fn new(status: StatusCode, message: impl Into<Cow<'static, str>>) -> Self {
        Self::made(status, Message::Text(message.into()))
    }

    /// What the check of a client, a user or a bearer refuses.
    pub fn checked(status: StatusCode, message: impl Into<Cow<'static, str>>) -> Self {
        let message = message.into();
        Self::made(status, Message::Object { message })
    }

    fn made(status: StatusCode, message: Message) -> Self {
        Self {
            status,
            body: ErrorBody {
                error: Box::new(Inner {
                    status_code: status.as_u16(),
                    name: name_of(status),
                    message,
                    code: None,
                    details: None,
                }),
            },
            retry_after: None,
        }
    }

    /// The same with a key for programs.
    #[must_use]
    pub fn code(mut self, code: &'static str) -> Self {
        self.body.error.code = Some(code);
        self
    }

    /// The same with another name than that of its status.
    #[must_use]
    pub fn named(mut self, name: &'static str) -> Self {
        self.body.error.name = name.into();
        self
    }

    /// The same with what is wrong with which part of the request.
    #[must_use]
    pub fn details(mut self, details: Value) -> Self {
        self.body.error.details = Some(details);
        self
    }

    /// 401 by a handler.
    pub fn unauthorized(message: &'static str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, message)
    }

    /// 401 by a check of client, user or bearer.
    pub fn refused(message: &'static str) -> Self {
        Self::checked(StatusCode::UNAUTHORIZED, message)
    }

    /// The body breaks its schema.
    pub fn body_invalid(violations: &[Violation]) -> Self {
        Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "The request body is invalid. See error object `details` property for more info.",
        )
        .code("VALIDATION_FAILED")
        .details(json!(violations))
    }

    /// One member of the body is of the right type and not good all the same.
    pub fn member_invalid(member: &str, code: &'static str, message: impl Into<String>) -> Self {
        Self::body_invalid(&[Violation::of(member, code, message)])
    }

    /// The body is no JSON.
    pub fn json_syntax(problem: impl std::fmt::Display) -> Self {
        Self::new(StatusCode::BAD_REQUEST, problem.to_string()).named("SyntaxError")
    }

    /// The body is of another kind than the operation reads.
    pub fn media_type(given: &str, expected: &str) -> Self {
        let message = format!("Content-type {given} does not match [{expected}].");
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, message).code("UNSUPPORTED_MEDIA_TYPE")
    }

    /// A parameter is missing.
    pub fn param_missing(name: &str) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            format!("Required parameter {name} is missing!"),
        )
        .code("MISSING_REQUIRED_PARAMETER")
    }

    /// A parameter cannot be read.
    pub fn param_invalid(value: &str, name: &str) -> Self {
        let value: String = value.chars().take(100).collect();
        Self::new(
            StatusCode::BAD_REQUEST,
            format!("Invalid data {value} for parameter {name}."),
        )
        .code("INVALID_PARAMETER_VALUE")
    }

    /// There is no bearer token.
    pub fn no_bearer() -> Self {
        Self::unauthorized(r#"Bearer realm="Users""#)
    }

    /// The bearer token is none of ours, or too old.
    pub fn bearer_bad() -> Self {
        Self::refused("TokenExpired")
    }

    /// The bearer token was good, and is not any more.
    pub fn bearer_revoked() -> Self {
        Self::refused("TokenRevoked")
    }

    /// A permission is missing, or it is somebody else's.
    pub fn not_allowed() -> Self {
        Self::new(StatusCode::FORBIDDEN, "NotAllowedAccess")
    }

    /// No client said who it is.
    pub fn client_auth_absent() -> Self {
        Self::unauthorized("Unauthorized")
    }

    /// Unknown client, wrong secret, or a client that was removed.
    pub fn client_verification() -> Self {
        Self::refused("Client Verification Failed")
    }

    /// There is no such client, or it is not for this user.
    pub fn client_invalid() -> Self {
        Self::unauthorized("Client Invalid")
    }

    /// The path does not exist, or not with this method.
    pub fn no_route() -> Self {
        Self::new(StatusCode::NOT_FOUND, "API not found !")
    }

    /// Something failed here; what it was stands in the log.
    pub fn internal(error: impl std::fmt::Display) -> Self {
        tracing::error!(%error, "internal error");
        Self::broken()
    }

    fn broken() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error")
    }

    fn after(self, seconds: u32) -> Self {
        Self {
            retry_after: Some(seconds),
            ..self
        }
    }
}

impl IntoResponse for ArcError {
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

/// What may fail any act; the acts' own refusals are said where the operation is.
impl<F: Into<Failure>> From<F> for ArcError {
    fn from(failure: F) -> Self {
        match failure.into().told() {
            Told::TooMany { retry_after } => {
                let message = format!("Too many attempts; try again in {retry_after} seconds");
                Self::new(StatusCode::TOO_MANY_REQUESTS, message).after(retry_after)
            }
            Told::TooLarge => Self::body_invalid(&[Violation::of("", "maxLength", "is more than can be kept")]),
            Told::Broken => Self::broken(),
            Told::Unavailable => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "Too busy at this moment; try again").after(1)
            }
        }
    }
}

impl From<Unread> for ArcError {
    fn from(unread: Unread) -> Self {
        match unread {
            Unread::TooLarge => Self::new(StatusCode::PAYLOAD_TOO_LARGE, "request entity too large"),
            Unread::Broken => Self::new(StatusCode::BAD_REQUEST, "request aborted"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(error: ArcError) -> Value {
        serde_json::to_value(error.body).unwrap()
    }

    #[test]
    fn a_check_says_an_object_and_a_handler_a_text() {
        let said = body(ArcError::bearer_revoked());
        let wanted =
            json!({ "statusCode": 401, "name": "UnauthorizedError", "message": { "message": "TokenRevoked" } });
        assert_eq!(said, json!({ "error": wanted }));
        let said = body(ArcError::client_invalid());
        let wanted = json!({ "statusCode": 401, "name": "UnauthorizedError", "message": "Client Invalid" });
        assert_eq!(said, json!({ "error": wanted }));
    }

    #[test]
    fn names_are_those_of_loopback() {
        for (status, name) in [
            (400, "BadRequestError"),
            (401, "UnauthorizedError"),
            (403, "ForbiddenError"),
            (404, "NotFoundError"),
            (409, "ConflictError"),
            (413, "PayloadTooLargeError"),
            (415, "UnsupportedMediaTypeError"),
            (422, "UnprocessableEntityError"),
            (429, "TooManyRequestsError"),
            (500, ""),
        ] {
            assert_eq!(name_of(StatusCode::from_u16(status).unwrap()), name);
        }
    }
}
