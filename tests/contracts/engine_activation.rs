//! activate_user and deactivate_user where the organization is the only one of the user. Others are in
//! `engine_activation_where.rs` and `engine_suspension.rs`.

use http::Method;
use rstest::rstest;
use serde_json::Value;
use tests::client::user_id;
use tests::server::Table::{self, DynamoDbLocal, Embedded};
use tests::{Answer, Tenant};

pub const BOB: &str = "bob@example.com";

pub fn path(user: &str, act: &str) -> String {
    format!("/api/v1/users/{user}/{act}")
}

/// As the administrator.
pub async fn switch(tenant: &Tenant, user: &str, act: &str) -> Answer {
    tenant.put(&path(user, act), &tenant.admin).await
}

pub async fn status(tenant: &Tenant, email: &str) -> Value {
    let page = tenant
        .get(&format!("/api/v1/users?search_prefix={email}"), &tenant.admin)
        .await;
    page.expect(200).json()["users"][0]["status"].clone()
}

#[rstest]
#[tokio::test]
async fn pending_active_inactive_and_active_again(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(tenant) = Tenant::on(table).await else { return };
    let bob = user_id(&tenant.member(BOB, &[]).await);
    assert_eq!(status(&tenant, BOB).await, "pending");
    for (act, now) in [
        ("activate", "active"),
        ("deactivate", "inactive"),
        ("activate", "active"),
    ] {
        let message = format!("User {act}d successfully");
        switch(&tenant, &bob, act).await.expect_message(&message);
        assert_eq!(status(&tenant, BOB).await, now);
        switch(&tenant, &bob, act).await.expect_engine_error(400, &["Status"]);
        assert_eq!(status(&tenant, BOB).await, now);
    }
}

#[rstest]
#[tokio::test]
async fn whoever_is_switched_off_has_no_sessions_and_may_not_sign_in(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(tenant) = Tenant::on(table).await else { return };
    let client = &tenant.client;
    let first = tenant.member(BOB, &["user:all:read"]).await;
    let second = client.sign_in(BOB).await;
    switch(&tenant, &user_id(&first), "deactivate").await.expect(200);
    for token in [&first, &second] {
        client.me(token).await.expect_engine_error(401, &[]);
        client
            .call(Method::POST, "/api/v1/renew", token)
            .await
            .expect_engine_error(401, &[]);
        tenant.get("/api/v1/users", token).await.expect_engine_error(401, &[]);
    }
    // The answer is that of a wrong password.
    let refused = client
        .sign_in_with(BOB, tests::PASSWORD)
        .await
        .expect_engine_error(401, &[]);
    let wrong = client
        .sign_in_with(BOB, "not the password")
        .await
        .expect_engine_error(401, &[]);
    assert_eq!(refused.bytes, wrong.bytes);

    switch(&tenant, &user_id(&first), "activate").await.expect(200);
    for token in [&first, &second] {
        client.me(token).await.expect_engine_error(401, &[]);
    }
    let token = client.sign_in(BOB).await;
    tenant.get("/api/v1/users", &token).await.expect(200);
}

#[tokio::test]
async fn whoever_is_switched_off_gets_no_way_in_by_a_reset() {
    let tenant = Tenant::start().await;
    let client = &tenant.client;
    let bob = tenant.member(BOB, &[]).await;
    tenant.tick();
    let token = client.reset_token(BOB).await;
    switch(&tenant, &user_id(&bob), "deactivate").await.expect(200);
    client.change_password(&token, BOB, "a different long phrase").await;
    for password in [tests::PASSWORD, "a different long phrase"] {
        client.sign_in_with(BOB, password).await.expect_engine_error(401, &[]);
    }
    assert_eq!(status(&tenant, BOB).await, "inactive");
}

#[tokio::test]
async fn nobody_is_told_by_mail() {
    let tenant = Tenant::start().await;
    let bob = user_id(&tenant.member(BOB, &[]).await);
    tenant.tick();
    let before = tenant.client.mails(BOB).await.len();
    for act in ["activate", "deactivate", "activate"] {
        switch(&tenant, &bob, act).await.expect(200);
    }
    assert_eq!(tenant.client.mails(BOB).await.len(), before);
}

