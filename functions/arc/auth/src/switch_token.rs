//! `POST /auth/switch-token` (switch-token): exchanges a pair of tokens for one of another tenant.

use axum::Json;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use shared::sessions::refresh::{Renewal, renew};
use shared::surfaces::arc::{Anybody, ArcError, AuthorizationHeader, ErrorBody, JsonBody, Permitted, bearer, in_words};
use shared::tokens::Secret;
use utoipa::{IntoResponses, ToSchema};

use crate::shape::{Device, DeviceHeader, TokenPair, not_refreshed};
use crate::token_refresh::tenant;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct SwitchToken {
    /// The refresh token that came with the access token in Authorization.
    refresh_token: String,
    /// The tenant.
    #[schema(nullable = false)]
    tenant_id: Option<String>,
}

#[derive(IntoResponses)]
#[expect(dead_code, reason = "only its schema is used")]
enum Answers {
    /// A pair for that tenant; the one before is revoked
    #[response(status = 200)]
    Exchanged(TokenPair),
    /// Broken JSON; `Tenant ID is required`
    #[response(status = 400)]
    Invalid(ErrorBody),
    /// No access token in force; `Token Expired`: the refresh token is unknown, too old or used; `Token Invalid`: the two do
    /// not belong together; `UserDoesNotExist`: not in that tenant; `{message: "UserInactive"}`: switched off there
    #[response(status = 401)]
    Refused(ErrorBody),
    /// The body is not announced as JSON
    #[response(status = 415)]
    MediaType(ErrorBody),
    /// The body breaks its schema
    #[response(status = 422)]
    BreaksSchema(ErrorBody),
}

#[utoipa::path(
    post,
    path = "/auth/switch-token",
    operation_id = "switch-token",
    tag = "login",
    summary = "Get tokens for another tenant",
    params(AuthorizationHeader, DeviceHeader),
    request_body = SwitchToken,
    responses(Answers)
)]
pub async fn switch_token(
    Device(device): Device,
    headers: HeaderMap,
    permitted: Permitted<Anybody, JsonBody<SwitchToken>>,
) -> Result<Json<TokenPair>, ArcError> {
    let Permitted { app, origin, body, .. } = permitted;
    let JsonBody(body) = body;
    let wanted = body.tenant_id.filter(|tenant| !tenant.is_empty());
    let wanted = wanted.ok_or_else(|| ArcError::new(StatusCode::BAD_REQUEST, "Tenant ID is required"))?;
    let renewal = Renewal {
        refresh_token: &Secret::presented(body.refresh_token),
        access_token: bearer(&headers),
        tenant: Some(tenant(&wanted)?),
        device,
        origin: &origin,
    };
    let issued = renew(&app, &renewal).await;
    Ok(Json(issued.map_err(in_words(not_refreshed))?.into()))
}
