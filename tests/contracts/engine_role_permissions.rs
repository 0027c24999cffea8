//! list_role_permissions, and who may grant what. What bind_permission and unbind_permission take is in
//! `engine_bind_permission`.

use http::Method;
use rstest::rstest;
use serde_json::{Value, json};
use tests::client::user_id;
use tests::server::Table::{self, DynamoDbLocal, Embedded};

use super::house::{HOME, House, binding, names_of, no_identifiers, segment};
use super::members;

pub const BIND: &str = "/api/v1/roles/bind-permission";
pub const UNBIND: &str = "/api/v1/roles/unbind-permission";

pub fn permissions_of(role: &str) -> String {
    format!("/api/v1/roles/{role}/permissions")
}

#[rstest]
#[tokio::test]
async fn both_methods_list_what_a_role_gives(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(house) = House::on(table).await else { return };
    let role = house.role("Clerk").await;
    let path = permissions_of(&role);
    for method in [Method::GET, Method::POST] {
        let answer = house.call(method, &path, &Value::Null).await.expect(200);
        assert_eq!(answer.header("content-type"), Some("application/json"));
        assert_eq!(answer.json(), json!([]), "an empty list, not null");
    }
    house.grant(&role, "invoice:org:read").await;
    for method in [Method::GET, Method::POST] {
        let listed = house.call(method, &path, &Value::Null).await.expect(200).json();
        let bound = json!({
            "resource": "invoice", "scope": "org", "action": "read", "isLocked": false, "isHidden": false,
        });
        assert_eq!(listed, json!([bound]));
    }
    // A body is ignored, whatever it is.
    for body in [
        "{",
        "[]",
        "null",
        "{\"resource\":\"user\",\"scope\":\"all\",\"action\":\"write\"}",
    ] {
        let listed = house.call_text(Method::POST, &path, body).await.expect(200).json();
        assert_eq!(names_of(&listed), ["invoice:org:read"], "{body}");
    }
    assert_eq!(house.permissions(&role).await, ["invoice:org:read"]);
}

#[tokio::test]
async fn the_system_role_has_four_locked_permissions() {
    let house = House::new().await;
    let admin = house.client.admin().await;
    let super_role = house.client.role_named(&admin, HOME, "Super Admin").await;
    let own = house.admin_role().await;
    for (org, token, role) in [
        (&house.org, &house.owner, &own),
        (&HOME.to_owned(), &admin, &super_role),
    ] {
        let path = permissions_of(role);
        let listed = house.client.call_in(org, Method::GET, &path, token, &Value::Null).await;
        let listed = listed.expect(200).json();
        assert_eq!(
            names_of(&listed),
            [
                "masterdata:all:write",
                "role:all:write",
                "session:all:write",
                "user:all:write"
            ]
        );
        for permission in listed.as_array().unwrap() {
            assert_eq!(
                members(permission),
                ["action", "isHidden", "isLocked", "resource", "scope"]
            );
            assert_eq!(
                (&permission["isLocked"], &permission["isHidden"]),
                (&json!(true), &json!(false))
            );
        }
    }
}

#[tokio::test]
async fn the_permissions_of_an_unknown_role_are_404() {
    let house = House::new().await;
    let role = house.role("Clerk").await;
    let second = house.client.found(&house.owner, "Second").await;
    let foreign = house.client.make_role(&house.owner, &second, "Clerk").await;
    let mut ids: Vec<String> = no_identifiers(&role).iter().map(|id| segment(id)).collect();
    ids.extend([foreign, second, user_id(&house.owner)]);
    for method in [Method::GET, Method::POST] {
        for id in &ids {
            let listed = house.call(method.clone(), &permissions_of(id), &Value::Null).await;
            listed.expect_engine_error(404, &["role"]);
        }
        house
            .call(method.clone(), &permissions_of("%FF"), &Value::Null)
            .await
            .expect(404);
    }
    let admin = house.client.admin().await;
    let path = permissions_of(&role);
    let listed = house
        .client
        .call_in(HOME, Method::GET, &path, &admin, &Value::Null)
        .await;
    listed.expect_engine_error(404, &["role"]);
}

