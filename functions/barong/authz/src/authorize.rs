//! `ANY /api/v2/auth/{path}` (authz.authorize): a gateway asks with a request's method, path, headers and parameters whether
//! it may let the request through, and gets the token to send on with it. It changes nothing but the end of the session.

use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use lambda_http::http::StatusCode;
use lambda_http::http::header::{AUTHORIZATION, HeaderName, HeaderValue};
use shared::App;
use shared::access::edge::{EdgePath, Ruling};
use shared::surfaces::barong::{Asking, BarongError, CallerHeaders, Guarded, pass, refused};

/// Names the key of a refusal once more, for gateways that read no bodies of those whom they ask.
const ERROR: HeaderName = HeaderName::from_static("x-authz-error");

/// What the group's one route begins with.
const BEFORE: &str = "/auth/";

#[utoipa::path(
    get,
    path = "/auth/{path}",
    operation_id = "authz.authorize",
    tag = "authz",
    summary = "Whether a request may pass",
    description = "With the method of the request that is asked about, whichever it is, and with its headers and parameters. \
        A token does not prove anybody here. The key of a refusal is in the header X-Authz-Error as well.",
    params(
        ("path" = String, Path, description = "The path of the request, without its first slash: api/v2/barong/resource/users/me"),
        CallerHeaders,
    ),
    responses(
        (
            status = 200,
            description = "It may pass. On paths that are open to everybody without a token",
            headers(("Authorization" = String, description = "Bearer and the token to send on")),
        ),
        Guarded,
    )
)]
pub async fn authorize(State(app): State<App>, request: Request) -> Result<Response, BarongError> {
    let path = request.uri().path();
    let path = EdgePath::parse(path.strip_prefix(BEFORE).unwrap_or(path));
    match pass(&app, path.as_ref(), request, Asking::Gateway).await? {
        (Ruling::Open, ..) => Ok(StatusCode::OK.into_response()),
        (Ruling::Refused(why), ..) => {
            let error = refused(why);
            let key = HeaderValue::from_str(&error.keys().join(" ")).map_err(BarongError::internal)?;
            Ok(([(ERROR, key)], error).into_response())
        }
        (Ruling::Passed(passenger), ..) => {
            let token = passenger.token(&app).await?;
            let mut value = HeaderValue::from_str(&format!("Bearer {token}")).map_err(BarongError::internal)?;
            value.set_sensitive(true);
            Ok([(AUTHORIZATION, value)].into_response())
        }
    }
}
