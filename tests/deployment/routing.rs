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

use super::gateway::{GROUPS, Group, Route, select};
use super::operations::{OPERATIONS, example};
use super::stack::Stack;

/// The route of the function's own router that a request reaches, or the status it is refused with.
async fn served(app: &App, function: &str, method: &str, path: &str) -> Result<String, StatusCode> {
    let routes = Group::named(function).bare(app);
    // Not run where the router knows no such path; an answer without this header is not a route's.
    let routes = routes.route_layer(from_fn(async |path: MatchedPath, request: Request, next: Next| {
        // As API Gateway writes the same.
        let route = path.as_str().replace("{*path}", "{path+}");
        ([("x-route", route)], next.run(request).await)
    }));
    let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
    let response = routes.oneshot(request).await.unwrap();
    match response.headers().get("x-route") {
        Some(route) if response.status() != StatusCode::METHOD_NOT_ALLOWED => Ok(route.to_str().unwrap().to_owned()),
        _ => Err(response.status()),
    }
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
    let explicit: Vec<_> = routes.iter().filter(|route| !route.is_fallback()).collect();
    for route in &explicit {
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

/// What the routers serve is what their documents say; each of it must be reached from outside.
#[tokio::test]
async fn no_route_of_a_router_is_out_of_reach() {
    let routes = Route::all(&Stack::read());
    for group in GROUPS {
        let Some(document) = group.document else { continue };
        let document: Value = serde_json::from_str(&document()).unwrap();
        let mut seen = BTreeSet::new();
        for (path, operations) in document["paths"].as_object().unwrap() {
            for (method, operation) in operations.as_object().unwrap() {
                let method = method.to_uppercase();
                let Some(id) = operation["operationId"].as_str() else {
                    continue;
                };
                seen.insert(id.to_owned());
                let route = select(&routes, &method, &example(path)).unwrap_or_else(|| panic!("{id} is out of reach"));
                // A document knows no path in a path.
                let pattern = route.path.replace("+}", "}");
                assert_eq!((route.function.as_str(), &pattern), (group.function, path), "{id}");
            }
        }
        let own = OPERATIONS.iter().filter(|operation| operation.3 == group.function);
        let known: BTreeSet<_> = own.map(|operation| operation.0.to_owned()).collect();
        assert_eq!(seen, known, "{}", group.function);
    }
}

/// A function of the template is the program that this test takes it for.
#[test]
fn every_function_that_answers_http_is_known_by_its_program() {
    let stack = Stack::read();
    let routes = Route::all(&stack);
    let mut programs = BTreeSet::new();
    for (name, function) in stack.functions() {
        if routes.iter().any(|route| route.function == name) {
            let binary = function["Metadata"]["BuildProperties"]["Binary"].as_str().unwrap();
            let source = function["Properties"]["CodeUri"].as_str().unwrap();
            assert_eq!(
                source.strip_prefix("functions/").unwrap().replace('/', "-"),
                binary,
                "{name}"
            );
            programs.insert((name, binary));
        }
    }
    let known: BTreeSet<_> = GROUPS.iter().map(|group| (group.function, group.binary)).collect();
    assert_eq!(programs, known);
}

/// Unknown paths and wrong methods of a surface are answered by the surface, in its own shape, and wrong methods by the
/// function that knows the right ones.
#[rstest]
#[case::unknown_path("GET", "/api/v1/nothing", "EngineAuth", 404)]
#[case::wrong_method("GET", "/api/v1/signin", "EngineAuth", 405)]
#[case::wrong_method_of_a_variable("DELETE", "/api/v1/user/changepassword/abc", "EngineAuth", 405)]
#[case::too_long("POST", "/api/v1/user/changepassword/abc/def", "EngineAuth", 404)]
#[case::wrong_method_of_a_file("POST", "/avatar/0123456789abcdef.jpg", "EngineAuth", 405)]
#[case::wrong_method_of_a_group("PATCH", "/api/v1/roles", "EngineRoles", 405)]
#[case::wrong_method_below_a_group("GET", "/api/v1/roles/bind-user", "EngineRoles", 405)]
#[case::unknown_path_below_a_group("GET", "/api/v1/roles/a/b/c", "EngineRoles", 404)]
#[case::neighbour_in_another_group("GET", "/api/v1/user/authorize", "EnginePermissions", 405)]
#[case::below_another_group("PUT", "/api/v1/users/01KAQ7QWZ8E4R6T2Y9V1C3B5NM/sessions", "EngineSessions", 405)]
#[case::beside_that("DELETE", "/api/v1/users/01KAQ7QWZ8E4R6T2Y9V1C3B5NM/activate", "EngineUsers", 405)]
#[case::wrong_method_of_a_ceremony("GET", "/api/v1/webauthn/login/begin", "EnginePasskeys", 405)]
#[case::a_credential_is_not_shown("GET", "/api/v1/webauthn/credentials/1", "EnginePasskeys", 405)]
#[case::unknown_path_of_identity("GET", "/identity/v1/nothing", "IdentityServerAccounts", 404)]
#[case::wrong_method_of_identity("GET", "/identity/v1/public/authenticate", "IdentityServerAccounts", 405)]
#[case::wrong_method_of_the_list("DELETE", "/identity/v1/users", "IdentityServerAccounts", 405)]
#[case::wrong_method_of_a_link("DELETE", "/identity/v1/public/activate/a/b", "IdentityServerAccounts", 405)]
#[case::unknown_path_of_barong("GET", "/api/v2/nothing", "BarongIdentity", 404)]
#[case::wrong_method_of_barong("GET", "/api/v2/identity/sessions", "BarongIdentity", 405)]
#[case::wrong_method_under_the_other_base("GET", "/api/v2/barong/identity/users", "BarongIdentity", 405)]
#[case::under_the_other_base("GET", "/api/v2/barong/identity/ping", "BarongIdentity", 200)]
#[case::wrong_method_of_roles("PUT", "/identity/v1/roles", "IdentityServerRoles", 405)]
#[case::wrong_method_below_roles("PUT", "/identity/v1/roles/grant", "IdentityServerRoles", 405)]
#[case::unknown_path_below_roles("GET", "/identity/v1/roles/1/users", "IdentityServerRoles", 404)]
#[case::wrong_method_of_permissions("PUT", "/identity/v1/permissions/1", "IdentityServerPermissions", 405)]
#[case::unknown_path_of_arc("GET", "/auth/nothing", "ArcAuth", 404)]
#[case::wrong_method_of_arc("DELETE", "/auth/me", "ArcAuth", 404)]
#[case::wrong_method_of_logout("GET", "/logout", "ArcAuth", 404)]
#[case::wrong_method_of_clients("DELETE", "/auth-clients", "ArcClients", 404)]
#[case::wrong_method_of_a_client("POST", "/auth-clients/1", "ArcClients", 404)]
#[case::wrong_method_of_sign_ins("POST", "/login-activity", "ArcClients", 404)]
#[case::wrong_method_of_one_time_passwords("PUT", "/otp-caches/ada", "ArcOtp", 404)]
#[case::wrong_method_of_codes("GET", "/auth/send-otp", "ArcOtp", 404)]
#[case::not_found_by_contract("DELETE", "/api/v1/invitations", "EngineInvitations", 404)]
#[tokio::test]
async fn a_surface_answers_for_what_it_does_not_have(
    #[case] method: Method,
    #[case] path: &str,
    #[case] function: &str,
    #[case] status: u16,
) {
    let routes = Route::all(&Stack::read());
    let route = select(&routes, method.as_str(), path).expect("a route");
    assert_eq!(route.function, function);
    assert!(route.is_fallback(), "{route:?}");
    let server = Server::start().await;
    let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
    let answer = Group::named(function)
        .whole(server.app())
        .oneshot(request)
        .await
        .unwrap();
    assert_eq!(answer.status().as_u16(), status);
}

#[rstest]
#[case::not_ours("GET", "/admin")]
#[case::not_an_avatar("GET", "/avatar/a/b")]
#[case::not_a_logo("GET", "/org-logo")]
fn what_no_surface_has_stays_outside(#[case] method: &str, #[case] path: &str) {
    let routes = Route::all(&Stack::read());
    assert!(select(&routes, method, path).is_none());
}

#[rstest]
#[case("barong", "Barong")]
#[case("engine", "Engine")]
#[case("identity-server", "IdentityServer")]
#[case("arc", "Arc")]
fn every_event_is_an_operations(#[case] folder: &str, #[case] functions: &str) {
    let folder = format!("{}/../events/{folder}", env!("CARGO_MANIFEST_DIR"));
    let files = std::fs::read_dir(folder).unwrap();
    let names: BTreeSet<_> = files
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    let own = OPERATIONS.iter().filter(|operation| operation.3.starts_with(functions));
    let known: BTreeSet<_> = own.map(|operation| format!("{}.json", operation.0)).collect();
    assert_eq!(names, known);
}

/// The event files are what API Gateway would make of these routes.
#[test]
fn the_events_are_those_of_the_routes() {
    let routes = Route::all(&Stack::read());
    for (operation, method, pattern, _) in OPERATIONS {
        let event = events::http(operation);
        assert_eq!(event["routeKey"], format!("{method} {pattern}"), "{operation}");
        assert_eq!(event["requestContext"]["routeKey"], event["routeKey"], "{operation}");
        if method != "ANY" {
            assert_eq!(event["requestContext"]["http"]["method"], method, "{operation}");
        }
        let path = event["rawPath"].as_str().unwrap();
        assert_eq!(event["requestContext"]["http"]["path"], path, "{operation}");
        assert_eq!(select(&routes, method, path).unwrap().path, pattern, "{operation}");
        let names = pattern.split('/').enumerate().filter(|(_, name)| name.starts_with('{'));
        let variables: Value = names
            .map(|(place, name)| {
                // What is greedy takes the rest of the path.
                let parts = if name.ends_with("+}") { place + 1 } else { usize::MAX };
                let value = path.splitn(parts, '/').nth(place).unwrap();
                (name.trim_matches(['{', '+', '}']).to_owned(), Value::from(value))
            })
            .collect();
        let said = &event["pathParameters"];
        assert_eq!(
            said.as_object(),
            variables.as_object().filter(|named| !named.is_empty()),
            "{operation}"
        );
        let query = event["queryStringParameters"].as_object().into_iter().flatten();
        let query: Vec<_> = query
            .map(|(name, value)| format!("{name}={}", value.as_str().unwrap()))
            .collect();
        let mut raw: Vec<_> = event["rawQueryString"].as_str().unwrap().split('&').collect();
        raw.sort_unstable();
        assert_eq!(raw.join("&"), query.join("&"), "{operation}");
        if let Some(length) = event["headers"]["content-length"].as_str() {
            assert_eq!(length, events::body(&event).len().to_string(), "{operation}");
        }
    }
}
