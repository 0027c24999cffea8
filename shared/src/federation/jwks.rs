//! The keys that providers sign with, kept for an hour. Each provider's keys are kept under its own name and come from the
//! one address that is configured for it, so that nobody signs in another's name.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use jsonwebtoken::jwk::{Jwk, PublicKeyUse};
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::Mutex;
use url::Url;

use super::web::{Ask, Web};
use super::{Distrust, Provider};
use crate::clock::Clock;

/// Keys are believed so long without asking again.
const FRESH: Duration = Duration::from_secs(3600);

/// A token with an unknown key makes us ask again, but not more often than this: anybody can write such a token.
const ASKED_EVERY: Duration = Duration::from_secs(60);

/// The keys that were read last.
#[derive(Debug)]
pub struct Cache {
    clock: Clock,
    kept: Mutex<HashMap<Provider, Kept>>,
}

#[derive(Debug, Clone)]
struct Kept {
    read_at: Timestamp,
    keys: Arc<Vec<Jwk>>,
}

impl Kept {
    fn key(&self, kid: &str) -> Option<Jwk> {
        let mut keys = self.keys.iter();
        keys.find(|key| key.common.key_id.as_deref() == Some(kid)).cloned()
    }
}

/// A set of keys (RFC 7517 §5), of which each may be of a kind that we do not know.
#[derive(Deserialize)]
struct Set {
    keys: Vec<Value>,
}

impl Cache {
    /// Nothing is known yet.
    pub fn new(clock: Clock) -> Self {
        Self {
            clock,
            kept: Mutex::default(),
        }
    }

    /// The key of a provider that is called so.
    ///
    /// # Errors
    /// [`Distrust`] when the provider does not show its keys, or has no such key.
    pub async fn key(&self, web: &Web, provider: Provider, jwks: &Url, kid: &str) -> Result<Jwk, Distrust> {
        let unknown = || Distrust::IdToken("it is signed by a key that the provider does not show");
        let now = self.clock.now();
        // Whoever comes meanwhile waits for the same answer.
        let mut kept = self.kept.lock().await;
        let age = |known: &Kept| now.duration_since(known.read_at).unsigned_abs();
        if let Some(known) = kept.get(&provider).filter(|known| age(known) < FRESH) {
            match known.key(kid) {
                Some(key) => return Ok(key),
                None if age(known) < ASKED_EVERY => return Err(unknown()),
                None => {}
            }
        }
        let read = Kept {
            read_at: now,
            keys: Arc::new(read(web, jwks).await?),
        };
        let found = read.key(kid).ok_or_else(unknown);
        kept.insert(provider, read);
        found
    }
}

async fn read(web: &Web, jwks: &Url) -> Result<Vec<Jwk>, Distrust> {
    let set: Set = web.read(jwks, Ask::Get(None)).await?;
    let known = set
        .keys
        .into_iter()
        .filter_map(|key| serde_json::from_value::<Jwk>(key).ok());
    Ok(known.filter(signs).collect())
}

/// Whether a key is there for signatures: some sets show keys for encryption as well.
fn signs(key: &Jwk) -> bool {
    !matches!(&key.common.public_key_use, Some(other) if *other != PublicKeyUse::Signature)
}
