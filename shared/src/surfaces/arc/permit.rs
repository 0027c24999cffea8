//! Who may call a route that is not for anybody. Its handlers do not get the [`App`] as other handlers do: they get it from
//! [`Permitted`], which makes sure first that the body keeps to its schema, then who is calling, then that they may. So a
//! handler cannot forget to ask, and the order of the checks is the same everywhere.

use std::marker::PhantomData;

use axum::extract::{FromRequest, FromRequestParts as _, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use utoipa::IntoResponses;

use super::caller::{Caller, caller};
use super::error::{ArcError, ErrorBody};
use crate::App;
use crate::sessions::{self, Origin};

/// What stands between a guarded handler and the [`App`].
#[derive(Debug, Clone)]
pub struct Gate(App);

impl Gate {
    pub(super) fn before(app: App) -> Self {
        Self(app)
    }
}

/// What a route asks for.
pub trait Requirement: Send + Sync + 'static {
    /// A permission by its name; `None` where being signed in is enough.
    const PERMISSION: Option<&'static str>;
}

/// Being signed in is enough.
#[derive(Debug)]
pub struct Anybody;
/// Managing clients. The published API calls the permission so because no ordinary role has it.
#[derive(Debug)]
pub struct NotAllowed;
/// Seeing who signed in.
#[derive(Debug)]
pub struct ViewLoginActivity;

impl Requirement for Anybody {
    const PERMISSION: Option<&'static str> = None;
}
impl Requirement for NotAllowed {
    const PERMISSION: Option<&'static str> = Some(MANAGE_CLIENTS);
}
impl Requirement for ViewLoginActivity {
    const PERMISSION: Option<&'static str> = Some(VIEW_LOGIN_ACTIVITY);
}

pub use crate::access::role::{MANAGE_CLIENTS, VIEW_LOGIN_ACTIVITY};

/// Somebody who may call the route, and what they say in the body.
#[derive(Debug)]
pub struct Permitted<R, B = Nothing> {
    /// Everything else.
    pub app: App,
    /// Who it is.
    pub caller: Caller,
    /// Where from.
    pub origin: Origin,
    /// The body, read by a [`JsonBody`](super::JsonBody).
    pub body: B,
    requirement: PhantomData<R>,
}

/// No body: whatever there is of it is not looked at.
#[derive(Debug)]
pub struct Nothing;

impl<S: Sync> FromRequest<S> for Nothing {
    type Rejection = ArcError;

    async fn from_request(_request: Request, _state: &S) -> Result<Self, ArcError> {
        Ok(Self)
    }
}

/// What every route that asks for a permission may answer, for API documents.
#[derive(Debug, IntoResponses)]
pub enum Guarded {
    /// `Bearer realm="Users"` without a token; `{message: "TokenExpired"}` for one that is none of ours or too old;
    /// `{message: "TokenRevoked"}` for one that was revoked
    #[response(status = 401)]
    Unauthorized(ErrorBody),
    /// `NotAllowedAccess`: the permission is missing
    #[response(status = 403)]
    Forbidden(ErrorBody),
}

/// What was found out about the caller, for [`Permitted`]. It is judged after the body.
#[derive(Debug, Clone)]
struct Found(Result<Caller, ArcError>);

/// Finds out who is calling. The session's last use is written down beside the handler's work.
pub(super) async fn identified(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let found = caller(&app, request.headers()).await;
    let session = found.as_ref().ok().map(|caller| caller.session.clone());
    request.extensions_mut().insert(Found(found));
    match session {
        Some(session) => sessions::used(&app, &session, next.run(request)).await,
        None => next.run(request).await,
    }
}

/// On a route of [`surface`](super::surface)'s guarded ones.
impl<R: Requirement, B: FromRequest<Gate, Rejection = ArcError>> FromRequest<Gate> for Permitted<R, B> {
    type Rejection = ArcError;

    async fn from_request(request: Request, gate: &Gate) -> Result<Self, ArcError> {
        let (mut parts, body) = request.into_parts();
        let Ok(origin) = Origin::from_request_parts(&mut parts, gate).await;
        let found = parts.extensions.remove::<Found>();
        let body = B::from_request(Request::from_parts(parts, body), gate).await?;
        let Some(Found(caller)) = found else {
            return Err(ArcError::internal("a route that asks who is calling is not guarded"));
        };
        let caller = caller?;
        match R::PERMISSION {
            Some(permission) if !caller.may(permission) => Err(ArcError::not_allowed()),
            _ => Ok(Self {
                app: gate.0.clone(),
                caller,
                origin,
                body,
                requirement: PhantomData,
            }),
        }
    }
}
