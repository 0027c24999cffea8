//! Bodies and paths made to break a parser: every one is answered, in the surface's own shape, and the server lives on.

use http::Method;
use serde_json::json;
use tests::{Client, PASSWORD, Server};

const PATHS: [&str; 4] = [
    "/api/v1/signup",
    "/api/v1/signin",
    "/api/v1/user/reset",
    "/api/v1/user/changepassword/abc",
];

async fn post(client: &Client, path: &str, body: Vec<u8>) -> u16 {
    let answer = client.send(client.request(Method::POST, path).body(body)).await;
    assert!(answer.status.is_client_error(), "{path}: {}", answer.status);
    let body = answer.json();
    assert!(body["message"].is_string() && body["errors"].is_object(), "{body}");
    answer.status.as_u16()
}

/// After all that the server answers as ever.
async fn is_well(client: &Client) {
    let token = client.join("well@example.com").await;
    client.me(&token).await.expect(200);
}

#[tokio::test]
async fn deep_nesting_is_refused() {
    let server = Server::start().await;
    let client = server.client();
    for depth in [200, 100_000, 500_000] {
        for path in PATHS {
            let arrays = "[".repeat(depth);
            assert_eq!(post(&client, path, arrays.clone().into_bytes()).await, 400);
            let inside = format!("{{\"email\":{arrays}");
            assert_eq!(post(&client, path, inside.into_bytes()).await, 400);
            let unknown = format!("{{\"x\":{arrays}{}}}", "]".repeat(depth));
            if unknown.len() <= 1024 * 1024 {
                assert_eq!(post(&client, path, unknown.into_bytes()).await, 400);
            }
        }
        let objects = "{\"a\":".repeat(depth.min(200_000));
        assert_eq!(post(&client, PATHS[1], objects.into_bytes()).await, 400);
    }
    is_well(&client).await;
}

#[tokio::test]
async fn bytes_that_are_no_text_are_refused() {
    let server = Server::start().await;
    let client = server.client();
    for path in PATHS {
        for body in [
            &b"\xff\xfe{\0}\0"[..],
            b"\x00",
            b"{\"email\":\"\xff@example.com\"}",
            b"{\"email\":\"\xc0\xafa@example.com\"}",
            b"{\"email\":\"\xed\xa0\x80@example.com\"}",
            b"{\"email\":\"a\x00b@example.com\"}",
            b"{\"email\":\"a\nb@example.com\"}",
            b"{\"\xff\":1}",
            b"{\"email\":\"\\ud800@example.com\"}",
            b"\x1f\x8b\x08\0\0\0\0\0",
        ] {
            assert_eq!(post(&client, path, body.to_vec()).await, 400, "{path} {body:?}");
        }
    }
    is_well(&client).await;
}

#[tokio::test]
async fn nul_and_other_control_characters_are_kept_out_of_keys_and_do_no_harm_elsewhere() {
    let server = Server::start().await;
    let client = server.client();
    let odd = "\0\u{1}\u{7f}\u{85}\u{202e}\u{feff}\u{fffd}'\"\\<script>${7*7}{{7*7}}%s%n../";
    for email in ["a\0@example.com", "a@exam\0ple.com", "\0", "a\u{7f}@example.com"] {
        let body = json!({ "email": email, "password": PASSWORD, "firstName": "A", "lastName": "L" });
        client
            .post("/api/v1/signup", &body)
            .await
            .expect_engine_error(400, &["email"]);
        let body = json!({ "username": email, "password": PASSWORD });
        client.post("/api/v1/signin", &body).await.expect_engine_error(401, &[]);
    }
    let password = format!("{odd}{PASSWORD}");
    let body = json!({ "email": "ada@example.com", "password": password, "firstName": odd, "lastName": odd });
    client.post("/api/v1/signup", &body).await.expect(200);
    let token = client
        .sign_in_with("ada@example.com", &password)
        .await
        .expect(200)
        .text();
    let cut = &password[..password.len() - 1];
    client.sign_in_with("ada@example.com", cut).await.expect(401);
    let answer = client.me(&token).await.expect(200);
    assert_eq!(answer.json()["profile"]["firstName"], odd);
    assert_eq!(answer.header("content-type"), Some("application/json"));
}

#[tokio::test]
async fn huge_texts_are_refused_and_never_an_internal_error() {
    let server = Server::start().await;
    let client = server.client();
    for length in [255, 1025, 2049, 500_000, 1_000_000] {
        let huge = "x".repeat(length);
        let signup = json!({ "email": format!("{huge}@x.y"), "password": huge, "firstName": huge, "lastName": huge });
        let status = post(&client, "/api/v1/signup", signup.to_string().into_bytes()).await;
        assert!([400, 413].contains(&status), "{status}");
        for (username, password) in [(huge.as_str(), PASSWORD), ("a@example.com", huge.as_str())] {
            let body = json!({ "username": username, "password": password });
            client.post("/api/v1/signin", &body).await.expect_engine_error(401, &[]);
        }
        let body = json!({ "email": huge });
        client
            .post("/api/v1/user/reset", &body)
            .await
            .expect_engine_error(400, &["email"]);
        let many: String = (0..length / 20).map(|n| format!("\"k{n:06}\":0,")).collect();
        let many = format!("{{{many}\"z\":0}}");
        client
            .post_text("/api/v1/signin", many)
            .await
            .expect_engine_error(401, &[]);
    }
    let numbers = format!("{{\"x\":{}}}", "9".repeat(1_000_000));
    let answer = client.post_text("/api/v1/signin", numbers).await;
    assert!(answer.status.is_client_error(), "{}", answer.status);
    is_well(&client).await;
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_not_read() {
    let server = Server::start().await;
    let client = server.client();
    for path in PATHS {
        let body = format!("{{\"x\":\"{}\"}}", "x".repeat(1024 * 1024));
        assert_eq!(post(&client, path, body.into_bytes()).await, 413);
    }
    is_well(&client).await;
}

#[tokio::test]
async fn odd_paths_and_headers_are_answered() {
    let server = Server::start().await;
    let client = server.client();
    let token = client.join("ada@example.com").await;
    let long = "a".repeat(10_000);
    for path in [
        "/api/v1/user/changepassword/%00",
        "/api/v1/user/changepassword/%ff%fe",
        "/api/v1/user/changepassword/..%2f..%2fsignin",
        "/api/v1/../../etc/passwd",
        "/api/v1/me;x=1",
        "/api/v1/me%00",
        &format!("/api/v1/{long}"),
    ] {
        let answer = client.send(client.request(Method::POST, path).body("{}")).await;
        assert!(answer.status.is_client_error(), "{path}: {}", answer.status);
    }
    let answer = client
        .change_password(&long, "ada@example.com", "a different long phrase")
        .await;
    answer.expect_engine_error(400, &["Token"]);
    for (name, value) in [
        ("x-auth", b"\xff\xfe".to_vec()),
        ("authorization", b"Bearer \xff.\xff.\xff".to_vec()),
        ("x-auth", vec![b'.'; 8000]),
    ] {
        let request = client.request(Method::GET, "/api/v1/me").header(name, value);
        client.send(request).await.expect_engine_error(401, &[]);
    }
    let request = client.request(Method::GET, "/api/v1/me").header("x-auth", &token);
    client
        .send(request.header("user-agent", b"\xff".to_vec()))
        .await
        .expect(200);
}
