//! Signing in with what a program got from a provider: `POST /api/v1/signin/google` (signin_google) with an id token, and
//! `POST /api/v1/signin/facebook` (signin_facebook) with an access token. An account is made at the first time.

use axum::extract::State;
use http::StatusCode;
use secrecy::SecretString;
use serde::Deserialize;
use shared::App;
use shared::act::Undone;
use shared::credentials::totp::SecondFactor;
use shared::federation::account::{NotEntered, enter};
use shared::federation::{Distrust, Identity, Provider, ProviderConfig, counted, presented};
use shared::sessions::sign_in::{Known, Shown, admit};
use shared::sessions::{Opening, Origin};
use shared::store::Commit;
use shared::surfaces::engine::{EngineError, ErrorBody, JsonBody, in_words, issue_token};
use utoipa::{IntoResponses, ToSchema};

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct GoogleToken {
    /// What Google signed about somebody for this service's client.
    #[schema(value_type = String)]
    id_token: Option<SecretString>,
    /// Not needed: what an account needs to know stands in the id token.
    #[schema(value_type = Option<String>)]
    #[serde(rename = "accessToken")]
    _access_token: Option<SecretString>,
    /// A code of the authenticator app, where the account asks for one.
    #[schema(nullable = false)]
    otp_code: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FacebookToken {
    /// What Facebook gave to this service's application.
    #[schema(value_type = String)]
    access_token: Option<SecretString>,
    /// A code of the authenticator app, where the account asks for one.
    #[schema(nullable = false)]
    otp_code: Option<String>,
}

#[derive(IntoResponses)]
#[expect(dead_code, reason = "only its schema is used")]
enum Answers {
    /// The token
    #[response(status = 202, content_type = "text/plain")]
    SignedIn(String),
    /// Broken JSON, no token, or an id token that is not believed
    #[response(status = 400)]
    Invalid(ErrorBody),
    /// The provider does not believe the token, no account can be made (the address is not verified, or belongs to another
    /// account), or the account may not sign in; where `errors` names `otpCode`, the code of the authenticator app is missing,
    /// wrong or used
    #[response(status = 401)]
    Refused(ErrorBody),
    /// This provider is not configured
    #[response(status = 404)]
    NotConfigured(ErrorBody),
    /// Too many attempts; see Retry-After
    #[response(status = 429)]
    TooMany(ErrorBody),
    /// The provider does not answer
    #[response(status = 503)]
    Unanswered(ErrorBody),
}

#[utoipa::path(
    post,
    path = "/api/v1/signin/google",
    operation_id = "signin_google",
    tag = "auth",
    summary = "Sign in with an id token of Google",
    request_body = GoogleToken,
    responses(Answers)
)]
pub async fn signin_google(
    State(app): State<App>,
    origin: Origin,
    body: Result<JsonBody<GoogleToken>, EngineError>,
) -> Result<(StatusCode, String), EngineError> {
    let config = configured(&app, Provider::Google)?;
    let JsonBody(body) = body?;
    let token = body
        .id_token
        .ok_or_else(|| EngineError::invalid("idToken", "is required"))?;
    counted(&app, &origin).await?;
    let identity = presented::by_id_token(&app, config, &token).await;
    let not_believed = || EngineError::invalid("idToken", "is none of Google's for this service, or too old");
    let identity = identity.map_err(|why| disbelieved(Provider::Google, &why, not_believed))?;
    let_in(&app, &identity, body.otp_code.as_deref(), &origin).await
}

#[utoipa::path(
    post,
    path = "/api/v1/signin/facebook",
    operation_id = "signin_facebook",
    tag = "auth",
    summary = "Sign in with an access token of Facebook",
    request_body = FacebookToken,
    responses(Answers)
)]
pub async fn signin_facebook(
    State(app): State<App>,
    origin: Origin,
    body: Result<JsonBody<FacebookToken>, EngineError>,
) -> Result<(StatusCode, String), EngineError> {
    let config = configured(&app, Provider::Facebook)?;
    let JsonBody(body) = body?;
    let token = body
        .access_token
        .ok_or_else(|| EngineError::invalid("accessToken", "is required"))?;
    counted(&app, &origin).await?;
    let identity = presented::by_access_token(&app, config, &token).await;
    let not_believed = || EngineError::new(StatusCode::UNAUTHORIZED, "Facebook gave this service no such token");
    let identity = identity.map_err(|why| disbelieved(Provider::Facebook, &why, not_believed))?;
    let_in(&app, &identity, body.otp_code.as_deref(), &origin).await
}

/// The provider, where it is configured. Where it is not, nothing else is looked at.
fn configured(app: &App, provider: Provider) -> Result<&ProviderConfig, EngineError> {
    let config = app.config.federation.of(provider);
    config.ok_or_else(|| EngineError::new(StatusCode::NOT_FOUND, "This provider is not configured"))
}

fn disbelieved(provider: Provider, why: &Distrust, not_believed: impl FnOnce() -> EngineError) -> EngineError {
    tracing::warn!(provider = provider.name(), %why, "a provider's token is not believed");
    match why.is_unanswered() {
        true => EngineError::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "The provider does not answer; try again",
        ),
        false => not_believed(),
    }
}

async fn let_in(
    app: &App,
    identity: &Identity,
    otp: Option<&str>,
    origin: &Origin,
) -> Result<(StatusCode, String), EngineError> {
    let keyring = app.keys.get().await?;
    let open = |commit: &mut Commit<Undone<NotEntered>>, known: &Known| {
        let opening = Opening::usual(app, origin)?;
        let shown = Shown {
            method: identity.provider.name(),
            second: SecondFactor::Code(otp),
            keyring: &keyring,
        };
        admit(app, commit, &known.account, opening, &shown)
    };
    let entered = Box::pin(enter(app, identity, origin, open)).await;
    let (session, known) = entered.map_err(in_words(refusal))?;
    let token = issue_token(app, &known.account.user, session.id, &known.roles).await?;
    Ok((StatusCode::ACCEPTED, token))
}

fn refusal(why: NotEntered) -> EngineError {
    let unauthorized = |message: &str| EngineError::new(StatusCode::UNAUTHORIZED, message);
    match why {
        NotEntered::NoVerifiedEmail => {
            unauthorized("The provider shows no verified e-mail address to make an account with")
        }
        NotEntered::NoAccount(_) => unauthorized("An account with this address exists; sign in as you did before"),
        NotEntered::NotSignedIn(why) => why.into(),
    }
}
