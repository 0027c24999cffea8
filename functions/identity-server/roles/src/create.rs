//! `POST /identity/v1/roles/create` (roles-create): makes a role that gives nothing. The answer is plain `true`; the role is
//! named in the Location header, and found in the list.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use http::header::LOCATION;
use shared::App;
use shared::access::roles::{self, Draft, NotChanged};
use shared::ids::AsUuid;
use shared::surfaces::identity_server::{
    Administered, Administrator, AuthorizationHeader, BASE, Described, ErrorText, IdentityError, JsonBody, in_words,
};

type Created = ([(http::HeaderName, String); 1], Json<bool>);

#[utoipa::path(
    post,
    path = "/identity/v1/roles/create",
    operation_id = "roles-create",
    tag = "roles",
    summary = "Create a role",
    description = "For administrators.",
    params(AuthorizationHeader),
    request_body = Described,
    responses(
        Administered,
        (
            status = 200,
            description = "`true`: the role is made",
            body = bool,
            headers(("Location" = String, description = "The role's path, with its uid")),
        ),
        (status = 400, description = "\"Invalid Request\": broken JSON, no name, or what is too long", body = ErrorText),
        (status = 409, description = "\"Already Exists\": a role of this name; \"Too Many Roles\": as many as there may be", body = ErrorText),
    )
)]
pub async fn roles_create(
    State(app): State<App>,
    administrator: Administrator,
    JsonBody(body): JsonBody<Described>,
) -> Result<Created, IdentityError> {
    let (name, description) = body.read()?;
    let draft = Draft {
        name,
        description,
        extra_attrs: None,
    };
    let role = roles::create(&app, &administrator.actor, draft)
        .await
        .map_err(in_words(refusal))?;
    let path = format!("{BASE}/roles/{}", AsUuid(role.id));
    Ok(([(LOCATION, path)], Json(true)))
}

fn refusal(refusal: NotChanged) -> IdentityError {
    match refusal {
        NotChanged::NameTaken => IdentityError::new(StatusCode::CONFLICT, "Already Exists"),
        NotChanged::TooMany => IdentityError::new(StatusCode::CONFLICT, "Too Many Roles"),
        other => IdentityError::internal(other),
    }
}
