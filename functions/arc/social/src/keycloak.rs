//! Signing in through Keycloak: `POST /auth/keycloak` (keycloak-start), `GET /auth/keycloak` (keycloak-start-get) and `GET /auth/keycloak-auth-redirect` (keycloak-callback).

use axum::extract::{Request, State};
use axum::response::Response;
use shared::App;
use shared::federation::Provider;
use shared::sessions::Origin;
use shared::surfaces::arc::ArcError;

use crate::callback::{self, CallbackAnswers, CallbackQuery};
use crate::start::{self, Start, StartAnswers, StartGetAnswers, StartQuery};

#[utoipa::path(
    post,
    path = "/auth/keycloak",
    operation_id = "keycloak-start",
    tag = "social",
    summary = "Sign in through Keycloak",
    request_body(content = Start, content_type = "application/x-www-form-urlencoded"),
    responses(StartAnswers)
)]
pub async fn keycloak_start(State(app): State<App>, origin: Origin, request: Request) -> Result<Response, ArcError> {
    start::by_form(&app, Provider::Keycloak, origin, request).await
}

/// Deprecated as published: a secret in an address is written into logs, of others than ours.
#[utoipa::path(
    get,
    path = "/auth/keycloak",
    operation_id = "keycloak-start-get",
    tag = "social",
    summary = "Sign in through Keycloak, with the client's secret in the address",
    params(StartQuery),
    responses(StartGetAnswers)
)]
#[deprecated]
pub async fn keycloak_start_get(
    State(app): State<App>,
    origin: Origin,
    request: Request,
) -> Result<Response, ArcError> {
    start::by_query(&app, Provider::Keycloak, origin, request).await
}

#[utoipa::path(
    get,
    path = "/auth/keycloak-auth-redirect",
    operation_id = "keycloak-callback",
    tag = "social",
    summary = "Back from Keycloak",
    params(CallbackQuery),
    responses(CallbackAnswers)
)]
pub async fn keycloak_callback(State(app): State<App>, origin: Origin, request: Request) -> Result<Response, ArcError> {
    callback::by_query(&app, Provider::Keycloak, origin, request).await
}
