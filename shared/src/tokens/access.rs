//! Access tokens, one type for each surface. Their claims inform clients; what holds is what the table says.

use jiff::Timestamp;
use jsonwebtoken::Algorithm;
use jsonwebtoken::jwk::{Jwk, KeyAlgorithm};
use serde::{Deserialize, Serialize};

use super::jwt::{self, Checked, For, TokenKind};
use super::keyring::{Family, Keyring, KeyringError};
use crate::ids::{AsUuid, OrgId, RoleId, SessionId, UserId};

/// Engine's access token.
pub const ENGINE: TokenKind<'static> = TokenKind {
    algorithm: Algorithm::ES256,
    typ: "at+jwt",
    issuer: "BigBucks Auth",
    lifetime: 3600,
    says_when_it_begins: false,
};

/// Whom engine's access token is for.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub enum EngineAudience {
    /// Engine's surface.
    #[serde(rename = "engine")]
    Engine,
}

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
        let aud = EngineAudience::Engine;
        jwt::sign(keyring, ENGINE, now, For { aud }, self)
    }

    /// Checks a token; `None` when it is not one of ours, or not any more.
    pub fn check(keyring: &Keyring, now: Timestamp, token: &str) -> Option<Checked<For<EngineAudience>, Self>> {
        jwt::check(keyring, ENGINE, now, token)
    }
}

/// Identity-server's access token. Its issuer is configured.
pub const fn identity(issuer: &str) -> TokenKind<'_> {
    TokenKind {
        algorithm: Algorithm::RS512,
        typ: "identity+jwt",
        issuer,
        lifetime: 1800,
        says_when_it_begins: true,
    }
}

/// The public keys that verify identity-server's access tokens (RFC 7517 §5).
pub fn identity_jwks(keyring: &Keyring, now: Timestamp) -> Vec<Jwk> {
    keyring.jwks_of(Family::Rsa, KeyAlgorithm::RS512, now)
}

/// Whom identity-server's access token is for: the one user that it is about.
pub type IdentityAudience = [AsUuid<UserId>; 1];

/// What identity-server's access token says beside its audience.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct IdentityClaims {
    /// The user's name, for people; it may be anybody's.
    pub sub: String,
    /// The session.
    pub jti: SessionId,
}

impl IdentityClaims {
    /// Signs a token with these claims for `user`.
    ///
    /// # Errors
    /// [`KeyringError`] when there is no active key.
    pub fn sign(self, keyring: &Keyring, issuer: &str, now: Timestamp, user: UserId) -> Result<String, KeyringError> {
        let aud: IdentityAudience = [AsUuid(user)];
        jwt::sign(keyring, identity(issuer), now, For { aud }, self)
    }

    /// Checks a token; `None` when it is not one of ours, or not any more.
    pub fn check(
        keyring: &Keyring,
        issuer: &str,
        now: Timestamp,
        token: &str,
    ) -> Option<Checked<For<IdentityAudience>, Self>> {
        jwt::check(keyring, identity(issuer), now, token)
    }
}
