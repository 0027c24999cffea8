//! bind_permission, unbind_permission: what they take. Who may is in `engine_role_permissions`.

use http::Method;
use rstest::rstest;
use serde_json::{Value, json};
use tests::client::user_id;
use tests::server::Table::{self, DynamoDbLocal, Embedded};

use super::engine_role_permissions::{BIND, UNBIND, permissions_of};
use super::house::{HOME, House, NO_OBJECTS, binding, names_of, no_identifiers, no_texts};

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
