//! Signing in through Apple: `POST /auth/oauth-apple` (apple-start) and `GET /auth/apple-oauth-redirect` (apple-callback).
//! Apple posts a form back (apple-callback-post): it does so whenever it is asked for a name or an address.

use axum::extract::{FromRequest as _, Request, State};
use axum::response::Response;
use http::HeaderMap;
use serde::Deserialize;
use shared::App;
use shared::federation::Provider;
use shared::federation::landing::Answer;
use shared::sessions::Origin;
use shared::surfaces::arc::{ArcError, FormBody};
use utoipa::ToSchema;

use crate::callback::{self, CallbackAnswers, CallbackQuery};
use crate::start::{self, Start, StartAnswers, configured};

#[utoipa::path(
    post,
    path = "/auth/oauth-apple",
    operation_id = "apple-start",
    tag = "social",
    summary = "Sign in through Apple",
    request_body(content = Start, content_type = "application/x-www-form-urlencoded"),
    responses(StartAnswers)
)]
pub async fn apple_start(State(app): State<App>, origin: Origin, request: Request) -> Result<Response, ArcError> {
    start::by_form(&app, Provider::Apple, origin, request).await
}

#[utoipa::path(
    get,
    path = "/auth/apple-oauth-redirect",
    operation_id = "apple-callback",
    tag = "social",
    summary = "Back from Apple",
    params(CallbackQuery),
    responses(CallbackAnswers)
)]
pub async fn apple_callback(State(app): State<App>, origin: Origin, request: Request) -> Result<Response, ArcError> {
    callback::by_query(&app, Provider::Apple, origin, request).await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Posted {
    /// Apple's code.
    #[schema(nullable = false)]
    code: Option<String>,
    /// A second one of what the exchange of the code gives; not looked at.
    #[schema(nullable = false)]
    #[serde(rename = "id_token")]
    _id_token: Option<String>,
    /// What was sent to Apple.
    #[schema(nullable = false)]
    state: Option<String>,
    /// The name, as JSON, at the first time only.
    #[schema(nullable = false)]
    user: Option<String>,
    /// What went wrong there.
    #[schema(nullable = false)]
    error: Option<String>,
}

#[utoipa::path(
    post,
    path = "/auth/apple-oauth-redirect",
    operation_id = "apple-callback-post",
    tag = "social",
    summary = "Back from Apple, by a form",
    request_body(content = Posted, content_type = "application/x-www-form-urlencoded"),
    responses(CallbackAnswers)
)]
pub async fn apple_callback_post(
    State(app): State<App>,
    origin: Origin,
    headers: HeaderMap,
    request: Request,
) -> Result<Response, ArcError> {
    configured(&app, Provider::Apple)?;
    let FormBody(posted) = FormBody::<Posted>::from_request(request, &app).await?;
    let answer = Answer {
        code: posted.code,
        state: posted.state,
        error: posted.error,
        iss: None,
        user: posted.user,
    };
    callback::come_back(&app, Provider::Apple, answer, origin, &headers).await
}
