//! list_user_sessions. Ending them is in `engine_session_revoking.rs`.

use std::time::Duration;

use http::Method;
use rstest::rstest;
use serde_json::{Value, json};
use tests::client::{claims, user_id};
use tests::server::Table::{self, DynamoDbLocal, Embedded};
use tests::{PASSWORD, Tenant};

use super::members;

const BOB: &str = "bob@example.com";
const HOME: &str = "00000000000000000000000000";
const HOUR: Duration = Duration::from_secs(3600);

fn path(user: &str) -> String {
    format!("/api/v1/sessions/users/{user}")
}

fn session_of(token: &str) -> String {
    claims(token)["jti"].as_str().unwrap().to_owned()
}

fn ids(sessions: &Value) -> Vec<&str> {
    let sessions = sessions.as_array().unwrap().iter();
    sessions.map(|session| session["id"].as_str().unwrap()).collect()
}

async fn sign_in_as(tenant: &Tenant, agent: &str) -> String {
    let body = json!({ "username": BOB, "password": PASSWORD });
    let request = tenant.client.request(Method::POST, "/api/v1/signin").json(&body);
    tenant
        .client
        .send(request.header("user-agent", agent))
        .await
        .expect(200)
        .text()
}

#[rstest]
#[tokio::test]
async fn shows_sessions_in_force_with_the_oldest_first(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(tenant) = Tenant::on(table).await else { return };
    let bob = tenant.member(BOB, &[]).await;
    tenant
        .client
        .call(Method::POST, "/api/v1/signout", &bob)
        .await
        .expect(200);
    let mut tokens = Vec::new();
    for agent in ["Mosaic", "Lynx", "Elinks"] {
        tenant.server.clock.advance(Duration::from_millis(1500));
        tokens.push(sign_in_as(&tenant, agent).await);
    }
    tenant.server.clock.advance(Duration::from_secs(100));
    tenant.client.me(&tokens[0]).await.expect(200);

    let sessions = tenant
        .get(&path(&user_id(&bob)), &tenant.admin)
        .await
        .expect(200)
        .json();
    assert_eq!(
        sessions[0],
        json!({
            "id": session_of(&tokens[0]),
            "userAgent": "Mosaic",
            "ip": "127.0.0.1",
            "createdAt": "2026-03-01T12:00:01.500Z",
            "lastSeen": "2026-03-01T12:01:44.500Z",
            "expiresIn": 24 * 3600 - 103,
            "isExpiring": false,
        })
    );
    let expected: Vec<String> = tokens.iter().map(|token| session_of(token)).collect();
    assert_eq!(ids(&sessions), expected);
    assert_eq!(sessions[2]["userAgent"], "Elinks");
    assert_eq!(sessions[2]["lastSeen"], sessions[2]["createdAt"]);
    // There is no mark for the caller's own.
    assert_eq!(
        members(&sessions[1]),
        [
            "createdAt",
            "expiresIn",
            "id",
            "ip",
            "isExpiring",
            "lastSeen",
            "userAgent"
        ]
    );
}

#[tokio::test]
async fn sessions_that_ended_or_are_overdue_are_left_out() {
    let mut tenant = Tenant::start().await;
    let bob = tenant.member(BOB, &[]).await;
    let bob_path = path(&user_id(&bob));
    let listed = async |tenant: &Tenant| tenant.get(&bob_path, &tenant.admin).await.expect(200).json();
    let second = tenant.client.sign_in(BOB).await;
    assert_eq!(listed(&tenant).await.as_array().unwrap().len(), 2);
    tenant
        .client
        .call(Method::POST, "/api/v1/signout", &bob)
        .await
        .expect(200);
    assert_eq!(ids(&listed(&tenant).await), [session_of(&second)]);

    tenant.server.clock.advance(23 * HOUR);
    tenant.sign_in_again().await;
    let left = listed(&tenant).await;
    assert_eq!(
        (&left[0]["expiresIn"], &left[0]["isExpiring"]),
        (&json!(3600), &json!(false))
    );
    tenant.server.clock.advance(Duration::from_secs(1));
    let left = listed(&tenant).await;
    assert_eq!(
        (&left[0]["expiresIn"], &left[0]["isExpiring"]),
        (&json!(3599), &json!(true))
    );
    tenant.server.clock.advance(HOUR);
    tenant.sign_in_again().await;
    assert_eq!(listed(&tenant).await, json!([]));

    // A new password ends them all.
    tenant.client.sign_in(BOB).await;
    assert_eq!(listed(&tenant).await.as_array().unwrap().len(), 1);
    let token = tenant.client.reset_token(BOB).await;
    tenant
        .client
        .change_password(&token, BOB, "a different long phrase")
        .await
        .expect(200);
    assert_eq!(listed(&tenant).await, json!([]));
}

