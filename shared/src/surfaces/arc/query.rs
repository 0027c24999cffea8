//! Query parameters.

use http::Uri;

use super::error::ArcError;
use crate::http::query;

/// A parameter that must be there; an empty one is not.
///
/// # Errors
/// 400 "Required parameter … is missing!".
pub fn required(uri: &Uri, name: &str) -> Result<String, ArcError> {
    query::text(uri, name).ok_or_else(|| ArcError::param_missing(name))
}
