//! Who is calling a route that is not open to everybody: a token, an API key or a cookie, judged by the edge as a gateway
//! would have it judged. Every route of a guarded group passes here, whether its handler asks who is calling or not.

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest as _, FromRequestParts, OriginalUri, Request, State};
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use serde_json::{Map, Value};
use utoipa::openapi::path::{Operation, Parameter};
use utoipa::openapi::{ContentBuilder, Ref, RefOr, ResponseBuilder};
use utoipa::{IntoParams, IntoResponses, ToSchema as _};

use super::error::{BarongError, ErrorKeys};
use super::params::Params;
use crate::App;
use crate::access::edge::passage::{self, Passenger, Ruling};
use crate::access::edge::{Ability, EdgePath, Refusal, entrance};
use crate::accounts::User;
use crate::act::in_words;
use crate::credentials::api_key::NotProved;
use crate::http::MAX_BODY;
use crate::http::body::whole;
use crate::sessions::{Live, Origin, Session};

/// Somebody who may call.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Who, and by what.
    pub passenger: Passenger,
    /// Where from.
    pub origin: Origin,
}

impl Caller {
    /// The user, as it is now.
    pub fn user(&self) -> &User {
        &self.passenger.user
    }

    /// The session; `None` for who calls by an API key.
    pub fn session(&self) -> Option<&Session> {
        self.passenger.session()
    }

    /// The user and the session; `None` for who calls by an API key.
    pub fn live(&self) -> Option<Live> {
        self.passenger.live()
    }
}

/// The headers of a route that is not open to everybody, for API documents. One of the three ways is enough.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct CallerHeaders {
    /// `Bearer` and a token of the authz endpoint
    #[param(rename = "Authorization")]
    authorization: Option<String>,
    /// The name of an API key
    #[param(rename = "X-Auth-Apikey")]
    api_key: Option<String>,
    /// Now, in milliseconds since 1970
    #[param(rename = "X-Auth-Nonce")]
    nonce: Option<String>,
    /// HMAC-SHA256 with the API key's secret over nonce and name, in lower-case hexadecimal digits
    #[param(rename = "X-Auth-Signature")]
    signature: Option<String>,
    /// What the session was opened with, where a cookie is used to change something
    #[param(rename = "X-CSRF-Token")]
    csrf_token: Option<String>,
}

/// What every route that is not open to everybody may answer, for API documents.
#[derive(Debug, IntoResponses)]
pub enum Guarded {
    /// `jwt.decode_and_verify` for a token that is none of ours, too old, or whose session has ended; `authz.missing_csrf_token`,
    /// `authz.csrf_token_mismatch`, `authz.invalid_session`, `authz.client_session_mismatch` for a cookie;
    /// `authz.unexistent_apikey`, `authz.nonce_not_valid_timestamp`, `authz.nonce_expired`, `authz.invalid_signature`,
    /// `authz.apikey_not_active`, `authz.disabled_2fa` for an API key; `authz.user_not_active`; `authz.invalid_permission`.
    /// A restriction in force answers with its own status
    #[response(status = 401)]
    Unauthorized(ErrorKeys),
}

/// Says in an API document that half an API key is refused, where an API key may be sent: beside what else has this status.
pub(super) fn document(operation: &mut Operation) {
    let is_key = |parameter: &RefOr<Parameter>| matches!(parameter, RefOr::T(header) if header.name == "X-Auth-Apikey");
    if !operation.parameters.iter().flatten().any(is_key) {
        return;
    }
    let refused = "`authz.invalid_api_key_headers`: not all three headers of an API key, or an empty one";
    let responses = &mut operation.responses.responses;
    match responses.get_mut("422") {
        Some(RefOr::T(response)) => response.description = format!("{}; {refused}", response.description),
        _ => {
            let body = ContentBuilder::new()
                .schema(Some(Ref::from_schema_name(ErrorKeys::name())))
                .build();
            let response = ResponseBuilder::new()
                .description(refused)
                .content("application/json", body);
            responses.insert("422".to_owned(), RefOr::T(response.build()));
        }
    }
}

/// On a route of [`guarded`](super::guarded)'s.
impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = BarongError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, BarongError> {
        let known = parts.extensions.get::<Self>().cloned();
        known.ok_or_else(|| BarongError::internal("a route that wants a caller is not guarded"))
    }
}

/// Who asks the edge about a request.
#[derive(Debug, Clone, Copy)]
pub enum Asking {
    /// A gateway. The tokens that it is given prove nobody to it.
    Gateway,
    /// A route of this surface, which may need something of the caller's role besides its permissions.
    Route(Option<Ability>),
}

/// What a request asks for, as it was asked.
fn path_of(request: &Request) -> Option<EdgePath> {
    let original = request.extensions().get::<OriginalUri>();
    EdgePath::parse(original.map_or(request.uri(), |OriginalUri(uri)| uri).path())
}

/// Lets through whom no restriction keeps out.
pub(super) async fn unrestricted(State(app): State<App>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let Ok(origin) = Origin::from_request_parts(&mut parts, &app).await;
    let request = Request::from_parts(parts, body);
    let path = path_of(&request);
    let entered = entrance::enter(&app, request.method().as_str(), path.as_ref(), origin.ip).await;
    match entered.map_err(in_words(refused)) {
        Ok(()) => next.run(request).await,
        Err::<_, BarongError>(error) => error.into_response(),
    }
}

