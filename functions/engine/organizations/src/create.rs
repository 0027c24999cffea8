//! `POST /api/v1/organizations` (create_organization): makes an organization with its role `Admin`, which the caller has.

use axum::Json;
use axum::extract::{Request, State};
use http::StatusCode;
use shared::App;
use shared::access::Standing;
use shared::organizations::directory::Portrait;
use shared::organizations::founding::{self, Founded, NotFounded};
use shared::organizations::logo::Logo;
use shared::sessions::Origin;
use shared::surfaces::engine::{Authenticated, Caller, EngineError, ErrorBody, in_words};

use crate::details::OrganizationDetails;
use crate::form::{self, NewOrganization};

#[utoipa::path(
    post,
    path = "/api/v1/organizations",
    operation_id = "create_organization",
    tag = "organizations",
    summary = "Make an organization",
    params(("X-Auth" = String, Header, description = "The token")),
    request_body(
        content(
            (NewOrganization = "application/json"),
            (form::NewOrganizationWithLogo = "multipart/form-data"),
        ),
    ),
    responses(
        Authenticated,
        (status = 200, description = "The organization", body = OrganizationDetails),
        (status = 400, description = "Broken body, or members that are missing or wrong", body = ErrorBody),
        (status = 409, description = "The caller belongs to as many organizations as anybody may (errors.Error)", body = ErrorBody),
        (status = 413, description = "The logo or the body is too large", body = ErrorBody),
    )
)]
pub async fn create_organization(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    request: Request,
) -> Result<Json<OrganizationDetails>, EngineError> {
    let (form, picture) = form::read(request).await?;
    let (name, mut details) = form.validate()?;
    let logo = match picture {
        Some(picture) => Some(Logo::keep(&app, &picture).await?),
        None => None,
    };
    if let Some(logo) = &logo {
        details.logo_url = logo.path();
    }
    let made = founding::create(&app, caller.user.id, &name, &details, &origin).await;
    let made = match (made, logo) {
        (Err(undone), Some(logo)) => {
            logo.discard(&app).await;
            Err(undone)
        }
        (made, _) => made,
    };
    let made = made.map_err(in_words(refusal))?;
    let Founded {
        organization,
        roles,
        founder,
        membership,
    } = made;
    let standing = Standing {
        membership: membership.clone(),
        roles: roles.clone(),
    };
    let portrait = Portrait {
        organization,
        members: vec![(membership, founder)],
        roles,
    };
    Ok(Json(OrganizationDetails::seen_by(&standing, portrait)))
}

fn refusal(refusal: NotFounded) -> EngineError {
    match refusal {
        NotFounded::Gone => EngineError::unauthorized(),
        NotFounded::TooMany => EngineError::about(StatusCode::CONFLICT, "Error", refusal.to_string()),
    }
}
