//! What no operation answers: unknown paths, wrong methods, bodies that are too large.

use http::Method;
use serde_json::json;
use tests::Server;

const MIB: usize = 1024 * 1024;

#[tokio::test]
async fn an_unknown_path_is_404_in_the_surfaces_own_shape() {
    let server = Server::start().await;
    let client = server.client();
    for path in [
        "/api/v1",
        "/api/v1/",
        "/api/v1/nothing",
        "/api/v1/signin/",
        "/api/v1//signin",
        "/api/v1/SIGNIN",
        "/api/v1/me/x",
        "/api/v1/user/changepassword",
        "/api/v1/%ff",
    ] {
        client.get(path).await.expect_engine_error(404, &[]);
        client.post(path, &json!({})).await.expect_engine_error(404, &[]);
    }
}

#[tokio::test]
async fn a_wrong_method_is_405_in_the_surfaces_own_shape() {
    let server = Server::start().await;
    let client = server.client();
    let token = client.join("ada@example.com").await;
    for (path, known) in [
        ("/api/v1/signup", Method::POST),
        ("/api/v1/signin", Method::POST),
        ("/api/v1/me", Method::GET),
        ("/api/v1/user/updateprofile", Method::POST),
        ("/api/v1/user/reset", Method::POST),
        ("/api/v1/user/changepassword/abc", Method::POST),
        ("/api/v1/renew", Method::POST),
        ("/api/v1/signout", Method::POST),
        ("/avatar/abc", Method::GET),
    ] {
        for method in [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
            if method == known {
                continue;
            }
            let answer = client.call(method.clone(), path, &token).await;
            let answer = answer.expect_engine_error(405, &[]);
            let allowed = answer.header("allow").unwrap_or_default();
            assert!(allowed.contains(known.as_str()), "{method} {path}: {allowed}");
        }
    }
    client.me(&token).await.expect(200);
}

#[tokio::test]
async fn a_body_of_more_than_1_mib_is_413() {
    let server = Server::start().await;
    let client = server.client();
    let padded = |bytes: usize| format!("{{}}{}", " ".repeat(bytes - 2));
    for path in [
        "/api/v1/signup",
        "/api/v1/signin",
        "/api/v1/user/reset",
        "/api/v1/user/changepassword/abc",
    ] {
        let whole = client.post_text(path, padded(MIB)).await;
        assert!([400, 401].contains(&whole.status.as_u16()), "{path}: {}", whole.status);
        client
            .post_text(path, padded(MIB + 1))
            .await
            .expect_engine_error(413, &[]);
    }
}
