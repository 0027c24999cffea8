//! The identity-server surface (`/identity/v1`): errors are bare JSON strings, or `false` where success is `true`; tokens
//! travel in Authorization.

mod body;
mod caller;
mod described;
mod error;
mod path;

pub use crate::act::in_words;
pub use body::JsonBody;
pub use caller::{
    Administered, Administrator, Authenticated, AuthorizationHeader, Caller, Oneself, authenticated, live,
};
pub use described::{Described, PermissionView};
pub use error::{ErrorText, IdentityError};
pub use path::{Segment, number, user};

use axum::Router;
use axum::response::IntoResponse;

/// What every path of this surface begins with.
pub const BASE: &str = "/identity/v1";

/// Finishes a group's routes: a wrong method is answered in the surface's own shape.
pub fn surface(routes: Router) -> Router {
    routes.method_not_allowed_fallback(|| async { IdentityError::method_not_allowed() })
}

/// The answer to a path that does not exist.
pub async fn not_found() -> axum::response::Response {
    IdentityError::not_found().into_response()
}
