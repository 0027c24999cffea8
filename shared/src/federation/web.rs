//! Asking a provider over the network: within five seconds, with an answer of at most 256 KB, without going where it sends us
//! to, and only at addresses that everybody can reach. A name is resolved once, what it resolves to is checked, and that
//! very address is connected to, so that a name which changes its mind in between changes nothing.

use std::future::Future;
use std::io;
use std::net::{SocketAddr, ToSocketAddrs as _};
use std::pin::Pin;
use std::sync::OnceLock;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue, USER_AGENT};
use http::{Method, Request};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::Name;
use hyper_util::rt::TokioExecutor;
use rustls::crypto::aws_lc_rs;
use serde::de::DeserializeOwned;
use tower::Service;
use url::{Host, Url};

use super::Distrust;
use super::address::is_public;

/// An answer is there within so long, or there is none.
pub const WITHIN: Duration = Duration::from_secs(5);

/// Bytes of an answer at most.
pub const MOST: usize = 256 * 1024;

type Https = HttpsConnector<HttpConnector<Resolver>>;

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WebError {
    /// The address is one that is not asked.
    #[error("the address is not public")]
    NotPublic,
    /// It took too long.
    #[error("no answer in time")]
    TooSlow,
    /// The answer is too large, or broke off.
    #[error("the answer is too large or broke off")]
    TooLarge,
    /// There is no connection, or the request could not be made.
    #[error("not reachable: {0}")]
    Unreachable(String),
}

/// A client of HTTP. It is built when it is first needed.
#[derive(Debug)]
pub struct Web {
    allow_private: bool,
    /// How long an answer may take.
    pub within: Duration,
    client: OnceLock<Client<Https, Full<Bytes>>>,
}

