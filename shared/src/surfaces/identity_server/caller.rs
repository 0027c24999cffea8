//! Who is calling: token, session, user and membership in the home organization are checked on every route that is not
//! public, in one round trip. A handler that is for administrators takes an [`Administrator`] as an argument; without one
//! it cannot be called, and before its body is read.

use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::HeaderMap;
use utoipa::{IntoParams, IntoResponses};

use super::error::{ErrorText, IdentityError};
use super::path::{self, Segment};
use crate::App;
use crate::access::{Actor, Office, Standing, standing};
use crate::accounts::User;
use crate::http::bearer;
use crate::ids::{AsUuid, UserId};
use crate::organizations::Membership;
use crate::sessions::{self, Live, Origin, Session};
use crate::tokens::access::IdentityClaims;

/// Somebody who is signed in.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The user, as it is now.
    pub user: User,
    /// The session.
    pub session: Session,
    /// Its membership in the home organization, where the roles of this surface are, if it is in force.
    pub home: Option<Membership>,
}

impl Caller {
    /// Whether it administers this surface.
    pub fn is_administrator(&self) -> bool {
        self.home.as_ref().is_some_and(|home| home.holds(Office::Identity))
    }
}

/// The header of a route that is not public, for API documents.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct AuthorizationHeader {
    /// `Bearer` and the token of authenticate
    #[param(rename = "Authorization")]
    authorization: String,
}

/// What every authenticated route may answer, for API documents.
#[derive(Debug, IntoResponses)]
pub enum Authenticated {
    /// "Unauthorized": no token in force, or its session has ended
    #[response(status = 401)]
    Unauthorized(ErrorText),
}

/// What every route for administrators may answer, for API documents.
#[derive(Debug, IntoResponses)]
pub enum Administered {
    /// "Unauthorized": no token in force, or its session has ended
    #[response(status = 401)]
    Unauthorized(ErrorText),
    /// "Forbidden": not an administrator
    #[response(status = 403)]
    Forbidden(ErrorText),
}

/// Lets a request through when its token and session are in force. The session's last use is written down beside the
/// handler's work.
pub async fn authenticated(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let caller = match identify(&app, request.headers()).await {
        Ok(caller) => caller,
        Err(error) => return error.into_response(),
    };
    let session = caller.session.clone();
    request.extensions_mut().insert(caller);
    sessions::used(&app, &session, next.run(request)).await
}

async fn identify(app: &App, headers: &HeaderMap) -> Result<Caller, IdentityError> {
    let token = bearer(headers).ok_or_else(IdentityError::unauthorized)?;
    live(app, token).await?.ok_or_else(IdentityError::unauthorized)
}

/// Whose token this is, if it is one of this surface and its session and user are in force; otherwise `None`, whatever is
/// wrong with it.
///
/// # Errors
/// 503 without keyring or table: then nobody is let in.
pub async fn live(app: &App, token: &str) -> Result<Option<Caller>, IdentityError> {
    let keyring = app.keys.get().await?;
    let checked = IdentityClaims::check(&keyring, &app.config.identity_issuer, app.clock.now(), token);
    let Some(checked) = checked else { return Ok(None) };
    let [AsUuid(user)] = checked.audience.aud;
    let found = standing::at_home(app, user, checked.claims.jti).await?;
    Ok(found.map(|(Live { user, session }, home)| Caller { user, session, home }))
}

/// On a route behind [`authenticated`].
impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = IdentityError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, IdentityError> {
        let known = parts.extensions.get::<Self>().cloned();
        known.ok_or_else(|| IdentityError::internal("a route that wants a caller does not authenticate"))
    }
}

/// Somebody who administers this surface.
#[derive(Debug)]
pub struct Administrator {
    /// Who acts, in the home organization. Its other roles are not read: by them it may do nothing here.
    pub actor: Actor,
}

/// On a route behind [`authenticated`].
impl<S: Sync> FromRequestParts<S> for Administrator {
    type Rejection = IdentityError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, IdentityError> {
        let caller = Caller::from_request_parts(parts, state).await?;
        let Ok(origin) = Origin::from_request_parts(parts, state).await;
        let is_administrator = caller.is_administrator();
        let Caller { user, session, home } = caller;
        let home = home.filter(|_| is_administrator).ok_or_else(IdentityError::forbidden)?;
        let standing = Standing {
            membership: home,
            roles: Vec::new(),
        };
        Ok(Self {
            actor: Actor {
                user,
                session,
                standing,
                origin,
            },
        })
    }
}

/// The user that the path names, asked for by itself or by an administrator.
#[derive(Debug)]
pub struct Oneself(pub UserId);

/// On a route behind [`authenticated`] whose one variable part is a uid.
impl<S: Send + Sync> FromRequestParts<S> for Oneself {
    type Rejection = IdentityError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, IdentityError> {
        let caller = Caller::from_request_parts(parts, state).await?;
        let Segment(uid) = Segment::from_request_parts(parts, state).await?;
        let wanted = path::user(&uid)?;
        match wanted == caller.user.id || caller.is_administrator() {
            true => Ok(Self(wanted)),
            false => Err(IdentityError::forbidden()),
        }
    }
}
