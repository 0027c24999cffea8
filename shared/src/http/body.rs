//! Reading a body whole, within its limit.

use axum::body::{Bytes, to_bytes};
use axum::extract::Request;

use super::MAX_BODY;

/// A body could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unread {
    /// It has more than [`MAX_BODY`] bytes.
    #[error("the body is too large")]
    TooLarge,
    /// It broke off.
    #[error("the body did not arrive whole")]
    Broken,
}

/// The bytes of a request's body.
///
/// # Errors
/// [`Unread`].
pub async fn whole(request: Request) -> Result<Bytes, Unread> {
    to_bytes(request.into_body(), MAX_BODY).await.map_err(|error| {
        let mut source: Option<&(dyn std::error::Error + 'static)> = Some(&error);
        while let Some(error) = source {
            if error.is::<http_body_util::LengthLimitError>() {
                return Unread::TooLarge;
            }
            source = error.source();
        }
        Unread::Broken
    })
}
