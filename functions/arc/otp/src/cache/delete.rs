//! `DELETE /otp-caches/{id}` (otp-caches-delete): removes what is stored for a name.

use axum::extract::{Path, State};
use http::{HeaderMap, StatusCode};
use shared::App;
use shared::clients::manage::By;
use shared::credentials::one_time_password;
use shared::sessions::Origin;
use shared::surfaces::arc::ArcError;

use super::trusted;

#[utoipa::path(
    delete,
    path = "/otp-caches/{id}",
    operation_id = "otp-caches-delete",
    tag = "otp-caches",
    summary = "Remove a one-time password",
    description = "A stranger removes what strangers stored; a bearer who holds NotAllowed also what works as a password.",
    params(("id" = String, Path, description = "The name")),
    responses((status = 204, description = "There is nothing any more"))
)]
pub async fn otp_caches_delete(
    State(app): State<App>,
    origin: Origin,
    headers: HeaderMap,
    Path(username): Path<String>,
) -> Result<StatusCode, ArcError> {
    let by = trusted(&app, &headers).await.map(|user| By { user, origin: &origin });
    one_time_password::remove(&app, by, &username).await?;
    Ok(StatusCode::NO_CONTENT)
}
