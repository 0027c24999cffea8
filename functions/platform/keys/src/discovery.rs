//! `GET /.well-known/openid-configuration` (openid-configuration): where a client of arc finds what (RFC 8414). The names are those of
//! the published document, with what is true here: codes with S256 and RS256, and nothing that is only promised.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use lambda_http::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL};
use serde::Serialize;
use shared::{App, operations};
use utoipa::ToSchema;
use utoipa::openapi::OpenApi;

/// Where things are.
#[derive(Serialize, ToSchema)]
struct Discovery {
    /// What the tokens name as their issuer.
    issuer: String,
    /// Where a client gets a code for a user's password, by POST.
    authorization_endpoint: String,
    /// Where it exchanges the code.
    token_endpoint: String,
    /// Who the user is.
    userinfo_endpoint: String,
    /// Where a session ends.
    end_session_endpoint: String,
    /// The keys that verify the tokens.
    jwks_uri: String,
    response_types_supported: [&'static str; 1],
    grant_types_supported: [&'static str; 2],
    subject_types_supported: [&'static str; 1],
    /// What access tokens are signed with. There are no identity tokens.
    id_token_signing_alg_values_supported: [&'static str; 1],
    /// A client proves itself when it asks for the code, by its secret, or when it exchanges it, by its code challenge.
    token_endpoint_auth_methods_supported: [&'static str; 2],
    code_challenge_methods_supported: [&'static str; 1],
}

#[utoipa::path(
    get,
    path = "/.well-known/openid-configuration",
    operation_id = "openid-configuration",
    tag = "login",
    summary = "Where things are",
    responses((status = 200, description = "Endpoints and what they support", body = Discovery))
)]
async fn openid_configuration(State(app): State<App>) -> Response {
    let at = |path: &str| format!("{}{path}", app.config.public_url);
    let discovery = Discovery {
        issuer: app.config.arc_issuer.clone(),
        authorization_endpoint: at("/auth/login"),
        token_endpoint: at("/auth/token"),
        userinfo_endpoint: at("/auth/me"),
        end_session_endpoint: at("/logout"),
        jwks_uri: at("/.well-known/jwks.json"),
        response_types_supported: ["code"],
        grant_types_supported: ["authorization_code", "refresh_token"],
        subject_types_supported: ["public"],
        id_token_signing_alg_values_supported: ["RS256"],
        token_endpoint_auth_methods_supported: ["client_secret_post", "none"],
        code_challenge_methods_supported: ["S256"],
    };
    let headers = [
        (CACHE_CONTROL, "public, max-age=300"),
        (ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    ];
    (headers, Json(discovery)).into_response()
}

operations! {
    Open: App = [
        openid_configuration,
    ]
}

pub fn routes(app: App) -> Router {
    Open::router().with_state(app)
}

/// The part of arc's API document.
pub fn document() -> OpenApi {
    Open::document()
}
