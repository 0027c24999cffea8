//! unbind_user: an organization keeps its last administrator.

use http::Method;
use rstest::rstest;
use serde_json::{Value, json};
use tests::Answer;
use tests::client::user_id;
use tests::server::ADMIN;
use tests::server::Table::{self, DynamoDbLocal, Embedded};

use super::engine_role_members::{UNBIND, body};
use super::house::{HOME, House};

async fn deactivate(house: &House, user: &str) -> Answer {
    let path = format!("/api/v1/users/{user}/deactivate");
    house.call(Method::PUT, &path, &Value::Null).await
}

#[rstest]
#[tokio::test]
async fn an_organization_keeps_its_last_administrator(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(house) = House::on(table).await else { return };
    let owner = user_id(&house.owner);
    let admin = house.admin_role().await;
    let take = async |user: &str| house.post(UNBIND, &body(user, &admin, &house.org)).await;
    let last = "cannot remove the last admin role from the organization";

    let refused = take(&owner).await.expect_engine_error(409, &["Error"]).json();
    assert_eq!(refused["errors"]["Error"], last);
    // Neither another role of the same person nor of somebody else makes an administrator.
    let ada = house.member("ada", &["user:all:write", "role:all:write"]).await;
    house.bind(&owner, &ada.role).await;
    take(&owner).await.expect_engine_error(409, &["Error"]);

    house.bind(&ada.id, &admin).await;
    take(&owner).await.expect(200);
    // The one who is left is the last one now.
    let by_ada = house
        .by(&ada.token, Method::POST, UNBIND, &body(&ada.id, &admin, &house.org))
        .await;
    let refused = by_ada.expect_engine_error(409, &["Error"]).json();
    assert_eq!(refused["errors"]["Error"], last);
}

#[tokio::test]
async fn an_administrator_who_is_switched_off_is_none() {
    let house = House::new().await;
    let owner = user_id(&house.owner);
    let admin = house.admin_role().await;
    let ada = house.member("ada", &[]).await;
    house.bind(&ada.id, &admin).await;
    deactivate(&house, &ada.id).await.expect(200);
    let refused = house.post(UNBIND, &body(&owner, &admin, &house.org)).await;
    refused.expect_engine_error(409, &["Error"]);
    // To take the role from whoever is switched off takes no administrator away.
    house.unbind(&ada.id, &admin).await;
    let refused = house.post(UNBIND, &body(&owner, &admin, &house.org)).await;
    refused.expect_engine_error(409, &["Error"]);
}

#[tokio::test]
async fn the_home_organization_keeps_its_last_super_administrator() {
    let house = House::new().await;
    let client = &house.client;
    let root = client.admin().await;
    let super_role = client.role_named(&root, HOME, "Super Admin").await;
    let refused = client.unbind(&root, HOME, &user_id(&root), &super_role).await;
    refused.expect_engine_error(409, &["Error"]);
    let heir = client.join("heir@example.com").await;
    client.bind(&root, HOME, &user_id(&heir), &super_role).await.expect(200);
    client
        .unbind(&heir, HOME, &user_id(&root), &super_role)
        .await
        .expect(200);
    let refused = client.unbind(&heir, HOME, &user_id(&heir), &super_role).await;
    refused.expect_engine_error(409, &["Error"]);
    // The one who was administrates identity-server, and nothing here any more.
    let me = client.me(&root).await.expect(200).json();
    assert_eq!((&me["username"], &me["roles"][1]), (&json!(ADMIN), &Value::Null));
    assert_eq!(me["roles"][0]["name"], "admin");
    let refused = client
        .call_in(HOME, Method::GET, "/api/v1/roles", &root, &Value::Null)
        .await;
    refused.expect_engine_error(403, &[]);
}

#[tokio::test]
async fn of_two_administrators_who_remove_each_other_one_stays() {
    let house = House::new().await;
    let admin = house.admin_role().await;
    let ada = house.member("ada", &[]).await;
    house.bind(&ada.id, &admin).await;
    let owner = user_id(&house.owner);
    let (of_owner, of_ada) = (body(&owner, &admin, &house.org), body(&ada.id, &admin, &house.org));
    let (one, other) = tokio::join!(
        house.by(&ada.token, Method::POST, UNBIND, &of_owner),
        house.by(&house.owner, Method::POST, UNBIND, &of_ada),
    );
    // Whoever comes late is refused for it, or is no administrator any more.
    let mut statuses = [one.status.as_u16(), other.status.as_u16()];
    statuses.sort_unstable();
    assert!(statuses == [200, 403] || statuses == [200, 409], "{statuses:?}");
}
