//! A provider's code becomes somebody's identity: exchanged by us, with the secret, the redirect URI and the verifier that
//! the flow began with (RFC 6749 §4.1.3, RFC 7636 §4.5).

use aws_lc_rs::hmac;
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use serde_json::json;
use url::Url;

use super::id_token::{self, Nonce};
use super::identity::{Identity, Silence, Subject, Told};
use super::provider::{ProviderSecret, Source};
use super::web::Ask;
use super::{Distrust, Provider, ProviderConfig};
use crate::App;

/// Seconds that a secret lives which is made by a key.
const MADE_FOR: i64 = 300;

/// What a provider gives for a code.
#[derive(Deserialize)]
pub(super) struct Tokens {
    access_token: Option<SecretString>,
    refresh_token: Option<SecretString>,
    id_token: Option<SecretString>,
}

impl Tokens {
    /// What ends the provider's own session, where there is an operation that says so to it.
    pub(super) fn ends_with(&self, provider: Provider) -> Option<&SecretString> {
        match provider {
            Provider::Keycloak => self.refresh_token.as_ref(),
            Provider::Google => self.refresh_token.as_ref().or(self.access_token.as_ref()),
            Provider::Facebook | Provider::Instagram | Provider::Apple => None,
        }
    }
}

/// What a flow was begun with.
pub(super) struct Begun<'a> {
    pub(super) verifier: &'a str,
    pub(super) nonce: &'a str,
}

/// Whom the provider vouches for by `code`.
///
/// # Errors
/// [`Distrust`].
pub(super) async fn exchange(
    app: &App,
    config: &ProviderConfig,
    code: &str,
    begun: Begun<'_>,
) -> Result<(Identity, Tokens), Distrust> {
    let secret = secret(config, app.clock.now())?;
    let callback = config.redirect_uri(&app.config.public_url);
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", &callback),
        ("client_id", &config.client_id),
        ("client_secret", secret.expose_secret()),
        ("code_verifier", begun.verifier),
    ];
    let tokens: Tokens = app.federation.web.read(&config.token, Ask::Post(&form)).await?;
    let identity = match &config.source {
        Source::IdToken { jwks, userinfo } => {
            let nonce = Nonce::Is(begun.nonce);
            by_id_token(app, config, jwks, userinfo.as_ref(), &tokens, nonce).await?
        }
        Source::UserInfo(url) => {
            let token = tokens.access_token.as_ref();
            let token = token.ok_or(Distrust::Unreadable("there is no access token"))?;
            by_userinfo(app, config, url, token).await?
        }
    };
    Ok((identity, tokens))
}

async fn by_id_token(
    app: &App,
    config: &ProviderConfig,
    jwks: &Url,
    userinfo: Option<&Url>,
    tokens: &Tokens,
    nonce: Nonce<'_>,
) -> Result<Identity, Distrust> {
    let token = tokens.id_token.as_ref();
    let token = token.ok_or(Distrust::Unreadable("there is no id token"))?;
    let mut told = id_token::check(app, config, jwks, token.expose_secret(), nonce).await?;
    if let (None, Some(url), Some(access)) = (&told.email, userinfo, &tokens.access_token) {
        let more: Told = app
            .federation
            .web
            .read(url, Ask::Get(Some(access.expose_secret())))
            .await?;
        // OpenID Connect Core 1.0 §5.3.2.
        if more.sub != told.sub {
            return Err(Distrust::Unreadable("userinfo is about somebody else"));
        }
        told = more;
    }
    vouched(config, told.sub.clone().as_deref(), &told, Silence::Unverified)
}

/// Whom the Graph API knows by an access token of ours.
///
/// # Errors
/// [`Distrust`].
pub(super) async fn by_userinfo(
    app: &App,
    config: &ProviderConfig,
    url: &Url,
    token: &SecretString,
) -> Result<Identity, Distrust> {
    let mut url = url.clone();
    if let (Provider::Facebook, ProviderSecret::Text(secret)) = (config.provider, &config.secret) {
        // That whoever has the token is the application that it was given to.
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.expose_secret().as_bytes());
        let proof = hmac::sign(&key, token.expose_secret().as_bytes());
        let proof: String = proof.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        url.query_pairs_mut().append_pair("appsecret_proof", &proof);
    }
    let told: Told = app
        .federation
        .web
        .read(&url, Ask::Get(Some(token.expose_secret())))
        .await?;
    vouched(config, told.id.clone().as_deref(), &told, Silence::Verified)
}

/// Somebody, as what was told says.
pub(super) fn vouched(
    config: &ProviderConfig,
    subject: Option<&str>,
    told: &Told,
    silence: Silence,
) -> Result<Identity, Distrust> {
    let subject = subject.and_then(Subject::parse);
    Ok(Identity {
        provider: config.provider,
        issuer: config.issuer.clone(),
        subject: subject.ok_or(Distrust::Unreadable("it does not say whom it vouches for"))?,
        email: told.verified_email(silence),
        profile: told.profile(),
    })
}

/// What we prove ourselves with.
///
/// # Errors
/// [`Distrust::Secret`] where the key cannot sign.
pub(super) fn secret(config: &ProviderConfig, now: Timestamp) -> Result<SecretString, Distrust> {
    match &config.secret {
        ProviderSecret::Text(text) => Ok(text.clone()),
        ProviderSecret::Key { team, id, pem } => {
            let wrong = |error: jsonwebtoken::errors::Error| Distrust::Secret(error.to_string());
            let key = EncodingKey::from_ec_pem(pem.expose_secret().as_bytes()).map_err(wrong)?;
            let mut header = Header::new(Algorithm::ES256);
            header.kid = Some(id.clone());
            let iat = now.as_second();
            let claims = json!({
                "iss": team, "sub": config.client_id, "aud": config.issuer, "iat": iat, "exp": iat + MADE_FOR,
            });
            encode(&header, &claims, &key).map(SecretString::from).map_err(wrong)
        }
    }
}
