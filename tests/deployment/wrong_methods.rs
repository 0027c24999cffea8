//! What is deployed refuses unknown paths and wrong methods as the local server does, although there several functions
//! stand behind one address and here one process does.

use std::collections::BTreeSet;

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::response::Parts;
use axum::routing::any;
use axum::{Router, response::Response};
use http::Method;
use http::header::{ALLOW, CONTENT_TYPE, HeaderMap};
use shared::http::layers;
use tests::{Answer, Server};
use tower::ServiceExt as _;

use super::gateway::{GROUPS, Group, Route, select};
use super::operations::{OPERATIONS, example};
use super::stack::Stack;

/// OPTIONS is not among them: API Gateway answers preflights itself.
const METHODS: [&str; 6] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

/// The paths of all operations, what is above and what is below them. None of these requests has a token or a body.
fn probes() -> BTreeSet<(&'static str, String)> {
    let mut paths = BTreeSet::new();
    for (_, _, pattern, _) in OPERATIONS {
        let path = example(pattern);
        paths.insert(path.rsplit_once('/').unwrap().0.to_owned());
        paths.insert(format!("{path}/more"));
        paths.insert(format!("{path}/"));
        // The other base, which gateways show.
        paths.insert(path.replacen("/api/v2/", "/api/v2/barong/", 1));
        paths.insert(path);
    }
    // The local server's own page.
    paths.remove("");
    let probes = paths.into_iter();
    probes
        .flat_map(|path| METHODS.map(|method| (method, path.clone())))
        .collect()
}

/// What a client sees of a refusal, but for the names of requests.
#[derive(Debug, PartialEq, Eq)]
struct Seen {
    status: u16,
    allow: Option<String>,
    content_type: Option<String>,
    body: Vec<u8>,
}

impl Seen {
    fn new(method: &str, status: u16, headers: &HeaderMap, body: Vec<u8>) -> Self {
        let text = |name| {
            headers
                .get(name)
                .map(|value: &http::HeaderValue| value.to_str().unwrap().to_owned())
        };
        Self {
            status,
            allow: text(ALLOW),
            content_type: text(CONTENT_TYPE),
            // Nobody sends the body of an answer to HEAD; and what is no refusal is a challenge, of which no two are alike.
            body: if method == "HEAD" || status == 200 {
                Vec::new()
            } else {
                body
            },
        }
    }

    async fn of(method: &str, response: Response) -> Self {
        let (Parts { status, headers, .. }, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap().to_vec();
        Self::new(method, status.as_u16(), &headers, body)
    }
}

fn request(method: &str, path: &str) -> Request {
    Request::builder().method(method).uri(path).body(Body::empty()).unwrap()
}

/// The answer of the function that a route belongs to.
async fn deployed(server: &Server, route: &Route, method: &str, path: &str) -> Seen {
    let routes = layers::around(Group::named(&route.function).whole(server.app()));
    Seen::of(method, routes.oneshot(request(method, path)).await.unwrap()).await
}

#[tokio::test]
async fn the_deployed_api_refuses_as_the_local_server_does() {
    let server = Server::start().await;
    let client = server.client();
    let routes = Route::all(&Stack::read());
    let (mut refused, mut outside) = (0, 0);
    for (method, path) in probes() {
        let Answer { status, headers, bytes } = client
            .send(client.request(method.parse::<Method>().unwrap(), &path))
            .await;
        let local = Seen::new(method, status.as_u16(), &headers, bytes);
        match select(&routes, method, &path) {
            Some(route) => {
                assert_eq!(deployed(&server, route, method, &path).await, local, "{method} {path}");
                refused += usize::from(local.status == 405);
            }
            // API Gateway's own 404.
            None => {
                assert_eq!(local.status, 404, "{method} {path}");
                outside += 1;
            }
        }
    }
    assert!(refused > 100 && outside > 10, "{refused}, {outside}");
}

/// Each route without an operation of its own is there because without it something else would be answered.
#[tokio::test]
async fn no_fallback_is_there_without_need() {
    let server = Server::start().await;
    let routes = Route::all(&Stack::read());
    let probes = probes();
    for fallback in routes.iter().filter(|route| route.is_fallback()) {
        let others: Vec<_> = routes
            .iter()
            .filter(|route| (&route.method, &route.path) != (&fallback.method, &fallback.path))
            .collect();
        let mut needed = false;
        for (method, path) in &probes {
            if select(&routes, method, path).map(|route| &route.path) != Some(&fallback.path) {
                continue;
            }
            let without = match select(others.iter().copied(), method, path) {
                Some(route) => Some(deployed(&server, route, method, path).await),
                None => None,
            };
            needed = without != Some(deployed(&server, fallback, method, path).await);
            if needed {
                break;
            }
        }
        assert!(needed, "{fallback:?}");
    }
}

/// `cargo lambda watch` sends a request to the program that API Gateway sends it to.
#[tokio::test]
async fn the_development_router_goes_where_the_template_goes() {
    let manifest = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml")).unwrap();
    let (_, section) = manifest
        .split_once("[workspace.metadata.lambda.watch.router]\n")
        .unwrap();
    let lines = section.lines().take_while(|line| !line.starts_with('['));
    // Its patterns are those of axum's own router.
    let mut watch = Router::new();
    let mut programs = BTreeSet::new();
    for line in lines.filter(|line| line.starts_with('"')) {
        let (pattern, program) = line.split_once(" = ").unwrap();
        let program = program.trim_matches('"').to_owned();
        programs.insert(program.clone());
        watch = watch.route(pattern.trim_matches('"'), any(move || async move { program }));
    }
    let known: BTreeSet<_> = GROUPS.iter().map(|group| group.binary.to_owned()).collect();
    assert_eq!(programs, known);

    let server = Server::start().await;
    let routes = Route::all(&Stack::read());
    for (method, path) in probes() {
        // Its routes know no methods.
        if method == "HEAD" {
            continue;
        }
        let response = watch.clone().oneshot(request(method, &path)).await.unwrap();
        let found = response.status().is_success();
        let program = String::from_utf8(to_bytes(response.into_body(), usize::MAX).await.unwrap().to_vec()).unwrap();
        let program = Some(program).filter(|_| found);
        let Some(route) = select(&routes, method, &path) else {
            assert_eq!(program, None, "{method} {path}");
            continue;
        };
        let binary = Group::named(&route.function).binary;
        // An unknown path of a surface is the same 404 whichever of its functions it reaches.
        let unknown = route.is_fallback() && deployed(&server, route, method, &path).await.status == 404;
        let (surface, _) = binary.split_once('-').unwrap();
        match unknown {
            true => assert!(
                program.is_some_and(|program| program.starts_with(surface)),
                "{method} {path}"
            ),
            false => assert_eq!(program.as_deref(), Some(binary), "{method} {path}"),
        }
    }
}
