//! `POST /api/v1/roles/bind-permission` (bind_permission): gives a role a permission, which becomes known if it was not.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use serde::Deserialize;
use shared::App;
use shared::access::grants::{self, NotBound};
use shared::access::{Action, Permission, Scope, permission};
use shared::ids::RoleId;
use shared::surfaces::engine::{
    Authenticated, EngineError, ErrorBody, GuardedHeaders, JsonBody, Permitted, WriteRoles, in_words,
};
use utoipa::ToSchema;

#[derive(Deserialize, ToSchema)]
pub struct PermissionBinding {
    /// The role.
    #[schema(required, nullable = false)]
    pub role_id: Option<String>,
    /// 3 to 64 letters, digits and underscores.
    #[schema(required, nullable = false)]
    pub resource: Option<String>,
    /// `all`, `org`, `associated` or `own`.
    #[schema(required, nullable = false)]
    pub scope: Option<String>,
    /// `write`, `create`, `update`, `delete` or `read`.
    #[schema(required, nullable = false)]
    pub action: Option<String>,
}

#[utoipa::path(
    post,
    path = "/api/v1/roles/bind-permission",
    operation_id = "bind_permission",
    tag = "roles",
    summary = "Give a role a permission",
    description = "Needs `role:*:write`. Only administrators may grant what they do not have themselves.",
    params(GuardedHeaders),
    request_body = PermissionBinding,
    responses(
        Authenticated,
        (status = 200, description = "Done", body = String, content_type = "application/json"),
        (status = 400, description = "Broken JSON, or a member that is missing or not in the master data", body = ErrorBody),
        (status = 403, description = "No organization, no permission in it, or more than one may grant", body = ErrorBody),
        (status = 409, description = "No such role, a system role, or bound already (errors.Error)", body = ErrorBody),
    )
)]
pub async fn bind_permission(
    State(app): State<App>,
    permitted: Permitted<WriteRoles>,
    JsonBody(body): JsonBody<PermissionBinding>,
) -> Result<Json<&'static str>, EngineError> {
    let (role_id, permission) = read(&body)?;
    let role_id = RoleId::parse(role_id).ok_or_else(|| refusal(NotBound::Unknown))?;
    grants::bind(&app, &permitted.actor, role_id, &permission)
        .await
        .map_err(in_words(refusal))?;
    Ok(Json("Permission bound successfully"))
}

/// All four are needed; whatever is wrong is said at once.
fn read(body: &PermissionBinding) -> Result<(&str, Permission), EngineError> {
    let mut problems = EngineError::new(StatusCode::BAD_REQUEST, "The request is not valid");
    let text = |member: &'_ Option<String>| member.clone().unwrap_or_default();
    let role_id = body.role_id.as_deref().unwrap_or_default();
    if role_id.is_empty() {
        problems = problems.with("role_id", "is required");
    }
    let resource = text(&body.resource);
    if !permission::is_resource(&resource) {
        problems = problems.with("Resource", "must be 3 to 64 letters, digits and underscores");
    }
    let (scope, action) = (Scope::parse(&text(&body.scope)), Action::parse(&text(&body.action)));
    if scope.is_none() {
        problems = problems.with("Scope", "must be all, org, associated or own");
    }
    if action.is_none() {
        problems = problems.with("Action", "must be write, create, update, delete or read");
    }
    match (problems.or_ok(), scope, action) {
        (Ok(()), Some(scope), Some(action)) => Ok((
            role_id,
            Permission {
                resource,
                scope,
                action,
            },
        )),
        (problems, ..) => Err(problems
            .err()
            .unwrap_or_else(|| EngineError::invalid("Error", "is not valid"))),
    }
}

fn refusal(refusal: NotBound) -> EngineError {
    let status = match refusal {
        NotBound::BeyondOwnRights | NotBound::HomeOnly => StatusCode::FORBIDDEN,
        _ => StatusCode::CONFLICT,
    };
    EngineError::about(status, "Error", refusal.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(members: [Option<&str>; 4]) -> PermissionBinding {
        let [role_id, resource, scope, action] = members.map(|member| member.map(str::to_owned));
        PermissionBinding {
            role_id,
            resource,
            scope,
            action,
        }
    }

    #[test]
    fn every_problem_is_named_at_once() {
        let shown = format!("{:?}", read(&body([None; 4])).unwrap_err());
        for key in ["role_id", "Resource", "Scope", "Action"] {
            assert!(shown.contains(&format!("\"{key}\"")), "{shown}");
        }
        let whole = body([Some("x"), Some("invoice"), Some("own"), Some("read")]);
        assert_eq!(read(&whole).unwrap().1.to_string(), "invoice:own:read");
        for (resource, scope, action) in [
            ("in voice", "own", "read"),
            ("*", "own", "read"),
            ("invoice", "*", "read"),
            ("invoice", "own", "*"),
            ("invoice", "OWN", "read"),
            ("invoice", "own", "manage"),
        ] {
            assert!(read(&body([Some("x"), Some(resource), Some(scope), Some(action)])).is_err());
        }
    }
}
