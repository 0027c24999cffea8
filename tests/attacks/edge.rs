//! Barong's edge: paths that are spelled otherwise than rules are, headers that are there twice, requests of other sites,
//! tokens that are forged or given for something else.

use http::Method;
use jsonwebtoken::Algorithm;
use rstest::rstest;
use serde_json::{Value, json};
use shared::store::commit::{Step, text};
use tests::barong::COOKIE;
use tests::client::{claims, header_of};
use tests::edge::{ME, somebody};
use tests::{Client, Server};

use super::forger::{Forger, sign, with};

const ADA: &str = "ada@example.com";

/// What somebody of a role is answered about a path that no client would write.
async fn answered(role: &str, path: &str) -> (u16, String) {
    let server = Server::start().await;
    let session = somebody(&server, ADA, role).await;
    let cookie = format!("{COOKIE}={}", session.cookie);
    let headers = [("cookie", cookie.as_str()), ("x-csrf-token", session.csrf.as_str())];
    server.raw("GET", &format!("/api/v2/auth/{path}"), &headers).await
}

fn refusal(key: &str) -> (u16, String) {
    (401, json!({ "errors": [key] }).to_string())
}

/// An administrator may do everything but manage permissions; no spelling of their path is another path.
#[rstest]
#[case("api/v2//barong/admin/permissions")]
#[case("/api/v2/barong/admin/permissions")]
#[case("api/v2/barong/admin//permissions")]
#[case("api/v2/barong/./admin/permissions")]
#[case("api/v2/barong/admin/x/../permissions")]
#[case("api/v2/barong/resource/../admin/permissions")]
#[case("api/v2/barong/resource/%2e%2e/admin/permissions")]
#[case("api/v2/barong/resource/%2E./admin/permissions")]
#[case("api/v2/barong/resource/..%2fadmin/permissions")]
#[case("api/v2/barong/admin%2fpermissions")]
#[case("api/v2/barong%2fadmin%2Fpermissions")]
#[case("api/v2/barong/%61dmin/%70ermissions")]
#[case("%61pi/v2/barong/admin/permissions")]
#[case("api/v2/barong/ADMIN/permissions")]
#[case("API/V2/Barong/Admin/Permissions")]
#[case("api/v2/barong/admin/permissions/")]
#[case("api/v2/barong/admin/permissions/7")]
#[case("api/v2/admin/permissions")]
#[case("api/v2/barong/admin/permissions?x=/../../users")]
#[tokio::test]
async fn no_spelling_slips_past_a_rule(#[case] path: &str) {
    assert_eq!(answered("admin", path).await, refusal("authz.invalid_permission"));
}

/// What another reader may take for another path is closed to everybody, also to those who may do everything.
#[rstest]
#[case("api/v2/barong/%252e%252e/x")]
#[case("api/v2/barong/admin%252fpermissions")]
#[case("api/v2/barong/admin%00")]
#[case("api/v2/barong/admin%0d%0aAuthorization:%20x")]
#[case("api/v2/barong/admin%5c..%5cpermissions")]
#[case("api/v2/barong/..;/admin")]
#[case("api/v2/barong/%c0%ae%c0%ae/admin")]
#[case("api/v2/barong/%ff")]
#[case("api/v2/barong/%zz")]
#[case("../../../../x")]
#[case("%2e%2e/x")]
#[case("api/v2/barong/management/users")]
#[case("api/v2/barong/identity/%2e%2e/management/users")]
#[case("api/v2/barong/MANAGEMENT/users")]
#[tokio::test]
async fn what_could_be_another_path_is_closed(#[case] path: &str) {
    assert_eq!(answered("superadmin", path).await, refusal("authz.permission_denied"));
}

