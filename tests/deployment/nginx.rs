//! Real nginx with the configuration that README shows, before the server and a backend that says what it was sent.
//! Skipped where there is no nginx.

use std::net::TcpListener;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use axum::Router;
use axum::body::to_bytes;
use axum::extract::Request;
use http::Method;
use rstest::rstest;
use serde_json::{Value, json};
use tests::barong::{COOKIE, STRONG, Session};
use tests::client::claims;
use tests::edge::{raw, somebody};
use tests::{Answer, Client, Server, services};
use tokio::process::{Child, Command};

const ADA: &str = "ada@example.com";
const ORDERS: &str = "/api/v2/peatio/market/orders";

/// What stands before whom.
struct Front {
    server: Server,
    /// Speaks to nginx.
    client: Client,
    address: String,
    backend: tokio::task::JoinHandle<()>,
    _nginx: Child,
    _directory: tempfile::TempDir,
}

impl Drop for Front {
    fn drop(&mut self) {
        self.backend.abort();
    }
}

/// `None` where there is no nginx.
async fn front() -> Option<Front> {
    if !services::command("nginx") {
        return None;
    }
    let server = Server::setup().env("TRUSTED_PROXIES", "127.0.0.1/32").start().await;
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let behind = listener.local_addr().unwrap().to_string();
    let backend = tokio::spawn(async move {
        let routes = Router::new().fallback(echo);
        axum::serve(listener, routes).await.unwrap();
    });
    let directory = tempfile::tempdir().unwrap();
    let countersign = server.client().url().strip_prefix("http://").unwrap().to_owned();
    let (nginx, address) = nginx(directory.path(), &countersign, &behind).await;
    Some(Front {
        client: Client::new(&format!("http://{address}")),
        server,
        address,
        backend,
        _nginx: nginx,
        _directory: directory,
    })
}

/// Says what arrived.
async fn echo(request: Request) -> axum::Json<Value> {
    let (parts, body) = request.into_parts();
    let headers = parts.headers.iter();
    let headers: Value = headers
        .map(|(name, value)| (name.to_string(), json!(value.to_str().unwrap())))
        .collect();
    let body = to_bytes(body, 1 << 20).await.unwrap();
    axum::Json(json!({
        "method": parts.method.as_str(), "target": parts.uri.to_string(), "headers": headers,
        "body": String::from_utf8_lossy(&body),
    }))
}

/// Starts nginx with the repository's file, on a port that is free.
async fn nginx(directory: &Path, countersign: &str, backend: &str) -> (Child, String) {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../infra/gateways/nginx.conf");
    let text = std::fs::read_to_string(file).unwrap();
    for known in ["127.0.0.1:8000", "127.0.0.1:9000", "listen 8080;"] {
        assert_eq!(text.matches(known).count(), 1, "{known}");
    }
    let here = directory.display();
    // Another program may take the port in the same moment.
    for _ in 0..5 {
        let free = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap();
        let site = text
            .replace("127.0.0.1:8000", countersign)
            .replace("127.0.0.1:9000", backend)
            .replace("listen 8080;", &format!("listen {free};"));
        // As nginx.conf of a distribution has it around its sites, but for one process and a place of its own.
        let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .iter()
            .map(|name| format!("{name}_temp_path {here}/{name};"))
            .collect();
        let whole = format!(
            "daemon off; master_process off; pid {here}/pid; error_log stderr error;\n\
             events {{}}\nhttp {{ access_log off; {temporary}\n{site}\n}}\n"
        );
        let path = directory.join("nginx.conf");
        std::fs::write(&path, whole).unwrap();
        let mut child = Command::new("nginx")
            .arg("-c")
            .arg(&path)
            .args(["-p", &here.to_string(), "-e", "stderr"])
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        for _ in 0..500 {
            if tokio::net::TcpStream::connect(free).await.is_ok() {
                return (child, free.to_string());
            }
            if child.try_wait().unwrap().is_some() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
    panic!("nginx does not start");
}

impl Front {
    fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.client.request(method, path)
    }

    async fn by_cookie(&self, method: Method, path: &str, session: &Session) -> Answer {
        let request = self.request(method, path).header("x-csrf-token", &session.csrf);
        let request = request.header("cookie", format!("{COOKIE}={}; theme=dark", session.cookie));
        self.client.send(request).await
    }
}

/// What nginx answers by itself, in the words of the edge.
#[track_caller]
fn expect_refused(answer: &Answer, status: u16, key: &str) {
    assert_eq!(answer.status, status, "{}", answer.text());
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.json(), json!({ "errors": [key] }));
}

