//! The keys that verify our tokens, for anybody (RFC 7517 §5): all of them, and those of one surface; and where a client finds
//! what.

mod discovery;
mod identity;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use lambda_http::http::StatusCode;
use lambda_http::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL};
use serde::Serialize;
use serde_json::json;
use shared::App;
use shared::tokens::keys;

pub use discovery::document as arc_document;
pub use identity::document as identity_document;

/// The group's routes, without an answer to unknown paths.
pub fn routes(app: App) -> Router {
    Router::new()
        .route("/.well-known/jwks.json", get(jwks))
        .with_state(app.clone())
        .merge(discovery::routes(app.clone()))
        .merge(identity::routes(app))
}

/// `GET /.well-known/jwks.json`.
async fn jwks(State(app): State<App>) -> Response {
    match app.keys.get().await {
        Ok(keyring) => published(&keyring.jwks(app.clock.now())),
        Err(error) => {
            tracing::error!(%error, "no keyring");
            let body = json!({ "message": "Too busy at this moment; try again" });
            (StatusCode::SERVICE_UNAVAILABLE, Json(body)).into_response()
        }
    }
}

/// A set of keys. Verifiers may keep it for a while: a key is published long before it signs.
fn published(keys: &impl Serialize) -> Response {
    let headers = [
        (CACHE_CONTROL, format!("public, max-age={}", keys::PUBLIC_FOR.as_secs())),
        (ACCESS_CONTROL_ALLOW_ORIGIN, "*".to_owned()),
    ];
    (headers, Json(json!({ "keys": keys }))).into_response()
}
