//! Rows of the permission table: `GET`, `POST`, `PUT` and `DELETE /admin/permissions` (admin.permissions.list, .create, .update,
//! .delete). A change acts on the next request, in every process.

use axum::extract::{OriginalUri, State};
use axum::response::Response;
use http::StatusCode;
use serde::Serialize;
use shared::App;
use shared::access::edge::kept::Current;
use shared::access::edge::permission::manage::{self, Draft, NotChanged, Wanted};
use shared::access::edge::{Action, Permission, Verb};
use shared::surfaces::barong::entities::Moment;
use shared::surfaces::barong::{
    BarongError, CallerHeaders, ErrorKeys, Given, Guarded, PageParams, Paging, Params, in_words, scalar, success,
};
use utoipa::ToSchema;

use crate::parameters::{number, one_of};

/// Characters of a path and of a topic at most.
const LONGEST: usize = 255;

/// A row.
#[derive(Serialize, ToSchema)]
pub struct PermissionView {
    /// Its number.
    id: i64,
    /// ACCEPT, DROP or AUDIT.
    action: &'static str,
    /// The role that it is about.
    role: String,
    /// GET, POST, PUT, PATCH, DELETE, HEAD or ALL.
    verb: &'static str,
    /// What the paths that it is about begin with.
    path: String,
    /// What is written down as the topic.
    #[schema(required)]
    topic: Option<String>,
    /// When it was made.
    created_at: Moment,
    /// When it last changed.
    updated_at: Moment,
}

impl PermissionView {
    fn of(row: &Permission) -> Self {
        Self {
            id: row.id,
            action: row.action.as_str(),
            role: row.role.clone(),
            verb: row.verb.as_str(),
            path: row.path.clone(),
            topic: row.topic.clone(),
            created_at: Moment(row.created_at),
            updated_at: Moment(row.updated_at),
        }
    }
}

#[utoipa::path(
    get,
    path = "/admin/permissions",
    operation_id = "admin.permissions.list",
    tag = "admin",
    summary = "The permission table",
    params(
        CallerHeaders,
        PageParams,
    ),
    responses(
        (status = 200, description = "Rows by their numbers; Total, Page, Per-Page and Link say which of how many", body = Vec<PermissionView>),
        (status = 422, description = "`non_integer_page`, `non_positive_page`, `non_integer_limit`, `invalid_limit`", body = ErrorKeys),
        Guarded,
    )
)]
pub async fn list(
    State(app): State<App>,
    OriginalUri(uri): OriginalUri,
    params: Params,
) -> Result<Response, BarongError> {
    let mut given = params.of("admin.permission");
    let paging = Paging::read(&mut given);
    given.done()?;
    let tables = Current::read(&app).await?.tables;
    let rows = paging.of(&tables.permissions).into_iter().map(PermissionView::of);
    Ok(paging.answer(&app, &uri, tables.permissions.len() as u64, rows.collect()))
}

/// A row to be made.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct NewPermission {
    /// A role that has a row already.
    role: String,
    /// get, post, put, patch, delete, head or all, in any case.
    verb: String,
    /// What paths begin with; no slash before.
    path: String,
    /// accept, drop or audit, in any case.
    action: String,
    /// What is written down as the topic.
    topic: Option<String>,
}

#[utoipa::path(
    post,
    path = "/admin/permissions",
    operation_id = "admin.permissions.create",
    tag = "admin",
    summary = "Add a row to the permission table",
    params(CallerHeaders),
    request_body(content = NewPermission, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 201, description = "It acts on the next request; the body is the status once more", body = u16),
        (status = 422, description = "`admin.permission.missing_…` and `admin.permission.empty_…` of role, verb, path and action; `admin.permission.empty_topic`, `admin.permissions.invalid_verb`, `admin.permissions.invalid_action`, `path.too_long`, `topic.too_long`, `admin.permission.role_doesnt_exist`; `admin.permission.superadmin_lockout`: superadmins could not change the table any more", body = ErrorKeys),
        Guarded,
    )
)]
pub async fn create(State(app): State<App>, params: Params) -> Result<Response, BarongError> {
    let mut given = params.of("admin.permission");
    let role = given.filled("role");
    let verb = given.filled("verb");
    let verb = self::verb(&mut given, Some(verb));
    let path = given.filled("path");
    let path = self::path(&mut given, Some(path));
    let action = given.filled("action");
    let action = self::action(&mut given, Some(action));
    let topic = topic(&mut given);
    given.done()?;
    let (Some(verb), Some(path), Some(action)) = (verb, path, action) else {
        return Err(BarongError::invalid("invalid"));
    };
    let draft = Draft {
        role,
        verb,
        path,
        action,
        topic,
    };
    manage::create(&app, &draft).await.map_err(in_words(refusal))?;
    Ok(scalar(success(&app, StatusCode::CREATED, StatusCode::OK)))
}

