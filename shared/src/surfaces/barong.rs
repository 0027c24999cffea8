//! The barong surface (`/api/v2`, and the same under `/api/v2/barong`, where gateways show it): query and body are one set
//! of parameters, whatever the body is written in; errors are `{"errors": [keys]}`.

mod administration;
pub mod api_keys;
mod caller;
mod cors;
pub mod entities;
mod error;
pub mod paging;
pub mod params;
mod status;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use utoipa::openapi::{OpenApi, PathItem};

pub use crate::act::in_words;
pub use administration::{Needs, able};
pub use caller::{Asking, Caller, CallerHeaders, Guarded, pass, refused};
pub use error::{BarongError, ErrorKeys};
pub use paging::{PageParams, Paging};
pub use params::{Given, Params, Upload};
pub use status::{scalar, success};

use crate::App;
use crate::http::MAX_MULTIPART;

/// What every path of this surface begins with.
pub const BASE: &str = "/api/v2";

/// Under what gateways show it.
const SHOWN: &str = "/api/v2/barong";

/// Finishes a group's routes, whose paths begin after the base: both bases, and what all groups have in common.
pub fn surface(app: &App, routes: Router<App>) -> Router {
    let routes = routes.with_state(app.clone());
    let both = Router::new().nest(BASE, routes.clone()).nest(SHOWN, routes);
    both.method_not_allowed_fallback(|| async { BarongError::method_not_allowed() })
        .layer(DefaultBodyLimit::max(MAX_MULTIPART))
        .layer(from_fn_with_state(app.clone(), cors::shared))
}

/// Routes that anybody may call whom no restriction keeps out.
pub fn unrestricted(app: &App, routes: Router<App>) -> Router<App> {
    routes.route_layer(from_fn_with_state(app.clone(), caller::unrestricted))
}

/// Routes that only those may call whom the edge lets through.
pub fn guarded(app: &App, routes: Router<App>) -> Router<App> {
    routes.route_layer(from_fn_with_state(app.clone(), caller::authorized))
}

/// A group's part of the surface's API document.
pub fn document(group: OpenApi) -> OpenApi {
    let mut document = OpenApi::default().nest(BASE, group);
    for item in document.paths.paths.values_mut() {
        let PathItem {
            get, put, post, delete, ..
        } = item;
        for operation in [get, put, post, delete].into_iter().flatten() {
            caller::document(operation);
        }
    }
    document
}

/// The answer to a path that does not exist.
pub async fn not_found() -> Response {
    let body = serde_json::json!({ "error": "Route is not found" });
    (StatusCode::NOT_FOUND, axum::Json(body)).into_response()
}
