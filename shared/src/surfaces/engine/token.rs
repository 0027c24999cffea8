//! Engine's access token for somebody who is signed in.

use super::error::EngineError;
use crate::App;
use crate::access::Role;
use crate::accounts::User;
use crate::ids::SessionId;
use crate::tokens::access::{EngineClaims, EngineRole, EngineUser};

/// Bytes that roles take in a token at most: API Gateway passes 10 KB of headers. Whoever has more roles than fit loses
/// nothing by it, because the table says what holds.
const MOST_CLAIMED: usize = 4096;

/// Bytes that a role takes beside its name: two identifiers and three members' names.
const CLAIM: usize = 96;

/// A token of the session for its user, who holds these roles.
///
/// # Errors
/// 503 when there is no keyring.
pub async fn issue(app: &App, user: &User, session: SessionId, roles: &[Role]) -> Result<String, EngineError> {
    let mut room = MOST_CLAIMED;
    let roles: Vec<EngineRole> = roles
        .iter()
        .take_while(|role| {
            let fits = role.name.len() + CLAIM <= room;
            room = room.saturating_sub(role.name.len() + CLAIM);
            fits
        })
        .map(|role| EngineRole {
            role: role.name.clone(),
            org_id: role.org_id,
            role_id: Some(role.id),
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