/// The one path that is open to those who are kept out is that path.
#[rstest]
#[case("api/v2/barong/identity/users/access/../../sessions")]
#[case("api/v2/barong/identity/users/access/x")]
#[case("api/v2/barong/identity/users/Access")]
#[case("api/v2/barong/identity/users/access%00")]
#[case("api/v2/barong/identity/users/access%3f")]
#[tokio::test]
async fn who_is_kept_out_has_one_way_in(#[case] path: &str) {
    let server = Server::start().await;
    server.restrict("blacklist all all 433").await;
    let (status, body) = server.raw("POST", &format!("/api/v2/auth/{path}"), &[]).await;
    assert_eq!(
        (status, body.as_str()),
        (433, r#"{"errors":["authz.restrict.blacklist"]}"#)
    );
}

/// Headers that say where a request comes from or what it asks for say nothing, unless configuration believes them.
#[tokio::test]
async fn headers_do_not_say_what_is_asked_or_from_where() {
    let server = Server::start().await;
    server.restrict("blacklist ip 127.0.0.1 433").await;
    server.restrict("whitelist ip 192.0.2.1 401").await;
    let client = server.client();
    for (name, value) in [
        ("x-forwarded-for", "192.0.2.1"),
        ("true-client-ip", "192.0.2.1"),
        ("cf-connecting-ip", "192.0.2.1"),
        ("x-real-ip", "192.0.2.1"),
        ("forwarded", "for=192.0.2.1"),
        ("x-original-uri", "/api/v2/barong/identity/users/access"),
        ("x-original-url", "/api/v2/barong/identity/users/access"),
        ("x-rewrite-url", "/api/v2/barong/identity/users/access"),
        ("x-http-method-override", "GET"),
    ] {
        let request = client.asking(Method::GET, ME).header(name, value);
        client.send(request).await.expect(433);
    }
}

/// A header that is there twice may be read as the one or the other by who comes after.
#[tokio::test]
async fn headers_that_are_there_twice_prove_nothing() {
    let server = Server::start().await;
    let client = server.client();
    let session = client.barong().join(ADA).await;
    let signer = server.key_of(ADA).await;
    let headers = signer.headers(&server.nonce());
    for (name, value) in &headers {
        let mut twice = headers.to_vec();
        twice.push((*name, value.clone()));
        let answer = client.ask_by_key(Method::GET, ME, &twice).await;
        answer.expect_keys(422, &["authz.invalid_api_key_headers"]);
    }
    let cookie = format!("{COOKIE}={}", session.cookie);
    for tokens in [[session.csrf.as_str(), "x"], ["x", session.csrf.as_str()]] {
        let headers = [
            ("cookie", cookie.as_str()),
            ("x-csrf-token", tokens[0]),
            ("x-csrf-token", tokens[1]),
        ];
        let (status, _) = server.raw("POST", &format!("/api/v2/auth/{ME}"), &headers).await;
        assert_eq!(status, 401);
    }
}

/// A page of another site can make a browser send its cookie, and neither read nor set the token.
#[tokio::test]
async fn another_site_changes_nothing() {
    let server = Server::start().await;
    let client = server.client();
    let session = client.barong().join(ADA).await;
    for (name, value) in [
        ("origin", "https://evil.example"),
        ("content-type", "text/plain"),
        ("content-type", "application/x-www-form-urlencoded"),
        ("x-requested-with", "XMLHttpRequest"),
    ] {
        let request = client.asking(Method::POST, &format!("{ME}?csrf_token={}", session.csrf));
        let request = request.header(name, value).body(format!("csrf_token={}", session.csrf));
        let request = request.header("cookie", format!("{COOKIE}={}", session.cookie));
        client
            .send(request)
            .await
            .expect_keys(401, &["authz.missing_csrf_token"]);
    }
}

/// What a signature was made for is its nonce and key, and nothing of another key.
#[tokio::test]
async fn a_signature_of_one_key_is_none_of_another() {
    let server = Server::start().await;
    let client = server.client();
    client.barong().join(ADA).await;
    let (one, other) = (server.key_of(ADA).await, server.key_of(ADA).await);
    let (mut mixed, nonce) = (one.headers(&server.nonce()), server.nonce());
    mixed[0].1 = other.kid.clone();
    let answer = client.ask_by_key(Method::GET, ME, &mixed).await;
    answer.expect_keys(401, &["authz.invalid_signature"]);
    let mut upper = one.headers(&nonce);
    upper[2].1 = upper[2].1.to_uppercase();
    let answer = client.ask_by_key(Method::GET, ME, &upper).await;
    answer.expect_keys(401, &["authz.invalid_signature"]);
}

/// What a token is good for at this service: only whom the edge itself gave it to, while that stands.
async fn passes(server: &Server, token: &str) -> bool {
    let app = server.app();
    let headers =
        http::HeaderMap::from_iter([(http::header::AUTHORIZATION, format!("Bearer {token}").parse().unwrap())]);
    let (origin, path) = (
        shared::sessions::Origin::new("127.0.0.1".parse().unwrap(), ""),
        shared::access::edge::EdgePath::parse(ME),
    );
    let asked = shared::access::edge::passage::Request {
        method: "POST",
        path: path.as_ref(),
        headers: &headers,
        origin: &origin,
        by_token: true,
        needs: None,
    };
    let judged = shared::access::edge::judge(app, &asked).await.unwrap();
    let ruling = judged.settle(app, &asked, serde_json::Map::new()).await.unwrap();
    matches!(ruling, shared::access::edge::Ruling::Passed(_))
}

async fn token_of(client: &Client, server: &Server) -> String {
    let session = client.barong().sign_in(ADA).await;
    assert!(server.local.url.starts_with("http"));
    client.ask(Method::GET, ME, &session).await.expect_token()
}

#[tokio::test]
async fn forged_tokens_of_the_edge_are_refused() {
    let server = Server::start().await;
    let client = server.client();
    client.barong().join(ADA).await;
    let token = token_of(&client, &server).await;
    assert!(passes(&server, &token).await);
    let forger = Forger::of(&server, &client, "mallory@example.com").await;
    let (header, said) = (header_of(&token), claims(&token));
    assert!(
        passes(&server, &sign(&header, &said, &forger.rsa, Algorithm::RS256)).await,
        "the forger has the key"
    );
    for (name, value) in [
        ("sub", json!("confirmation")),
        ("sub", json!("reset")),
        ("sub", Value::Null),
        ("iss", json!("countersign")),
        ("iss", Value::Null),
        ("aud", json!(["peatio"])),
        ("aud", json!(["barong", "peatio"])),
        ("aud", json!("barong")),
        ("aud", Value::Null),
        ("exp", json!(1)),
        ("exp", Value::Null),
        ("iat", json!(4_000_000_000_i64)),
        ("sid", Value::Null),
        ("sid", json!("6f1d3c58-2b7e-4a90-9c41-8e5d0a7b3f26")),
        ("id", json!("01KAQ7QWZ8E4R6T2Y9V1C3B5NM")),
        ("id", Value::Null),
    ] {
        let forged = sign(
            &header,
            &with(&said, &[(name, value.clone())]),
            &forger.rsa,
            Algorithm::RS256,
        );
        assert!(!passes(&server, &forged).await, "{name} {value}");
    }
    for (name, value) in [
        ("typ", json!("JWT")),
        ("typ", json!("arc+jwt")),
        ("typ", json!("barong-mailed+jwt")),
        ("typ", Value::Null),
        ("kid", json!("none")),
        ("kid", Value::Null),
        ("crit", json!(["exp"])),
    ] {
        let forged = sign(
            &with(&header, &[(name, value.clone())]),
            &said,
            &forger.rsa,
            Algorithm::RS256,
        );
        assert!(!passes(&server, &forged).await, "{name} {value}");
    }
    let other = sign(
        &with(&header, &[("alg", json!("RS512"))]),
        &said,
        &forger.rsa,
        Algorithm::RS512,
    );
    assert!(!passes(&server, &other).await, "another algorithm");
    for other in ["", "x", "a.b.c", &token[..token.len() - 2], &format!("{token}x")] {
        assert!(!passes(&server, other).await, "{other}");
    }
    // Another surface's token is none here.
    let engine = client.join("eve@example.com").await;
    assert!(!passes(&server, &engine).await);
}

/// A token ends with what it was given for, and says nothing about rights.
#[tokio::test]
async fn a_token_ends_with_its_session_or_key() {
    let server = Server::start().await;
    let client = server.client();
    client.barong().join(ADA).await;
    let token = token_of(&client, &server).await;
    server.adjust(ADA, Step::Set("state", text("banned"))).await;
    assert!(!passes(&server, &token).await);
    server.adjust(ADA, Step::Set("state", text("active"))).await;
    assert!(passes(&server, &token).await);
    server.adjust(ADA, Step::Add("session_epoch", 1)).await;
    assert!(!passes(&server, &token).await);

    let signer = server.key_of(ADA).await;
    let headers = signer.headers(&server.nonce());
    let token = client.ask_by_key(Method::GET, ME, &headers).await.expect_token();
    assert!(passes(&server, &token).await);
    server.appoint(ADA, "nobody").await;
    assert!(!passes(&server, &token).await, "the role of now counts");
    server.appoint(ADA, "member").await;
    server.adjust(ADA, Step::Add("api_key_epoch", 1)).await;
    assert!(!passes(&server, &token).await);
}
