//! `GET /login-activity/{id}` (login-activity-get): a sign-in.

use axum::Json;
use axum::extract::{FromRequest, FromRequestParts as _, Path, Request};
use http::StatusCode;
use shared::activity::logins;
use shared::surfaces::arc::{
    ArcError, AuthorizationHeader, ErrorBody, Filtered, Gate, Guarded, Permitted, ViewLoginActivity,
};
use shared::surfaces::loopback::Row;

use super::{LoginView, Logins, row};

/// The identifier in the path.
#[derive(Debug)]
pub struct Id(String);

impl FromRequest<Gate> for Id {
    type Rejection = ArcError;

    async fn from_request(request: Request, gate: &Gate) -> Result<Self, ArcError> {
        let (mut parts, _) = request.into_parts();
        // What is no text is an identifier that nothing has.
        let id = Path::<String>::from_request_parts(&mut parts, gate).await;
        Ok(Self(id.map(|Path(id)| id).unwrap_or_default()))
    }
}

#[utoipa::path(
    get,
    path = "/login-activity/{id}",
    operation_id = "login-activity-get",
    tag = "activity",
    summary = "Get a sign-in",
    description = "Of the caller's tenant. Of the filter, `fields` counts.",
    params(
        AuthorizationHeader,
        ("id" = String, Path, description = "The sign-in"),
        ("filter" = Option<String>, Query, description = "JSON text, or `filter[fields][actor]=true`"),
    ),
    responses(
        Guarded,
        (status = 200, description = "The sign-in", body = LoginView),
        (status = 400, description = "The filter cannot be used", body = ErrorBody),
        (status = 404, description = "There is none of this identifier", body = ErrorBody),
    )
)]
pub async fn login_activity_get(
    request: Permitted<ViewLoginActivity, Filtered<Logins, Id>>,
) -> Result<Json<Row>, ArcError> {
    let Filtered {
        filter, body: Id(id), ..
    } = &request.body;
    let found = logins::find(&request.app, request.caller.tenant(), id).await?;
    let view = found.and_then(LoginView::of);
    let rows = view.map(row).transpose()?.into_iter().collect();
    let wanted = filter.applied(rows).into_iter().next();
    let not_found = || ArcError::new(StatusCode::NOT_FOUND, "NotFoundError");
    Ok(Json(wanted.ok_or_else(not_found)?))
}
