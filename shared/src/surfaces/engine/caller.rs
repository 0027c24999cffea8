//! Who is calling: token, session and user are checked on every authenticated route, in one round trip.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use jiff::Timestamp;
use utoipa::IntoResponses;

use super::error::{EngineError, ErrorBody};
use crate::App;
use crate::access::standing::Hint;
use crate::accounts::User;
use crate::ids::{SessionId, UserId};
use crate::sessions::{self, Live, Session};
use crate::tokens::access::EngineClaims;

/// The header that tokens travel in.
pub const X_AUTH: HeaderName = HeaderName::from_static("x-auth");
/// The name of the security scheme, which a reader of the document may take for a header.
const JWT_AUTH: HeaderName = HeaderName::from_static("jwtauth");
/// Tells a client to renew.
const X_RENEW_TOKEN: HeaderName = HeaderName::from_static("x-renew-token");

/// A client is told to renew when its token has less than this left.
const RENEW_WITHIN: Duration = Duration::from_secs(3600);

/// Somebody who is signed in.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The user, as it is now.
    pub user: User,
    /// The session.
    pub session: Session,
}

/// Lets a request through when its token and session are in force. The session's last use is written down beside the
/// handler's work.
pub async fn authenticated(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let (Live { user, session }, expires_at) = match identify(&app, request.headers()).await {
        Ok(identified) => identified,
        Err(error) => return error.into_response(),
    };
    request.extensions_mut().insert(Caller {
        user,
        session: session.clone(),
    });
    let response = sessions::used(&app, &session, next.run(request)).await;
    hint_to_renew(&app, response, expires_at)
}

/// What every authenticated route may answer, for API documents.
#[derive(Debug, IntoResponses)]
pub enum Authenticated {
    /// No token in force, or its session has ended
    #[response(status = 401)]
    Unauthorized(ErrorBody),
}

async fn identify(app: &App, headers: &HeaderMap) -> Result<(Live, Timestamp), EngineError> {
    let bearer = bearer(app, headers).await?;
    let live = sessions::check(app, bearer.user_id, bearer.session_id).await?;
    Ok((live.ok_or_else(EngineError::unauthorized)?, bearer.expires_at))
}

/// What a token says whose signature was checked, and nothing else yet.
#[derive(Debug, Clone)]
pub struct Bearer {
    /// The user.
    pub user_id: UserId,
    /// The session.
    pub session_id: SessionId,
    /// What it says of roles.
    pub hints: Vec<Hint>,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// Reads and checks the token of a request.
///
/// # Errors
/// 401 without a token that is ours and not too old, 503 without a keyring.
pub async fn bearer(app: &App, headers: &HeaderMap) -> Result<Bearer, EngineError> {
    let token = token(headers).ok_or_else(EngineError::unauthorized)?;
    let keyring = app.keys.get().await?;
    let checked = EngineClaims::check(&keyring, app.clock.now(), token).ok_or_else(EngineError::unauthorized)?;
    let roles = checked.claims.user.roles.unwrap_or_default();
    Ok(Bearer {
        user_id: checked.claims.sub,
        session_id: checked.claims.jti,
        hints: roles
            .iter()
            .filter_map(|role| Some((role.org_id, role.role_id?)))
            .collect(),
        expires_at: checked.expires_at,
    })
}

/// Tells the client to renew, when it is time.
pub fn hint_to_renew(app: &App, mut response: Response, expires_at: Timestamp) -> Response {
    if expires_at.duration_since(app.clock.now()).unsigned_abs() <= RENEW_WITHIN {
        response
            .headers_mut()
            .insert(X_RENEW_TOKEN, HeaderValue::from_static("true"));
    }
    response
}

/// The first header that holds something shaped like a token. Query and cookies are not looked at: they end up in logs,
/// and are sent without the client's will.
fn token(headers: &HeaderMap) -> Option<&str> {
    [X_AUTH, AUTHORIZATION, JWT_AUTH].into_iter().find_map(|name| {
        let value = headers.get(name)?.to_str().ok()?.trim();
        let token = match value.split_once(' ') {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim(),
            _ => value,
        };
        (token.matches('.').count() == 2).then_some(token)
    })
}

/// On a route behind [`authenticated`].
impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = EngineError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, EngineError> {
        let known: Result<_, Infallible> = Ok(parts.extensions.get::<Caller>().cloned());
        match known {
            Ok(Some(caller)) => Ok(caller),
            _ => Err(EngineError::internal(
                "a route that wants a caller does not authenticate",
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(pairs: &[(&'static str, &'static str)]) -> Option<String> {
        let headers: HeaderMap = pairs
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect();
        token(&headers).map(str::to_owned)
    }

    #[test]
    fn where_a_token_is_found() {
        let token = Some("a.b.c".to_owned());
        assert_eq!(found(&[("x-auth", "a.b.c")]), token);
        assert_eq!(found(&[("x-auth", "Bearer a.b.c")]), token);
        assert_eq!(found(&[("authorization", "bearer a.b.c")]), token);
        assert_eq!(found(&[("authorization", "a.b.c")]), token);
        assert_eq!(found(&[("jwtauth", "a.b.c")]), token);
        assert_eq!(
            found(&[("x-auth", "not-a-token"), ("authorization", "Bearer a.b.c")]),
            token
        );
        assert_eq!(found(&[("x-auth", "a.b.c"), ("authorization", "Bearer d.e.f")]), token);
    }

    #[test]
    fn where_it_is_not() {
        assert_eq!(found(&[]), None);
        assert_eq!(found(&[("cookie", "auth=a.b.c")]), None);
        assert_eq!(found(&[("authorization", "Basic YTpi")]), None);
        assert_eq!(found(&[("x-auth", "")]), None);
        assert_eq!(found(&[("x-auth", "a.b")]), None);
    }
}
