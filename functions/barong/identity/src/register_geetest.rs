//! `GET /api/v2/identity/users/register_geetest` (identity.users.register_geetest): what a client of GeeTest begins with.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use shared::App;
use shared::credentials::captcha::challenge;
use utoipa::ToSchema;

#[derive(Serialize, ToSchema)]
pub struct Registered {
    /// GeeTest's id of this service.
    gt: String,
    /// The challenge: 32 hexadecimal digits.
    challenge: String,
}

#[utoipa::path(
    get,
    path = "/identity/users/register_geetest",
    operation_id = "identity.users.register_geetest",
    tag = "identity",
    summary = "Begin a captcha of GeeTest",
    responses((
        status = 200,
        description = "What to begin with; the empty text \"\" where GeeTest is not configured or does not answer",
        body = Registered
    ))
)]
pub async fn register_geetest(State(app): State<App>) -> Response {
    match challenge(&app).await {
        Some(made) => Json(Registered {
            gt: made.gt,
            challenge: made.challenge,
        })
        .into_response(),
        None => Json("").into_response(),
    }
}
