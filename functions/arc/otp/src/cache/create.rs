//! `POST /otp-caches` (otp-caches-create): stores a value for a name, for 15 minutes.

use axum::Json;
use axum::extract::State;
use http::HeaderMap;
use shared::App;
use shared::clients::manage::By;
use shared::credentials::one_time_password;
use shared::sessions::Origin;
use shared::surfaces::arc::{ArcError, ErrorBody, JsonBody};

use super::{Otp, trusted};

#[utoipa::path(
    post,
    path = "/otp-caches",
    operation_id = "otp-caches-create",
    tag = "otp-caches",
    summary = "Store a one-time password",
    description = "With a bearer who holds NotAllowed it works once as the password of that name. From anybody else it is stored and is no password.",
    request_body = Otp,
    responses(
        (status = 200, description = "What was stored", body = Otp),
        (status = 400, description = "Broken JSON", body = ErrorBody),
        (status = 422, description = "The body breaks its schema", body = ErrorBody),
        (status = 429, description = "Too many from this address", body = ErrorBody),
    )
)]
pub async fn otp_caches_create(
    State(app): State<App>,
    origin: Origin,
    headers: HeaderMap,
    JsonBody(body): JsonBody<Otp>,
) -> Result<Json<Otp>, ArcError> {
    match trusted(&app, &headers).await {
        Some(user) => {
            let by = By { user, origin: &origin };
            one_time_password::entrust(&app, by, &body.username, &body.otp).await?;
        }
        None => one_time_password::store(&app, &origin, &body.username, &body.otp).await?,
    }
    Ok(Json(body))
}
