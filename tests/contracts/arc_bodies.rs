//! What every JSON body has in common.

use http::Method;
use rstest::rstest;
use serde_json::json;
use tests::Server;

#[rstest]
#[tokio::test]
async fn a_body_that_is_no_json(
    #[values(
        (Method::POST, "/auth/login"),
        (Method::POST, "/auth/login-token"),
        (Method::POST, "/auth/token"),
        (Method::POST, "/auth/token-refresh"),
        (Method::POST, "/auth/switch-token"),
        (Method::PATCH, "/auth/change-password"),
        (Method::POST, "/auth/forget-password"),
        (Method::PATCH, "/auth/reset-password"),
        (Method::POST, "/auth/sign-up/create-token"),
        (Method::POST, "/auth/sign-up/create-user"),
        (Method::POST, "/logout")
    )]
    operation: (Method, &str),
) {
    let server = Server::start().await;
    let client = server.client();
    let (method, path) = operation;
    let send = async |kind: &str, body: &str| {
        let request = client.request(method.clone(), path).header("content-type", kind);
        client.send(request.body(body.to_owned())).await
    };
    for broken in ["{", "{'a':1}", "nothing", "{} {}"] {
        let answer = send("application/json", broken).await.expect(400);
        let error = &answer.json()["error"];
        assert_eq!(
            (&error["statusCode"], &error["name"]),
            (&json!(400), &json!("SyntaxError"))
        );
        assert!(error["message"].is_string());
    }
    for kind in ["text/plain", "application/x-www-form-urlencoded"] {
        let answer = send(kind, "{}").await;
        let message = format!("Content-type {kind} does not match [application/json].");
        let answer = answer.expect_said_by_handler(415, &message);
        assert_eq!(answer.json()["error"]["code"], "UNSUPPORTED_MEDIA_TYPE");
    }
    for other in ["[]", "null", "1", "\"text\""] {
        send("application/json; charset=utf-8", other)
            .await
            .expect_violations(&[("", "type")]);
    }
    let large = format!("{{\"x\":\"{}\"}}", "x".repeat(1 << 20));
    send("application/json", &large)
        .await
        .expect_said_by_handler(413, "request entity too large");
    let unknown = send("application/json", "{\"surely unknown\":1}")
        .await
        .expect(422)
        .json();
    let details = unknown["error"]["details"].as_array().unwrap();
    assert!(
        details.iter().any(|detail| detail["code"] == "additionalProperties"),
        "{details:?}"
    );
}
