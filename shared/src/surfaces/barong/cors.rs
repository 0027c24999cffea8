//! Whose pages may read answers in a browser. An origin that is not known is served all the same; its browser keeps the
//! answer to itself.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD,
    HeaderMap, HeaderValue, ORIGIN, VARY,
};
use http::{Method, StatusCode};

use crate::App;
use crate::config::barong::CorsConfig;

const METHODS: HeaderValue = HeaderValue::from_static("GET, POST, DELETE, PUT, PATCH, OPTIONS, HEAD");

/// What clients of this surface send.
const ACCEPTED: HeaderValue = HeaderValue::from_static(
    "Authorization, Content-Type, X-Auth-Apikey, X-Auth-Nonce, X-Auth-Signature, X-CSRF-Token",
);

/// What they read.
const EXPOSED: HeaderValue = HeaderValue::from_static("Authorization, Link, Page, Per-Page, Retry-After, Total");

/// Answers what a browser asks before it sends a request, and marks every answer.
pub(super) async fn shared(State(app): State<App>, request: Request, next: Next) -> Response {
    let config = &app.config.barong.cors;
    let origin = request.headers().get(ORIGIN).cloned();
    let asks_before =
        request.method() == Method::OPTIONS && request.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD);
    let mut response = match asks_before {
        true => StatusCode::NO_CONTENT.into_response(),
        false => next.run(request).await,
    };
    if let Some(allowed) = allowed(config, origin.as_ref()) {
        mark(response.headers_mut(), config, allowed);
    }
    response
}

fn allowed(config: &CorsConfig, origin: Option<&HeaderValue>) -> Option<HeaderValue> {
    if config.origins.iter().any(|known| known == "*") {
        return Some(HeaderValue::from_static("*"));
    }
    origin
        .filter(|origin| config.origins.iter().any(|known| known.as_bytes() == origin.as_bytes()))
        .cloned()
}

fn mark(headers: &mut HeaderMap, config: &CorsConfig, allowed: HeaderValue) {
    if allowed != "*" {
        headers.append(VARY, HeaderValue::from_static("Origin"));
    }
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, allowed);
    headers.insert(ACCESS_CONTROL_ALLOW_METHODS, METHODS);
    headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, ACCEPTED);
    headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
    let credentials = if config.allow_credentials { "true" } else { "false" };
    headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static(credentials));
    headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from(config.max_age));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(origins: &[&str]) -> CorsConfig {
        CorsConfig {
            origins: origins.iter().map(|origin| (*origin).to_owned()).collect(),
            max_age: 60,
            allow_credentials: true,
        }
    }

    #[test]
    fn an_origin_is_known_to_the_letter() {
        let origin = HeaderValue::from_static("https://app.example.com");
        assert_eq!(allowed(&config(&["*"]), None).unwrap(), "*");
        assert_eq!(
            allowed(&config(&["https://app.example.com"]), Some(&origin)),
            Some(origin.clone())
        );
        for other in ["https://app.example.com.evil.org", "http://app.example.com", "null", ""] {
            assert_eq!(allowed(&config(&[other]), Some(&origin)), None, "{other}");
        }
        assert_eq!(allowed(&config(&["https://app.example.com"]), None), None);
    }

    #[test]
    fn caches_keep_the_answers_to_two_origins_apart() {
        let mut headers = HeaderMap::new();
        mark(
            &mut headers,
            &config(&["https://a.example"]),
            HeaderValue::from_static("https://a.example"),
        );
        assert_eq!(
            (&headers[VARY], &headers[ACCESS_CONTROL_MAX_AGE]),
            (&"Origin".parse().unwrap(), &"60".parse().unwrap())
        );
    }
}
