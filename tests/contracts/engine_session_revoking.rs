//! revoke_session and revoke_other_sessions.

use std::time::Duration;

use http::Method;
use rstest::rstest;
use serde_json::Value;
use tests::client::{claims, user_id};
use tests::server::Table::{self, DynamoDbLocal, Embedded};
use tests::{Answer, Tenant};

const BOB: &str = "bob@example.com";
const HOME: &str = "00000000000000000000000000";
const ONE: &str = "Session revoked successfully";
const ALL: &str = "All sessions revoked successfully";

/// The path that ends the session of a token.
fn one(token: &str) -> String {
    format!("/api/v1/sessions/{}", claims(token)["jti"].as_str().unwrap())
}

/// The two paths that end the sessions of a user.
fn both(user: &str) -> [String; 2] {
    [
        format!("/api/v1/users/{user}/sessions"),
        format!("/api/v1/sessions/users/{user}"),
    ]
}

async fn delete_at_home(tenant: &Tenant, path: &str, token: &str) -> Answer {
    tenant
        .client
        .call_in(HOME, Method::DELETE, path, token, &Value::Null)
        .await
}

async fn are_alive(tenant: &Tenant, tokens: &[&String]) -> Vec<bool> {
    let mut alive = Vec::new();
    for token in tokens {
        alive.push(tenant.client.me(token).await.status == 200);
    }
    alive
}

#[rstest]
#[tokio::test]
async fn a_revoked_session_is_over_at_once_everywhere(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(tenant) = Tenant::on(table).await else { return };
    let bob = tenant.member(BOB, &["user:all:read"]).await;
    let other = tenant.client.sign_in(BOB).await;
    tenant.delete(&one(&bob), &tenant.admin).await.expect_message(ONE);
    tenant.client.me(&bob).await.expect_engine_error(401, &[]);
    tenant
        .client
        .call(Method::POST, "/api/v1/renew", &bob)
        .await
        .expect_engine_error(401, &[]);
    tenant.get("/api/v1/users", &bob).await.expect_engine_error(401, &[]);
    tenant.get("/api/v1/users", &other).await.expect(200);
    tenant
        .delete(&one(&bob), &tenant.admin)
        .await
        .expect_engine_error(404, &[]);
}

#[tokio::test]
async fn a_renewed_token_ends_with_its_session() {
    let tenant = Tenant::start().await;
    let bob = tenant.member(BOB, &[]).await;
    let renewed = tenant
        .client
        .call(Method::POST, "/api/v1/renew", &bob)
        .await
        .expect(202)
        .text();
    tenant.delete(&one(&renewed), &tenant.admin).await.expect_message(ONE);
    assert_eq!(are_alive(&tenant, &[&bob, &renewed]).await, [false, false]);
}

#[tokio::test]
async fn ones_own_current_session_ends_like_by_signing_out() {
    let tenant = Tenant::start().await;
    tenant
        .delete(&one(&tenant.admin), &tenant.admin)
        .await
        .expect_message(ONE);
    tenant
        .delete(&one(&tenant.admin), &tenant.admin)
        .await
        .expect_engine_error(401, &[]);
    tenant.client.me(&tenant.admin).await.expect_engine_error(401, &[]);
}

#[tokio::test]
async fn ones_own_sessions_need_no_permission_and_no_organization() {
    let tenant = Tenant::start().await;
    let stranger = tenant.client.join("cyd@example.com").await;
    let member = tenant.member(BOB, &[]).await;
    for (token, email) in [(&stranger, "cyd@example.com"), (&member, BOB)] {
        let second = tenant.client.sign_in(email).await;
        tenant
            .client
            .call(Method::DELETE, &one(&second), token)
            .await
            .expect_message(ONE);
        assert_eq!(are_alive(&tenant, &[token, &second]).await, [true, false]);
        for path in both(&user_id(token)) {
            let third = tenant.client.sign_in(email).await;
            tenant
                .client
                .call(Method::DELETE, &path, token)
                .await
                .expect_message(ALL);
            assert_eq!(are_alive(&tenant, &[token, &third]).await, [true, false]);
        }
        // What is not one's own, or not there, is all the same to those who may not end it.
        for path in [one(&tenant.admin), one(&second), "/api/v1/sessions/nonsense".to_owned()] {
            tenant
                .client
                .call(Method::DELETE, &path, token)
                .await
                .expect_engine_error(403, &[]);
        }
        for path in both(&user_id(&tenant.admin)).into_iter().chain(both("nonsense")) {
            tenant
                .client
                .call(Method::DELETE, &path, token)
                .await
                .expect_engine_error(403, &[]);
        }
    }
    tenant.client.me(&tenant.admin).await.expect(200);
}

#[tokio::test]
async fn those_of_others_need_the_scope_all() {
    let tenant = Tenant::start().await;
    tenant.client.sign_up(BOB).await;
    let role = tenant.role("the crowd", &[]).await;
    let bob = tenant.client.sign_in(BOB).await;
    tenant.bind(&bob, &role).await;
    for (n, (permission, may)) in [
        ("session:all:delete", true),
        ("session:all:write", true),
        ("session:all:update", false),
        ("session:all:read", false),
        ("session:all:create", false),
        ("session:org:write", false),
        ("session:associated:delete", false),
        ("session:own:write", false),
        ("user:all:write", false),
    ]
    .into_iter()
    .enumerate()
    {
        let token = tenant.member(&format!("member{n}@example.com"), &[permission]).await;
        let target = tenant.client.sign_in(BOB).await;
        let [first, second] = both(&user_id(&target));
        for path in [one(&target), first, second] {
            let answer = tenant.delete(&path, &token).await;
            assert_eq!(answer.status, if may { 200 } else { 403 }, "{permission}");
        }
        assert_eq!(are_alive(&tenant, &[&target]).await, [!may], "{permission}");
    }
}