/// What is to be different about a row; what is missing stays.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct PermissionChange {
    /// Its number.
    id: i64,
    /// A role that has a row already.
    role: Option<String>,
    /// get, post, put, patch, delete, head or all, in any case.
    verb: Option<String>,
    /// What paths begin with; no slash before.
    path: Option<String>,
    /// accept, drop or audit, in any case.
    action: Option<String>,
    /// What is written down as the topic.
    topic: Option<String>,
}

#[utoipa::path(
    put,
    path = "/admin/permissions",
    operation_id = "admin.permissions.update",
    tag = "admin",
    summary = "Change a row of the permission table",
    params(CallerHeaders),
    request_body(content = PermissionChange, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "It acts on the next request; the body is the status once more", body = u16),
        (status = 404, description = "`admin.permission.doesnt_exist`", body = ErrorKeys),
        (status = 422, description = "`admin.permission.missing_id`, `invalid`: the number is none, `admin.permission.empty_…` of all parameters, and what adding a row may answer besides", body = ErrorKeys),
        Guarded,
    )
)]
pub async fn update(State(app): State<App>, params: Params) -> Result<Response, BarongError> {
    let mut given = params.of("admin.permission");
    let id = number(&mut given, "id");
    let role = given.optional_filled("role");
    let verb = given.optional_filled("verb");
    let verb = self::verb(&mut given, verb);
    let path = given.optional_filled("path");
    let path = self::path(&mut given, path);
    let action = given.optional_filled("action");
    let action = self::action(&mut given, action);
    let topic = topic(&mut given);
    given.done()?;
    let wanted = Wanted {
        role,
        verb,
        path,
        action,
        topic,
    };
    let id = id.ok_or_else(unknown)?;
    manage::update(&app, id, &wanted).await.map_err(in_words(refusal))?;
    Ok(scalar(StatusCode::OK))
}

#[utoipa::path(
    delete,
    path = "/admin/permissions",
    operation_id = "admin.permissions.delete",
    tag = "admin",
    summary = "Remove a row of the permission table",
    params(CallerHeaders, ("id" = i64, Query, description = "Its number")),
    responses(
        (status = 204, description = "It is gone, from the next request on"),
        (status = 404, description = "`admin.permission.doesnt_exist`", body = ErrorKeys),
        (status = 422, description = "`admin.permission.missing_id`, `admin.permission.empty_id`, `invalid`: the number is none; `admin.permission.superadmin_lockout`: superadmins could not change the table any more", body = ErrorKeys),
        Guarded,
    )
)]
pub async fn delete(State(app): State<App>, params: Params) -> Result<Response, BarongError> {
    let mut given = params.of("admin.permission");
    let id = number(&mut given, "id");
    given.done()?;
    let id = id.ok_or_else(unknown)?;
    manage::delete(&app, id).await.map_err(in_words(refusal))?;
    Ok(scalar(success(&app, StatusCode::NO_CONTENT, StatusCode::OK)))
}

fn verb(given: &mut Given<'_>, text: Option<String>) -> Option<Verb> {
    one_of(given, text, "admin.permissions.invalid_verb", Verb::parse)
}

fn action(given: &mut Given<'_>, text: Option<String>) -> Option<Action> {
    one_of(given, text, "admin.permissions.invalid_action", Action::parse)
}

/// A path as rows have it. With a slash before it would be about nothing, and a row that keeps somebody out would not.
fn path(given: &mut Given<'_>, text: Option<String>) -> Option<String> {
    let text = text.filter(|text| !text.trim().is_empty())?;
    let path = text.trim().trim_start_matches('/');
    if path.is_empty() {
        given.refuse("admin.permission.empty_path");
    }
    if path.chars().count() > LONGEST {
        given.refuse("path.too_long");
    }
    Some(path.to_owned())
}

fn topic(given: &mut Given<'_>) -> Option<String> {
    let topic = given.optional_filled("topic")?;
    if topic.chars().count() > LONGEST {
        given.refuse("topic.too_long");
    }
    Some(topic)
}

fn unknown() -> BarongError {
    BarongError::not_found("admin.permission.doesnt_exist")
}

fn refusal(why: NotChanged) -> BarongError {
    match why {
        NotChanged::Unknown => unknown(),
        NotChanged::UnknownRole => BarongError::invalid("admin.permission.role_doesnt_exist"),
        NotChanged::LocksOut => BarongError::invalid("admin.permission.superadmin_lockout"),
    }
}
