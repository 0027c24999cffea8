//! Arc's tokens: what its access token says, and making a pair of access and refresh token.

use std::time::Duration;

use aws_lc_rs::digest;
use jiff::Timestamp;
use jsonwebtoken::Algorithm;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::jwt::{self, Checked, ForWhomever, TokenKind};
use super::keyring::{Keyring, KeyringError};
use super::secret::Secret;
use crate::App;
use crate::access::Role;
use crate::accounts::User;
use crate::clients::{Client, ClientId};
use crate::ids::{AccessId, AsUuid, Bits, OrgId, RoleId, SessionId, UserId};
use crate::organizations::Tenancy;
use crate::sessions::Pair;
use crate::store::StoreError;

/// The role of who has none in a tenant.
const NO_ROLE: &str = "Default";

/// The language that everybody prefers, as long as nobody can say otherwise.
const LOCALE: &str = "en";

/// Bytes that names of permissions take in a token at most, and identifiers of roles besides: API Gateway passes 10 KB of
/// headers. Whoever has more than fit loses nothing by it here, because the table says what holds.
const MOST_CLAIMED: usize = 4096;

/// Arc's access token. Its issuer is configured, and each client says how many seconds it lives.
pub const fn arc(issuer: &str, lifetime: i64) -> TokenKind<'_> {
    TokenKind {
        algorithm: Algorithm::RS256,
        typ: "arc+jwt",
        issuer,
        lifetime,
        says_when_it_begins: false,
    }
}

/// What arc's access token says.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ArcClaims {
    /// The user, as it was when the token was made.
    #[serde(flatten)]
    pub user: ArcUser,
    /// With what it was asked for.
    pub device_info: ArcDevice,
    /// Which token it is: a session goes by one of them at a time.
    pub jti: AccessId,
    /// The session.
    pub sid: SessionId,
    /// The clientId of the client that it was made for (RFC 9068 §2.2).
    #[serde(rename = "client_id")]
    pub client_id: ClientId,
    /// The roles in the tenant, which tell what to read with the session.
    pub role_ids: Vec<RoleId>,
}

/// The user as arc's access token shows it, and `GET /auth/me`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ArcUser {
    /// The user.
    #[schema(value_type = String, format = "uuid")]
    pub id: AsUuid<UserId>,
    /// Given name.
    pub first_name: String,
    /// Family name.
    pub last_name: Option<String>,
    /// Nothing, always.
    pub middle_name: Option<String>,
    /// The e-mail address in lower case.
    pub username: String,
    /// The e-mail address as typed.
    pub email: String,
    /// Telephone number as typed.
    pub phone: Option<String>,
    /// When the user signed in before.
    #[schema(value_type = Option<String>, format = "date-time")]
    pub last_login: Option<Timestamp>,
    /// Where the picture is.
    pub photo_url: Option<String>,
    /// Position.
    pub designation: Option<String>,
    /// Nothing, always.
    pub dob: Option<String>,
    /// Nothing, always.
    pub gender: Option<String>,
    /// The home organization as a tenant.
    #[schema(value_type = String, format = "uuid")]
    pub default_tenant_id: AsUuid<OrgId>,
    /// Names of what the roles in the tenant give; live roles decide.
    pub permissions: Vec<String>,
    /// Name of the first role in the tenant, or `Default`.
    pub role: String,
    /// What the user prefers.
    pub user_preferences: ArcPreferences,
    /// The tenant that the token is for.
    #[schema(value_type = String, format = "uuid")]
    pub tenant_id: AsUuid<OrgId>,
    /// The user in that tenant.
    #[schema(format = "uuid")]
    pub user_tenant_id: String,
    /// 0 registered, 1 active, 2 inactive, 3 asked to change the password, 4 rejected.
    pub status: u8,
    /// The number of the client.
    pub auth_client_id: i64,
}

/// What a user prefers, as arc's access token shows it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ArcPreferences {
    /// Language.
    pub locale: String,
}

/// With what an access token was asked for.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ArcDevice {
    /// What the client called itself.
    pub user_agent: String,
    /// What the header device_id said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_id: Option<String>,
}

impl ArcClaims {
    /// Signs a token with these claims that lives so many seconds.
    ///
    /// # Errors
    /// [`KeyringError`] when there is no active key.
    pub fn sign(self, keyring: &Keyring, issuer: &str, now: Timestamp, lifetime: i64) -> Result<String, KeyringError> {
        jwt::sign(keyring, arc(issuer, lifetime), now, ForWhomever {}, self)
    }

    /// Checks a token; `None` when it is not one of ours, or not any more.
    pub fn check(keyring: &Keyring, issuer: &str, now: Timestamp, token: &str) -> Option<Self> {
        let checked: Checked<ForWhomever, Self> = jwt::check(keyring, arc(issuer, 0), now, token)?;
        Some(checked.claims)
    }

    /// Which token this is, if it ever was one of ours.
    pub fn recognise(keyring: &Keyring, issuer: &str, now: Timestamp, token: &str) -> Option<Self> {
        let checked: Checked<ForWhomever, Self> = jwt::check_whenever(keyring, arc(issuer, 0), now, token)?;
        Some(checked.claims)
    }
}

/// For whom, and with what, tokens are made.
#[derive(Debug, Clone, Copy)]
pub struct Holder<'a> {
    /// The user.
    pub user: &'a User,
    /// The user in the tenant that the tokens are for.
    pub tenancy: &'a Tenancy,
    /// The client.
    pub client: &'a Client,
    /// What the tokens are asked for with.
    pub device: &'a ArcDevice,
}

