//! Sending a browser to a provider, and recognising it when it comes back. What is sent along is a secret that works once,
//! for ten minutes: it stands for the provider, the client, and what only we know of this flow (RFC 9700 §4.7). Where a
//! browser began it itself, it has to be that browser which comes back.

use std::time::Duration;

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::HeaderMap;
use http::header::COOKIE;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::provider::Source;
use super::{Provider, ProviderConfig, gauge};
use crate::App;
use crate::act::{Failure, Undone};
use crate::clients::proof::{self, Credentials, NotProved};
use crate::clients::{Client, ClientId, find};
use crate::sessions::Origin;
use crate::store::record::read_optional;
use crate::store::{Commit, Condition, Key, Record, StoreError};
use crate::tokens::keyring::KeyringError;
use crate::tokens::{Secret, SecretHash};

/// A browser is back within so long, or begins anew.
pub const LIFETIME: Duration = Duration::from_secs(600);

/// What the rest of a flow is sealed for.
const SEALED_FOR: &str = "flow";

/// A flow that has begun.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Flow {
    hash: SecretHash,
    provider: Provider,
    client_id: ClientId,
    /// The number of the client: another one may have its identifier by then.
    client: i64,
    /// What the browser that began it shows when it comes back; none where no browser did.
    browser: Option<SecretHash>,
    /// A [`Kept`].
    sealed: String,
    valid_until: Timestamp,
}

/// What is only for us, and for the provider in its time.
#[derive(Serialize, Deserialize)]
struct Kept {
    verifier: String,
    nonce: String,
    client_state: Option<String>,
}

impl Flow {
    fn key_of(hash: &SecretHash) -> Key {
        Key::new(format!("SECRET#{}", hash.as_str()), "SOCIAL")
    }
}

impl Record for Flow {
    const KIND: &'static str = "flow";
    fn key(&self) -> Key {
        Self::key_of(&self.hash)
    }
    fn ttl(&self) -> Option<Timestamp> {
        Some(self.valid_until)
    }
}

/// How a flow begins.
#[derive(Debug)]
pub struct Beginning<'a> {
    /// Who is to vouch.
    pub config: &'a ProviderConfig,
    /// The client that wants to know.
    pub said: &'a Credentials,
    /// What the client wants to get back with its answer.
    pub client_state: Option<String>,
    /// Whether a browser asks, rather than a client on its behalf.
    pub by_browser: bool,
    /// Where from.
    pub origin: &'a Origin,
}

/// Where a browser goes now.
pub struct Begun {
    /// The address at the provider.
    pub location: String,
    /// A cookie for the browser that began it.
    pub cookie: Option<String>,
}

/// Begins a flow: one read, one commit.
///
/// # Errors
/// [`NotProved`] for who is no client.
pub async fn begin(app: &App, beginning: Beginning<'_>) -> Result<Begun, Undone<NotProved>> {
    let client = proof::prove::<NotProved>(app, beginning.said).await?;
    let config = beginning.config;
    let state = Secret::generate_long(&app.random);
    let browser = beginning.by_browser.then(|| Secret::generate(&app.random));
    let kept = Kept {
        verifier: Secret::generate_long(&app.random).expose().to_owned(),
        nonce: Secret::generate_long(&app.random).expose().to_owned(),
        client_state: beginning.client_state,
    };
    let text = serde_json::to_string(&kept).map_err(StoreError::corrupt)?;
    let keyring = app.keys.get().await?;
    let until = app.clock.now().checked_add(LIFETIME);
    let flow = Flow {
        hash: state.hash(),
        provider: config.provider,
        client_id: client.client_id,
        client: client.number,
        browser: browser.as_ref().map(Secret::hash),
        sealed: keyring.seal(&app.random, SEALED_FOR, &text)?,
        valid_until: until.map_err(StoreError::corrupt)?,
    };
    let mut commit = Commit::<Undone<NotProved>>::new();
    commit.create(&flow);
    if let Some(gauge) = gauge(app, beginning.origin) {
        gauge.count_in(&mut commit);
    }
    app.store.commit(commit).await?;
    Ok(Begun {
        location: location(config, &config.redirect_uri(&app.config.public_url), &state, &kept),
        cookie: browser.map(|browser| cookie(config.provider, &state, browser.expose(), LIFETIME)),
    })
}

fn location(config: &ProviderConfig, callback: &str, state: &Secret, kept: &Kept) -> String {
    let digest = digest::digest(&digest::SHA256, kept.verifier.as_bytes());
    let mut url = config.authorize.clone();
    let mut query = url.query_pairs_mut();
    query
        .append_pair("response_type", "code")
        .append_pair("client_id", &config.client_id)
        .append_pair("redirect_uri", callback)
        .append_pair("state", state.expose())
        .append_pair("scope", &config.scope)
        .append_pair("code_challenge", &URL_SAFE_NO_PAD.encode(digest))
        .append_pair("code_challenge_method", "S256");
    if let Source::IdToken { .. } = config.source {
        query.append_pair("nonce", &kept.nonce);
    }
    if config.provider.posts_back() {
        // Apple tells a name or an address in no other way.
        query.append_pair("response_mode", "form_post");
    }
    drop(query);
    url.into()
}

