//! Which function a request reaches through API Gateway, and whether that function knows what to do with it.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::extract::{MatchedPath, Request};
use axum::middleware::{Next, from_fn};
use http::{Method, StatusCode};
use rstest::rstest;
use serde_json::Value;
use shared::App;
use tests::{Server, events};
use tower::ServiceExt as _;

use super::stack::Stack;

/// A route of the template.
#[derive(Debug, Clone)]
struct Route {
    function: String,
    method: String,
    path: String,
}

impl Route {
    fn all(stack: &Stack) -> Vec<Self> {
        let mut routes = Vec::new();
        for (name, function) in stack.functions() {
            let events = function["Properties"]["Events"].as_object().unwrap();
            for event in events.values().filter(|event| event["Type"] == "HttpApi") {
                let text = |member: &str| event["Properties"][member].as_str().unwrap().to_owned();
                routes.push(Self {
                    function: name.to_owned(),
                    method: text("Method"),
                    path: text("Path"),
                });
            }
        }
        routes
    }

    fn is_greedy(&self) -> bool {
        self.path.ends_with("+}")
    }

    /// Whether this route takes the request at all.
    fn takes(&self, method: &str, path: &str) -> bool {
        let (mut pattern, mut given) = (self.path.split('/'), path.split('/'));
        let matches = loop {
            match (pattern.next(), given.next()) {
                (None, None) => break true,
                (Some(variable), Some(_)) if variable.ends_with("+}") => break true,
                (Some(variable), Some(segment)) if variable.starts_with('{') && !segment.is_empty() => {}
                (Some(literal), Some(segment)) if literal == segment => {}
                _ => break false,
            }
        };
        matches && (self.method == "ANY" || self.method == method)
    }

    /// As API Gateway ranks routes that take a request: a full match before a greedy one; among these the one with
    /// more of the path written out; then a method before ANY.
    fn rank(&self) -> (bool, usize, bool) {
        let literals = self.path.split('/').filter(|segment| !segment.starts_with('{')).count();
        (!self.is_greedy(), literals, self.method != "ANY")
    }
}

fn select<'a>(routes: &'a [Route], method: &str, path: &str) -> Option<&'a Route> {
    let taking = routes.iter().filter(|route| route.takes(method, path));
    taking.max_by_key(|route| route.rank())
}

/// The route of the function's own router that a request reaches, or the status it is refused with.
async fn served(app: &App, function: &str, method: &str, path: &str) -> Result<String, StatusCode> {
    let routes = match function {
        "EngineAuth" => engine_auth::routes(app.clone()),
        "PlatformKeys" => platform_keys::routes(app.clone()),
        unknown => panic!("{unknown} is not known to this test"),
    };
    // Not run where the router knows no such path; an answer without this header is not a route's.
    let routes = routes.route_layer(from_fn(async |path: MatchedPath, request: Request, next: Next| {
        let route = path.as_str().to_owned();
        ([("x-route", route)], next.run(request).await)
    }));
    let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
    let response = routes.oneshot(request).await.unwrap();
    match response.headers().get("x-route") {
        Some(route) if response.status() != StatusCode::METHOD_NOT_ALLOWED => Ok(route.to_str().unwrap().to_owned()),
        _ => Err(response.status()),
    }
}

/// Every operation of this release.
const OPERATIONS: [(&str, &str, &str, &str); 10] = [
    ("signup", "POST", "/api/v1/signup", "EngineAuth"),
    ("signin", "POST", "/api/v1/signin", "EngineAuth"),
    ("get_me", "GET", "/api/v1/me", "EngineAuth"),
    ("update_profile", "POST", "/api/v1/user/updateprofile", "EngineAuth"),
    ("send_reset_token", "POST", "/api/v1/user/reset", "EngineAuth"),
    (
        "change_password",
        "POST",
        "/api/v1/user/changepassword/{token}",
        "EngineAuth",
    ),
    ("renew_token", "POST", "/api/v1/renew", "EngineAuth"),
    ("signout", "POST", "/api/v1/signout", "EngineAuth"),
    ("get_avatar", "GET", "/avatar/{file}", "EngineAuth"),
    ("jwks", "GET", "/.well-known/jwks.json", "PlatformKeys"),
];

/// A path that a client may write for a pattern.
fn example(pattern: &str) -> String {
    pattern
        .replace("{token}", "abc123")
        .replace("{file}", "0123456789abcdef.png")
        .replace("{proxy+}", "no/such/thing")
}