/// A pair of tokens that was just made.
#[derive(Debug, Clone)]
pub struct Issued {
    /// The access token.
    pub access_token: String,
    /// The refresh token.
    pub refresh_token: Secret,
    /// When the access token ends, in milliseconds since 1970.
    pub expires: i64,
    pub(crate) access: AccessId,
}

impl Holder<'_> {
    /// Makes a pair for a session.
    ///
    /// # Errors
    /// [`KeyringError`] when there is no active key.
    pub fn issue(&self, app: &App, keyring: &Keyring, session: SessionId) -> Result<Issued, KeyringError> {
        let access = AccessId::generate(&app.random);
        let now = app.clock.now();
        let lifetime = self.client.lifetimes.access_token().as_secs().cast_signed();
        let claims = ArcClaims {
            user: self.claimed(app),
            device_info: self.device.clone(),
            jti: access,
            sid: session,
            client_id: self.client.client_id.clone(),
            role_ids: self.tenancy.roles.iter().map(|role| role.id).collect(),
        };
        Ok(Issued {
            access_token: claims.sign(keyring, &app.config.arc_issuer, now, lifetime)?,
            refresh_token: Secret::generate_hex(&app.random),
            expires: (now.as_second() + lifetime) * 1000,
            access,
        })
    }

    fn claimed(&self, app: &App) -> ArcUser {
        let (user, profile) = (self.user, &self.user.profile);
        let told = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let avatar = profile.avatar.as_ref();
        let role = self.tenancy.roles.first();
        ArcUser {
            id: AsUuid(user.id),
            first_name: profile.first_name.clone(),
            last_name: told(&profile.last_name),
            middle_name: None,
            username: user.email.canonical().to_owned(),
            email: user.email.typed().to_owned(),
            phone: told(&profile.phone),
            last_login: user.last_sign_in,
            photo_url: avatar.map(|name| format!("{}{}", app.config.public_url, name.path())),
            designation: told(&profile.designation),
            dob: None,
            gender: None,
            default_tenant_id: AsUuid(OrgId::HOME),
            permissions: permissions(&self.tenancy.roles),
            role: role.map_or(NO_ROLE, |role| role.name.as_str()).to_owned(),
            user_preferences: ArcPreferences { locale: LOCALE.into() },
            tenant_id: AsUuid(self.tenancy.tenant),
            user_tenant_id: user_tenant(user.id, self.tenancy.tenant),
            status: self.tenancy.status.number(),
            auth_client_id: self.client.number,
        }
    }
}

impl Issued {
    /// What a session keeps of it.
    ///
    /// # Errors
    /// [`StoreError`] where time ends.
    pub fn pair(&self, client: &Client, tenant: OrgId, now: Timestamp) -> Result<Pair, StoreError> {
        let lifetime: Duration = client.lifetimes.refresh_token();
        Ok(Pair {
            client: client.number,
            tenant,
            access: self.access,
            refresh: self.refresh_token.hash(),
            refresh_until: now.checked_add(lifetime).map_err(StoreError::corrupt)?,
            before: None,
        })
    }
}

/// The names of what roles give, each once, as many as there is room for.
fn permissions(roles: &[Role]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let mut room = MOST_CLAIMED;
    for grant in roles.iter().flat_map(|role| &role.grants) {
        let size = grant.permission.len() + 3;
        if size > room {
            break;
        }
        if !names.contains(&grant.permission) {
            names.push(grant.permission.clone());
            room -= size;
        }
    }
    names
}

/// The identifier of a user in a tenant: made of both, because not everybody has a membership that could have one
/// (a UUID of version 8, RFC 9562 §5.8).
fn user_tenant(user: UserId, tenant: OrgId) -> String {
    let mut both = user.bits().to_be_bytes().to_vec();
    both.extend(tenant.bits().to_be_bytes());
    let digest = digest::digest(&digest::SHA256, &both);
    let mut bytes = [0; 16];
    for (byte, of_digest) in bytes.iter_mut().zip(digest.as_ref()) {
        *byte = *of_digest;
    }
    uuid::Builder::from_custom_bytes(bytes).into_uuid().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::role::Grant;

    fn role(names: impl IntoIterator<Item = String>) -> Role {
        let mut role = Role::identity_admin(Timestamp::UNIX_EPOCH);
        role.grants = names
            .into_iter()
            .map(|permission| Grant {
                permission,
                is_locked: false,
                number: None,
            })
            .collect();
        role
    }

    #[test]
    fn each_permission_is_named_once() {
        let roles = [role(["a".into(), "b".into()]), role(["b".into(), "c".into()])];
        assert_eq!(permissions(&roles), ["a", "b", "c"]);
        assert!(permissions(&[]).is_empty());
    }

    #[test]
    fn permissions_leave_room_for_the_rest_of_a_header() {
        let many = permissions(&[role((0..1000).map(|n| format!("permission {n}")))]);
        let bytes: usize = many.iter().map(|name| name.len() + 3).sum();
        assert!((MOST_CLAIMED - 20..=MOST_CLAIMED).contains(&bytes), "{bytes}");
    }

    #[test]
    fn a_user_is_another_in_another_tenant() {
        let (clock, random) = (crate::clock::Clock::system(), crate::random::Random::seeded(1));
        let (user, org) = (UserId::generate(&clock, &random), OrgId::generate(&clock, &random));
        assert_eq!(user_tenant(user, org), user_tenant(user, org));
        assert_ne!(user_tenant(user, org), user_tenant(user, OrgId::HOME));
        let read = uuid::Uuid::parse_str(&user_tenant(user, org)).unwrap();
        assert_eq!(read.get_version_num(), 8);
    }
}
