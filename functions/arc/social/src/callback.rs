//! Somebody is back from a provider.

use axum::extract::Request;
use axum::response::Response;
use http::{HeaderMap, Method};
use shared::App;
use shared::federation::Provider;
use shared::federation::account::NotEntered;
use shared::federation::landing::{Answer, NotLanded, land};
use shared::http::query;
use shared::sessions::Origin;
use shared::surfaces::arc::{ArcError, ErrorBody, bad_credentials, in_words, not_let_in};
use utoipa::{IntoParams, IntoResponses};

use crate::start::{configured, redirect};

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct CallbackQuery {
    /// The provider's code
    code: Option<String>,
    /// What was sent to the provider
    state: Option<String>,
    /// What went wrong there
    error: Option<String>,
    /// Who answers (RFC 9207)
    iss: Option<String>,
}

#[derive(IntoResponses)]
#[expect(dead_code, reason = "only its schema is used")]
pub enum CallbackAnswers {
    /// To the client, with a code for `POST /auth/token`
    #[response(
        status = 302,
        headers(("Location" = String, description = "The client's redirectUrl with code, and state where it sent one"))
    )]
    Sent,
    /// `User not active yet`: the account is not activated
    #[response(status = 400)]
    NotActive(ErrorBody),
    /// `Client Invalid`: state is unknown, used, too old, another provider's or another browser's, or the client is gone, has no
    /// redirectUrl, or is not for this user; `{message: "Provider Denied"}`: the provider did, or is not believed;
    /// `{message: "Invalid Credentials"}`: the address belongs to another account; `{message: "Email Not Verified"}`: there is
    /// no account yet, and no verified address for one; `{message: "UserInactive"}`
    #[response(status = 401)]
    Refused(ErrorBody),
    /// `Provider not configured`
    #[response(status = 404)]
    NotConfigured(ErrorBody),
    /// Too many attempts: see Retry-After
    #[response(status = 429)]
    TooMany(ErrorBody),
}

/// By a redirect.
pub async fn by_query(app: &App, provider: Provider, origin: Origin, request: Request) -> Result<Response, ArcError> {
    // A HEAD asks what a GET would say, and this one does something.
    let (parts, _) = request.into_parts();
    if parts.method == Method::HEAD {
        return Err(ArcError::no_route());
    }
    let uri = &parts.uri;
    let answer = Answer {
        code: query::text(uri, "code"),
        state: query::text(uri, "state"),
        error: query::text(uri, "error"),
        iss: query::text(uri, "iss"),
        user: None,
    };
    come_back(app, provider, answer, origin, &parts.headers).await
}

/// Brings a browser back to its client.
pub async fn come_back(
    app: &App,
    provider: Provider,
    answer: Answer,
    origin: Origin,
    headers: &HeaderMap,
) -> Result<Response, ArcError> {
    let config = configured(app, provider)?;
    let landed = Box::pin(land(app, config, answer, headers, &origin)).await;
    let landed = landed.map_err(in_words(refusal))?;
    Ok(redirect(landed.location, landed.cookie))
}

fn refusal(why: NotLanded) -> ArcError {
    match why {
        NotLanded::NoFlow(_) => ArcError::client_invalid(),
        NotLanded::NotVouched => ArcError::refused("Provider Denied"),
        NotLanded::NotEntered(NotEntered::NoVerifiedEmail) => ArcError::refused("Email Not Verified"),
        NotLanded::NotEntered(NotEntered::NoAccount(_)) => bad_credentials(),
        NotLanded::NotEntered(NotEntered::NotSignedIn(why)) => not_let_in(why.into(), ArcError::client_invalid()),
        NotLanded::NotLetIn(why) => not_let_in(why, ArcError::client_invalid()),
    }
}
