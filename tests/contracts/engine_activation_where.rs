//! activate_user and deactivate_user: which organization rules an account.

use http::Method;
use serde_json::{Value, json};
use tests::Tenant;
use tests::client::user_id;

use super::engine_activation::{BOB, path, status, switch};

const HOME: &str = "00000000000000000000000000";

#[tokio::test]
async fn the_home_organization_rules_its_members_accounts_wherever_else_they_belong() {
    let tenant = Tenant::start().await;
    let client = &tenant.client;
    let bob = tenant.member(BOB, &["user:all:read"]).await;
    let id = user_id(&bob);
    let root = client.admin().await;
    let home_role = client.make_role(&root, HOME, "staff").await;
    client.bind(&root, HOME, &id, &home_role).await.expect(200);
    let at_home = async |act: &str| {
        client
            .call_in(HOME, Method::PUT, &path(&id, act), &root, &Value::Null)
            .await
    };

    at_home("deactivate")
        .await
        .expect_message("User deactivated successfully");
    client.me(&bob).await.expect_engine_error(401, &[]);
    client
        .sign_in_with(BOB, tests::PASSWORD)
        .await
        .expect_engine_error(401, &[]);
    assert_eq!(status(&tenant, BOB).await, "inactive");
    // What the home organization switched off no other switches on, not even when it is the only one left.
    switch(&tenant, &id, "activate")
        .await
        .expect_engine_error(400, &["Status"]);
    client.unbind(&root, HOME, &id, &home_role).await.expect(200);
    switch(&tenant, &id, "activate")
        .await
        .expect_engine_error(400, &["Status"]);
    at_home("activate").await.expect_engine_error(404, &["User"]);

    client.bind(&root, HOME, &id, &home_role).await.expect(200);
    at_home("activate").await.expect(200);
    assert_eq!(status(&tenant, BOB).await, "active");
    let token = client.sign_in(BOB).await;
    tenant.get("/api/v1/users", &token).await.expect(200);
}

#[tokio::test]
async fn the_home_organization_has_no_power_over_those_who_do_not_belong_to_it() {
    let tenant = Tenant::start().await;
    let bob = tenant.member(BOB, &[]).await;
    let root = tenant.client.admin().await;
    let home = tenant
        .client
        .call_in(
            HOME,
            Method::PUT,
            &path(&user_id(&bob), "deactivate"),
            &root,
            &Value::Null,
        )
        .await;
    home.expect_engine_error(404, &["User"]);
    tenant
        .put(&path(&user_id(&bob), "deactivate"), &root)
        .await
        .expect_engine_error(403, &[]);
    tenant.client.me(&bob).await.expect(200);
}

/// A stranger may add anybody to an organization of its own. That must not keep those who switched an account off from
/// switching it on.
#[tokio::test]
async fn who_switched_an_account_off_may_switch_it_on_whoever_added_it_elsewhere_meanwhile() {
    let tenant = Tenant::start().await;
    let client = &tenant.client;
    let bob = user_id(&tenant.member(BOB, &[]).await);
    switch(&tenant, &bob, "deactivate").await.expect(200);
    let stranger = client.join("mallory@example.com").await;
    let elsewhere = client.found(&stranger, "Elsewhere").await;
    let role = client.make_role(&stranger, &elsewhere, "bait").await;
    client.bind(&stranger, &elsewhere, &bob, &role).await.expect(200);
    let foreign = client
        .call_in(
            &elsewhere,
            Method::PUT,
            &path(&bob, "activate"),
            &stranger,
            &Value::Null,
        )
        .await;
    foreign.expect_engine_error(400, &["Status"]);
    switch(&tenant, &bob, "activate").await.expect(200);
    client.sign_in(BOB).await;
    let listed = client
        .call_in(&elsewhere, Method::GET, "/api/v1/users", &stranger, &json!(null))
        .await
        .expect(200)
        .json();
    let users = listed["users"].as_array().unwrap();
    assert_eq!(
        users.iter().find(|user| user["id"] == *bob).unwrap()["status"],
        "active"
    );
}
