//! `POST /auth/token-refresh` (token-refresh): exchanges a pair of tokens for the next one.

use axum::Json;
use axum::extract::State;
use http::HeaderMap;
use serde::Deserialize;
use shared::App;
use shared::ids::{AsUuid, OrgId};
use shared::sessions::Origin;
use shared::sessions::refresh::{NotRefreshed, Renewal, renew};
use shared::surfaces::arc::{ArcError, AuthorizationHeader, ErrorBody, JsonBody, bearer, in_words};
use shared::tokens::Secret;
use utoipa::{IntoResponses, ToSchema};

use crate::shape::{Device, DeviceHeader, TokenPair, not_refreshed};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct TokenRefresh {
    /// The refresh token that came with the access token in Authorization.
    refresh_token: String,
    /// Another tenant to go over to.
    #[schema(nullable = false)]
    tenant_id: Option<String>,
}

#[derive(IntoResponses)]
#[expect(dead_code, reason = "only its schema is used")]
enum Answers {
    /// The next pair; the one before is revoked
    #[response(status = 200)]
    Exchanged(TokenPair),
    /// Broken JSON
    #[response(status = 400)]
    Invalid(ErrorBody),
    /// `Token Expired`: the refresh token is unknown, too old or used, which ends the session; `Token Invalid`: the access
    /// token, which may be too old, is not the one that came with it; `Client Invalid`: the client was removed;
    /// `{message: "UserInactive"}`: switched off in the tenant; `UserDoesNotExist`: not in the tenant that is wanted
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
    path = "/auth/token-refresh",
    operation_id = "token-refresh",
    tag = "login",
    summary = "Get the next pair of tokens",
    params(AuthorizationHeader, DeviceHeader),
    request_body = TokenRefresh,
    responses(Answers)
)]
pub async fn token_refresh(
    State(app): State<App>,
    origin: Origin,
    Device(device): Device,
    headers: HeaderMap,
    JsonBody(body): JsonBody<TokenRefresh>,
) -> Result<Json<TokenPair>, ArcError> {
    let renewal = Renewal {
        refresh_token: &Secret::presented(body.refresh_token),
        access_token: bearer(&headers),
        tenant: body.tenant_id.as_deref().map(tenant).transpose()?,
        device,
        origin: &origin,
    };
    let issued = renew(&app, &renewal).await;
    Ok(Json(issued.map_err(in_words(not_refreshed))?.into()))
}

/// The tenant of an identifier; nobody is in one that cannot be.
pub fn tenant(id: &str) -> Result<OrgId, ArcError> {
    let read = AsUuid::parse(id).map(|AsUuid(tenant)| tenant);
    read.ok_or_else(|| not_refreshed(NotRefreshed::NoMember))
}
