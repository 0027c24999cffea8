//! Access tokens, one type for each surface. Their claims inform clients; what holds is what the table says.

use jiff::Timestamp;
use jsonwebtoken::Algorithm;
use serde::{Deserialize, Serialize};

use super::jwt::{self, Checked, TokenKind};
use super::keyring::{Keyring, KeyringError};
use crate::ids::{OrgId, RoleId, SessionId, UserId};

/// Engine's access token.
pub const ENGINE: TokenKind = TokenKind {
    algorithm: Algorithm::ES256,
    typ: "at+jwt",
    issuer: "BigBucks Auth",
    audience: "engine",
};

/// Seconds that engine's access token lives.
pub const ENGINE_LIFETIME: i64 = 3600;

/// What engine's access token says.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct EngineClaims {
    /// The user.
    pub sub: UserId,
    /// The session.
    pub jti: SessionId,
    /// What clients read of the user.
    pub user: EngineUser,
}

/// The user as engine's access token shows it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct EngineUser {
    /// The address the user signs in with.
    pub username: String,
    /// Roles over all organizations; null when there are none.
    pub roles: Option<Vec<EngineRole>>,
}

/// A role as engine's access token shows it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct EngineRole {
    /// The role's name.
    pub role: String,
    /// Its organization.
    #[serde(rename = "orgID")]
    pub org_id: OrgId,
    /// Its identifier, which tells what to read with the session. A token without it works as well, and costs a read more.
    #[serde(rename = "roleID", default, skip_serializing_if = "Option::is_none")]
    pub role_id: Option<RoleId>,
}

impl EngineClaims {
    /// Signs a token with these claims.
    ///
    /// # Errors
    /// [`KeyringError`] when there is no active key.
    pub fn sign(self, keyring: &Keyring, now: Timestamp) -> Result<String, KeyringError> {
        jwt::sign(keyring, ENGINE, now, ENGINE_LIFETIME, self)
    }

    /// Checks a token; `None` when it is not one of ours, or not any more.
    pub fn check(keyring: &Keyring, now: Timestamp, token: &str) -> Option<Checked<Self>> {
        jwt::check(keyring, ENGINE, now, token)
    }
}
