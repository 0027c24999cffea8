//! Signing in through somebody else: Google, Facebook, Instagram, Apple, Keycloak.
//!
//! | part | what it does |
//! |---|---|
//! | [`provider`] | who vouches for people, and where it is asked |
//! | [`flow`] | sending a browser to a provider, and recognising it when it comes back |
//! | [`landing`] | what follows when it is back: a code for the client |
//! | [`exchange`] | a provider's code becomes somebody's identity |
//! | [`id_token`], [`jwks`] | what a provider signed, and its keys |
//! | [`presented`] | the same for what a program got from a provider and presents here |
//! | [`account`] | whose account it is, and letting them in |
//! | [`upstream`] | a provider's token that is kept until somebody signs out |
//! | [`web`], [`address`] | asking a provider, and nothing else, over the network |
//!
//! An account belongs to an issuer and a subject, never to an address of e-mail (ASVS 6.8.1).

pub mod account;
pub mod address;
pub mod exchange;
pub mod flow;
pub mod id_token;
pub mod identity;
pub mod jwks;
pub mod landing;
pub mod presented;
pub mod provider;
pub mod upstream;
pub mod web;

use crate::App;
use crate::act::Failure;
use crate::clock::Clock;
use crate::http::throttle::{self, Gauge};
use crate::sessions::Origin;

pub use identity::Identity;
pub use provider::{FederationConfig, Provider, ProviderConfig};

/// What asking providers needs: one client of HTTP, and the keys that were read last.
#[derive(Debug)]
pub struct Federation {
    /// Asks.
    pub web: web::Web,
    /// Knows the keys.
    pub keys: jwks::Cache,
}

impl Federation {
    /// Nothing is connected or read yet.
    pub fn new(config: &FederationConfig, clock: Clock) -> Self {
        Self {
            web: web::Web::new(config.allow_private),
            keys: jwks::Cache::new(clock),
        }
    }
}

/// Why nothing is believed of what a provider said. It stands in the log, and says nothing to a client.
#[derive(Debug, thiserror::Error)]
pub enum Distrust {
    /// It did not answer.
    #[error(transparent)]
    Web(#[from] web::WebError),
    /// It answered that it does not agree.
    #[error("the provider answered with status {0}")]
    Status(u16),
    /// What it answered cannot be read.
    #[error("the provider's answer cannot be read: {0}")]
    Unreadable(&'static str),
    /// What it signed is not what was asked for.
    #[error("the id token is refused: {0}")]
    IdToken(&'static str),
    /// The token is another application's.
    #[error("the token was given to another application")]
    OtherApplication,
    /// What we prove ourselves with cannot be made.
    #[error("the secret for the provider cannot be made: {0}")]
    Secret(String),
}

impl Distrust {
    /// Whether the provider could not be asked, so that another try makes sense.
    pub fn is_unanswered(&self) -> bool {
        matches!(self, Self::Web(_) | Self::Status(500..))
    }
}

/// Counts what somebody presents who has begun on their own.
///
/// # Errors
/// [`Failure::Throttled`] where it is too much.
pub async fn counted(app: &App, origin: &Origin) -> Result<(), Failure> {
    let gauges: Vec<Gauge> = gauge(app, origin).into_iter().collect();
    throttle::count(app, &gauges).await
}

/// Counts what is begun and finished from one client.
fn gauge(app: &App, origin: &Origin) -> Option<Gauge> {
    Gauge::address(app, "social", |limits| limits.social_address, origin.ip)
}
