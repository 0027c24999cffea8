//! What every request passes, whatever it asks for: an identifier, a line in the log, headers, and a net under panics.

use std::any::Any;
use std::time::Instant;

use axum::Router;
use axum::extract::{MatchedPath, Request};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, HeaderValue, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use http::{HeaderMap, StatusCode};
use tower_http::catch_panic::CatchPanicLayer;
use tracing::Instrument as _;

/// The response header that names a request in the log.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Set by what received the request, where it has an identifier already.
#[derive(Debug, Clone)]
pub struct RequestId(pub String);

/// Wraps `routes` in what every request passes.
pub fn around(routes: Router) -> Router {
    routes
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn(headers))
        .layer(from_fn(log))
}

/// Security headers; a handler that sets one itself keeps it. Answers are private unless they say otherwise
/// (ASVS 14.3.2), and never a page to run scripts in or to be framed (RFC 9700 §4.16).
async fn headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in [
        (CACHE_CONTROL, "no-store"),
        (CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
        (REFERRER_POLICY, "no-referrer"),
        (STRICT_TRANSPORT_SECURITY, "max-age=63072000; includeSubDomains"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (X_FRAME_OPTIONS, "DENY"),
    ] {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

/// One line for each request: method, route, status, time. Never the path, the query or a body: they carry secrets.
async fn log(request: Request, next: Next) -> Response {
    let id = match request.extensions().get::<RequestId>() {
        Some(known) => known.0.clone(),
        None => uuid::Uuid::from_bytes(crate::random::Random::system().bytes())
            .simple()
            .to_string(),
    };
    let method = request.method().clone();
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("-", MatchedPath::as_str)
        .to_owned();
    let span = tracing::info_span!("request", id, %method, route);
    let begun = Instant::now();
    let mut response = next.run(request).instrument(span.clone()).await;
    let (status, millis) = (response.status().as_u16(), begun.elapsed().as_secs_f64() * 1e3);
    let _entered = span.enter();
    if response.status().is_server_error() {
        tracing::error!(status, millis, "answered");
    } else {
        tracing::info!(status, millis, "answered");
    }
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response
}

/// The shape of a surface is not known here; a panic is a defect, and this keeps it from being more than that.
fn panicked(_payload: Box<dyn Any + Send>) -> Response {
    tracing::error!("a handler panicked");
    let body = axum::Json(serde_json::json!({ "message": "Internal error; try again", "errors": {} }));
    (StatusCode::INTERNAL_SERVER_ERROR, HeaderMap::new(), body).into_response()
}
