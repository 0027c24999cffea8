//! `POST /api/v1/permissions` (create_permission): adds to the catalogue that all organizations share.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use shared::App;
use shared::access::catalogue::{self, Exists};
use shared::access::{Action, Permission, Scope, permission};
use shared::ids::OrgId;
use shared::surfaces::engine::{
    Authenticated, EngineError, ErrorBody, GuardedHeaders, JsonBody, Permitted, WritePermissions, in_words,
};
use utoipa::ToSchema;

#[derive(Deserialize, ToSchema)]
pub struct NewPermission {
    /// 3 to 64 letters, digits and underscores.
    #[schema(required, nullable = false)]
    resource: Option<String>,
    /// `all`, `org`, `associated` or `own`.
    #[schema(required, nullable = false)]
    scope: Option<String>,
    /// `write`, `create`, `update`, `delete` or `read`.
    #[schema(required, nullable = false)]
    action: Option<String>,
}

/// Each member in both spellings: the document's, and the one that clients of the original read.
#[derive(Serialize, ToSchema)]
pub struct CreatedPermission {
    resource: String,
    scope: &'static str,
    action: &'static str,
    #[serde(rename = "Resource")]
    resource_too: String,
    #[serde(rename = "Scope")]
    scope_too: &'static str,
    #[serde(rename = "Action")]
    action_too: &'static str,
}

#[utoipa::path(
    post,
    path = "/api/v1/permissions",
    operation_id = "create_permission",
    tag = "permissions",
    summary = "Make a permission known",
    description = "Needs `permission:all:write` in the home organization.",
    params(GuardedHeaders),
    request_body = NewPermission,
    responses(
        Authenticated,
        (status = 201, description = "The permission", body = CreatedPermission),
        (status = 400, description = "Broken JSON, or a member that is not valid", body = ErrorBody),
        (status = 403, description = "No permission in the home organization", body = ErrorBody),
        (status = 409, description = "It is known already (errors.code)", body = ErrorBody),
    )
)]
pub async fn create_permission(
    State(app): State<App>,
    permitted: Permitted<WritePermissions>,
    JsonBody(body): JsonBody<NewPermission>,
) -> Result<(StatusCode, Json<CreatedPermission>), EngineError> {
    if permitted.actor.org_id() != OrgId::HOME {
        let message = "Only the home organization may change the catalogue";
        return Err(EngineError::new(StatusCode::FORBIDDEN, message));
    }
    let permission = body.read()?;
    let exists = |_: Exists| EngineError::about(StatusCode::CONFLICT, "code", "This permission exists already");
    catalogue::create(&app, &permitted.actor, &permission)
        .await
        .map_err(in_words(exists))?;
    let (scope, action) = (permission.scope.as_str(), permission.action.as_str());
    Ok((
        StatusCode::CREATED,
        Json(CreatedPermission {
            resource: permission.resource.clone(),
            scope,
            action,
            resource_too: permission.resource,
            scope_too: scope,
            action_too: action,
        }),
    ))
}

impl NewPermission {
    /// Whatever is wrong is said at once.
    fn read(self) -> Result<Permission, EngineError> {
        let text = |member: Option<String>| member.unwrap_or_default();
        let resource = text(self.resource);
        let (scope, action) = (Scope::parse(&text(self.scope)), Action::parse(&text(self.action)));
        if let (true, Some(scope), Some(action)) = (permission::is_resource(&resource), scope, action) {
            return Ok(Permission {
                resource,
                scope,
                action,
            });
        }
        let problems = [
            (
                permission::is_resource(&resource),
                "Resource",
                "must be 3 to 64 letters, digits and underscores",
            ),
            (scope.is_some(), "Scope", "must be all, org, associated or own"),
            (
                action.is_some(),
                "Action",
                "must be write, create, update, delete or read",
            ),
        ];
        let error = EngineError::new(StatusCode::BAD_REQUEST, "The request is not valid");
        let wrong = problems.into_iter().filter(|(right, ..)| !right);
        Err(wrong.fold(error, |error, (_, key, problem)| error.with(key, problem)))
    }
}
