//! `POST /identity/v1/permissions/create` (permissions-create), and the same at `/identity/v1/permissions`: makes a
//! permission that has a name and gets a number.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use shared::App;
use shared::access::named::{self, NotNamed};
use shared::surfaces::identity_server::{
    Administrator, AuthorizationHeader, Described, ErrorText, IdentityError, JsonBody, PermissionView, in_words,
};
use utoipa::IntoResponses;

#[derive(IntoResponses)]
#[expect(dead_code, reason = "only its schema is used")]
enum Answers {
    /// The permission
    #[response(status = 200)]
    Created(PermissionView),
    /// "Invalid Request": broken JSON, no name, what is too long, or a name of the form `resource:scope:action`, which is engine's
    #[response(status = 400)]
    Invalid(ErrorText),
    /// "Unauthorized": no token in force, or its session has ended
    #[response(status = 401)]
    Unauthorized(ErrorText),
    /// "Forbidden": not an administrator
    #[response(status = 403)]
    Forbidden(ErrorText),
    /// "Already Exists": a permission of this name; "Too Many Permissions": as many as there may be
    #[response(status = 409)]
    Exists(ErrorText),
}

#[utoipa::path(
    post,
    path = "/identity/v1/permissions/create",
    operation_id = "permissions-create",
    tag = "permissions",
    summary = "Create a permission",
    description = "For administrators.",
    params(AuthorizationHeader),
    request_body = Described,
    responses(Answers)
)]
pub async fn permissions_create(
    State(app): State<App>,
    administrator: Administrator,
    JsonBody(body): JsonBody<Described>,
) -> Result<Json<PermissionView>, IdentityError> {
    let (name, description) = body.read()?;
    let made = named::create(&app, &administrator.actor, &name, &description).await;
    Ok(Json(made.map_err(in_words(refusal))?.into()))
}

#[utoipa::path(
    post,
    path = "/identity/v1/permissions",
    operation_id = "permissions-create-alias",
    tag = "permissions",
    summary = "Create a permission",
    description = "The same as `POST /identity/v1/permissions/create`.",
    params(AuthorizationHeader),
    request_body = Described,
    responses(Answers)
)]
pub async fn permissions_create_alias(
    app: State<App>,
    administrator: Administrator,
    body: JsonBody<Described>,
) -> Result<Json<PermissionView>, IdentityError> {
    permissions_create(app, administrator, body).await
}

fn refusal(refusal: NotNamed) -> IdentityError {
    match refusal {
        NotNamed::Engines => IdentityError::invalid_request(),
        NotNamed::NameTaken => IdentityError::new(StatusCode::CONFLICT, "Already Exists"),
        NotNamed::TooMany => IdentityError::new(StatusCode::CONFLICT, "Too Many Permissions"),
        NotNamed::Unknown => IdentityError::internal(refusal),
    }
}
