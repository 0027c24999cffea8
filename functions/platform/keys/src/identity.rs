//! `GET /identity/v1/.well-known/jwks.json` (jwks): the keys that verify identity-server's tokens, so that resource servers
//! can check them without asking.

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use shared::surfaces::identity_server::{IdentityError, surface};
use shared::tokens::access::identity_jwks;
use shared::{App, operations};
use utoipa::ToSchema;
use utoipa::openapi::OpenApi;

/// A set of keys, for the API document.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
struct KeySet {
    keys: Vec<Key>,
}

/// An RSA key.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
struct Key {
    /// `RSA`.
    kty: String,
    /// `RS512`.
    alg: String,
    /// `sig`.
    r#use: String,
    /// What a token names it by.
    kid: String,
    /// Modulus.
    n: String,
    /// Exponent.
    e: String,
}

#[utoipa::path(
    get,
    path = "/identity/v1/.well-known/jwks.json",
    operation_id = "identity-jwks",
    tag = "auth",
    summary = "Public keys",
    responses((status = 200, description = "Keys that sign tokens now, did so lately, or will do so next", body = KeySet))
)]
async fn jwks(State(app): State<App>) -> Result<Response, IdentityError> {
    Ok(super::published(&identity_jwks(
        &*app.keys.get().await?,
        app.clock.now(),
    )))
}

operations! {
    Open: App = [
        jwks,
    ]
}

pub fn routes(app: App) -> Router {
    surface(Open::router().with_state(app))
}

/// The part of identity-server's API document.
pub fn document() -> OpenApi {
    Open::document()
}
