//! `GET /api/v1/me` (get_me): the caller, its profile, and its roles over all organizations.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use shared::accounts::profile::Profile;
use shared::ids::OrgId;
use shared::surfaces::engine::{Authenticated, Caller, EngineError};
use shared::{App, access, sessions};
use utoipa::ToSchema;

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Me {
    /// The name to sign in with: the e-mail address.
    username: String,
    /// Whether the account was made through an identity provider.
    is_social_account: bool,
    profile: MeProfile,
    /// Roles over all organizations.
    roles: Vec<MeRole>,
    /// Organizations, each once.
    organizations: Vec<MeOrganization>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct MeProfile {
    first_name: String,
    last_name: String,
    phone: String,
    email: String,
    /// `/avatar/<file>`.
    avatar: Option<String>,
    bio: String,
    designation: String,
    country: String,
    timezone: String,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct MeRole {
    name: String,
    description: String,
    #[schema(value_type = Option<Object>)]
    extra_attrs: Option<serde_json::Value>,
}

#[derive(Serialize, ToSchema)]
struct MeOrganization {
    /// 26 characters (ULID).
    #[schema(value_type = String)]
    id: OrgId,
    name: String,
}

#[utoipa::path(
    get,
    path = "/api/v1/me",
    operation_id = "get_me",
    tag = "auth",
    summary = "Who is calling",
    params(("X-Auth" = String, Header, description = "The token")),
    responses(
        Authenticated,
        (status = 200, description = "The caller", body = Me),
    )
)]
pub async fn get_me(State(app): State<App>, caller: Caller) -> Result<Json<Me>, EngineError> {
    let memberships = sessions::memberships(&app, caller.user.id).await?;
    let (roles, organizations) = access::held(&app.store, &memberships, true).await?;
    let user = caller.user;
    let Profile {
        first_name,
        last_name,
        phone,
        bio,
        designation,
        country,
        timezone,
        avatar,
    } = user.profile;
    Ok(Json(Me {
        username: user.email.typed().to_owned(),
        is_social_account: user.is_social,
        profile: MeProfile {
            first_name,
            last_name,
            phone,
            email: user.email.into(),
            avatar: avatar.map(|name| name.path()),
            bio,
            designation,
            country,
            timezone,
        },
        roles: roles
            .into_iter()
            .map(|role| MeRole {
                name: role.name,
                description: role.description,
                extra_attrs: role.extra_attrs,
            })
            .collect(),
        organizations: organizations
            .into_iter()
            .map(|organization| MeOrganization {
                id: organization.id,
                name: organization.name,
            })
            .collect(),
    }))
}
