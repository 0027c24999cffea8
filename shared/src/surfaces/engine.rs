//! The engine surface (`/api/v1`): errors are `{message, errors}`, tokens travel in X-Auth.

mod body;
mod caller;
mod error;
mod paging;
mod path;
mod permit;
mod picture;
mod token;

pub use crate::act::in_words;
pub use body::{JsonBody, OptionalJsonBody, multipart_limit, problem_of_multipart};
pub use caller::{Authenticated, Bearer, Caller, authenticated, bearer, hint_to_renew};
pub use error::{EngineError, ErrorBody, MessageBody};
pub use paging::Paging;
pub use path::Segment;
pub use permit::{
    DeleteRoles, DeleteSessions, Guarded, GuardedHeaders, Permitted, ReadMasterData, ReadRoles, ReadSessions,
    ReadUsers, Requirement, UpdateUsers, WritePermissions, WriteRoles, WriteUsers, in_organization,
    in_organization_of_query, names_another_organization, wanted,
};
pub use picture::{picture, problem_of_picture};
pub use token::issue as issue_token;

use axum::Router;
use axum::response::IntoResponse;

/// What every path of this surface begins with.
pub const BASE: &str = "/api/v1";

/// Finishes a group's routes: a wrong method is answered in the surface's own shape.
pub fn surface(routes: Router) -> Router {
    routes.method_not_allowed_fallback(|| async { EngineError::method_not_allowed() })
}

/// The answer to a path that does not exist.
pub async fn not_found() -> axum::response::Response {
    EngineError::not_found().into_response()
}