#[tokio::test]
async fn whoever_does_not_belong_to_the_organization_is_404() {
    let tenant = Tenant::start().await;
    let stranger = user_id(&tenant.client.join(BOB).await);
    let session = tests::client::claims(&tenant.admin)["jti"].as_str().unwrap().to_owned();
    let long = "A".repeat(10_000);
    for act in ["activate", "deactivate"] {
        for id in [
            stranger.as_str(),
            "01ARZ3NDEKTSV4RRFFQ69G5FAV",
            &tenant.org,
            &session,
            "0",
            "nonsense",
            "%00",
            &long,
        ] {
            switch(&tenant, id, act).await.expect_engine_error(404, &["User"]);
        }
        let undecodable = switch(&tenant, "%ff", act).await;
        assert_eq!(undecodable.status, 404);
    }
    tenant.client.sign_in(BOB).await;
}

#[tokio::test]
async fn it_needs_a_permission_that_implies_updating_users() {
    let tenant = Tenant::start().await;
    let bob = user_id(&tenant.member(BOB, &[]).await);
    for (n, (permission, may)) in [
        ("user:all:read", false),
        ("user:all:create", false),
        ("user:all:delete", false),
        ("role:all:write", false),
        ("user:org:update", true),
        ("user:all:write", true),
    ]
    .into_iter()
    .enumerate()
    {
        let token = tenant.member(&format!("member{n}@example.com"), &[permission]).await;
        for act in ["deactivate", "activate"] {
            let answer = tenant.put(&path(&bob, act), &token).await;
            if may {
                answer.expect(200);
            } else {
                answer.expect_engine_error(403, &[]);
            }
        }
    }
    for act in ["activate", "deactivate"] {
        tenant
            .put(&path(&bob, act), "a.b.c")
            .await
            .expect_engine_error(401, &[]);
    }
}

#[tokio::test]
async fn with_scope_own_it_reaches_nobody_else() {
    let tenant = Tenant::start().await;
    let bob = user_id(&tenant.member(BOB, &[]).await);
    let cyd = tenant.member("cyd@example.com", &["user:own:update"]).await;
    for act in ["activate", "deactivate"] {
        let answer = tenant.put(&path(&bob, act), &cyd).await;
        answer.expect_engine_error(403, &["user_id"]);
    }
    assert_eq!(status(&tenant, BOB).await, "pending");
    tenant.put(&path(&user_id(&cyd), "deactivate"), &cyd).await.expect(200);
    tenant.client.me(&cyd).await.expect_engine_error(401, &[]);
}

#[tokio::test]
async fn the_last_administrator_stays() {
    let tenant = Tenant::start().await;
    let ada = user_id(&tenant.admin);
    switch(&tenant, &ada, "deactivate")
        .await
        .expect_engine_error(400, &["Status"]);
    // Not by somebody else either, and nobody but an administrator touches an administrator.
    let bob = tenant.member(BOB, &["user:all:write"]).await;
    tenant
        .put(&path(&ada, "deactivate"), &bob)
        .await
        .expect_engine_error(403, &["Error"]);
    tenant.client.me(&tenant.admin).await.expect(200);

    let admin_role = tenant.client.role_named(&tenant.admin, &tenant.org, "Admin").await;
    tenant.bind(&bob, &admin_role).await;
    switch(&tenant, &user_id(&bob), "deactivate").await.expect(200);
    // An administrator who is switched off is none to rely on.
    switch(&tenant, &ada, "deactivate")
        .await
        .expect_engine_error(400, &["Status"]);
    switch(&tenant, &user_id(&bob), "activate").await.expect(200);
    switch(&tenant, &ada, "deactivate").await.expect(200);
    tenant.client.me(&tenant.admin).await.expect_engine_error(401, &[]);
}

#[rstest]
#[tokio::test]
async fn of_two_administrators_who_switch_each_other_off_one_stays(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(tenant) = Tenant::on(table).await else { return };
    let bob = tenant.member(BOB, &[]).await;
    let admin_role = tenant.client.role_named(&tenant.admin, &tenant.org, "Admin").await;
    tenant.bind(&bob, &admin_role).await;
    let (of_ada, of_bob) = (
        path(&user_id(&tenant.admin), "deactivate"),
        path(&user_id(&bob), "deactivate"),
    );
    let (one, other) = tokio::join!(tenant.put(&of_bob, &tenant.admin), tenant.put(&of_ada, &bob));
    let mut statuses = [one.status.as_u16(), other.status.as_u16()];
    statuses.sort_unstable();
    // The one who is late is refused because it is the last one, or because it is switched off already.
    assert!(statuses[0] == 200 && matches!(statuses[1], 400 | 401), "{statuses:?}");
}
