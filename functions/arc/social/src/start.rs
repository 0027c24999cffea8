//! Sending somebody to a provider.

use axum::extract::{FromRequest as _, Request};
use axum::response::{AppendHeaders, IntoResponse, Response};
use http::StatusCode;
use http::header::{HeaderMap, LOCATION, SET_COOKIE};
use secrecy::SecretString;
use serde::Deserialize;
use shared::App;
use shared::act::Undone;
use shared::clients::proof::{Credentials, NotProved};
use shared::federation::flow::{Beginning, begin};
use shared::federation::{Provider, ProviderConfig};
use shared::http::query;
use shared::sessions::Origin;
use shared::surfaces::arc::{ArcError, ErrorBody, FormBody, in_words, not_proved};
use utoipa::{IntoParams, IntoResponses, ToSchema};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Start {
    /// The client's identifier.
    client_id: String,
    /// The client's secret. Only a public client may leave it out.
    #[schema(nullable = false)]
    client_secret: Option<String>,
    /// Comes back to the client with its code (RFC 6749 §4.1.1).
    #[schema(nullable = false, max_length = 500)]
    state: Option<String>,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct StartQuery {
    /// The client's identifier
    client_id: Option<String>,
    /// The client's secret. Only a public client may leave it out
    client_secret: Option<String>,
}

#[derive(IntoResponses)]
#[expect(dead_code, reason = "only its schema is used")]
pub enum StartAnswers {
    /// To the provider
    #[response(status = 302, headers(("Location" = String, description = "The provider's page")))]
    Sent,
    /// `{message: "Client Verification Failed"}`
    #[response(status = 401)]
    Refused(ErrorBody),
    /// `Provider not configured`
    #[response(status = 404)]
    NotConfigured(ErrorBody),
    /// The body is not announced as a form
    #[response(status = 415)]
    MediaType(ErrorBody),
    /// The body breaks its schema
    #[response(status = 422)]
    BreaksSchema(ErrorBody),
    /// Too many attempts: see Retry-After
    #[response(status = 429)]
    TooMany(ErrorBody),
}

#[derive(IntoResponses)]
#[expect(dead_code, reason = "only its schema is used")]
pub enum StartGetAnswers {
    /// To the provider
    #[response(status = 302, headers(("Location" = String, description = "The provider's page")))]
    Sent,
    /// `Unauthorized` without a client; `{message: "Client Verification Failed"}`
    #[response(status = 401)]
    Refused(ErrorBody),
    /// `Provider not configured`
    #[response(status = 404)]
    NotConfigured(ErrorBody),
    /// Too many attempts: see Retry-After
    #[response(status = 429)]
    TooMany(ErrorBody),
}

/// The provider, where it is configured. Where it is not, nothing else is looked at.
pub fn configured(app: &App, provider: Provider) -> Result<&ProviderConfig, ArcError> {
    let config = app.config.federation.of(provider);
    config.ok_or_else(|| ArcError::new(StatusCode::NOT_FOUND, "Provider not configured"))
}

/// By a form.
pub async fn by_form(app: &App, provider: Provider, origin: Origin, request: Request) -> Result<Response, ArcError> {
    let config = configured(app, provider)?;
    let by_browser = is_browser(request.headers());
    let FormBody(body) = FormBody::<Start>::from_request(request, app).await?;
    let said = credentials(body.client_id, body.client_secret);
    let begun = send(app, config, &said, body.state, by_browser, &origin).await;
    begun.map_err(in_words(not_proved))
}

/// By a query.
pub async fn by_query(app: &App, provider: Provider, origin: Origin, request: Request) -> Result<Response, ArcError> {
    let config = configured(app, provider)?;
    let (parts, _) = request.into_parts();
    let client_id = query::text(&parts.uri, "client_id").ok_or_else(ArcError::client_auth_absent)?;
    let said = credentials(client_id, query::text(&parts.uri, "client_secret"));
    let begun = send(app, config, &said, None, is_browser(&parts.headers), &origin).await;
    // There is no schema that a query breaks.
    begun.map_err(in_words(|_: NotProved| ArcError::client_verification()))
}

fn credentials(id: String, secret: Option<String>) -> Credentials {
    Credentials {
        id,
        secret: secret.map(SecretString::from),
    }
}

async fn send(
    app: &App,
    config: &ProviderConfig,
    said: &Credentials,
    client_state: Option<String>,
    by_browser: bool,
    origin: &Origin,
) -> Result<Response, Undone<NotProved>> {
    let beginning = Beginning {
        config,
        said,
        client_state,
        by_browser,
        origin,
    };
    let begun = begin(app, beginning).await?;
    Ok(redirect(begun.location, begun.cookie))
}

/// 302, as published; what a form held is not sent on with it.
pub fn redirect(location: String, cookie: Option<String>) -> Response {
    let cookie = cookie.map(|cookie| AppendHeaders([(SET_COOKIE, cookie)]));
    (StatusCode::FOUND, [(LOCATION, location)], cookie, ()).into_response()
}

/// Whether a browser goes here itself, and will come back itself: browsers say so (Fetch Metadata), and no script can. A client
/// that asks on its own and hands the address on cannot hand on a cookie.
fn is_browser(headers: &HeaderMap) -> bool {
    let mode = headers.get("sec-fetch-mode");
    mode.is_some_and(|mode| mode.as_bytes() == b"navigate")
}