#[tokio::test]
async fn whoever_passes_reaches_the_backend_with_a_token() {
    let Some(front) = front().await else { return };
    // Countersign's own paths go there.
    let body = json!({ "email": ADA, "password": STRONG });
    let request = front.request(Method::POST, "/api/v2/barong/identity/users").json(&body);
    let ada = front.client.send(request).await.expect_session(201);
    let me = front
        .by_cookie(Method::GET, "/api/v2/barong/resource/users/me", &ada)
        .await;
    assert_eq!(me.expect(200).json()["email"], ADA);

    let nobody = front.client.get(ORDERS).await;
    expect_refused(&nobody, 401, "authz.invalid_session");
    let seen = front.by_cookie(Method::GET, &format!("{ORDERS}?a=1&b=%20"), &ada).await;
    let seen = seen.expect(200).json();
    assert_eq!(
        (&seen["method"], &seen["target"]),
        (&json!("GET"), &json!(format!("{ORDERS}?a=1&b=%20")))
    );
    let token = seen["headers"]["authorization"].as_str().unwrap();
    let said = claims(token.strip_prefix("Bearer ").unwrap());
    assert_eq!((&said["email"], &said["uid"]), (&json!(ADA), &json!(ada.uid)));

    // What changes something needs the CSRF token, and goes on with its body.
    let order = || {
        let request = front.request(Method::POST, ORDERS).json(&json!({ "volume": "0.1" }));
        request.header("cookie", format!("{COOKIE}={}", ada.cookie))
    };
    let refused = front.client.send(order()).await;
    expect_refused(&refused, 401, "authz.missing_csrf_token");
    let refused = front.client.send(order().header("x-csrf-token", "0".repeat(20))).await;
    expect_refused(&refused, 401, "authz.csrf_token_mismatch");
    let made = front
        .client
        .send(order().header("x-csrf-token", &ada.csrf))
        .await
        .expect(200)
        .json();
    assert_eq!(
        (&made["method"], &made["body"]),
        (&json!("POST"), &json!(r#"{"volume":"0.1"}"#))
    );

    let signer = front.server.key_of(ADA).await;
    let by_key = |signed: Vec<(&'static str, String)>| {
        let request = front.request(Method::DELETE, ORDERS);
        let add = |request: reqwest::RequestBuilder, (name, value)| request.header::<&str, String>(name, value);
        front.client.send(signed.into_iter().fold(request, add))
    };
    let signed = signer.headers(&front.server.nonce()).to_vec();
    let seen = by_key(signed.clone()).await.expect(200).json();
    let token = seen["headers"]["authorization"].as_str().unwrap();
    assert_eq!(claims(token.strip_prefix("Bearer ").unwrap())["kid"], json!(signer.kid));
    let half = by_key(signed[..2].to_vec()).await;
    expect_refused(&half, 422, "authz.invalid_api_key_headers");

    let closed = front.by_cookie(Method::GET, "/api/v2/peatio/management/x", &ada).await;
    expect_refused(&closed, 401, "authz.permission_denied");
    let denied = front.by_cookie(Method::GET, "/api/v2/peatio/admin/users", &ada).await;
    expect_refused(&denied, 401, "authz.invalid_permission");
    let open = front
        .client
        .get("/api/v2/peatio/public/markets")
        .await
        .expect(200)
        .json();
    assert!(open["headers"].get("authorization").is_none(), "{open}");
}

/// Whatever a client writes into the headers that the backend believes, and whatever proves who asks, ends at nginx.
#[tokio::test]
async fn what_the_backend_is_told_is_never_the_clients_word() {
    let Some(front) = front().await else { return };
    let forged = front.request(Method::GET, "/api/v2/peatio/public/markets");
    let forged = forged
        .header("authorization", "Bearer forged")
        .header("x-forwarded-for", "192.0.2.1")
        .header("x-auth-apikey", "0123456789abcdef")
        .header("x-auth-nonce", "1")
        .header("x-auth-signature", "00")
        .header("x-csrf-token", "0")
        .header("cookie", "theme=dark");
    let seen = front.client.send(forged).await.expect(200).json();
    let told = seen["headers"].as_object().unwrap();
    for name in [
        "authorization",
        "cookie",
        "x-csrf-token",
        "x-auth-apikey",
        "x-auth-nonce",
        "x-auth-signature",
    ] {
        assert!(!told.contains_key(name), "{name}: {seen}");
    }
    assert_eq!(told["x-forwarded-for"], "127.0.0.1");
    let admin = somebody(&front.server, ADA, "superadmin").await;
    let request = front
        .request(Method::GET, ORDERS)
        .header("authorization", "Bearer forged");
    let request = request.header("cookie", format!("{COOKIE}={}", admin.cookie));
    let seen = front.client.send(request).await.expect(200).json();
    assert_ne!(seen["headers"]["authorization"], "Bearer forged");
    // Nobody asks the edge past nginx.
    assert_eq!(front.client.get("/_authz").await.status, 404);
}

/// nginx, the edge and the backend read one path. A member may use `peatio/market`, and nothing below `admin`.
#[rstest]
#[case::as_it_is("/api/v2/peatio/market/orders", 200)]
#[case::slashes("//api//v2/peatio///market/orders", 200)]
#[case::encoded("/api/v2/peatio/%6d%61rket/orders", 200)]
#[case::encoded_dots("/api/v2/peatio/account/%2e%2e/market/orders", 200)]
#[case::out_of_what_is_accepted("/api/v2/peatio/market/%2e%2e/admin/orders", 401)]
#[case::plain_dots("/api/v2/peatio/market/../admin/orders", 401)]
#[case::encoded_slash("/api/v2/peatio/market/..%2fadmin/orders", 401)]
#[case::out_of_what_is_open("/api/v2/peatio/public/%2e%2e/market/orders", 200)]
#[case::closed("/api/v2/peatio/public/%2e%2e/management/x", 401)]
#[case::closed_slashes("/api/v2//peatio/management", 401)]
#[case::twice("/api/v2/peatio/market/%252e%252e/admin", 401)]
#[case::backslash("/api/v2/peatio/public/..%5cadmin", 401)]
#[case::semicolon("/api/v2/peatio/public/..;/admin", 401)]
#[case::null("/api/v2/peatio/public/%00", 400)]
#[case::fragment("/api/v2/peatio/public#/../../peatio/admin", 400)]
#[case::above_the_root("/../api/v2/peatio/admin", 400)]
#[case::absolute("http://other/api/v2/peatio/admin", 401)]
#[tokio::test]
async fn a_path_is_decided_as_the_backend_sees_it(#[case] path: &str, #[case] status: u16) {
    let Some(front) = front().await else { return };
    let ada = front.server.client().barong().join(ADA).await;
    let cookie = format!("{COOKIE}={}", ada.cookie);
    let (found, body) = raw(&front.address, "GET", path, &[("cookie", &cookie)]).await;
    assert_eq!(found, status, "{body}");
    match status {
        // It gets the path as it was asked for.
        200 => {
            let seen: Value = serde_json::from_str(&body).unwrap();
            assert_eq!(seen["target"], path);
        }
        401 => assert!(body.starts_with(r#"{"errors":["authz."#), "{body}"),
        _ => assert!(!body.contains("target"), "{body}"),
    }
}

#[tokio::test]
async fn a_restriction_answers_with_its_own_status() {
    let Some(front) = front().await else { return };
    for (rule, status, key) in [
        ("maintenance all everybody 471", 471, "authz.restrict.maintenance"),
        ("blacklist ip 127.0.0.1 423", 423, "authz.restrict.blacklist"),
        ("blacklist ip_subnet 127.0.0.0/8 403", 403, "authz.restrict.blacklist"),
        // One that nobody told nginx of.
        ("blacklist ip 127.0.0.1 455", 401, "authz.restrict.blacklist"),
    ] {
        let rule = front.server.restrict(rule).await;
        for path in [ORDERS, "/api/v2/peatio/public/markets"] {
            expect_refused(&front.client.get(path).await, status, key);
        }
        // What Countersign serves itself says so itself.
        let own = front.client.get("/api/v2/barong/identity/ping").await;
        assert_eq!(own.status, rule.code);
        front.server.lift(&rule).await;
    }
    front.client.get("/api/v2/peatio/public/markets").await.expect(200);
}

/// Where the edge decides nothing, nobody passes.
#[tokio::test]
async fn without_an_answer_nobody_passes() {
    if !services::command("nginx") {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let nobody = TcpListener::bind(("127.0.0.1", 0))
        .unwrap()
        .local_addr()
        .unwrap()
        .to_string();
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let behind = listener.local_addr().unwrap().to_string();
    let backend = tokio::spawn(async move { axum::serve(listener, Router::new().fallback(echo)).await.unwrap() });
    let (_nginx, address) = nginx(directory.path(), &nobody, &behind).await;
    let answer = Client::new(&format!("http://{address}"))
        .get("/api/v2/peatio/public/markets")
        .await;
    expect_refused(&answer, 503, "server.unavailable");
    backend.abort();
}
