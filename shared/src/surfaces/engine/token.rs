//! Engine's access token for somebody who is signed in.

use super::error::EngineError;
use crate::App;
use crate::access::Role;
use crate::accounts::User;
use crate::ids::SessionId;
use crate::tokens::access::{EngineClaims, EngineRole, EngineUser};

/// A token of the session for its user, who holds these roles.
///
/// # Errors
/// 503 when there is no keyring.
pub async fn issue(app: &App, user: &User, session: SessionId, roles: &[Role]) -> Result<String, EngineError> {
    let roles: Vec<EngineRole> = roles
        .iter()
        .map(|role| EngineRole {
            role: role.name.clone(),
            org_id: role.org_id,
        })
        .collect();
    let claims = EngineClaims {
        sub: user.id,
        jti: session,
        user: EngineUser {
            username: user.email.typed().to_owned(),
            roles: Some(roles).filter(|roles| !roles.is_empty()),
        },
    };
    let keyring = app.keys.get().await?;
    Ok(claims.sign(&keyring, app.clock.now())?)
}
