//! Who we are to an authenticator: identifier, name, and the origins whose pages may use our passkeys.

use std::sync::OnceLock;

use webauthn_rs::prelude::{Url, Webauthn, WebauthnError};
use webauthn_rs::{DEFAULT_AUTHENTICATOR_TIMEOUT, WebauthnBuilder};

use crate::config::WebauthnConfig;
use crate::store::StoreError;

/// The relying party (WebAuthn §4). Put together when it is needed first: most functions never do.
#[derive(Debug)]
pub struct RelyingParty {
    config: WebauthnConfig,
    built: OnceLock<Webauthn>,
}

impl RelyingParty {
    /// The configured relying party.
    pub fn new(config: WebauthnConfig) -> Self {
        Self {
            config,
            built: OnceLock::new(),
        }
    }

    /// Its identifier.
    pub fn id(&self) -> &str {
        &self.config.rp_id
    }

    /// What checks responses.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] for a configuration that was not checked when it was read.
    pub(super) fn webauthn(&self) -> Result<&Webauthn, StoreError> {
        if let Some(built) = self.built.get() {
            return Ok(built);
        }
        let built = build(&self.config).map_err(StoreError::corrupt)?;
        Ok(self.built.get_or_init(|| built))
    }
}

/// Puts webauthn-rs together; also how a configuration is checked.
///
/// # Errors
/// [`WebauthnError`] when an origin is no address, or does not belong to the identifier.
pub fn build(config: &WebauthnConfig) -> Result<Webauthn, WebauthnError> {
    let mut origins = Vec::new();
    for origin in &config.origins {
        let origin = Url::parse(origin).map_err(|_| WebauthnError::InvalidRPOrigin)?;
        // Each must belong to the identifier, not only the first one.
        WebauthnBuilder::new(&config.rp_id, &origin)?;
        origins.push(origin);
    }
    let (first, others) = origins.split_first().ok_or(WebauthnError::InvalidRPOrigin)?;
    let builder = WebauthnBuilder::new(&config.rp_id, first)?
        .rp_name(&config.rp_name)
        .timeout(DEFAULT_AUTHENTICATOR_TIMEOUT);
    let builder = others
        .iter()
        .fold(builder, |builder, origin| builder.append_allowed_origin(origin));
    builder.build()
}
