//! `GET /api/v2/identity/users/register_geetest` (identity.users.register_geetest): what a client of GeeTest begins with.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use shared::App;
use shared::credentials::captcha::challenge;
use utoipa::ToSchema;

/// What there is to begin with.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub enum Begun {
    /// GeeTest's id and a challenge.
    Registered(Registered),
    /// The empty text.
    Nothing(&'static str),
}

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
        body = Begun
    ))
)]
pub async fn register_geetest(State(app): State<App>) -> Json<Begun> {
    Json(match challenge(&app).await {
        Some(made) => Begun::Registered(Registered {
            gt: made.gt,
            challenge: made.challenge,
        }),
        None => Begun::Nothing(""),
    })
}
