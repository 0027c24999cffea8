//! delete_role.

use std::time::Duration;

use http::Method;
use rstest::rstest;
use serde_json::Value;
use tests::Answer;
use tests::server::Table::{self, DynamoDbLocal, Embedded};

use super::house::{HOME, House};

const DAY: Duration = Duration::from_secs(24 * 3600);

async fn delete(house: &House, role: &str) -> Answer {
    let path = format!("/api/v1/roles/{role}");
    house.call(Method::DELETE, &path, &Value::Null).await
}

#[rstest]
#[tokio::test]
async fn a_role_that_nobody_has_goes_with_its_permissions(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(house) = House::on(table).await else { return };
    let role = house.role("Clerk").await;
    house.grant(&role, "invoice:org:read").await;
    delete(&house, &role).await.expect_message("Role deleted successfully");
    assert_eq!(house.roles().await.len(), 1);
    for method in [Method::GET, Method::POST] {
        let path = format!("/api/v1/roles/{role}/permissions");
        let listed = house.call(method, &path, &Value::Null).await;
        listed.expect_engine_error(404, &["role"]);
    }
    delete(&house, &role).await.expect_engine_error(404, &["role_id"]);
    let bound = house
        .client
        .grant(&house.owner, &house.org, &role, "invoice:org:read")
        .await;
    bound.expect_engine_error(409, &["Error"]);
    let owner = tests::client::user_id(&house.owner);
    let bound = house.client.bind(&house.owner, &house.org, &owner, &role).await;
    bound.expect_engine_error(409, &["Error"]);
    let invited = house
        .client
        .invite(&house.owner, &house.org, "eve@example.com", &role)
        .await;
    invited.expect_engine_error(400, &["role_id"]);
    // The name is free, and whoever takes it gets nothing of what was.
    let second = house.role("Clerk").await;
    assert_ne!(second, role);
    assert!(house.permissions(&second).await.is_empty());
}

#[rstest]
#[tokio::test]
async fn a_role_that_members_have_stays(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(house) = House::on(table).await else { return };
    let ada = house.member("ada", &["role:org:read"]).await;
    delete(&house, &ada.role).await.expect_engine_error(400, &["role"]);
    assert_eq!(house.permissions(&ada.role).await, ["role:org:read"]);
    house.unbind(&ada.id, &ada.role).await;
    delete(&house, &ada.role).await.expect(200);
}

#[tokio::test]
async fn a_role_of_a_member_who_is_switched_off_stays_as_well() {
    let house = House::new().await;
    let ada = house.member("ada", &[]).await;
    let path = format!("/api/v1/users/{}/deactivate", ada.id);
    house.call(Method::PUT, &path, &Value::Null).await.expect(200);
    delete(&house, &ada.role).await.expect_engine_error(400, &["role"]);
}

#[tokio::test]
async fn a_system_role_stays() {
    let house = House::new().await;
    let own = house.admin_role().await;
    let refused = delete(&house, &own).await.expect_engine_error(400, &["role"]).json();
    assert_eq!(refused["errors"]["role"], "Cannot delete system role");
    let admin = house.client.admin().await;
    let super_role = house.client.role_named(&admin, HOME, "Super Admin").await;
    let path = format!("/api/v1/roles/{super_role}");
    let refused = house
        .client
        .call_in(HOME, Method::DELETE, &path, &admin, &Value::Null)
        .await;
    refused.expect_engine_error(400, &["role"]);
}

#[rstest]
#[tokio::test]
async fn a_role_that_somebody_is_invited_into_stays(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(house) = House::on(table).await else { return };
    let role = house.role("Clerk").await;
    let invited = house
        .client
        .invite(&house.owner, &house.org, "eve@example.com", &role)
        .await;
    let invitation = invited.expect(201).json()["id"].as_str().unwrap().to_owned();
    delete(&house, &role).await.expect_engine_error(400, &["role"]);
    let path = format!("/api/v1/invitations/{invitation}/revoke");
    house.call(Method::PUT, &path, &Value::Null).await.expect(200);
    delete(&house, &role).await.expect_message("Role deleted successfully");
}

#[rstest]
#[tokio::test]
async fn an_overdue_invitation_holds_no_role(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(mut house) = House::on(table).await else {
        return;
    };
    let role = house.role("Clerk").await;
    let invited = house
        .client
        .invite(&house.owner, &house.org, "eve@example.com", &role)
        .await;
    invited.expect(201);
    house.server.clock.advance(DAY * 7 - Duration::from_secs(1));
    house.owner = house.client.sign_in("owner@example.com").await;
    delete(&house, &role).await.expect_engine_error(400, &["role"]);
    house.server.clock.advance(Duration::from_secs(2));
    delete(&house, &role).await.expect(200);
}

#[tokio::test]
async fn an_accepted_invitation_holds_no_role_when_its_guest_has_left() {
    let house = House::new().await;
    let role = house.role("Clerk").await;
    let invited = house
        .client
        .invite(&house.owner, &house.org, "eve@example.com", &role)
        .await;
    invited.expect(201);
    let eve = house.client.join("eve@example.com").await;
    let link = house.client.invitation_token("eve@example.com").await;
    house.client.accept(&eve, &link).await.expect(200);
    delete(&house, &role).await.expect_engine_error(400, &["role"]);
    house.unbind(&tests::client::user_id(&eve), &role).await;
    delete(&house, &role).await.expect(200);
}

#[tokio::test]
async fn delete_is_enough_and_read_or_create_is_not() {
    let house = House::new().await;
    for (permission, status) in [
        ("role:own:delete", 200),
        ("role:all:write", 200),
        ("role:all:read", 403),
        ("role:all:create", 403),
        ("role:all:update", 403),
        ("user:all:write", 403),
    ] {
        let ada = house.member(&permission.replace(':', "-"), &[permission]).await;
        let role = house.role("Clerk").await;
        let path = format!("/api/v1/roles/{role}");
        let answer = house.by(&ada.token, Method::DELETE, &path, &Value::Null).await;
        assert_eq!(answer.status, status, "{permission}");
        if status != 200 {
            delete(&house, &role).await.expect(200);
        }
    }
}
