//! Variable parts of paths.

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;

use super::error::IdentityError;
use crate::ids::{AsUuid, UserId};

/// The one variable part of a path, decoded; 400 where it cannot be.
#[derive(Debug)]
pub struct Segment(pub String);

impl<S: Send + Sync> FromRequestParts<S> for Segment {
    type Rejection = IdentityError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, IdentityError> {
        let read = Path::from_request_parts(parts, state).await;
        read.map(|Path(text)| Self(text))
            .map_err(|_| IdentityError::invalid_request())
    }
}

/// The user that a uid names, whether there is one or not; 400 where it is no UUID.
///
/// # Errors
/// 400 "Invalid Request".
pub fn user(uid: &str) -> Result<UserId, IdentityError> {
    let AsUuid(user) = AsUuid::parse(uid).ok_or_else(IdentityError::invalid_request)?;
    Ok(user)
}