/// The cookie of one flow: for this host alone and this path or any, out of the reach of scripts (ASVS 3.3.1). A browser sends it
/// along when a provider sends it back; where that is by a form, only if the cookie says that other sites may.
fn cookie(provider: Provider, state: &Secret, value: &str, lives: Duration) -> String {
    let same_site = match provider.posts_back() {
        true => "None",
        false => "Lax",
    };
    let (name, seconds) = (cookie_name(&state.hash()), lives.as_secs());
    format!("{name}={value}; Path=/; Max-Age={seconds}; Secure; HttpOnly; SameSite={same_site}")
}

/// Two tabs have two flows.
fn cookie_name(state: &SecretHash) -> String {
    format!("__Host-social-{}", state.as_str().get(..8).unwrap_or_default())
}

fn cookie_of(headers: &HeaderMap, wanted: &str) -> Option<Secret> {
    let sent = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let pairs = sent.flat_map(|value| value.split(';'));
    let mut named = pairs.filter_map(|pair| pair.trim().split_once('='));
    let (_, value) = named.find(|(name, _)| *name == wanted)?;
    Some(Secret::presented(value.to_owned()))
}

/// There is no such flow: unknown, used, too old, another provider's or another browser's, or its client is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there is no such flow")]
pub struct NoFlow;

/// A flow that is taken, for whoever came back first.
pub struct Taken {
    /// The client.
    pub client: Client,
    /// Of the code challenge.
    pub verifier: String,
    /// What the id token must name.
    pub nonce: String,
    /// What the client wants to get back.
    pub client_state: Option<String>,
    /// A cookie that takes the browser's away.
    pub cookie: Option<String>,
}

/// Takes a flow: it is over then, whatever comes of it. One read, one commit.
///
/// # Errors
/// [`NoFlow`]; of two who come with the same secret one gets this.
pub async fn take(
    app: &App,
    provider: Provider,
    state: &Secret,
    headers: &HeaderMap,
    origin: &Origin,
) -> Result<Taken, Undone<NoFlow>> {
    let hash = state.hash();
    let [flow] = app.store.get([Flow::key_of(&hash)]).await?;
    let flow = read_optional::<Flow>(flow)?.filter(|flow| flow.provider == provider);
    let flow = flow.filter(|flow| app.clock.now() < flow.valid_until);
    let flow = flow.ok_or(Undone::Refused(NoFlow))?;
    if let Some(browser) = &flow.browser {
        let shown = cookie_of(headers, &cookie_name(&hash));
        if !shown.is_some_and(|shown| shown.hash().matches(browser)) {
            return Err(Undone::Refused(NoFlow));
        }
    }
    let mut commit = Commit::<Undone<NoFlow>>::new();
    commit
        .delete(flow.key(), Condition::Present)
        .otherwise(|_| Undone::Refused(NoFlow));
    if let Some(gauge) = gauge(app, origin) {
        gauge.count_in(&mut commit);
    }
    let client = async { find(&app.store, &flow.client_id).await.map_err(Undone::<NoFlow>::from) };
    let (client, ()) = futures_util::future::try_join(client, app.store.commit(commit)).await?;
    let client = client.filter(|client| client.number == flow.client);
    let kept = opened(app, &flow.sealed).await?;
    Ok(Taken {
        client: client.ok_or(Undone::Refused(NoFlow))?,
        verifier: kept.verifier,
        nonce: kept.nonce,
        client_state: kept.client_state,
        cookie: flow.browser.map(|_| cookie(provider, state, "", Duration::ZERO)),
    })
}

async fn opened(app: &App, sealed: &str) -> Result<Kept, Failure> {
    let keyring = app.keys.get().await?;
    let text = keyring.open(SEALED_FOR, sealed)?;
    serde_json::from_str(&text).map_err(|error| KeyringError(error.to_string()).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_found_by_its_whole_name() {
        let headers = HeaderMap::from_iter([
            (COOKIE, "a=1; __Host-social-x=2;b=3".parse().unwrap()),
            (COOKIE, "__Host-social-y==".parse().unwrap()),
        ]);
        let found = |name: &str| cookie_of(&headers, name).map(|secret| secret.expose().to_owned());
        assert_eq!(found("__Host-social-x").as_deref(), Some("2"));
        assert_eq!(found("__Host-social-y").as_deref(), Some("="));
        assert_eq!(found("__Host-social"), None);
        assert_eq!(found("social-x"), None);
    }
}
