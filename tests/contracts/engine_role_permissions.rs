//! list_role_permissions, bind_permission, unbind_permission.

use http::Method;
use rstest::rstest;
use serde_json::{Value, json};
use tests::client::user_id;
use tests::server::Table::{self, DynamoDbLocal, Embedded};

use super::house::{HOME, House, NO_OBJECTS, binding, names_of, no_identifiers, no_texts, segment};
use super::members;

const BIND: &str = "/api/v1/roles/bind-permission";
const UNBIND: &str = "/api/v1/roles/unbind-permission";

fn permissions_of(role: &str) -> String {
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

#[rstest]
#[tokio::test]
async fn a_permission_is_bound_and_unbound_once(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(house) = House::on(table).await else { return };
    let role = house.role("Clerk").await;
    let body = binding(&role, "Invoice_2:org:update");
    let bound = house.post(BIND, &body).await.expect(200);
    assert_eq!(bound.header("content-type"), Some("application/json"));
    assert_eq!(bound.text(), "\"Permission bound successfully\"", "a JSON string");
    let again = house.post(BIND, &body).await;
    again.expect_engine_error(409, &["Error"]);
    // A resource is the same whatever its case.
    let again = house.post(BIND, &binding(&role, "INVOICE_2:org:update")).await;
    again.expect_engine_error(409, &["Error"]);
    // A neighbour is another permission.
    for neighbour in ["Invoice_2:own:update", "Invoice_2:org:write", "Invoice_3:org:update"] {
        house.grant(&role, neighbour).await;
        house.withdraw(&role, neighbour).await;
    }
    assert_eq!(house.permissions(&role).await, ["Invoice_2:org:update"]);

    let body = binding(&role, "invoice_2:org:update");
    let unbound = house.post(UNBIND, &body).await.expect(200);
    assert_eq!(unbound.text(), "\"Permission unbound successfully\"", "a JSON string");
    house.post(UNBIND, &body).await.expect_engine_error(409, &["Error"]);
    assert!(house.permissions(&role).await.is_empty());
}

#[tokio::test]
async fn what_cannot_be_a_permission_is_not_bound() {
    let house = House::new().await;
    let role = house.role("Clerk").await;
    let whole = binding(&role, "invoice:org:read");
    let with = |member: &str, value: Value| {
        let mut body = whole.clone();
        body[member] = value;
        body
    };
    let mut cases = vec![
        (json!({}), vec!["role_id", "Resource", "Scope", "Action"]),
        (json!({ "role_id": role }), vec!["Resource", "Scope", "Action"]),
        (
            json!({ "roleId": role, "resource": "invoice", "scope": "org", "action": "read" }),
            vec!["role_id"],
        ),
    ];
    for (member, key) in [
        ("role_id", "role_id"),
        ("resource", "Resource"),
        ("scope", "Scope"),
        ("action", "Action"),
    ] {
        cases.push((with(member, Value::Null), vec![key]));
        cases.push((with(member, json!("")), vec![key]));
        for wrong in no_texts() {
            cases.push((with(member, wrong), vec![member]));
        }
    }
    let long = "x".repeat(65);
    for resource in [
        "*",
        "in",
        "in voice",
        "in-voice",
        "in.voice",
        "a:b:c",
        "ïnvoice",
        " invoice ",
        "invoice\n",
        &long,
    ] {
        cases.push((with("resource", json!(resource)), vec!["Resource"]));
    }
    for scope in ["*", "ORG", "Own", " own", "any", "organization", "own:read"] {
        cases.push((with("scope", json!(scope)), vec!["Scope"]));
    }
    for action in ["*", "READ", "read ", "manage", "list"] {
        cases.push((with("action", json!(action)), vec!["Action"]));
    }
    for (body, keys) in &cases {
        house.post(BIND, body).await.expect_engine_error(400, keys);
    }
    for text in NO_OBJECTS {
        house
            .call_text(Method::POST, BIND, text)
            .await
            .expect_engine_error(400, &[]);
    }
    let all = ["role_id", "Resource", "Scope", "Action"];
    house
        .call_text(Method::POST, BIND, "null")
        .await
        .expect_engine_error(400, &all);
    assert!(house.permissions(&role).await.is_empty());
    for resource in ["abc", "Invoice_2", "___", "123", &"x".repeat(64)] {
        house.post(BIND, &with("resource", json!(resource))).await.expect(200);
    }
}

#[tokio::test]
async fn what_is_not_bound_is_409() {
    let house = House::new().await;
    let role = house.role("Clerk").await;
    house.grant(&role, "invoice:org:read").await;
    let whole = binding(&role, "invoice:org:read");
    let mut cases = vec![json!({}), json!({ "other": 1 })];
    for member in ["role_id", "resource", "scope", "action"] {
        for value in [
            Value::Null,
            json!(""),
            json!("*"),
            json!("unknown"),
            json!("x".repeat(10_000)),
        ] {
            let mut body = whole.clone();
            body[member] = value;
            cases.push(body);
        }
    }
    // Near, but not what is bound.
    for permission in [
        "invoice:own:read",
        "invoice:all:read",
        "invoice:org:write",
        "invoices:org:read",
    ] {
        cases.push(binding(&role, permission));
    }
    // Put together wrongly, it would be what is bound.
    cases.push(json!({ "role_id": role, "resource": "invoice:org", "scope": "read", "action": "" }));
    cases.push(json!({ "role_id": role, "resource": "invoice", "scope": "org:read", "action": "" }));
    for body in cases {
        let refused = house.post(UNBIND, &body).await;
        refused.expect_engine_error(409, &["Error"]);
    }
    house
        .call_text(Method::POST, UNBIND, "null")
        .await
        .expect_engine_error(409, &["Error"]);
    for text in NO_OBJECTS {
        house
            .call_text(Method::POST, UNBIND, text)
            .await
            .expect_engine_error(400, &[]);
    }
    for member in ["role_id", "resource", "scope", "action"] {
        for wrong in no_texts() {
            let mut body = whole.clone();
            body[member] = wrong;
            house.post(UNBIND, &body).await.expect_engine_error(400, &[member]);
        }
    }
    assert_eq!(house.permissions(&role).await, ["invoice:org:read"]);
}

#[tokio::test]
async fn an_unknown_role_gets_and_loses_nothing() {
    let house = House::new().await;
    let role = house.role("Clerk").await;
    let second = house.client.found(&house.owner, "Second").await;
    let foreign = house.client.make_role(&house.owner, &second, "Clerk").await;
    house
        .client
        .grant(&house.owner, &second, &foreign, "invoice:org:read")
        .await
        .expect(200);
    let mut ids = no_identifiers(&role);
    ids.extend([foreign.clone(), second.clone(), user_id(&house.owner)]);
    for id in &ids {
        for path in [BIND, UNBIND] {
            let refused = house.post(path, &binding(id, "invoice:org:read")).await;
            refused.expect_engine_error(409, &["Error"]);
        }
    }
    // Nor do those of others through the home organization.
    let admin = house.client.admin().await;
    for path in [BIND, UNBIND] {
        let body = binding(&foreign, "invoice:org:read");
        let refused = house.client.call_in(HOME, Method::POST, path, &admin, &body).await;
        refused.expect_engine_error(409, &["Error"]);
    }
    let path = permissions_of(&foreign);
    let listed = house
        .client
        .call_in(&second, Method::GET, &path, &house.owner, &Value::Null)
        .await;
    assert_eq!(names_of(&listed.expect(200).json()), ["invoice:org:read"]);
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

/// H07: the original bound the first permission that matched what was there.
#[tokio::test]
async fn what_is_missing_matches_nothing() {
    let house = House::new().await;
    let role = house.role("Clerk").await;
    let other = house.role("Another").await;
    house.grant(&other, "invoice:org:read").await;
    for (body, keys) in [
        (json!({ "role_id": role }), vec!["Resource", "Scope", "Action"]),
        (
            json!({ "role_id": role, "resource": "invoice" }),
            vec!["Scope", "Action"],
        ),
        (
            json!({ "role_id": role, "scope": "org", "action": "read" }),
            vec!["Resource"],
        ),
    ] {
        house.post(BIND, &body).await.expect_engine_error(400, &keys);
        let refused = house.post(UNBIND, &body).await;
        refused.expect_engine_error(409, &["Error"]);
    }
    assert!(house.permissions(&role).await.is_empty());
}
