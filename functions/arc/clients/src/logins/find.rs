//! `GET /login-activity` (login-activity-find): the sign-ins that a filter wants.

use axum::Json;
use shared::surfaces::arc::{
    ArcError, AuthorizationHeader, ErrorBody, Filtered, Guarded, Permitted, ViewLoginActivity,
};
use shared::surfaces::loopback::Row;

use super::{LoginView, Logins, recent};

#[utoipa::path(
    get,
    path = "/login-activity",
    operation_id = "login-activity-find",
    tag = "activity",
    summary = "Find sign-ins",
    description = "Of the caller's tenant: the newest 5,000 of the last 90 days.",
    params(
        AuthorizationHeader,
        ("filter" = Option<String>, Query, description = "JSON text, or `filter[where][actor]=…`: where, order, limit, offset or skip, fields"),
    ),
    responses(
        Guarded,
        (status = 200, description = "The sign-ins, the oldest first where no order is asked for", body = Vec<LoginView>),
        (status = 400, description = "The filter cannot be used", body = ErrorBody),
    )
)]
pub async fn login_activity_find(
    request: Permitted<ViewLoginActivity, Filtered<Logins>>,
) -> Result<Json<Vec<Row>>, ArcError> {
    let rows = recent(&request.app, &request.caller).await?;
    Ok(Json(request.body.filter.applied(rows)))
}
