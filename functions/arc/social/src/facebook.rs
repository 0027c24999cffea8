//! Signing in through Facebook: `POST /auth/facebook` (facebook-start) and `GET /auth/facebook-auth-redirect` (facebook-callback).

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
    path = "/auth/facebook",
    operation_id = "facebook-start",
    tag = "social",
    summary = "Sign in through Facebook",
    request_body(content = Start, content_type = "application/x-www-form-urlencoded"),
    responses(StartAnswers)
)]
pub async fn facebook_start(State(app): State<App>, origin: Origin, request: Request) -> Result<Response, ArcError> {
    start::by_form(&app, Provider::Facebook, origin, request).await
}

#[utoipa::path(
    get,
    path = "/auth/facebook-auth-redirect",
    operation_id = "facebook-callback",
    tag = "social",
    summary = "Back from Facebook",
    params(CallbackQuery),
    responses(CallbackAnswers)
)]
pub async fn facebook_callback(State(app): State<App>, origin: Origin, request: Request) -> Result<Response, ArcError> {
    callback::by_query(&app, Provider::Facebook, origin, request).await
}
