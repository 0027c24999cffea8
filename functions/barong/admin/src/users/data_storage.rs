//! `DELETE /admin/users/data_storage` (admin.users.data_storage.delete): removes what a user keeps under a title.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use shared::App;
use shared::accounts::administration;
use shared::accounts::administration::storage::{self, NotRemoved};
use shared::surfaces::barong::{
    BarongError, Caller, CallerHeaders, ErrorKeys, Guarded, Params, in_words, scalar, success,
};

use crate::entities::KycUserView;
use crate::refusals::no_user;

#[utoipa::path(
    delete,
    path = "/admin/users/data_storage",
    operation_id = "admin.users.data_storage.delete",
    tag = "admin",
    summary = "Remove what a user keeps under a title",
    description = "The label that says so goes as well, and the user may keep data under the title again.",
    params(
        CallerHeaders,
        ("uid" = String, Query, description = "The short identifier of the user"),
        ("title" = String, Query, description = "The title"),
    ),
    responses(
        (status = 204, description = "It is gone; where statuses are those of the original program, 200 with the user"),
        (status = 404, description = "`admin.user.doesnt_exist`, `admin.storage.doesnt_exist`", body = ErrorKeys),
        (status = 422, description = "`admin.user.missing_…` and `admin.user.empty_…` of uid and title", body = ErrorKeys),
        Guarded,
    )
)]
pub async fn delete(State(app): State<App>, _caller: Caller, params: Params) -> Result<Response, BarongError> {
    let mut given = params.of("admin.user");
    let (uid, title) = (given.filled("uid"), given.filled("title"));
    given.done()?;
    storage::delete(&app, &uid, &title).await.map_err(in_words(refusal))?;
    match success(&app, StatusCode::NO_CONTENT, StatusCode::OK) {
        StatusCode::OK => {
            let customer = administration::read(&app, &uid).await?.ok_or_else(no_user)?;
            Ok(Json(KycUserView::of(&app, &customer).await?).into_response())
        }
        status => Ok(scalar(status)),
    }
}

fn refusal(why: NotRemoved) -> BarongError {
    match why {
        NotRemoved::Unknown => no_user(),
        NotRemoved::NoData => BarongError::not_found("admin.storage.doesnt_exist"),
    }
}
