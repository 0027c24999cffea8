//! Pictures, as they are received and served.

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE};

use super::error::EngineError;
use crate::files::File;
use crate::files::picture::NotAPicture;

/// A picture that was found, with its real type; 404 for none. A name is used for one picture only, so it may be kept for
/// good; and it is never a document to run scripts in.
///
/// # Errors
/// 404.
pub fn picture(found: Option<File>) -> Result<Response, EngineError> {
    let picture = found.ok_or_else(|| EngineError::new(StatusCode::NOT_FOUND, "There is no such picture"))?;
    let headers = [
        (CONTENT_TYPE, picture.media_type),
        (CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (CONTENT_DISPOSITION, "inline"),
        (CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"),
    ];
    Ok((headers, picture.bytes).into_response())
}

/// What an upload that is no picture is answered with.
pub fn problem_of_picture(key: &str, error: NotAPicture) -> EngineError {
    let status = match error {
        NotAPicture::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        NotAPicture::UnknownFormat => StatusCode::BAD_REQUEST,
    };
    EngineError::new(status, "The file cannot be used").with(key, error.to_string())
}
