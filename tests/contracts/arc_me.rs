//! me, and what holds for every access token.

use http::Method;
use rstest::rstest;
use serde_json::{Value, json};
use shared::accounts::State;
use tests::Server;
use tests::client::claims;
use tests::identity::uid_of;
use tests::server::Table::{self, DynamoDbLocal, Embedded};

use super::{members, set_state, user_of};

const ADA: &str = "Ada@example.com";
const HOME: &str = "00000000-0000-0000-0000-000000000000";

#[rstest]
#[tokio::test]
async fn it_says_what_the_token_says(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let arc = server.client().arc();
    let engine = arc.0.join(ADA).await;
    let before = server.clock.read();
    server.clock.advance(std::time::Duration::from_secs(60));
    let pair = arc.sign_in(ADA).await;
    let me = arc.me(&pair.access).await.expect(200).json();
    let user_tenant = me["userTenantId"].as_str().unwrap();
    let wanted = json!({
        "id": uid_of(&user_of(&engine).to_string()),
        "firstName": "Ada", "lastName": "Lovelace", "middleName": null,
        "username": "ada@example.com", "email": ADA, "phone": null,
        // The sign-in before this one.
        "lastLogin": before.to_string(),
        "photoUrl": null, "designation": null, "dob": null, "gender": null,
        "defaultTenantId": HOME, "permissions": [], "role": "Default",
        "userPreferences": { "locale": "en" },
        "tenantId": HOME, "userTenantId": user_tenant, "status": 1, "authClientId": 1,
    });
    assert_eq!(me, wanted);
    let claims = claims(&pair.access);
    for name in members(&me) {
        assert_eq!(me[name], claims[name], "{name}");
    }
}

#[tokio::test]
async fn the_administrator_may_manage_clients_and_see_who_signed_in() {
    let server = Server::start().await;
    let arc = server.client().arc();
    let me = arc.me(&arc.admin().await.access).await.expect(200).json();
    assert_eq!(me["role"], "Super Admin");
    let permissions: Vec<&str> = me["permissions"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(Value::as_str)
        .collect();
    for wanted in ["NotAllowed", "ViewLoginActivity", "user:all:write"] {
        assert!(permissions.contains(&wanted), "{permissions:?}");
    }
}

#[tokio::test]
async fn without_a_token_that_is_in_force_nobody_passes() {
    let server = Server::start().await;
    let arc = server.client().arc();
    let pair = arc.join(ADA).await;
    let with = async |value: &str| {
        let request = arc.0.request(Method::GET, "/auth/me").header("authorization", value);
        arc.0.send(request).await
    };
    for scheme in ["Bearer", "bearer", "BEARER"] {
        with(&format!("{scheme} {}", pair.access)).await.expect(200);
    }
    arc.get("/auth/me")
        .await
        .expect_said_by_handler(401, "Bearer realm=\"Users\"");
    for nothing in ["", "Basic YTpi", &pair.access] {
        with(nothing)
            .await
            .expect_said_by_handler(401, "Bearer realm=\"Users\"");
    }
    for garbage in ["x", "a.b.c", &pair.refresh, &format!("{}x", pair.access)] {
        with(&format!("Bearer {garbage}"))
            .await
            .expect_said_by_check(401, "TokenExpired");
    }
    let by_query = arc.get(&format!("/auth/me?access_token={}", pair.access)).await;
    by_query.expect(401);
    server.clock.advance(std::time::Duration::from_secs(900));
    arc.me(&pair.access).await.expect_said_by_check(401, "TokenExpired");
}

#[tokio::test]
async fn what_ends_a_session_revokes_its_token_at_once() {
    let server = Server::start().await;
    let arc = server.client().arc();
    arc.0.sign_up(ADA).await;
    // Ended from engine's list of sessions.
    let (pair, engine) = (arc.sign_in(ADA).await, arc.0.sign_in(ADA).await);
    let sid = claims(&pair.access)["sid"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/sessions/{sid}");
    arc.0.call(Method::DELETE, &path, &engine).await.expect(200);
    arc.me(&pair.access).await.expect_said_by_check(401, "TokenRevoked");
    // A state that forbids to sign in.
    let pair = arc.sign_in(ADA).await;
    set_state(&server, user_of(&engine), State::Inactive).await;
    arc.me(&pair.access).await.expect_said_by_check(401, "TokenRevoked");
    arc.refresh(&pair).await.expect_said_by_handler(401, "Token Expired");
    set_state(&server, user_of(&engine), State::Active).await;
    arc.me(&pair.access).await.expect(200);
    // The sixth session ends the first.
    for _ in 0..5 {
        server.clock.advance(std::time::Duration::from_secs(1));
        arc.sign_in(ADA).await;
    }
    arc.me(&pair.access).await.expect_said_by_check(401, "TokenRevoked");
}

#[tokio::test]
async fn a_path_or_method_that_does_not_exist_is_404() {
    let server = Server::start().await;
    let arc = server.client().arc();
    for (method, path) in [
        (Method::DELETE, "/auth/me"),
        (Method::GET, "/auth/login"),
        (Method::PUT, "/auth/change-password"),
        (Method::GET, "/logout"),
        (Method::GET, "/auth/nothing"),
        (Method::POST, "/auth/"),
    ] {
        let answer = arc.0.send(arc.0.request(method, path)).await;
        answer.expect_said_by_handler(404, "API not found !");
    }
}
