//! change-password: who may, in which order it is judged, and what ends.

use std::time::Duration;

use http::Method;
use rstest::rstest;
use serde_json::{Value, json};
use tests::arc::Pair;
use tests::server::Table::{self, DynamoDbLocal, Embedded};
use tests::{Answer, Arc, PASSWORD, Server};

const ADA: &str = "ada@example.com";
const NEW: &str = "a different long phrase";

async fn change(arc: &Arc, pair: &Pair, changes: Value) -> Answer {
    let mut body = json!({
        "refreshToken": pair.refresh, "username": ADA, "password": NEW, "oldPassword": PASSWORD,
    });
    for (name, value) in changes.as_object().unwrap() {
        match value {
            Value::Null => drop(body.as_object_mut().unwrap().remove(name)),
            value => body[name] = value.clone(),
        }
    }
    arc.call(Method::PATCH, "/auth/change-password", &pair.access, &body)
        .await
}

#[rstest]
#[tokio::test]
async fn it_sets_the_password_and_ends_all_sessions(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let arc = server.client().arc();
    let (mine, other, engine) = (arc.join(ADA).await, arc.sign_in(ADA).await, arc.0.sign_in(ADA).await);
    let answer = change(&arc, &mine, json!({ "username": "ADA@example.com" }))
        .await
        .expect(200);
    assert_eq!(answer.json(), json!({ "success": true }));
    for pair in [&mine, &other] {
        arc.me(&pair.access).await.expect_said_by_check(401, "TokenRevoked");
        arc.refresh(pair).await.expect_said_by_handler(401, "Token Expired");
    }
    arc.0.me(&engine).await.expect(401);
    arc.login(ADA, PASSWORD).await.expect(401);
    arc.login_token(ADA, NEW).await.expect_pair();
    let mails = arc.0.mails(ADA).await;
    assert_eq!(mails[0]["subject"], "Your password was changed");
}

#[tokio::test]
async fn the_order_of_checks() {
    let server = Server::start().await;
    let arc = server.client().arc();
    let (mine, other) = (arc.join(ADA).await, arc.join("bob@example.com").await);
    let path = "/auth/change-password";
    arc.patch(path, &json!({ "x": 1 }))
        .await
        .expect_violations(&[("", "additionalProperties")]);
    arc.patch(path, &json!({}))
        .await
        .expect_said_by_handler(401, "Bearer realm=\"Users\"");
    let everything_else_wrong = json!({ "username": "bob@example.com", "password": "", "oldPassword": "wrong" });
    for (token, status, message) in [
        (Value::Null, 422, "TokenMissing"),
        (json!(""), 422, "TokenMissing"),
        (json!("garbage"), 401, "Token Expired"),
        (json!(other.refresh), 401, "Token Invalid"),
        (json!(mine.refresh), 403, "NotAllowedAccess"),
    ] {
        let mut changes = everything_else_wrong.clone();
        changes["refreshToken"] = token;
        change(&arc, &mine, changes)
            .await
            .expect_said_by_handler(status, message);
    }
    change(&arc, &mine, json!({ "username": null }))
        .await
        .expect_said_by_handler(403, "NotAllowedAccess");
    for bad in [
        Value::Null,
        json!(""),
        json!("12345"),
        json!("password"),
        json!("x".repeat(5000)),
    ] {
        let changes = json!({ "password": bad, "oldPassword": "wrong" });
        change(&arc, &mine, changes)
            .await
            .expect_said_by_handler(400, "PasswordInvalid");
    }
    for wrong in ["wrong", "", NEW] {
        let changes = json!({ "oldPassword": wrong });
        change(&arc, &mine, changes)
            .await
            .expect_said_by_handler(401, "Incorrect Password");
    }
    for old in [json!(PASSWORD), Value::Null] {
        let changes = json!({ "password": PASSWORD, "oldPassword": old });
        let answer = change(&arc, &mine, changes).await;
        answer.expect_said_by_handler(401, "Password cannot be same as previous password!");
    }
    arc.me(&mine.access).await.expect(200);
    arc.login(ADA, PASSWORD).await.expect(200);
}

#[tokio::test]
async fn for_a_quarter_of_an_hour_nobody_is_asked_for_the_old_one() {
    let server = Server::setup().env("THROTTLE", "off").start().await;
    let arc = server.client().arc();
    let mine = arc.join(ADA).await;
    server.clock.advance(Duration::from_secs(899));
    change(&arc, &mine, json!({ "oldPassword": null })).await.expect(200);
    let mine = arc.login_token(ADA, NEW).await.expect_pair();
    server.clock.advance(Duration::from_secs(899));
    // A refresh is no sign-in.
    let mine = arc.refresh(&mine).await.expect_pair();
    server.clock.advance(Duration::from_secs(2));
    let changes = json!({ "oldPassword": null, "password": PASSWORD });
    let late = change(&arc, &mine, changes.clone()).await;
    late.expect_said_by_handler(401, "Incorrect Password");
    let changes = json!({ "oldPassword": NEW, "password": PASSWORD });
    change(&arc, &mine, changes).await.expect(200);
}

/// Whoever is asked for another password has status 3, is let in, and is active when it is set.
#[tokio::test]
async fn who_is_asked_for_another_password() {
    let server = Server::start().await;
    let arc = server.client().arc();
    let identity = server.client().identity();
    let body = json!({ "name": "Ada", "email": ADA, "password": PASSWORD, "reset_password": true });
    identity.post("/public/register", &body).await.expect(200);
    identity.activate(&identity.link(ADA).await).await.expect(200);
    let mine = arc.sign_in(ADA).await;
    assert_eq!(arc.me(&mine.access).await.json()["status"], 3);
    server.clock.advance(Duration::from_secs(3600));
    let mine = arc.refresh(&mine).await.expect_pair();
    change(&arc, &mine, json!({ "oldPassword": null })).await.expect(200);
    let mine = arc.login_token(ADA, NEW).await.expect_pair();
    let me = arc.me(&mine.access).await.json();
    // Signing in before was not an arrival.
    assert_eq!((&me["status"], &me["lastLogin"]), (&json!(1), &Value::Null));
}