#[tokio::test]
async fn sessions_of_those_who_do_not_belong_to_the_organization_are_404_and_go_on() {
    let tenant = Tenant::start().await;
    let stranger = tenant.client.join(BOB).await;
    let root = tenant.client.admin().await;
    for token in [&stranger, &root] {
        tenant
            .delete(&one(token), &tenant.admin)
            .await
            .expect_engine_error(404, &[]);
        for path in both(&user_id(token)) {
            tenant.delete(&path, &tenant.admin).await.expect_message(ALL);
        }
    }
    assert_eq!(are_alive(&tenant, &[&stranger, &root]).await, [true, true]);
}

#[tokio::test]
async fn a_session_that_is_not_there_is_404() {
    let tenant = Tenant::start().await;
    let long = "a".repeat(10_000);
    let user = user_id(&tenant.admin);
    let upper = claims(&tenant.admin)["jti"].as_str().unwrap().to_uppercase();
    for id in [
        "00000000-0000-4000-8000-000000000000",
        "nonsense",
        "0",
        "%00",
        &long,
        &user,
        &upper,
    ] {
        let path = format!("/api/v1/sessions/{id}");
        tenant.delete(&path, &tenant.admin).await.expect_engine_error(404, &[]);
    }
    tenant.client.me(&tenant.admin).await.expect(200);
}

#[tokio::test]
async fn a_session_that_has_ended_is_404() {
    let mut tenant = Tenant::start().await;
    let bob = tenant.member(BOB, &[]).await;
    tenant
        .client
        .call(Method::POST, "/api/v1/signout", &bob)
        .await
        .expect(200);
    tenant
        .delete(&one(&bob), &tenant.admin)
        .await
        .expect_engine_error(404, &[]);

    let overdue = tenant.client.sign_in(BOB).await;
    let own = tenant.admin.clone();
    tenant.server.clock.advance(Duration::from_secs(24 * 3600));
    tenant.sign_in_again().await;
    for path in [one(&overdue), one(&own)] {
        tenant.delete(&path, &tenant.admin).await.expect_engine_error(404, &[]);
    }
    // One of an epoch that is over, too: its item is there still.
    let old = tenant.client.sign_in(BOB).await;
    let [path, _] = both(&user_id(&old));
    tenant.delete(&path, &tenant.admin).await.expect(200);
    tenant
        .delete(&one(&old), &tenant.admin)
        .await
        .expect_engine_error(404, &[]);
}

#[rstest]
#[tokio::test]
async fn all_but_the_one_that_asks_end(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(tenant) = Tenant::on(table).await else { return };
    let bob = tenant.member(BOB, &[]).await;
    for path in both(&user_id(&tenant.admin)) {
        let second = tenant.client.sign_in(tests::tenant::FOUNDER).await;
        let third = tenant.client.sign_in(tests::tenant::FOUNDER).await;
        tenant.delete(&path, &second).await.expect_message(ALL);
        assert_eq!(are_alive(&tenant, &[&second, &third, &bob]).await, [true, false, true]);
        tenant.delete(&path, &second).await.expect_message(ALL);
        assert_eq!(are_alive(&tenant, &[&second]).await, [true]);
    }
}

#[tokio::test]
async fn of_somebody_else_all_end() {
    let tenant = Tenant::start().await;
    let first = tenant.member(BOB, &[]).await;
    for path in both(&user_id(&first)) {
        let (second, third) = (tenant.client.sign_in(BOB).await, tenant.client.sign_in(BOB).await);
        tenant.delete(&path, &tenant.admin).await.expect_message(ALL);
        assert_eq!(
            are_alive(&tenant, &[&first, &second, &third, &tenant.admin]).await,
            [false, false, false, true]
        );
    }
    // Signing in is another matter.
    tenant.client.sign_in(BOB).await;
}

#[tokio::test]
async fn for_an_unknown_user_nothing_happens() {
    let tenant = Tenant::start().await;
    let long = "A".repeat(10_000);
    for user in ["01ARZ3NDEKTSV4RRFFQ69G5FAV", "nonsense", "0", "%00", &long, &tenant.org] {
        for path in both(user) {
            tenant.delete(&path, &tenant.admin).await.expect_message(ALL);
        }
    }
    tenant.client.me(&tenant.admin).await.expect(200);
}

#[tokio::test]
async fn the_home_organization_ends_anybodys() {
    let tenant = Tenant::start().await;
    let root = tenant.client.admin().await;
    let bob = tenant.client.join(BOB).await;
    delete_at_home(&tenant, &one(&bob), &root).await.expect_message(ONE);
    assert_eq!(are_alive(&tenant, &[&bob]).await, [false]);
    for path in both(&user_id(&bob)) {
        let bob = tenant.client.sign_in(BOB).await;
        delete_at_home(&tenant, &path, &root).await.expect_message(ALL);
        assert_eq!(are_alive(&tenant, &[&bob, &root]).await, [false, true]);
    }
    // Elsewhere its members are strangers.
    let bob = tenant.member("cyd@example.com", &[]).await;
    tenant.delete(&one(&bob), &root).await.expect_engine_error(403, &[]);
    delete_at_home(&tenant, &one(&bob), &tenant.admin)
        .await
        .expect_engine_error(403, &[]);
}

#[tokio::test]
async fn without_a_token_in_force_it_is_401() {
    let tenant = Tenant::start().await;
    let [first, second] = both(&user_id(&tenant.admin));
    for path in [one(&tenant.admin), first, second] {
        tenant.delete(&path, "a.b.c").await.expect_engine_error(401, &[]);
    }
    tenant.client.me(&tenant.admin).await.expect(200);
}
