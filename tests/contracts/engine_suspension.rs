//! activate_user and deactivate_user where the user belongs to other organizations as well: the membership is switched,
//! the account is not.

use http::Method;
use rstest::rstest;
use serde_json::{Value, json};
use tests::client::user_id;
use tests::server::Table::{self, DynamoDbLocal, Embedded};
use tests::{Answer, Tenant};

const BOB: &str = "bob@example.com";

/// Bob sees users in the organization, and has one of his own.
async fn bob_of_two(tenant: &Tenant) -> (String, String) {
    let bob = tenant.member(BOB, &["user:all:read", "session:all:read"]).await;
    let own = tenant.client.found(&bob, "Bob's own").await;
    (bob, own)
}

async fn switch(tenant: &Tenant, user: &str, act: &str) -> Answer {
    tenant.put(&format!("/api/v1/users/{user}/{act}"), &tenant.admin).await
}

async fn status_in(tenant: &Tenant, org: &str, token: &str) -> Value {
    let path = "/api/v1/users?search_prefix=bob";
    let page = tenant.client.call_in(org, Method::GET, path, token, &Value::Null).await;
    page.expect(200).json()["users"][0]["status"].clone()
}

#[rstest]
#[tokio::test]
async fn the_account_and_its_sessions_go_on_without_the_rights(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(tenant) = Tenant::on(table).await else { return };
    let client = &tenant.client;
    let (bob, own) = bob_of_two(&tenant).await;
    switch(&tenant, &user_id(&bob), "deactivate")
        .await
        .expect_message("User deactivated successfully");

    client.me(&bob).await.expect(200);
    client.call(Method::POST, "/api/v1/renew", &bob).await.expect(202);
    let fresh = client.sign_in(BOB).await;
    for token in [&bob, &fresh] {
        tenant.get("/api/v1/users", token).await.expect_engine_error(403, &[]);
        let shown = client
            .call(Method::GET, &format!("/api/v1/organizations/{}", tenant.org), token)
            .await;
        shown.expect_engine_error(403, &[]);
        assert_eq!(status_in(&tenant, &own, token).await, "pending");
    }
    assert_eq!(status_in(&tenant, &tenant.org, &tenant.admin).await, "inactive");
    switch(&tenant, &user_id(&bob), "deactivate")
        .await
        .expect_engine_error(400, &["Status"]);

    switch(&tenant, &user_id(&bob), "activate")
        .await
        .expect_message("User activated successfully");
    assert_eq!(status_in(&tenant, &tenant.org, &tenant.admin).await, "active");
    tenant.get("/api/v1/users", &bob).await.expect(200);
    assert_eq!(status_in(&tenant, &own, &bob).await, "pending");
}

#[tokio::test]
async fn authorize_says_no_meanwhile() {
    let tenant = Tenant::start().await;
    let (bob, _) = bob_of_two(&tenant).await;
    let question = json!({ "resource": "user", "scope": "*", "action": "read", "orgID": tenant.org });
    let ask = async || {
        let answer = tenant
            .client
            .call_with(Method::POST, "/api/v1/user/authorize", &bob, &question)
            .await;
        answer.expect(200).json()["status"].clone()
    };
    assert_eq!(ask().await, true);
    switch(&tenant, &user_id(&bob), "deactivate").await.expect(200);
    assert_eq!(ask().await, false);
    switch(&tenant, &user_id(&bob), "activate").await.expect(200);
    assert_eq!(ask().await, true);
}

#[tokio::test]
async fn strangers_switch_nobody_off_by_adding_them() {
    let tenant = Tenant::start().await;
    let client = &tenant.client;
    let mallory = client.join("mallory@example.com").await;
    let trap = client.found(&mallory, "Trap").await;
    let role = client.make_role(&mallory, &trap, "bait").await;
    client
        .bind(&mallory, &trap, &user_id(&tenant.admin), &role)
        .await
        .expect(200);
    let path = format!("/api/v1/users/{}/deactivate", user_id(&tenant.admin));
    client
        .call_in(&trap, Method::PUT, &path, &mallory, &Value::Null)
        .await
        .expect(200);
    client.me(&tenant.admin).await.expect(200);
    tenant.get("/api/v1/users", &tenant.admin).await.expect(200);
    client.sign_in(tests::tenant::FOUNDER).await;
}

