//! update_role, and which roles it and delete_role know. What a role may be is in `engine_roles`.

use http::Method;
use rstest::rstest;
use serde_json::{Value, json};
use tests::server::Table::{self, DynamoDbLocal, Embedded};

use super::engine_roles::{ROLES, listed, named, one};
use super::house::{HOME, House, no_identifiers, segment};

#[rstest]
#[tokio::test]
async fn a_change_replaces_all_of_the_role(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(house) = House::on(table).await else { return };
    let body = json!({ "name": "Clerk", "description": "Writes", "extraAttrs": { "a": 1 } });
    let made = house.post(ROLES, &body).await.expect(201).json();
    let id = made["id"].as_str().unwrap();
    let body = json!({ "name": "Scribe", "description": "Writes more", "extraAttrs": { "b": 2 } });
    let changed = house.call(Method::PUT, &one(id), &body).await.expect(201).json();
    assert_eq!(
        changed,
        json!({ "id": id, "name": "Scribe", "description": "Writes more", "extraAttrs": { "b": 2 } })
    );
    assert_eq!(listed(&house, id).await["description"], "Writes more");
    // What is absent is emptied.
    let changed = house
        .call(Method::PUT, &one(id), &named("Scribe"))
        .await
        .expect(201)
        .json();
    let emptied = json!({ "id": id, "name": "Scribe", "description": "", "extraAttrs": null });
    assert_eq!(changed, emptied);
    let mut shown = listed(&house, id).await;
    shown.as_object_mut().unwrap().remove("userCount");
    assert_eq!(shown, emptied);
}

#[tokio::test]
async fn a_rename_frees_the_old_name_and_may_change_its_case() {
    let house = House::new().await;
    let role = house.role("Clerk").await;
    for name in ["CLERK", "Clerk", "Scribe"] {
        let changed = house
            .call(Method::PUT, &one(&role), &named(name))
            .await
            .expect(201)
            .json();
        assert_eq!(changed["name"], name);
        assert_eq!(listed(&house, &role).await["name"], name);
        let found = house.get(&format!("{ROLES}?role_name={name}")).await.expect(200).json();
        assert_eq!(
            found["roles"][0]["name"], name,
            "found by its new name, as it is written"
        );
    }
    house
        .post(ROLES, &named("scribe"))
        .await
        .expect_engine_error(409, &["name"]);
    let second = house.role("clerk").await;
    let renamed = house.call(Method::PUT, &one(&second), &named("SCRIBE")).await;
    renamed.expect_engine_error(409, &["name"]);
}

#[tokio::test]
async fn a_change_keeps_permissions_and_members() {
    let house = House::new().await;
    let member = house.member("reader", &["role:org:read", "invoice:own:create"]).await;
    house
        .call(Method::PUT, &one(&member.role), &named("Renamed"))
        .await
        .expect(201);
    let kept = house.permissions(&member.role).await;
    assert_eq!(kept, ["invoice:own:create", "role:org:read"]);
    assert_eq!(listed(&house, &member.role).await["userCount"], 1);
    // Also for tokens that name the role as it was called.
    let seen = house.by(&member.token, Method::GET, ROLES, &Value::Null).await;
    seen.expect(200);
    let me = house.client.me(&member.token).await.expect(200).json();
    assert_eq!(me["roles"][0]["name"], "Renamed");
}

#[tokio::test]
async fn a_system_role_is_not_changed() {
    let house = House::new().await;
    let admin = house.client.admin().await;
    let super_role = house.client.role_named(&admin, HOME, "Super Admin").await;
    let own = house.admin_role().await;
    let before = house.permissions(&own).await;
    for name in ["Owners", "Admin", "Super Admin"] {
        let changed = house.call(Method::PUT, &one(&own), &named(name)).await;
        changed.expect_engine_error(406, &["role"]);
        let path = one(&super_role);
        let changed = house
            .client
            .call_in(HOME, Method::PUT, &path, &admin, &named(name))
            .await;
        changed.expect_engine_error(406, &["role"]);
    }
    assert_eq!(listed(&house, &own).await["name"], "Admin");
    assert_eq!(house.permissions(&own).await, before);
}

#[tokio::test]
async fn an_unknown_role_is_404_and_so_is_that_of_another_organization() {
    let house = House::new().await;
    let role = house.role("A role").await;
    let second = house.client.found(&house.owner, "Second").await;
    let foreign = house.client.make_role(&house.owner, &second, "Foreign").await;
    let mut ids: Vec<String> = no_identifiers(&role).iter().map(|id| segment(id)).collect();
    ids.extend([foreign.clone(), second.clone(), tests::client::user_id(&house.owner)]);
    for id in &ids {
        let changed = house.call(Method::PUT, &one(id), &named("Another")).await;
        changed.expect_engine_error(404, &["role"]);
        let deleted = house.call(Method::DELETE, &one(id), &Value::Null).await;
        deleted.expect_engine_error(404, &["role_id"]);
    }
    // The home organization sees all roles in its list, and can touch none but its own.
    let admin = house.client.admin().await;
    for id in [&role, &foreign] {
        let changed = house
            .client
            .call_in(HOME, Method::PUT, &one(id), &admin, &named("Another"))
            .await;
        changed.expect_engine_error(404, &["role"]);
        let deleted = house
            .client
            .call_in(HOME, Method::DELETE, &one(id), &admin, &Value::Null)
            .await;
        deleted.expect_engine_error(404, &["role_id"]);
    }
    // What is no text at all names no resource.
    for id in ["%FF%FE", "%C3%28", "%80"] {
        let changed = house.call(Method::PUT, &one(id), &named("Another")).await.expect(404);
        assert!(changed.json()["errors"].is_object());
        house.call(Method::DELETE, &one(id), &Value::Null).await.expect(404);
    }
    assert_eq!(house.roles().await.len(), 2);
}
