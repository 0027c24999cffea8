//! Labels of users: `POST`, `PUT` and `DELETE /admin/users/labels` (admin.users.labels.create, .update_put, .delete), `POST
//! /admin/users/labels/update` (.update_post). State and level follow from the private ones at once.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use shared::App;
use shared::accounts::administration::labels::{self, Missing, NotLabelled, Said, Wanted};
use shared::surfaces::barong::params::boolean;
use shared::surfaces::barong::{
    BarongError, Caller, CallerHeaders, ErrorKeys, Guarded, Params, in_words, scalar, success,
};
use utoipa::ToSchema;

use crate::by::administrator;
use crate::refusals::{last_administrator, no_user, protected};

/// A label to be made.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct NewUserLabel {
    /// The short identifier of the user.
    uid: String,
    /// 3 to 255 of a-z, 0-9, _ and -.
    key: String,
    /// 3 to 255 of the same.
    value: String,
    /// At most 255 characters, for administrators to read.
    description: Option<String>,
    /// public or private; public when it is missing.
    scope: Option<String>,
}

#[utoipa::path(
    post,
    path = "/admin/users/labels",
    operation_id = "admin.users.labels.create",
    tag = "admin",
    summary = "Put a label on a user",
    params(CallerHeaders),
    request_body(content = NewUserLabel, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 201, description = "It is there", body = u16),
        (status = 404, description = "`admin.user.doesnt_exist`", body = ErrorKeys),
        (status = 422, description = "`admin.user.missing_…` and `admin.user.empty_…` of uid, key and value, `admin.user.empty_description`, `admin.user.empty_scope`, `admin.user.superadmin_change`, `key.taken`, `key.limit_reached`, `…too_short`, `…too_long` and `…invalid` of key and value, `description.too_long`, `scope.inclusion`, `admin.user.last_administrator`", body = ErrorKeys),
        Guarded,
    )
)]
pub async fn create(State(app): State<App>, caller: Caller, params: Params) -> Result<Response, BarongError> {
    let mut given = params.of("admin.user");
    let (uid, key, value) = (given.filled("uid"), given.filled("key"), given.filled("value"));
    let (description, scope) = (given.optional_filled("description"), given.optional_filled("scope"));
    given.done()?;
    let wanted = Wanted {
        uid: &uid,
        key: &key,
        scope: scope.as_deref().unwrap_or("public"),
    };
    let said = Said {
        value: &value,
        description: description.as_deref(),
    };
    labels::create(&app, administrator(&caller), wanted, said)
        .await
        .map_err(in_words(refusal))?;
    Ok(scalar(success(&app, StatusCode::CREATED, StatusCode::OK)))
}

/// What a label is to say.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct UserLabelChange {
    /// The short identifier of the user.
    uid: String,
    /// The label's key.
    key: String,
    /// Its scope, which does not change.
    scope: String,
    /// 3 to 255 of a-z, 0-9, _ and -.
    value: String,
    /// At most 255 characters; as before when it is missing.
    description: Option<String>,
    /// false refuses to make a label that is not there; for POST only.
    replace: Option<bool>,
}

#[utoipa::path(
    put,
    path = "/admin/users/labels",
    operation_id = "admin.users.labels.update_put",
    tag = "admin",
    summary = "Give a label of a user another value",
    params(CallerHeaders),
    request_body(content = UserLabelChange, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "It is so", body = u16),
        (status = 404, description = "`admin.user.doesnt_exist`, `admin.label.doesnt_exist`", body = ErrorKeys),
        (status = 422, description = "`admin.user.missing_…` and `admin.user.empty_…` of uid, key, scope and value, `admin.user.empty_description`, `admin.user.superadmin_change`, `value.too_short`, `value.too_long`, `value.invalid`, `description.too_long`, `admin.user.last_administrator`", body = ErrorKeys),
        Guarded,
    )
)]
pub async fn put(State(app): State<App>, caller: Caller, params: Params) -> Result<Response, BarongError> {
    update(&app, &caller, &params, Missing::Refused).await?;
    Ok(scalar(StatusCode::OK))
}

#[utoipa::path(
    post,
    path = "/admin/users/labels/update",
    operation_id = "admin.users.labels.update_post",
    tag = "admin",
    summary = "Give a label of a user another value, or make it",
    params(CallerHeaders),
    request_body(content = UserLabelChange, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 201, description = "It is so", body = u16),
        (status = 404, description = "`admin.user.doesnt_exist`; `admin.label.doesnt_exist` where replace is false", body = ErrorKeys),
        (status = 422, description = "As for PUT /admin/users/labels, `admin.user.non_boolean_replace`, and as for a new label where one is made", body = ErrorKeys),
        Guarded,
    )
)]
pub async fn post(State(app): State<App>, caller: Caller, params: Params) -> Result<Response, BarongError> {
    update(&app, &caller, &params, Missing::Made).await?;
    Ok(scalar(success(&app, StatusCode::CREATED, StatusCode::OK)))
}

async fn update(app: &App, caller: &Caller, params: &Params, missing: Missing) -> Result<(), BarongError> {
    let mut given = params.of("admin.user");
    let (uid, key) = (given.filled("uid"), given.filled("key"));
    let (scope, value) = (given.filled("scope"), given.filled("value"));
    let description = given.optional_filled("description");
    let missing = match missing {
        Missing::Made => match given.read("replace", "admin.user.non_boolean_replace", boolean) {
            Some(false) => Missing::Refused,
            _ => Missing::Made,
        },
        Missing::Refused => Missing::Refused,
    };
    given.done()?;
    let wanted = Wanted {
        uid: &uid,
        key: &key,
        scope: &scope,
    };
    let said = Said {
        value: &value,
        description: description.as_deref(),
    };
    labels::update(app, administrator(caller), wanted, said, missing)
        .await
        .map_err(in_words(refusal))
}

#[utoipa::path(
    delete,
    path = "/admin/users/labels",
    operation_id = "admin.users.labels.delete",
    tag = "admin",
    summary = "Take a label from a user",
    params(
        CallerHeaders,
        ("uid" = String, Query, description = "The short identifier of the user"),
        ("key" = String, Query, description = "The label's key"),
        ("scope" = String, Query, description = "public or private"),
    ),
    responses(
        (status = 204, description = "It is gone"),
        (status = 404, description = "`admin.user.doesnt_exist`, `admin.label.doesnt_exist`", body = ErrorKeys),
        (status = 422, description = "`admin.user.missing_…` and `admin.user.empty_…` of uid, key and scope, `admin.user.superadmin_change`, `admin.user.last_administrator`", body = ErrorKeys),
        Guarded,
    )
)]
pub async fn delete(State(app): State<App>, caller: Caller, params: Params) -> Result<Response, BarongError> {
    let mut given = params.of("admin.user");
    let (uid, key, scope) = (given.filled("uid"), given.filled("key"), given.filled("scope"));
    given.done()?;
    let wanted = Wanted {
        uid: &uid,
        key: &key,
        scope: &scope,
    };
    labels::delete(&app, administrator(&caller), wanted)
        .await
        .map_err(in_words(refusal))?;
    Ok(scalar(success(&app, StatusCode::NO_CONTENT, StatusCode::OK)))
}

fn refusal(why: NotLabelled) -> BarongError {
    match why {
        NotLabelled::Unknown => no_user(),
        NotLabelled::Protected(why) => protected(why),
        NotLabelled::NoLabel => BarongError::not_found("admin.label.doesnt_exist"),
        NotLabelled::LastAdministrator => last_administrator(),
        NotLabelled::Invalid(problems) => BarongError::problems(&problems),
    }
}