#[tokio::test]
async fn ones_own_need_no_permission_and_no_organization() {
    let tenant = Tenant::start().await;
    let stranger = tenant.client.join("cyd@example.com").await;
    let member = tenant.member(BOB, &[]).await;
    for token in [&stranger, &member] {
        let own = path(&user_id(token));
        let sessions = tenant.client.call(Method::GET, &own, token).await.expect(200).json();
        assert_eq!(ids(&sessions), [session_of(token)]);
        for org in [tenant.org.as_str(), HOME, "nonsense"] {
            let answer = tenant.client.call_in(org, Method::GET, &own, token, &Value::Null).await;
            answer.expect(200);
        }
    }
    let other = path(&user_id(&tenant.admin));
    for token in [&stranger, &member] {
        tenant
            .client
            .call(Method::GET, &other, token)
            .await
            .expect_engine_error(403, &[]);
        tenant.get(&other, token).await.expect_engine_error(403, &[]);
    }
}

#[tokio::test]
async fn those_of_others_need_the_scope_all() {
    let tenant = Tenant::start().await;
    let ada = path(&user_id(&tenant.admin));
    for (n, (permission, status)) in [
        ("session:all:read", 200),
        ("session:all:write", 200),
        ("session:all:update", 200),
        ("session:all:delete", 200),
        ("session:all:create", 403),
        ("session:org:write", 403),
        ("session:associated:write", 403),
        ("session:own:write", 403),
        ("user:all:write", 403),
    ]
    .into_iter()
    .enumerate()
    {
        let token = tenant.member(&format!("member{n}@example.com"), &[permission]).await;
        let answer = tenant.get(&ada, &token).await;
        assert_eq!(answer.status, status, "{permission}");
        // Whether there is such a user is not told to those who may not ask.
        for unknown in ["01ARZ3NDEKTSV4RRFFQ69G5FAV", "nonsense"] {
            let answer = tenant.get(&path(unknown), &token).await;
            assert_eq!(answer.status, status, "{permission}");
        }
    }
}

#[tokio::test]
async fn for_those_who_do_not_belong_to_the_organization_the_list_is_empty() {
    let tenant = Tenant::start().await;
    let stranger = tenant.client.join(BOB).await;
    let root = tenant.client.admin().await;
    let session = session_of(&tenant.admin);
    let long = "A".repeat(10_000);
    for user in [
        user_id(&stranger).as_str(),
        &user_id(&root),
        "01ARZ3NDEKTSV4RRFFQ69G5FAV",
        &tenant.org,
        &session,
        "nonsense",
        "0",
        "%00",
        &long,
    ] {
        let sessions = tenant.get(&path(user), &tenant.admin).await;
        assert_eq!(sessions.expect(200).json(), json!([]), "{user}");
    }
}

#[tokio::test]
async fn the_home_organization_sees_everybodys() {
    let tenant = Tenant::start().await;
    let root = tenant.client.admin().await;
    let seen = tenant
        .client
        .call(Method::GET, &path(&user_id(&tenant.admin)), &root)
        .await;
    assert_eq!(ids(&seen.expect(200).json()), [session_of(&tenant.admin)]);
    // In its own name only: elsewhere its members are strangers.
    tenant
        .get(&path(&user_id(&tenant.admin)), &root)
        .await
        .expect_engine_error(403, &[]);
    // And only by a permission there.
    let role = tenant.client.make_role(&root, HOME, "staff").await;
    tenant
        .client
        .bind(&root, HOME, &user_id(&tenant.admin), &role)
        .await
        .expect(200);
    let answer = tenant
        .client
        .call_in(HOME, Method::GET, &path(&user_id(&root)), &tenant.admin, &Value::Null)
        .await;
    answer.expect_engine_error(403, &[]);
}

#[tokio::test]
async fn without_a_token_in_force_it_is_401() {
    let tenant = Tenant::start().await;
    for token in ["", "a.b.c"] {
        tenant
            .get(&path(&user_id(&tenant.admin)), token)
            .await
            .expect_engine_error(401, &[]);
        tenant.get(&path("nonsense"), token).await.expect_engine_error(401, &[]);
    }
}
