//! A role as clients see it, and what is read of those that change one.

use http::StatusCode;
use serde::{Deserialize, Serialize};
use shared::access::Role;
use shared::access::named::Named;
use shared::ids::{AsUuid, RoleId, UserId};
use shared::surfaces::identity_server::{self, ErrorText, IdentityError, PermissionView};
use utoipa::{IntoResponses, ToSchema};

use crate::reference::RoleReference;

#[derive(Serialize, ToSchema)]
pub struct RoleView {
    #[schema(value_type = i64)]
    id: Option<i64>,
    #[schema(value_type = String, format = "uuid")]
    uid: AsUuid<RoleId>,
    name: String,
    description: String,
    /// Those that have a number, in its order.
    permissions: Vec<PermissionView>,
}

impl RoleView {
    /// A role that gives these.
    pub fn of(role: Role, permissions: impl IntoIterator<Item = Named>) -> Self {
        Self {
            id: role.number,
            uid: AsUuid(role.id),
            name: role.name,
            description: role.description,
            permissions: permissions.into_iter().map(PermissionView::from).collect(),
        }
    }
}

#[derive(Deserialize, ToSchema)]
pub struct PermissionOfRole {
    #[schema(required, nullable = false)]
    role_id: Option<RoleReference>,
    /// The permission's number.
    #[schema(required, nullable = false)]
    permission_id: Option<i64>,
}

impl PermissionOfRole {
    /// Both are needed.
    pub fn read(self) -> Result<(RoleReference, i64), IdentityError> {
        let both = self.role_id.zip(self.permission_id);
        both.ok_or_else(IdentityError::invalid_request)
    }
}

#[derive(Deserialize, ToSchema)]
pub struct RoleOfUser {
    #[schema(required, nullable = false)]
    role_id: Option<RoleReference>,
    /// The user.
    #[schema(required, nullable = false, format = "uuid")]
    user_uid: Option<String>,
}

impl RoleOfUser {
    /// Both are needed; whether there are such a role and user is for the act to find out.
    pub fn read(self) -> Result<(RoleReference, UserId), IdentityError> {
        let (role, uid) = self
            .role_id
            .zip(self.user_uid)
            .ok_or_else(IdentityError::invalid_request)?;
        Ok((role, identity_server::user(&uid)?))
    }
}

/// What every operation that answers `true` or `false` may answer, for API documents.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "only its schema is used")]
pub enum Answers {
    /// `true`: done
    #[response(status = 200)]
    Done(bool),
    /// "Invalid Request": broken JSON, or a member that is missing or of the wrong type
    #[response(status = 400)]
    Invalid(ErrorText),
    /// "Unauthorized": no token in force, or its session has ended
    #[response(status = 401)]
    Unauthorized(ErrorText),
    /// "Forbidden": not an administrator, a role that may not be changed or given, or the last administrator
    #[response(status = 403)]
    Forbidden(ErrorText),
    /// `false`: there is no such thing, or not there
    #[response(status = 404)]
    NotThere(bool),
}

/// `false`: what was named is not there.
pub fn not_there() -> IdentityError {
    IdentityError::no(StatusCode::NOT_FOUND)
}
