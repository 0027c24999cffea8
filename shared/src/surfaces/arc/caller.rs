//! Who is calling: token, session, user, client and what the user may do in the token's tenant are checked in one round trip.
//! A session goes by one access token at a time, so that a refresh revokes the one before.

use futures_util::future::try_join;
use http::HeaderMap;
use utoipa::{IntoParams, IntoResponses};

use super::error::{ArcError, ErrorBody};
use crate::App;
use crate::access::Standing;
use crate::access::standing::{self, Wanted};
use crate::accounts::User;
use crate::clients::{self, Client};
use crate::http::bearer;
use crate::ids::{AsUuid, OrgId};
use crate::sessions::{Live, Session};
use crate::tokens::arc::ArcClaims;

/// Somebody who is signed in.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The user, as it is now.
    pub user: User,
    /// The session.
    pub session: Session,
    /// The client that the session is for.
    pub client: Client,
    /// What the user may do in the tenant; nothing for who is no member.
    pub standing: Option<Standing>,
    /// What the token says.
    pub claims: ArcClaims,
}

impl Caller {
    /// The tenant that the caller acts in.
    pub fn tenant(&self) -> OrgId {
        let AsUuid(tenant) = self.claims.user.tenant_id;
        tenant
    }

    /// Whether a role of the home organization gives this permission, which has only a name. Roles of other organizations are
    /// their own administrators' affair.
    pub fn may(&self, permission: &str) -> bool {
        let home = self
            .standing
            .as_ref()
            .filter(|standing| standing.org_id() == OrgId::HOME);
        home.is_some_and(|standing| standing.gives(permission))
    }
}

/// The header of a route that is not public, for API documents.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct AuthorizationHeader {
    /// `Bearer` and the access token
    #[param(rename = "Authorization")]
    authorization: String,
}

/// What every authenticated route may answer, for API documents.
#[derive(Debug, IntoResponses)]
pub enum Authenticated {
    /// `Bearer realm="Users"` without a token; `{message: "TokenExpired"}` for one that is none of ours or too old;
    /// `{message: "TokenRevoked"}` for one that was revoked
    #[response(status = 401)]
    Unauthorized(ErrorBody),
}

/// Whose request this is.
///
/// # Errors
/// 401, in the words of what is wrong with the token; 503 without keyring or table: then nobody is let in.
pub async fn caller(app: &App, headers: &HeaderMap) -> Result<Caller, ArcError> {
    let token = bearer(headers).ok_or_else(ArcError::no_bearer)?;
    let keyring = app.keys.get().await?;
    let claims = ArcClaims::check(&keyring, &app.config.arc_issuer, app.clock.now(), token);
    let claims = claims.ok_or_else(ArcError::bearer_bad)?;
    let (AsUuid(user), AsUuid(tenant)) = (claims.user.id, claims.user.tenant_id);
    let hints: Vec<_> = claims.role_ids.iter().map(|role| (tenant, *role)).collect();
    let checked = standing::check(app, user, claims.sid, &hints, Wanted::Named(tenant));
    let (checked, client) = try_join(checked, clients::find(&app.store, &claims.client_id)).await?;
    let (Live { user, session }, standing) = checked.ok_or_else(ArcError::bearer_revoked)?;
    let pair = session.pair.as_ref().filter(|pair| pair.access == claims.jti);
    let number = pair.map(|pair| pair.client).ok_or_else(ArcError::bearer_revoked)?;
    // A client that was removed takes its tokens with it, also where another has its identifier now.
    let client = client.filter(|client| client.number == number);
    Ok(Caller {
        user,
        session,
        client: client.ok_or_else(ArcError::bearer_revoked)?,
        standing,
        claims,
    })
}
