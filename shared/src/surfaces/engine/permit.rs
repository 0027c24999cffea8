//! Who may call a guarded route: which organization the request acts in, and what the route asks for. A route's handler
//! takes a [`Permitted`] of what it asks for; without one it cannot be called, and before its body is read.

use std::marker::PhantomData;

use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{HeaderMap, HeaderName};
use http::{StatusCode, Uri};
use utoipa::{IntoParams, IntoResponses};

use super::caller::{Bearer, Caller, bearer, hint_to_renew};
use super::error::{EngineError, ErrorBody};
use crate::App;
use crate::access::standing::{self, Wanted};
use crate::access::{Actor, Question, Scope, Standing};
use crate::http::query;
use crate::ids::OrgId;
use crate::sessions::{self, Live, Origin};

/// The header that names the organization a request acts in.
const X_ORGANIZATION_ID: HeaderName = HeaderName::from_static("x-organization-id");

/// What a route asks for.
pub trait Requirement: Send + Sync + 'static {
    /// `resource:scope:action`; scope and action may be `*`.
    const PERMISSION: &'static str;
}

macro_rules! requirements {
    ($($(#[$doc:meta])* $name:ident = $permission:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $name;
        impl Requirement for $name {
            const PERMISSION: &'static str = $permission;
        }
    )*};
}

requirements! {
    /// Seeing users.
    ReadUsers = "user:*:read";
    /// Changing users.
    UpdateUsers = "user:*:update";
    /// Inviting users.
    WriteUsers = "user:*:write";
    /// Seeing roles.
    ReadRoles = "role:*:read";
    /// Making and changing roles.
    WriteRoles = "role:*:write";
    /// Removing roles.
    DeleteRoles = "role:*:delete";
    /// Writing the catalogue of permissions.
    WritePermissions = "permission:all:write";
    /// Seeing master data.
    ReadMasterData = "masterdata:*:read";
    /// Seeing sessions of others.
    ReadSessions = "session:all:read";
    /// Ending sessions of others.
    DeleteSessions = "session:all:delete";
}

/// Somebody who may do what the route asks for, in the organization that the request acts in.
#[derive(Debug)]
pub struct Permitted<R> {
    /// Who acts.
    pub actor: Actor,
    /// How widely: the widest scope of the grants that answer.
    pub scope: Scope,
    requirement: PhantomData<R>,
}

impl<R> Permitted<R> {
    /// Whether the permission reaches no further than what is one's own.
    pub fn only_own(&self) -> bool {
        self.scope == Scope::Own
    }
}

/// The headers of a guarded route, for API documents.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct GuardedHeaders {
    /// The token
    #[param(rename = "X-Auth")]
    token: String,
    /// The organization to act in. Without it: the home organization for its members, the only one for members of one
    #[param(rename = "X-Organization-Id")]
    organization: Option<String>,
}

/// What every guarded route may answer, for API documents.
#[derive(Debug, IntoResponses)]
pub enum Guarded {
    /// No token in force, or its session has ended
    #[response(status = 401)]
    Unauthorized(ErrorBody),
    /// No organization, or no permission in it
    #[response(status = 403)]
    Forbidden(ErrorBody),
}

/// What the middleware found, for the extractor.
#[derive(Debug, Clone)]
struct Found(Option<Standing>);

/// Lets a request through when its token and session are in force, and reads in the same round trip what the caller may
/// do in the organization of the header.
pub async fn in_organization(State(app): State<App>, request: Request, next: Next) -> Response {
    let wanted = wanted(request.headers());
    guard(app, request, next, wanted).await
}

/// The same; without the header the query parameter `org_id` counts.
pub async fn in_organization_of_query(State(app): State<App>, request: Request, next: Next) -> Response {
    let wanted = match wanted(request.headers()) {
        Wanted::Unsaid => of_query(request.uri()),
        said => said,
    };
    guard(app, request, next, wanted).await
}

/// Which organization the header names.
pub fn wanted(headers: &HeaderMap) -> Wanted {
    match headers
        .get(X_ORGANIZATION_ID)
        .map(|value| value.to_str().map(str::trim))
    {
        None | Some(Ok("")) => Wanted::Unsaid,
        Some(Ok(id)) => OrgId::parse(id).map_or(Wanted::Nowhere, Wanted::Named),
        Some(Err(_)) => Wanted::Nowhere,
    }
}

