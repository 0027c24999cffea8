//! Every function's routes, merged, behind what stands in for the gateway.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_SECURITY_POLICY, HeaderName, HeaderValue};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::json;
use shared::App;
use shared::http::client::ClientAddress;
use shared::http::layers;
use shared::surfaces::{arc, barong, engine, identity_server};
use tower_http::cors::{Any, CorsLayer};
use utoipa_swagger_ui::SwaggerUi;

use crate::mailroom::Mailroom;
use crate::{documents, pages};

/// Everything that this server answers.
pub fn all(app: &App, mailroom: Option<Arc<Mailroom>>) -> Router {
    let routes = Router::new()
        .merge(arc_auth::routes(app.clone()))
        .merge(arc_clients::routes(app.clone()))
        .merge(arc_otp::routes(app.clone()))
        .merge(arc_social::routes(app.clone()))
        .merge(barong_admin::routes(app.clone()))
        .merge(barong_authz::routes(app.clone()))
        .merge(barong_identity::routes(app.clone()))
        .merge(barong_resource::routes(app.clone()))
        .merge(engine_auth::routes(app.clone()))
        .merge(engine_invitations::routes(app.clone()))
        .merge(engine_organizations::routes(app.clone()))
        .merge(engine_passkeys::routes(app.clone()))
        .merge(engine_permissions::routes(app.clone()))
        .merge(engine_roles::routes(app.clone()))
        .merge(engine_sessions::routes(app.clone()))
        .merge(engine_users::routes(app.clone()))
        .merge(identity_server_accounts::routes(app.clone()))
        .merge(identity_server_roles::routes(app.clone()))
        .merge(identity_server_permissions::routes(app.clone()))
        .merge(platform_keys::routes(app.clone()))
        .merge(platform_pages::routes(app.clone()).layer(from_fn_with_state(app.clone(), pages::by_name)))
        .merge(pages::routes(app, mailroom))
        .merge(viewer())
        .route("/healthz", get(healthy).with_state(app.clone()))
        .fallback(not_found);
    let routes = match cors(&app.config.cors_origins) {
        Some(cors) => routes.layer(cors),
        None => routes,
    };
    layers::around(routes).layer(from_fn_with_state(app.clone(), client))
}

/// The documents and a page that shows them. The viewer's files are in this program; nothing comes from other hosts.
fn viewer() -> Router {
    let viewer = SwaggerUi::new("/docs")
        .url("/openapi/engine.json", documents::engine())
        .url("/openapi/arc.json", documents::arc())
        .url("/openapi/barong.json", documents::barong())
        .url("/openapi/identity-server.json", documents::identity_server());
    Router::new()
        .merge(viewer)
        .layer(from_fn(async |request: Request, next: Next| {
            let mut response = next.run(request).await;
            // The viewer sets styles from its script.
            let policy =
                "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'";
            response
                .headers_mut()
                .insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
            response
        }))
}

/// Whether the table answers.
async fn healthy(State(app): State<App>) -> Response {
    let home = shared::organizations::Organization::key_of(shared::ids::OrgId::HOME);
    match app.store.get([home]).await {
        Ok(_) => Json(json!({ "status": "ok" })).into_response(),
        Err(error) => {
            tracing::error!(%error, "not healthy");
            (
                StatusCode::SERVICE_UNAVAILABLE,
                Json(json!({ "status": "the table does not answer" })),
            )
                .into_response()
        }
    }
}

/// Each surface says in its own shape that there is nothing.
async fn not_found(request: Request) -> Response {
    match request.uri().path() {
        path if path.starts_with(engine::BASE) => engine::not_found().await,
        path if path.starts_with(barong::BASE) => barong::not_found().await,
        path if path.starts_with(identity_server::BASE) => identity_server::not_found().await,
        path if arc::BASES.iter().any(|base| path.starts_with(base)) => arc::not_found().await,
        _ => (
            StatusCode::NOT_FOUND,
            Json(json!({ "message": "There is nothing here" })),
        )
            .into_response(),
    }
}

/// The gateway's part: who is calling.
async fn client(State(app): State<App>, mut request: Request, next: Next) -> Response {
    if let Some(ConnectInfo(peer)) = request.extensions().get::<ConnectInfo<SocketAddr>>() {
        let address = ClientAddress::resolve(peer.ip(), request.headers(), &app.config.trusted_proxies);
        request.extensions_mut().insert(address);
    }
    next.run(request).await
}

fn cors(origins: &[String]) -> Option<CorsLayer> {
    if origins.is_empty() {
        return None;
    }
    let exposed = ["retry-after", "x-renew-token"].map(HeaderName::from_static);
    let layer = CorsLayer::new()
        .allow_methods(Any)
        .allow_headers(Any)
        .expose_headers(exposed);
    Some(match origins.iter().any(|origin| origin == "*") {
        true => layer.allow_origin(Any),
        false => layer.allow_origin(
            origins
                .iter()
                .filter_map(|origin| origin.parse().ok())
                .collect::<Vec<HeaderValue>>(),
        ),
    })
}
