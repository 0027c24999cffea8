//! `POST /admin/users/role` (admin.users.role): gives an account another role.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use shared::App;
use shared::accounts::administration::rule;
use shared::surfaces::barong::{
    BarongError, Caller, CallerHeaders, ErrorKeys, Guarded, Params, in_words, scalar, success,
};
use utoipa::ToSchema;

use super::update::refusal;
use crate::by::administrator;

/// Another role.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct RoleChange {
    /// The short identifier.
    uid: String,
    /// A role that permissions name.
    role: String,
}

#[utoipa::path(
    post,
    path = "/admin/users/role",
    operation_id = "admin.users.role",
    tag = "admin",
    summary = "Give an account another role",
    description = "It acts on the account's next request. Only superadmins make superadmins.",
    params(CallerHeaders),
    request_body(content = RoleChange, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 201, description = "It is so", body = u16),
        (status = 404, description = "`admin.user.doesnt_exist`", body = ErrorKeys),
        (status = 422, description = "`admin.user.missing_…` and `admin.user.empty_…` of uid and role, `admin.user.superadmin_change`, `admin.user.update_himself`, `admin.user.role_no_change`, `role.doesnt_exist`: no permission names it", body = ErrorKeys),
        Guarded,
    )
)]
pub async fn post(State(app): State<App>, caller: Caller, params: Params) -> Result<Response, BarongError> {
    let mut given = params.of("admin.user");
    let (uid, role) = (given.filled("uid"), given.filled("role"));
    given.done()?;
    rule::give_role(&app, administrator(&caller), &uid, role.trim())
        .await
        .map_err(in_words(|why| refusal(why, "admin.user.role_no_change")))?;
    Ok(scalar(success(&app, StatusCode::CREATED, StatusCode::OK)))
}
