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

/// A number in a path, written as numbers are.
///
/// # Errors
/// 400 "Invalid Request" for what is no 64-bit number.
pub fn number(text: &str) -> Result<i64, IdentityError> {
    let number = text.parse().ok().filter(|number: &i64| number.to_string() == text);
    number.ok_or_else(IdentityError::invalid_request)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_as_it_is_written() {
        for wanted in [1, 0, -1, i64::MAX, i64::MIN] {
            assert_eq!(number(&wanted.to_string()), Ok(wanted));
        }
        for text in [
            "",
            "one",
            "1.0",
            "+1",
            "01",
            " 1",
            "1 ",
            "9223372036854775808",
            "0x1",
            "\u{661}",
        ] {
            assert_eq!(number(text), Err(IdentityError::invalid_request()), "{text:?}");
        }
    }
}
