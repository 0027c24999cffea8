//! A provider's token that is kept, sealed, with the session that began through it: until somebody signs out, and for nothing
//! else than to tell the provider so.

use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};

use super::exchange::secret;
use super::web::Ask;
use super::{Distrust, Provider};
use crate::App;
use crate::random::Random;
use crate::tokens::Keyring;
use crate::tokens::keyring::KeyringError;

/// What a token is sealed for.
const SEALED_FOR: &str = "provider's token";

/// Bytes of a token at most: it is read with its session at every request.
const MAX_BYTES: usize = 2048;

/// Through whom a session began.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Upstream {
    /// Who vouched.
    pub provider: Provider,
    /// What ends the provider's own session, sealed.
    token: Option<String>,
}

impl Upstream {
    /// What to keep. A token that is too long for that is not kept, and then not ended.
    ///
    /// # Errors
    /// [`KeyringError`] when no sealing key is active.
    pub fn seal(
        keyring: &Keyring,
        random: &Random,
        provider: Provider,
        token: Option<&SecretString>,
    ) -> Result<Self, KeyringError> {
        let token = token.map(|token| token.expose_secret());
        let token = token.filter(|token| token.len() <= MAX_BYTES);
        let token = token.map(|token| keyring.seal(random, SEALED_FOR, token));
        Ok(Self {
            provider,
            token: token.transpose()?,
        })
    }
}

/// Tells `provider` that a session which began through it has ended. Whatever comes of it is nobody's concern but the log's.
pub async fn end(app: &App, provider: Provider, upstream: Option<&Upstream>) {
    let upstream = upstream.filter(|upstream| upstream.provider == provider);
    let Some(sealed) = upstream.and_then(|upstream| upstream.token.as_deref()) else {
        return;
    };
    if let Err(why) = tell(app, provider, sealed).await {
        tracing::warn!(provider = provider.name(), %why, "a provider was not told that a session has ended");
    }
}

async fn tell(app: &App, provider: Provider, sealed: &str) -> Result<(), Distrust> {
    let unusable = |error: KeyringError| Distrust::Secret(error.to_string());
    let Some((config, url)) = app.config.federation.of(provider).and_then(|config| {
        let url = config.end.as_ref()?;
        Some((config, url))
    }) else {
        return Ok(());
    };
    let keyring = app.keys.get().await.map_err(unusable)?;
    let token = keyring.open(SEALED_FOR, sealed).map_err(unusable)?;
    let secret = secret(config, app.clock.now())?;
    let form = match provider {
        // RFC 7009, without a proof of who asks.
        Provider::Google => vec![("token", token.as_str())],
        _ => vec![
            ("client_id", config.client_id.as_str()),
            ("client_secret", secret.expose_secret()),
            ("refresh_token", token.as_str()),
        ],
    };
    app.federation.web.ask(url, Ask::Post(&form)).await.map(drop)
}
