//! Sign-up by a token that was mailed.

use std::time::Duration;

use http::Method;
use rstest::rstest;
use serde_json::{Value, json};
use tests::server::Table::{self, DynamoDbLocal, Embedded};
use tests::{PASSWORD, Server};

const ADA: &str = "Ada@example.com";
const HOME: &str = "00000000-0000-0000-0000-000000000000";

#[rstest]
#[tokio::test]
async fn a_token_makes_an_account_once(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let arc = server.client().arc();
    let token = arc.sign_up_token(ADA).await;
    assert_eq!(token.len(), 64);
    assert!(!format!("{:?}", server.dump().await).contains(&token), "kept as a hash");
    let path = "/auth/sign-up/verify-token";
    for _ in 0..2 {
        let verified = arc
            .call(Method::GET, path, &token, &Value::Null)
            .await
            .expect(200)
            .json();
        let expiry: jiff::Timestamp = verified["expiry"].as_str().unwrap().parse().unwrap();
        assert_eq!(expiry, server.clock.read() + Duration::from_secs(1800));
        assert_eq!(verified, json!({ "email": ADA, "expiry": expiry }));
    }
    let made = arc.create_user(&token, "ADA@example.com", PASSWORD).await.expect(200);
    assert!(!made.text().contains(PASSWORD));
    let made = made.json();
    let id = &made["user"]["id"];
    let user = json!({
        "id": id, "email": "ADA@example.com", "username": "ada@example.com", "firstName": "ada", "lastName": null,
        "defaultTenantId": HOME,
    });
    assert_eq!(made, json!({ "email": "ADA@example.com", "user": user }));
    arc.create_user(&token, ADA, PASSWORD)
        .await
        .expect_said_by_check(401, "TokenExpired");
    arc.call(Method::GET, path, &token, &Value::Null)
        .await
        .expect_said_by_check(401, "TokenExpired");
    // It signs in at once, here and elsewhere.
    let me = arc.me(&arc.sign_in(ADA).await.access).await.expect(200).json();
    assert_eq!((&me["id"], &me["status"]), (id, &json!(1)));
    arc.0.sign_in(ADA).await;
    arc.0.identity().authenticate(ADA, PASSWORD).await.expect(200);
}

#[tokio::test]
async fn whether_the_address_has_an_account_is_not_said() {
    let server = Server::start().await;
    let arc = server.client().arc();
    arc.0.sign_up(ADA).await;
    let body = json!({ "email": "ada@EXAMPLE.com", "data": { "anything": [1] } });
    let answer = arc.post("/auth/sign-up/create-token", &body).await.expect(204);
    assert!(answer.bytes.is_empty());
    let mails = arc.0.mails(ADA).await;
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0]["subject"], "You have an account already");
    assert!(arc.mailed(ADA, "/account/").await.is_none());
}

#[tokio::test]
async fn asking_again_gives_another_token() {
    let server = Server::start().await;
    let arc = server.client().arc();
    let first = arc.sign_up_token(ADA).await;
    // Mails of the same millisecond have no order.
    server.clock.advance(Duration::from_millis(1));
    let second = arc.sign_up_token(ADA).await;
    assert_ne!(first, second);
    arc.create_user(&first, ADA, PASSWORD).await.expect(200);
    arc.create_user(&second, ADA, PASSWORD)
        .await
        .expect_said_by_handler(400, "User already exists");
}

#[tokio::test]
async fn what_is_refused_leaves_the_token_good() {
    let server = Server::start().await;
    let arc = server.client().arc();
    let token = arc.sign_up_token(ADA).await;
    let other = arc.create_user(&token, "bob@example.com", PASSWORD).await;
    other.expect_said_by_handler(401, "Token Invalid");
    for weak in ["", "12345", "password", &"x".repeat(5000)] {
        arc.create_user(&token, ADA, weak)
            .await
            .expect_said_by_handler(400, "PasswordInvalid");
    }
    let path = "/auth/sign-up/create-user";
    // The body comes before the token.
    let body = json!({ "email": "no address", "password": PASSWORD });
    arc.post(path, &body).await.expect_violations(&[("/email", "format")]);
    arc.post(path, &json!({ "email": ADA }))
        .await
        .expect_violations(&[("", "required")]);
    let body = json!({ "email": ADA, "password": PASSWORD, "state": "active" });
    arc.post(path, &body)
        .await
        .expect_violations(&[("", "additionalProperties")]);
    let body = json!({ "email": ADA, "password": PASSWORD });
    arc.post(path, &body)
        .await
        .expect_said_by_handler(401, "Bearer realm=\"Users\"");
    arc.create_user(&token, ADA, PASSWORD).await.expect(200);
}

#[tokio::test]
async fn tokens_never_stand_in_for_one_another() {
    let server = Server::start().await;
    let arc = server.client().arc();
    let pair = arc.join("bob@example.com").await;
    let sign_up = arc.sign_up_token(ADA).await;
    let (reset, code) = (
        arc.reset_token("bob@example.com").await,
        arc.code("bob@example.com").await,
    );
    for other in [&pair.access, &pair.refresh, &reset, &code, &"garbage".to_owned()] {
        let verify = arc
            .call(Method::GET, "/auth/sign-up/verify-token", other, &Value::Null)
            .await;
        verify.expect_said_by_check(401, "TokenExpired");
        arc.create_user(other, ADA, PASSWORD)
            .await
            .expect_said_by_check(401, "TokenExpired");
    }
    for other in [&sign_up, &reset, &code, &pair.refresh] {
        arc.me(other).await.expect_said_by_check(401, "TokenExpired");
    }
    arc.exchange(&sign_up)
        .await
        .expect_said_by_handler(401, "Invalid Credentials");
    server.clock.advance(Duration::from_secs(1800));
    arc.create_user(&sign_up, ADA, PASSWORD)
        .await
        .expect_said_by_check(401, "TokenExpired");
}

#[rstest]
#[case(json!({}), ("", "required"))]
#[case(json!({ "email": 1 }), ("/email", "type"))]
#[case(json!({ "email": "ada" }), ("/email", "format"))]
#[case(json!({ "email": "ada@example.com", "data": "text" }), ("/data", "type"))]
#[case(json!({ "email": "ada@example.com", "x": 1 }), ("", "additionalProperties"))]
#[tokio::test]
async fn the_body_keeps_to_its_schema(#[case] body: Value, #[case] wrong: (&str, &str)) {
    let server = Server::start().await;
    let answer = server.client().post("/auth/sign-up/create-token", &body).await;
    answer.expect_violations(&[wrong]);
}

#[tokio::test]
async fn mails_are_limited() {
    let server = Server::setup()
        .env("THROTTLE", "on")
        .env("THROTTLE_REGISTER_ACCOUNT", "2/3600")
        .start()
        .await;
    let arc = server.client().arc();
    let ask = async || arc.post("/auth/sign-up/create-token", &json!({ "email": ADA })).await;
    ask().await.expect(204);
    ask().await.expect(204);
    assert!(ask().await.expect(429).header("retry-after").is_some());
}
