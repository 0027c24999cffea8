//! `GET /login-activity/count` (login-activity-count): how many sign-ins are meant.

use axum::Json;
use shared::surfaces::arc::{ArcError, AuthorizationHeader, ErrorBody, Guarded, Meant, Permitted, ViewLoginActivity};

use super::{Logins, recent};
use crate::count::Count;

#[utoipa::path(
    get,
    path = "/login-activity/count",
    operation_id = "login-activity-count",
    tag = "activity",
    summary = "Count sign-ins",
    description = "Of the caller's tenant: of the newest 5,000 of the last 90 days.",
    params(
        AuthorizationHeader,
        ("where" = Option<String>, Query, description = "JSON text, or `where[actor]=…`"),
    ),
    responses(
        Guarded,
        (status = 200, description = "How many there are", body = Count),
        (status = 400, description = "The where cannot be used", body = ErrorBody),
    )
)]
pub async fn login_activity_count(
    request: Permitted<ViewLoginActivity, Meant<Logins>>,
) -> Result<Json<Count>, ArcError> {
    let rows = recent(&request.app, &request.caller).await?;
    let clause = request.body.clause.as_ref();
    let meant = rows
        .iter()
        .filter(|row| clause.is_none_or(|clause| clause.matches(row)));
    Ok(Json(Count { count: meant.count() }))
}
