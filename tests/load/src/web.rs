//! Requests, over http or https.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, USER_AGENT};
use http::{HeaderMap, HeaderName, Method, Request, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use rustls::crypto::aws_lc_rs::default_provider;
use serde_json::Value;

/// What sessions of browsers are bound to.
const AGENT: &str = "countersign-load";

/// Speaks to one server, over connections that are kept.
#[derive(Clone)]
pub struct Web {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    url: String,
}

/// A success.
pub struct Answer {
    pub headers: HeaderMap,
    body: Bytes,
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// A member of a JSON body.
    pub fn member(&self, name: &str) -> Result<String, String> {
        let body: Value = serde_json::from_slice(&self.body).map_err(|error| error.to_string())?;
        let member = body.get(name).and_then(Value::as_str).map(str::to_owned);
        member.ok_or_else(|| format!("an answer has no {name}"))
    }
}

impl Web {
    pub fn new(url: &str) -> Result<Self, String> {
        let connector = HttpsConnectorBuilder::new().with_provider_and_native_roots(default_provider());
        let connector = connector.map_err(|error| format!("this machine has no root certificates: {error}"))?;
        let connector = connector.https_or_http().enable_http1().build();
        Ok(Self {
            client: Client::builder(TokioExecutor::new()).build(connector),
            url: url.to_owned(),
        })
    }

    /// Sends a request and wants a success.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        header: Option<(HeaderName, &str)>,
        body: Option<&Value>,
    ) -> Result<Answer, String> {
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.url));
        request = request.header(USER_AGENT, AGENT);
        if body.is_some() {
            request = request.header(CONTENT_TYPE, "application/json");
        }
        if let Some((name, value)) = header {
            request = request.header(name, value);
        }
        let body = body.map_or_else(Bytes::new, |body| body.to_string().into());
        let request = request
            .body(Full::new(body))
            .map_err(|error| format!("{}: {error}", self.url))?;
        let answer = self
            .client
            .request(request)
            .await
            .map_err(|error| format!("{}: {error}", self.url))?;
        let (head, body) = answer.into_parts();
        let body = body.collect().await.map_err(|error| error.to_string())?.to_bytes();
        match head.status {
            status if status.is_success() => Ok(Answer {
                headers: head.headers,
                body,
            }),
            StatusCode::TOO_MANY_REQUESTS => {
                Err(format!("{path} answers 429: the server has to run with THROTTLE=off"))
            }
            status => {
                let said: String = String::from_utf8_lossy(&body).chars().take(200).collect();
                Err(format!("{path} answers {status}: {said}"))
            }
        }
    }

    pub async fn get(&self, path: &str, header: (HeaderName, &str)) -> Result<Answer, String> {
        self.send(Method::GET, path, Some(header), None).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Result<Answer, String> {
        self.send(Method::POST, path, None, Some(body)).await
    }
}
