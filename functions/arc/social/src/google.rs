//! Signing in through Google: `POST /auth/google` (google-start), `GET /auth/google` (google-start-get) and `GET /auth/google-auth-redirect` (google-callback).

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
    path = "/auth/google",
    operation_id = "google-start",
    tag = "social",
    summary = "Sign in through Google",
    request_body(content = Start, content_type = "application/x-www-form-urlencoded"),
    responses(StartAnswers)
)]
pub async fn google_start(State(app): State<App>, origin: Origin, request: Request) -> Result<Response, ArcError> {
    start::by_form(&app, Provider::Google, origin, request).await
}

/// Deprecated as published: a secret in an address is written into logs, of others than ours.
#[utoipa::path(
    get,
    path = "/auth/google",
    operation_id = "google-start-get",
    tag = "social",
    summary = "Sign in through Google, with the client's secret in the address",
    params(StartQuery),
    responses(StartGetAnswers)
)]
#[deprecated]
pub async fn google_start_get(State(app): State<App>, origin: Origin, request: Request) -> Result<Response, ArcError> {
    start::by_query(&app, Provider::Google, origin, request).await
}

#[utoipa::path(
    get,
    path = "/auth/google-auth-redirect",
    operation_id = "google-callback",
    tag = "social",
    summary = "Back from Google",
    params(CallbackQuery),
    responses(CallbackAnswers)
)]
pub async fn google_callback(State(app): State<App>, origin: Origin, request: Request) -> Result<Response, ArcError> {
    callback::by_query(&app, Provider::Google, origin, request).await
}