#[tokio::test]
async fn the_only_administrator_of_one_of_them_stays_there() {
    let tenant = Tenant::start().await;
    let (bob, own) = bob_of_two(&tenant).await;
    let path = format!("/api/v1/users/{}/deactivate", user_id(&bob));
    let answer = tenant
        .client
        .call_in(&own, Method::PUT, &path, &bob, &Value::Null)
        .await;
    answer.expect_engine_error(400, &["Status"]);
    assert_eq!(status_in(&tenant, &own, &bob).await, "pending");
}

#[tokio::test]
async fn whoever_is_suspended_cannot_switch_anybody() {
    let tenant = Tenant::start().await;
    let (bob, _) = bob_of_two(&tenant).await;
    let admin_role = tenant.client.role_named(&tenant.admin, &tenant.org, "Admin").await;
    tenant.bind(&bob, &admin_role).await;
    switch(&tenant, &user_id(&bob), "deactivate").await.expect(200);
    for (user, act) in [(&bob, "activate"), (&tenant.admin, "deactivate")] {
        let path = format!("/api/v1/users/{}/{act}", user_id(user));
        tenant.put(&path, &bob).await.expect_engine_error(403, &[]);
    }
    // And does not count as an administrator.
    switch(&tenant, &user_id(&tenant.admin), "deactivate")
        .await
        .expect_engine_error(400, &["Status"]);
}

#[tokio::test]
async fn a_suspended_member_who_leaves_and_comes_back_has_its_rights() {
    let tenant = Tenant::start().await;
    let client = &tenant.client;
    let (bob, _) = bob_of_two(&tenant).await;
    let id = user_id(&bob);
    switch(&tenant, &id, "deactivate").await.expect(200);
    let role = client
        .role_named(&tenant.admin, &tenant.org, &format!("role of {BOB}"))
        .await;
    client.unbind(&tenant.admin, &tenant.org, &id, &role).await.expect(200);
    switch(&tenant, &id, "activate")
        .await
        .expect_engine_error(404, &["User"]);
    client.bind(&tenant.admin, &tenant.org, &id, &role).await.expect(200);
    tenant.get("/api/v1/users", &bob).await.expect(200);
}

/// Administrators are counted when they come, go, are switched off and on: in whatever order, the last one stays.
#[tokio::test]
async fn administrators_who_are_switched_off_do_not_count_whatever_becomes_of_their_roles() {
    let tenant = Tenant::start().await;
    let client = &tenant.client;
    let ada = user_id(&tenant.admin);
    let admin_role = client.role_named(&tenant.admin, &tenant.org, "Admin").await;
    let (bob, _) = bob_of_two(&tenant).await;
    let bob = user_id(&bob);
    let ada_is_the_last = async |when: &str| {
        let answer = switch(&tenant, &ada, "deactivate").await;
        assert_eq!(answer.status, 400, "{when}");
        let answer = client.unbind(&tenant.admin, &tenant.org, &ada, &admin_role).await;
        assert_eq!(answer.status, 409, "{when}");
    };
    let bind = async || {
        client
            .bind(&tenant.admin, &tenant.org, &bob, &admin_role)
            .await
            .expect(200)
    };
    let unbind = async || {
        client
            .unbind(&tenant.admin, &tenant.org, &bob, &admin_role)
            .await
            .expect(200)
    };
    ada_is_the_last("at first").await;
    bind().await;
    switch(&tenant, &bob, "deactivate").await.expect(200);
    ada_is_the_last("the other is switched off").await;
    unbind().await;
    ada_is_the_last("the other lost the role while switched off").await;
    switch(&tenant, &bob, "activate").await.expect(200);
    ada_is_the_last("the other is back without the role").await;
    switch(&tenant, &bob, "deactivate").await.expect(200);
    bind().await;
    ada_is_the_last("the other got the role while switched off").await;
    switch(&tenant, &bob, "activate").await.expect(200);
    switch(&tenant, &bob, "deactivate").await.expect(200);
    switch(&tenant, &bob, "activate").await.expect(200);
    unbind().await;
    ada_is_the_last("the other lost the role").await;
    bind().await;
    client
        .unbind(&tenant.admin, &tenant.org, &ada, &admin_role)
        .await
        .expect(200);
}
