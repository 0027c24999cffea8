//! What API Gateway says of a request (payload format 2.0); only what is looked at.

use std::collections::HashMap;
use std::net::IpAddr;

use axum::body::Body;
use axum::extract::Request;
use http::header::COOKIE;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use serde::Deserialize;
use shared::access::edge::EdgePath;
use shared::http::{ClientAddress, Proxies};

use crate::answer::Failed;

/// A request, as API Gateway asks about it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Asked {
    route_key: String,
    raw_path: String,
    #[serde(default)]
    raw_query_string: String,
    /// Apart from the headers.
    #[serde(default)]
    cookies: Vec<String>,
    /// By their names in lower case; values of a name that was there several times are joined by commas.
    #[serde(default)]
    headers: HashMap<String, String>,
    request_context: RequestContext,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RequestContext {
    http: Http,
    request_id: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Http {
    method: String,
    source_ip: IpAddr,
}

impl Asked {
    /// What API Gateway calls it.
    pub fn id(&self) -> &str {
        &self.request_context.request_id
    }

    /// The route of the customer's API that it reached.
    pub fn route(&self) -> &str {
        &self.route_key
    }

    /// What it asks for. An HTTP API has decoded the path already when it shows it: to decode it again would make another one
    /// of it than the customer's service gets.
    pub fn path(&self) -> Option<EdgePath> {
        EdgePath::of_decoded(&self.raw_path)
    }

    /// The same request as HTTP has it, from the address that the gateway says. The path is not in it: whoever reads it asks
    /// [`Asked::path`].
    ///
    /// # Errors
    /// [`Failed`] where the gateway says what no client can.
    pub fn request(self, proxies: &Proxies) -> Result<Request, Failed> {
        let mut headers = HeaderMap::with_capacity(self.headers.len() + 1);
        for (name, value) in self.headers {
            let name: HeaderName = name.parse().map_err(|_| Failed)?;
            headers.append(name, HeaderValue::from_bytes(value.as_bytes()).map_err(|_| Failed)?);
        }
        if !self.cookies.is_empty() {
            let cookies = HeaderValue::from_bytes(self.cookies.join("; ").as_bytes());
            headers.insert(COOKIE, cookies.map_err(|_| Failed)?);
        }
        let Http { method, source_ip } = self.request_context.http;
        let mut request = Request::new(Body::empty());
        *request.method_mut() = method.parse::<Method>().map_err(|_| Failed)?;
        // A query that cannot be one is nothing that could be written down.
        *request.uri_mut() = format!("/?{}", self.raw_query_string)
            .parse::<Uri>()
            .unwrap_or_default();
        let address = ClientAddress::resolve(source_ip, &headers, proxies);
        *request.headers_mut() = headers;
        request.extensions_mut().insert(address);
        Ok(request)
    }
}
