//! The authorizer's program under the Runtime API, asked as API Gateway asks it.

use serde_json::json;
use tests::events;
use tests::runtime_api::Outcome;

use super::runtime::{beside, server};

#[tokio::test]
async fn the_program_decides_and_says_nothing_that_is_secret() {
    let server = server().await;
    let mut authorizer = beside(&server, "platform-authorizer", &[]).await;
    let ask = |name: &str| events::read(&format!("platform/authorizer_{name}.json"));
    let open = authorizer.invoke(&ask("open")).await.response();
    assert_eq!(open, json!({ "isAuthorized": true, "context": {} }));
    for (name, error) in [
        ("cookie", "authz.csrf_token_mismatch"),
        ("api_key", "authz.unexistent_apikey"),
        ("denied", "authz.invalid_session"),
    ] {
        let refused = authorizer.invoke(&ask(name)).await.response();
        let wanted = json!({ "isAuthorized": false, "context": { "error": error, "status": 401 } });
        assert_eq!(refused, wanted, "{name}");
    }

    let session = server.client().barong().join("ada@example.com").await;
    let cookie = format!("{}={}", tests::barong::COOKIE, session.cookie);
    let headers = [("cookie", cookie.as_str()), ("x-csrf-token", &session.csrf)];
    let asked = events::asking("POST", "/api/v2/peatio/market/orders", &headers);
    let passed = authorizer.invoke(&asked).await.response();
    assert_eq!(passed["isAuthorized"], true);
    assert_eq!(passed["context"]["uid"], json!(session.uid));
    let token = passed["context"]["authorization"].as_str().unwrap();

    // What is no event ends in an error, which lets nobody in, and harms nobody else.
    for event in ["no JSON", "{}", "null", r#"{"version": "2.0"}"#] {
        let outcome = authorizer.invoke_text(event).await;
        assert!(matches!(outcome, Outcome::Error(_)), "{event}: {outcome:?}");
    }
    authorizer.invoke(&ask("open")).await.response();
    assert!(authorizer.is_alive());
    let log = authorizer.log();
    assert!(
        log.contains("ANY /{proxy+}") && log.contains("JKJaXmPLvHc402="),
        "{log}"
    );
    for secret in [
        token,
        &session.cookie,
        &session.csrf,
        "/api/v2/peatio",
        "0123456789abcdef",
    ] {
        assert!(!log.contains(secret), "{secret} in {log}");
    }
}
