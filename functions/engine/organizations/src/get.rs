//! `GET /api/v1/organizations/{org_id}` (get_organization): an organization, for its members.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use shared::App;
use shared::access::standing;
use shared::ids::OrgId;
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
    let org = OrgId::parse(&org_id).ok_or_else(EngineError::not_found)?;
    let Some(standing) = standing::of_member(&app, caller.user.id, org).await? else {
        return Err(match directory::exists(&app, org).await? {
            true => EngineError::new(StatusCode::FORBIDDEN, "You do not belong to this organization"),
            false => EngineError::not_found(),
        });
    };
    let portrait = directory::portrait(&app, org).await?;
    let portrait = portrait.ok_or_else(EngineError::not_found)?;
    Ok(Json(OrganizationDetails::seen_by(&standing, portrait)))
}