/// Which organization `org_id` of the query names: an identifier, or 0 for the home organization.
fn of_query(uri: &Uri) -> Wanted {
    match query::text(uri, "org_id") {
        None => Wanted::Unsaid,
        Some(text) if text.parse() == Ok(0_u64) => Wanted::Named(OrgId::HOME),
        Some(text) => OrgId::parse(&text).map_or(Wanted::Nowhere, Wanted::Named),
    }
}

/// Whether `org_id` of the query names another organization than the one that the request acts in.
pub fn names_another_organization(uri: &Uri, org: OrgId) -> bool {
    !matches!(of_query(uri), Wanted::Unsaid) && of_query(uri) != Wanted::Named(org)
}

async fn guard(app: App, mut request: Request, next: Next, wanted: Wanted) -> Response {
    let entered = match enter(&app, request.headers(), wanted).await {
        Ok(entered) => entered,
        Err(error) => return error.into_response(),
    };
    let session = entered.live.session.clone();
    let extensions = request.extensions_mut();
    extensions.insert(Caller {
        user: entered.live.user,
        session: entered.live.session,
    });
    extensions.insert(Found(entered.standing));
    let response = sessions::used(&app, &session, next.run(request)).await;
    hint_to_renew(&app, response, entered.bearer.expires_at)
}

struct Entered {
    bearer: Bearer,
    live: Live,
    standing: Option<Standing>,
}

async fn enter(app: &App, headers: &HeaderMap, wanted: Wanted) -> Result<Entered, EngineError> {
    let bearer = bearer(app, headers).await?;
    let checked = standing::check(app, bearer.user_id, bearer.session_id, &bearer.hints, wanted).await?;
    let (live, standing) = checked.ok_or_else(EngineError::unauthorized)?;
    Ok(Entered { bearer, live, standing })
}

/// On a route behind [`in_organization`].
impl<R: Requirement, S: Sync> FromRequestParts<S> for Permitted<R> {
    type Rejection = EngineError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, EngineError> {
        let Caller { user, session } = Caller::from_request_parts(parts, state).await?;
        let Ok(origin) = Origin::from_request_parts(parts, state).await;
        let Some(Found(standing)) = parts.extensions.get::<Found>().cloned() else {
            return Err(EngineError::internal(
                "a route that asks for a permission is not guarded",
            ));
        };
        let standing = standing.ok_or_else(|| {
            EngineError::new(
                StatusCode::FORBIDDEN,
                "Name an organization that you belong to in X-Organization-Id",
            )
        })?;
        let scope = standing.answer(&Question::of(R::PERMISSION)).ok_or_else(|| {
            let message = format!("You need the permission {} in this organization", R::PERMISSION);
            EngineError::new(StatusCode::FORBIDDEN, message)
        })?;
        Ok(Self {
            actor: Actor {
                user,
                session,
                standing,
                origin,
            },
            scope,
            requirement: PhantomData,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn which_organization_a_request_names() {
        let header = |value: &[u8]| {
            let mut headers = HeaderMap::new();
            headers.insert(X_ORGANIZATION_ID, http::HeaderValue::from_bytes(value).unwrap());
            wanted(&headers)
        };
        let home = Wanted::Named(OrgId::HOME);
        assert_eq!(wanted(&HeaderMap::new()), Wanted::Unsaid);
        assert_eq!(header(b" "), Wanted::Unsaid);
        assert_eq!(header(OrgId::HOME.to_string().as_bytes()), home);
        assert_eq!(header(b"0"), Wanted::Nowhere);
        assert_eq!(header(b"\xff"), Wanted::Nowhere);
        let query = |query: &str| of_query(&format!("/x?{query}").parse().unwrap());
        assert_eq!(query(""), Wanted::Unsaid);
        assert_eq!(query("org_id="), Wanted::Unsaid);
        assert_eq!(query("org_id=0"), home);
        assert_eq!(query("org_id=00000000000000000000000000"), home);
        for unknown in ["7", "-1", "acme", "0000000000000000000000000I"] {
            assert_eq!(query(&format!("org_id={unknown}")), Wanted::Nowhere, "{unknown}");
        }
    }
}
