//! `GET /api/v1/organizations/{org_id}` (get_organization): an organization, for its members.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use shared::App;
use shared::access::standing;
use shared::ids::{OrgId, UserId};
use shared::organizations::directory;
use shared::surfaces::engine::{Authenticated, Caller, EngineError, ErrorBody, Segment};

use crate::details::OrganizationDetails;

#[utoipa::path(
    get,
    path = "/api/v1/organizations/{org_id}",
    operation_id = "get_organization",
    tag = "organizations",
    summary = "Show an organization",
    params(
        ("X-Auth" = String, Header, description = "The token"),
        ("org_id" = String, Path, description = "The organization"),
    ),
    responses(
        Authenticated,
        (status = 200, description = "The organization and its members", body = OrganizationDetails),
        (status = 403, description = "The caller does not belong to it", body = ErrorBody),
        (status = 404, description = "There is no such organization", body = ErrorBody),
    )
)]
pub async fn get_organization(
    State(app): State<App>,
    caller: Caller,
    Segment(org_id): Segment,
) -> Result<Json<OrganizationDetails>, EngineError> {
    let org_id = OrgId::parse(&org_id).ok_or_else(EngineError::not_found)?;
    shown_to(&app, caller.user.id, org_id).await.map(Json)
}

/// What a member sees of an organization.
pub async fn shown_to(app: &App, user: UserId, org: OrgId) -> Result<OrganizationDetails, EngineError> {
    let standing = standing::of_member(app, user, org).await?;
    let Some(standing) = standing else {
        return Err(match directory::exists(app, org).await? {
            true => EngineError::new(StatusCode::FORBIDDEN, "You do not belong to this organization"),
            false => EngineError::not_found(),
        });
    };
    let portrait = directory::portrait(app, org)
        .await?
        .ok_or_else(EngineError::not_found)?;
    Ok(OrganizationDetails::seen_by(&standing, portrait))
}
