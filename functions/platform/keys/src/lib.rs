//! `GET /.well-known/jwks.json` (RFC 7517 §5): the keys that verify our tokens, for anybody.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use lambda_http::http::StatusCode;
use lambda_http::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL};
use serde_json::json;
use shared::App;

/// The group's routes.
pub fn routes(app: App) -> Router {
    Router::new().route("/.well-known/jwks.json", get(jwks)).with_state(app)
}

async fn jwks(State(app): State<App>) -> Response {
    match app.keys.get().await {
        // Verifiers may keep the set for five minutes: a key is published long before it signs.
        Ok(keyring) => {
            let headers = [
                (CACHE_CONTROL, "public, max-age=300"),
                (ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
            ];
            (headers, Json(json!({ "keys": keyring.jwks() }))).into_response()
        }
        Err(error) => {
            tracing::error!(%error, "no keyring");
            let body = json!({ "message": "Too busy at this moment; try again" });
            (StatusCode::SERVICE_UNAVAILABLE, Json(body)).into_response()
        }
    }
}
