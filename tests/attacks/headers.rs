//! Headers that every answer bears (ASVS 3.4, 14.3.2; RFC 9700 §4.2, §4.16), on every route there is.

use http::Method;
use serde_json::json;
use tests::{Answer, Client, PASSWORD, Server, picture};

#[track_caller]
fn guarded(answer: &Answer, what: &str) {
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "no-referrer"),
        ("strict-transport-security", "max-age=63072000; includeSubDomains"),
    ] {
        assert_eq!(answer.header(name), Some(value), "{what}: {name}");
    }
    let policy = answer.header("content-security-policy").unwrap_or_default();
    assert!(
        policy.starts_with("default-src 'none'") || policy.starts_with("default-src 'self'"),
        "{what}: {policy}"
    );
    assert!(
        !policy.contains("'unsafe-eval'") && !policy.contains('*'),
        "{what}: {policy}"
    );
    assert_eq!(answer.header("set-cookie"), None, "{what}: no cookies yet");
    assert_eq!(answer.header("server"), None, "{what}");
    assert_eq!(answer.header("x-powered-by"), None, "{what}");
    let id = answer.header("x-request-id").unwrap_or_default();
    assert_eq!(id.len(), 32, "{what}: {id}");
}

/// Every operation of the document, with nothing that it needs.
async fn every_operation(client: &Client) -> Vec<(String, Answer)> {
    let mut paths = Vec::new();
    for surface in ["engine", "identity-server"] {
        let document = client.get(&format!("/openapi/{surface}.json")).await.expect(200).json();
        paths.extend(document["paths"].as_object().unwrap().clone());
    }
    let mut answers = Vec::new();
    for (path, methods) in paths {
        for method in methods.as_object().unwrap().keys() {
            let Ok(method) = method.to_uppercase().parse::<Method>() else {
                continue;
            };
            let filled: String = path
                .split('{')
                .enumerate()
                .fold(String::new(), |filled, (n, piece)| match n {
                    0 => piece.to_owned(),
                    _ => format!("{filled}abc{}", piece.split_once('}').unwrap().1),
                });
            let answer = client.send(client.request(method.clone(), &filled)).await;
            answers.push((format!("{method} {path}"), answer));
        }
    }
    assert!(answers.len() >= 9, "{} operations", answers.len());
    answers
}

#[tokio::test]
async fn every_operation_bears_security_headers_and_is_not_kept() {
    let server = Server::start().await;
    for (what, answer) in every_operation(&server.client()).await {
        guarded(&answer, &what);
        // Public keys are for everybody, and for keeping.
        if what.ends_with("/jwks.json") {
            continue;
        }
        // A challenge is there for the asking.
        let is_open = what.ends_with("/webauthn/login/begin");
        assert!(answer.status.is_client_error() || is_open, "{what}: {}", answer.status);
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{what}");
    }
}

#[tokio::test]
async fn so_do_successes_pages_and_errors() {
    let server = Server::start().await;
    let client = server.client();
    let token = client.join("ada@example.com").await;
    let mut private = vec![
        client.sign_in_with("ada@example.com", PASSWORD).await.expect(200),
        client.me(&token).await.expect(200),
        client.call(Method::POST, "/api/v1/renew", &token).await.expect(202),
        client
            .post("/api/v1/user/reset", &json!({ "email": "ada@example.com" }))
            .await
            .expect(200),
        client.get("/api/v1/nothing").await.expect(404),
        client.get("/nothing").await.expect(404),
        client.get("/api/v1/signin").await.expect(405),
        client
            .post_text("/api/v1/signin", "x".repeat(1024 * 1024 + 1))
            .await
            .expect(413),
        client.get("/healthz").await.expect(200),
        client.get("/").await.expect(200),
        client.get("/_local/mail").await.expect(200),
        client.get("/openapi/engine.json").await.expect(200),
    ];
    private.push(client.call(Method::POST, "/api/v1/signout", &token).await.expect(200));
    for (n, answer) in private.iter().enumerate() {
        guarded(answer, &n.to_string());
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{n}");
    }
    // What is public says so itself.
    let token = client.sign_in("ada@example.com").await;
    let part = reqwest::multipart::Part::bytes(picture::png()).file_name("a");
    let form = reqwest::multipart::Form::new().part("file", part);
    client.update_profile(&token, form).await.expect(200);
    let me = client.me(&token).await.json();
    for path in [me["profile"]["avatar"].as_str().unwrap(), "/.well-known/jwks.json"] {
        let answer = client.get(path).await.expect(200);
        guarded(&answer, path);
        assert!(answer.header("cache-control").unwrap().starts_with("public"), "{path}");
    }
}

#[tokio::test]
async fn other_origins_are_not_answered_by_default() {
    let server = Server::start().await;
    let client = server.client();
    for method in [Method::GET, Method::POST, Method::OPTIONS] {
        for path in ["/api/v1/me", "/api/v1/signin", "/api/v1/nothing", "/_local/mail"] {
            let request = client
                .request(method.clone(), path)
                .header("origin", "https://evil.example");
            let request = request.header("access-control-request-method", "POST");
            let answer = client
                .send(request.header("access-control-request-headers", "x-auth"))
                .await;
            for (name, _) in &answer.headers {
                assert!(!name.as_str().starts_with("access-control-"), "{method} {path}: {name}");
            }
        }
    }
}

#[tokio::test]
async fn only_origins_that_are_listed_are_answered_and_never_with_credentials() {
    let server = Server::setup()
        .env("CORS_ORIGINS", "https://app.example.com")
        .start()
        .await;
    let client = server.client();
    for (origin, answered) in [
        ("https://app.example.com", true),
        ("https://app.example.com.evil.example", false),
        ("https://evil.example", false),
        ("http://app.example.com", false),
        ("https://xapp.example.com", false),
        ("null", false),
    ] {
        for method in [Method::OPTIONS, Method::GET] {
            let request = client.request(method.clone(), "/api/v1/me").header("origin", origin);
            let request = request.header("access-control-request-method", "GET");
            let answer = client.send(request).await;
            let allowed = answer.header("access-control-allow-origin");
            assert_eq!(allowed, answered.then_some(origin), "{method} {origin}");
            assert_eq!(answer.header("access-control-allow-credentials"), None);
        }
    }
}