#[tokio::test]
async fn reading_roles_is_enough_to_list_and_not_to_bind() {
    let house = House::new().await;
    let ada = house.member("ada", &["role:own:read", "invoice:all:write"]).await;
    for method in [Method::GET, Method::POST] {
        let listed = house
            .by(&ada.token, method, &permissions_of(&ada.role), &Value::Null)
            .await;
        listed.expect(200);
    }
    let body = binding(&ada.role, "invoice:own:read");
    for path in [BIND, UNBIND] {
        let refused = house.by(&ada.token, Method::POST, path, &body).await;
        refused.expect_engine_error(403, &[]);
    }
    let bob = house.member("bob", &["role:all:create", "user:all:write"]).await;
    for method in [Method::GET, Method::POST] {
        let listed = house
            .by(&bob.token, method, &permissions_of(&bob.role), &Value::Null)
            .await;
        listed.expect_engine_error(403, &[]);
    }
}

#[tokio::test]
async fn a_system_role_keeps_just_what_it_has() {
    let house = House::new().await;
    let own = house.admin_role().await;
    let before = house.permissions(&own).await;
    for permission in ["invoice:org:read", "permission:all:read", "user:own:read"] {
        let refused = house.post(BIND, &binding(&own, permission)).await;
        refused.expect_engine_error(409, &["Error"]);
    }
    for permission in &before {
        for path in [BIND, UNBIND] {
            let refused = house.post(path, &binding(&own, permission)).await;
            refused.expect_engine_error(409, &["Error"]);
        }
    }
    assert_eq!(house.permissions(&own).await, before);
    let admin = house.client.admin().await;
    let super_role = house.client.role_named(&admin, HOME, "Super Admin").await;
    for (path, permission) in [(BIND, "permission:all:write"), (UNBIND, "user:all:write")] {
        let body = binding(&super_role, permission);
        let refused = house.client.call_in(HOME, Method::POST, path, &admin, &body).await;
        refused.expect_engine_error(409, &["Error"]);
    }
}

#[tokio::test]
async fn nobody_but_an_administrator_grants_more_than_they_have() {
    let house = House::new().await;
    let ada = house
        .member("ada", &["role:all:write", "invoice:org:update", "letter:all:create"])
        .await;
    let other = house.role("Another").await;
    // For somebody else's role and for one's own alike.
    for role in [&other, &ada.role] {
        for beyond in [
            "user:own:read",
            "invoice:all:update",
            "invoice:org:write",
            "invoice:own:delete",
            "invoice:org:create",
            "letter:own:read",
            "letter:all:write",
            "permission:own:read",
            "session:all:delete",
            "invoices:own:read",
        ] {
            let body = binding(role, beyond);
            let refused = house.by(&ada.token, Method::POST, BIND, &body).await;
            refused.expect_engine_error(403, &["Error"]);
        }
        for within in [
            "invoice:org:read",
            "invoice:own:update",
            "INVOICE:associated:read",
            "letter:own:create",
            "role:own:delete",
        ] {
            let body = binding(role, within);
            house.by(&ada.token, Method::POST, BIND, &body).await.expect(200);
        }
    }
    // An administrator grants anything, also what the system role has not.
    for permission in ["account:all:write", "permission:org:read", "anything_else:all:delete"] {
        house.grant(&other, permission).await;
    }
    // Taking away needs no such right.
    let body = binding(&other, "account:all:write");
    house.by(&ada.token, Method::POST, UNBIND, &body).await.expect(200);
}

#[tokio::test]
async fn the_catalogues_permission_is_for_the_home_organization_to_grant() {
    let house = House::new().await;
    let role = house.role("Clerk").await;
    for permission in ["permission:all:write", "PERMISSION:all:write", "Permission:all:write"] {
        let refused = house.post(BIND, &binding(&role, permission)).await;
        refused.expect_engine_error(403, &["Error"]);
    }
    assert!(house.permissions(&role).await.is_empty());
    let admin = house.client.admin().await;
    let keeper = house.client.make_role(&admin, HOME, "Catalogue keeper").await;
    let granted = house.client.grant(&admin, HOME, &keeper, "permission:all:write").await;
    granted.expect(200);
}
