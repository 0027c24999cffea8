//! Signing in through Instagram: `POST /auth/instagram` (instagram-start) and `GET /auth/instagram-auth-redirect` (instagram-callback).

use axum::extract::{Request, State};
use axum::response::Response;
use shared::App;
use shared::federation::Provider;
use shared::sessions::Origin;
use shared::surfaces::arc::ArcError;

use crate::callback::{self, CallbackAnswers, CallbackQuery};
use crate::start::{self, Start, StartAnswers};

#[utoipa::path(
    post,
    path = "/auth/instagram",
    operation_id = "instagram-start",
    tag = "social",
    summary = "Sign in through Instagram",
    request_body(content = Start, content_type = "application/x-www-form-urlencoded"),
    responses(StartAnswers)
)]
pub async fn instagram_start(State(app): State<App>, origin: Origin, request: Request) -> Result<Response, ArcError> {
    start::by_form(&app, Provider::Instagram, origin, request).await
}

#[utoipa::path(
    get,
    path = "/auth/instagram-auth-redirect",
    operation_id = "instagram-callback",
    tag = "social",
    summary = "Back from Instagram",
    params(CallbackQuery),
    responses(CallbackAnswers)
)]
pub async fn instagram_callback(
    State(app): State<App>,
    origin: Origin,
    request: Request,
) -> Result<Response, ArcError> {
    callback::by_query(&app, Provider::Instagram, origin, request).await
}