/// What is asked for.
#[derive(Debug)]
pub enum Ask<'a> {
    /// What stands there, for whoever has the token.
    Get(Option<&'a str>),
    /// What becomes of a form.
    Post(&'a [(&'a str, &'a str)]),
}

impl Web {
    /// A client; with `allow_private` one that asks at any address.
    pub fn new(allow_private: bool) -> Self {
        Self {
            allow_private,
            within: WITHIN,
            client: OnceLock::new(),
        }
    }

    /// Asks, and reads the answer as JSON.
    ///
    /// # Errors
    /// [`Distrust`] without an answer, with one that does not agree, and with one that cannot be read.
    pub async fn read<T: DeserializeOwned>(&self, url: &Url, ask: Ask<'_>) -> Result<T, Distrust> {
        let bytes = self.ask(url, ask).await?;
        serde_json::from_slice(&bytes).map_err(|_| Distrust::Unreadable("it is not the JSON that is wanted"))
    }

    /// Asks.
    ///
    /// # Errors
    /// [`Distrust`] without an answer, and with one that does not agree.
    pub async fn ask(&self, url: &Url, ask: Ask<'_>) -> Result<Bytes, Distrust> {
        let answered = tokio::time::timeout(self.within, self.answer(url, ask));
        let (status, bytes) = answered.await.map_err(|_| WebError::TooSlow)??;
        match status {
            200..=299 => Ok(bytes),
            // A redirect as well: whoever is sent elsewhere asks somebody else.
            status => Err(Distrust::Status(status)),
        }
    }

    async fn answer(&self, url: &Url, ask: Ask<'_>) -> Result<(u16, Bytes), WebError> {
        // The connector does not ask the resolver about an address that stands in the URL itself.
        let written = match url.host() {
            Some(Host::Ipv4(address)) => Some(address.into()),
            Some(Host::Ipv6(address)) => Some(address.into()),
            _ => None,
        };
        if written.is_some_and(|address| !self.allow_private && !is_public(address)) {
            return Err(WebError::NotPublic);
        }
        let request = request(url, ask).map_err(|error| WebError::Unreachable(error.to_string()))?;
        let answer = self
            .client()?
            .request(request)
            .await
            .map_err(|error| unreachable_by(&error))?;
        let status = answer.status().as_u16();
        let body = Limited::new(answer.into_body(), MOST).collect().await;
        Ok((status, body.map_err(|_| WebError::TooLarge)?.to_bytes()))
    }

    fn client(&self) -> Result<&Client<Https, Full<Bytes>>, WebError> {
        if let Some(client) = self.client.get() {
            return Ok(client);
        }
        let tls = HttpsConnectorBuilder::new()
            .with_provider_and_native_roots(aws_lc_rs::default_provider())
            .map_err(|error| WebError::Unreachable(error.to_string()))?;
        // What was configured is https, unless providers may be private.
        let tls = match self.allow_private {
            true => tls.https_or_http(),
            false => tls.https_only(),
        };
        let mut plain = HttpConnector::new_with_resolver(Resolver {
            allow_private: self.allow_private,
        });
        plain.enforce_http(false);
        let connector = tls.enable_http1().wrap_connector(plain);
        // A function that was frozen would find its connections dead, and a provider's code is not tried twice.
        let unpooled = || {
            Client::builder(TokioExecutor::new())
                .pool_max_idle_per_host(0)
                .build(connector)
        };
        Ok(self.client.get_or_init(unpooled))
    }
}

fn request(url: &Url, ask: Ask<'_>) -> http::Result<Request<Full<Bytes>>> {
    let request = Request::builder()
        .uri(url.as_str())
        .header(ACCEPT, "application/json")
        .header(USER_AGENT, "countersign");
    match ask {
        Ask::Get(None) => request.body(Full::default()),
        Ask::Get(Some(token)) => {
            let mut bearer = HeaderValue::try_from(format!("Bearer {token}"))?;
            bearer.set_sensitive(true);
            request.header(AUTHORIZATION, bearer).body(Full::default())
        }
        Ask::Post(members) => {
            let form = form_urlencoded::Serializer::new(String::new())
                .extend_pairs(members)
                .finish();
            request
                .method(Method::POST)
                .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(form.into())
        }
    }
}

/// Why a connection failed: the innermost cause says it.
fn unreachable_by(error: &(dyn std::error::Error + 'static)) -> WebError {
    let mut cause = error;
    loop {
        let within = cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        if within.is_some_and(|within| within.is::<NotPublic>()) {
            return WebError::NotPublic;
        }
        match cause.source() {
            Some(source) => cause = source,
            None => return WebError::Unreachable(cause.to_string()),
        }
    }
}

/// Resolves names, to public addresses only.
#[derive(Debug, Clone, Copy)]
struct Resolver {
    allow_private: bool,
}

#[derive(Debug, thiserror::Error)]
#[error("the name leads to an address that is not public")]
struct NotPublic;

impl Resolver {
    /// One address that is not public spoils all of them: an honest name has none.
    fn judge(self, found: Vec<SocketAddr>) -> io::Result<Vec<SocketAddr>> {
        match self.allow_private || found.iter().all(|address| is_public(address.ip())) {
            true => Ok(found),
            false => Err(io::Error::new(io::ErrorKind::PermissionDenied, NotPublic)),
        }
    }
}

impl Service<Name> for Resolver {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Self::Response>> + Send>>;

    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let resolver = *self;
        Box::pin(async move {
            let found = tokio::task::spawn_blocking(move || (name.as_str(), 0).to_socket_addrs());
            let found = found.await.map_err(io::Error::other)??.collect();
            resolver.judge(found).map(Vec::into_iter)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn refused(url: &str) -> Distrust {
        let web = Web::new(false);
        web.ask(&Url::parse(url).unwrap(), Ask::Get(None)).await.unwrap_err()
    }

    #[tokio::test]
    async fn nothing_inside_is_asked_by_address_or_by_name() {
        for url in [
            "https://127.0.0.1:1/",
            "https://[::1]:1/",
            "https://[::ffff:169.254.169.254]/",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://localhost:1/",
        ] {
            assert!(
                matches!(refused(url).await, Distrust::Web(WebError::NotPublic)),
                "{url}: {}",
                refused(url).await
            );
        }
    }

    #[tokio::test]
    async fn without_tls_nothing_is_asked() {
        let refused = refused("http://192.0.2.1/").await;
        assert!(matches!(refused, Distrust::Web(_)), "{refused}");
    }

    #[test]
    fn one_private_address_spoils_a_name() {
        let addresses = |text: &str| {
            text.split(' ')
                .map(|ip| SocketAddr::new(ip.parse().unwrap(), 0))
                .collect()
        };
        let resolver = Resolver { allow_private: false };
        assert!(resolver.judge(addresses("8.8.8.8 2001:4860:4860::8888")).is_ok());
        assert!(resolver.judge(addresses("8.8.8.8 10.0.0.1")).is_err());
        assert!(Resolver { allow_private: true }.judge(addresses("10.0.0.1")).is_ok());
    }
}