#[tokio::test]
async fn every_operation_reaches_a_function_that_serves_it() {
    let server = Server::start().await;
    let routes = Route::all(&Stack::read());
    for (operation, method, pattern, function) in OPERATIONS {
        let path = example(pattern);
        let route = select(&routes, method, &path).unwrap_or_else(|| panic!("{operation} has no route"));
        assert_eq!(route.function, function, "{operation}");
        assert_eq!(
            served(server.app(), &route.function, method, &path).await,
            Ok(pattern.to_owned()),
            "{operation}"
        );
    }
}

#[tokio::test]
async fn every_route_of_the_template_is_served() {
    let server = Server::start().await;
    let routes = Route::all(&Stack::read());
    let explicit: Vec<_> = routes.iter().filter(|route| !route.is_greedy()).collect();
    for route in &explicit {
        assert_ne!(route.method, "ANY", "{route:?}");
        let served = served(server.app(), &route.function, &route.method, &example(&route.path)).await;
        assert_eq!(served, Ok(route.path.clone()), "{route:?}");
    }
    // And the template names the operations, no more and no less.
    let named: BTreeSet<_> = explicit
        .iter()
        .map(|route| (route.method.as_str(), route.path.as_str()))
        .collect();
    let known: BTreeSet<_> = OPERATIONS.iter().map(|(_, method, path, _)| (*method, *path)).collect();
    assert_eq!(named, known);
    assert_eq!(named.len(), explicit.len(), "a route stands there twice");
}

/// What the routers serve is what their document says; each of it must be reached from outside.
#[tokio::test]
async fn no_route_of_a_router_is_out_of_reach() {
    let routes = Route::all(&Stack::read());
    let document: Value = serde_json::from_str(&engine_auth::document().to_json().unwrap()).unwrap();
    let mut seen = BTreeSet::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let method = method.to_uppercase();
            let Some(id) = operation["operationId"].as_str() else {
                continue;
            };
            seen.insert(id.to_owned());
            let route = select(&routes, &method, &example(path)).unwrap_or_else(|| panic!("{id} is out of reach"));
            assert_eq!((route.function.as_str(), &route.path), ("EngineAuth", path), "{id}");
        }
    }
    let engine = OPERATIONS.iter().filter(|operation| operation.3 == "EngineAuth");
    let known: BTreeSet<_> = engine.map(|operation| operation.0.to_owned()).collect();
    assert_eq!(seen, known);
}

/// Unknown paths and wrong methods of a surface are answered by the surface, in its own shape.
#[rstest]
#[case::unknown_path("GET", "/api/v1/nothing", Some(StatusCode::NOT_FOUND))]
#[case::wrong_method("GET", "/api/v1/signin", Some(StatusCode::METHOD_NOT_ALLOWED))]
#[case::wrong_method_of_a_variable("DELETE", "/api/v1/user/changepassword/abc", Some(StatusCode::METHOD_NOT_ALLOWED))]
#[case::too_long("POST", "/api/v1/user/changepassword/abc/def", Some(StatusCode::NOT_FOUND))]
#[case::not_ours("GET", "/admin", None)]
#[case::not_an_avatar("GET", "/avatar/a/b", None)]
#[tokio::test]
async fn a_surface_answers_for_what_it_does_not_have(
    #[case] method: Method,
    #[case] path: &str,
    #[case] refused: Option<StatusCode>,
) {
    let routes = Route::all(&Stack::read());
    let route = select(&routes, method.as_str(), path);
    assert_eq!(
        route.map(|route| route.path.as_str()),
        refused.map(|_| "/api/v1/{proxy+}")
    );
    if let (Some(route), Some(status)) = (route, refused) {
        let server = Server::start().await;
        assert_eq!(
            served(server.app(), &route.function, method.as_str(), path).await,
            Err(status)
        );
    }
}

/// The event files are what API Gateway would make of these routes.
#[test]
fn the_events_are_those_of_the_routes() {
    let routes = Route::all(&Stack::read());
    for (operation, method, pattern, _) in OPERATIONS {
        let event = events::http(operation);
        assert_eq!(event["routeKey"], format!("{method} {pattern}"), "{operation}");
        assert_eq!(event["requestContext"]["routeKey"], event["routeKey"], "{operation}");
        assert_eq!(event["requestContext"]["http"]["method"], method, "{operation}");
        let path = event["rawPath"].as_str().unwrap();
        assert_eq!(event["requestContext"]["http"]["path"], path, "{operation}");
        assert_eq!(select(&routes, method, path).unwrap().path, pattern, "{operation}");
        if let Some(length) = event["headers"]["content-length"].as_str() {
            assert_eq!(length, events::body(&event).len().to_string(), "{operation}");
        }
    }
}
