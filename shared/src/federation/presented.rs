//! What a program got from a provider and presents here: it asked on its own, without a flow of ours. So there is no nonce,
//! and what counts is that the provider gave it to our application and to no other.

use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use url::Url;

use super::exchange::{by_userinfo, secret, vouched};
use super::id_token::{self, Nonce};
use super::identity::{Identity, Silence};
use super::provider::Source;
use super::web::Ask;
use super::{Distrust, ProviderConfig};
use crate::App;

/// Whom the provider vouches for by an id token.
///
/// # Errors
/// [`Distrust`].
pub async fn by_id_token(app: &App, config: &ProviderConfig, token: &SecretString) -> Result<Identity, Distrust> {
    let Source::IdToken { jwks, .. } = &config.source else {
        return Err(Distrust::Unreadable("the provider makes no id tokens"));
    };
    let told = id_token::check(app, config, jwks, token.expose_secret(), Nonce::Whatever).await?;
    vouched(config, told.sub.clone().as_deref(), &told, Silence::Unverified)
}

/// What the Graph API says of an access token.
#[derive(Deserialize)]
struct Inspected {
    data: Inspection,
}

#[derive(Deserialize)]
struct Inspection {
    #[serde(default)]
    app_id: String,
    #[serde(default)]
    is_valid: bool,
    #[serde(default)]
    user_id: String,
    /// In seconds since 1970; 0 for never.
    #[serde(default)]
    expires_at: i64,
}

/// Whom the provider vouches for by an access token. A token that somebody gave to another application is refused: whoever
/// runs that application would be everybody who uses it.
///
/// # Errors
/// [`Distrust`].
pub async fn by_access_token(app: &App, config: &ProviderConfig, token: &SecretString) -> Result<Identity, Distrust> {
    let (Source::UserInfo(userinfo), Some(inspect)) = (&config.source, &config.inspect) else {
        return Err(Distrust::Unreadable("the provider does not say whose a token is"));
    };
    let data = inspected(app, config, inspect, token).await?;
    let now = app.clock.now().as_second();
    if data.app_id != config.client_id {
        return Err(Distrust::OtherApplication);
    }
    if !data.is_valid || (data.expires_at != 0 && data.expires_at <= now) {
        return Err(Distrust::Unreadable("the token is not valid"));
    }
    let identity = by_userinfo(app, config, userinfo, token).await?;
    match identity.subject.as_str() == data.user_id {
        true => Ok(identity),
        false => Err(Distrust::Unreadable("the token is somebody else's")),
    }
}

async fn inspected(
    app: &App,
    config: &ProviderConfig,
    inspect: &Url,
    token: &SecretString,
) -> Result<Inspection, Distrust> {
    let secret = secret(config, app.clock.now())?;
    let ours = format!("{}|{}", config.client_id, secret.expose_secret());
    let mut url = inspect.clone();
    url.query_pairs_mut().append_pair("input_token", token.expose_secret());
    let answer: Inspected = app.federation.web.read(&url, Ask::Get(Some(&ours))).await?;
    Ok(answer.data)
}
