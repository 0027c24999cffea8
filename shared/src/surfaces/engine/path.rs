//! A variable part of a path.

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;

use super::error::EngineError;

/// The one variable part of a path, decoded; 404 where it cannot be: then it names nothing.
#[derive(Debug)]
pub struct Segment(pub String);

impl<S: Send + Sync> FromRequestParts<S> for Segment {
    type Rejection = EngineError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, EngineError> {
        let read = Path::from_request_parts(parts, state).await;
        read.map(|Path(text)| Self(text)).map_err(|_| EngineError::not_found())
    }
}