/// Lets through whom the edge lets through.
pub(super) async fn authorized(State(app): State<App>, request: Request, next: Next) -> Response {
    // In a box: it carries all that the edge and the operation wait for.
    Box::pin(let_in(&app, None, request, next)).await
}

/// Lets through whom the edge lets through, and whose role has what the route needs.
pub(super) async fn let_in(app: &App, needs: Option<Ability>, request: Request, next: Next) -> Response {
    let path = path_of(&request);
    match pass(app, path.as_ref(), request, Asking::Route(needs)).await {
        Ok((Ruling::Passed(passenger), mut request, origin)) => {
            let caller = Caller {
                passenger: *passenger,
                origin,
            };
            request.extensions_mut().insert(caller.clone());
            caller.passenger.used(app, next.run(request)).await
        }
        // A guarded route below an open path would be open to everybody by a mistake in configuration.
        Ok((Ruling::Open, ..)) => refused(Refusal::NoSession).into_response(),
        Ok((Ruling::Refused(why), ..)) => refused(why).into_response(),
        Err(error) => error.into_response(),
    }
}

/// What the edge decides about a request that asks for `path`, after what has to be written down of it was. The request is
/// handed back as it was.
///
/// # Errors
/// What fails: then nobody passes.
pub async fn pass(
    app: &App,
    path: Option<&EdgePath>,
    request: Request,
    asking: Asking,
) -> Result<(Ruling, Request, Origin), BarongError> {
    let (mut parts, body) = request.into_parts();
    let Ok(origin) = Origin::from_request_parts(&mut parts, app).await;
    let asked = passage::Request {
        method: parts.method.as_str(),
        path,
        headers: &parts.headers,
        origin: &origin,
        by_token: matches!(asking, Asking::Route(_)),
        needs: match asking {
            Asking::Route(needs) => needs,
            Asking::Gateway => None,
        },
    };
    // In a box: every guarded request would carry the whole of its state.
    let judged = Box::pin(passage::judge(app, &asked)).await?;
    let (body, parameters) = match judged.is_noted() {
        true => parameters(&parts, body).await?,
        false => (body, Map::new()),
    };
    let ruling = judged.settle(app, &asked, parameters).await?;
    Ok((ruling, Request::from_parts(parts, body), origin))
}

/// The parameters of a request, and its body as it was. A body that cannot be read as parameters has none to write down, and
/// is judged by the handler; files, and what is too long to be kept, are not read here.
async fn parameters(parts: &Parts, body: Body) -> Result<(Body, Map<String, Value>), BarongError> {
    let query = parts.uri.query().unwrap_or_default();
    let kind = parts.headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let is_upload = kind.is_some_and(|kind| kind.to_ascii_lowercase().starts_with("multipart/"));
    let length = parts
        .headers
        .get(CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok());
    let is_long = length.is_some_and(|length| length.parse().is_ok_and(|length: usize| length > MAX_BODY));
    if is_upload || is_long {
        return Ok((body, Params::of_query(query).values().clone()));
    }
    let bytes: Bytes = whole(Request::new(body)).await?;
    let mut again = Request::new(Body::from(bytes.clone()));
    *again.uri_mut() = parts.uri.clone();
    *again.headers_mut() = parts.headers.clone();
    let read = Params::from_request(again, &()).await;
    let values = read.map_or_else(
        |_| Params::of_query(query).values().clone(),
        |params| params.values().clone(),
    );
    Ok((Body::from(bytes), values))
}

/// What the edge refuses, in the words of this surface.
pub fn refused(refusal: Refusal) -> BarongError {
    let unauthorized = BarongError::unauthorized;
    match refusal {
        Refusal::Restricted(category, code) => BarongError::new(
            StatusCode::from_u16(code).unwrap_or(StatusCode::UNAUTHORIZED),
            format!("authz.restrict.{}", category.as_str()),
        ),
        Refusal::Blocked => unauthorized("authz.permission_denied"),
        Refusal::MissingCsrf => unauthorized("authz.missing_csrf_token"),
        Refusal::CsrfMismatch => unauthorized("authz.csrf_token_mismatch"),
        Refusal::NoSession | Refusal::OwnerNotActive => unauthorized("authz.invalid_session"),
        Refusal::SessionMismatch => unauthorized("authz.client_session_mismatch"),
        Refusal::BadToken => unauthorized("jwt.decode_and_verify"),
        Refusal::NotActive => unauthorized("authz.user_not_active"),
        Refusal::NotPermitted => unauthorized("authz.invalid_permission"),
        Refusal::NotAble => unauthorized("admin.ability.not_permitted"),
        Refusal::NoSecondFactor => unauthorized("authz.disabled_2fa"),
        Refusal::Key(NotProved::Incomplete) => BarongError::invalid("authz.invalid_api_key_headers"),
        Refusal::Key(NotProved::Unknown) => unauthorized("authz.unexistent_apikey"),
        Refusal::Key(NotProved::NonceNotATime) => unauthorized("authz.nonce_not_valid_timestamp"),
        Refusal::Key(NotProved::NonceExpired | NotProved::NonceUsed) => unauthorized("authz.nonce_expired"),
        Refusal::Key(NotProved::WrongSignature) => unauthorized("authz.invalid_signature"),
        Refusal::Key(NotProved::NotActive) => unauthorized("authz.apikey_not_active"),
    }
}
