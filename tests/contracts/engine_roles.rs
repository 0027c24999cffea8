//! create_role, and what a role may be: for update_role as well.

use http::Method;
use rstest::rstest;
use serde_json::{Value, json};
use tests::server::Table::{self, DynamoDbLocal, Embedded};

use super::house::{HOME, House, NO_OBJECTS, no_texts};
use super::members;

pub const ROLES: &str = "/api/v1/roles";

pub fn one(role: &str) -> String {
    format!("{ROLES}/{role}")
}

pub fn named(name: &str) -> Value {
    json!({ "name": name })
}

/// A role as lists show it.
pub async fn listed(house: &House, id: &str) -> Value {
    let roles = house.roles().await;
    let role = roles.iter().find(|role| role["id"] == id);
    role.unwrap_or_else(|| panic!("no {id} in {roles:?}")).clone()
}

#[rstest]
#[tokio::test]
async fn a_new_role_is_echoed_with_its_identifier(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(house) = House::on(table).await else { return };
    let attrs = json!({ "colour": "teal", "order": [1, 2.5, null, { "deep": true }], "": "empty name" });
    let body = json!({ "name": "Book keeper", "description": "Keeps books", "extraAttrs": attrs });
    let made = house.post(ROLES, &body).await.expect(201);
    assert_eq!(made.header("content-type"), Some("application/json"));
    let made = made.json();
    assert_eq!(members(&made), ["description", "extraAttrs", "id", "name"]);
    let id = made["id"].as_str().unwrap();
    assert_eq!(id.len(), 26, "a ULID: {id}");
    assert_eq!(
        made,
        json!({ "id": id, "name": "Book keeper", "description": "Keeps books", "extraAttrs": attrs })
    );
    assert_eq!(
        listed(&house, id).await,
        json!({ "id": id, "name": "Book keeper", "description": "Keeps books", "extraAttrs": attrs, "userCount": 0 })
    );
    assert!(house.permissions(id).await.is_empty(), "a new role gives nothing");

    // A client of the original, whose answer has no identifier, looks the role up by its name.
    let found = house
        .get("/api/v1/roles?role_name=book%20keeper")
        .await
        .expect(200)
        .json();
    assert_eq!(found["roles"][0]["id"], id);
}

#[tokio::test]
async fn description_and_free_form_may_be_left_out() {
    let house = House::new().await;
    for (name, rest) in [
        ("left out", json!({})),
        ("null", json!({ "description": null, "extraAttrs": null })),
    ] {
        let mut body = json!({ "name": format!("Role {name}") });
        body.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        let made = house.post(ROLES, &body).await.expect(201).json();
        assert_eq!(
            (&made["description"], &made["extraAttrs"]),
            (&json!(""), &Value::Null),
            "{name}"
        );
        let shown = listed(&house, made["id"].as_str().unwrap()).await;
        assert_eq!(
            (&shown["description"], &shown["extraAttrs"]),
            (&json!(""), &Value::Null),
            "{name}"
        );
    }
}

/// Numbers, depth and names that a table's own types would not keep as they are.
#[rstest]
#[tokio::test]
async fn the_free_form_is_kept_verbatim(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(house) = House::on(table).await else { return };
    let mut deep = json!({ "bottom": true });
    for _ in 0..60 {
        deep = json!({ "down": deep });
    }
    for (number, attrs) in [
        json!({}),
        json!({ "one": 1.0, "tenth": 0.1, "zero": 0.0 }),
        json!({ "large": 1e300, "small": 1e-300, "max": u64::MAX, "min": i64::MIN }),
        json!({ "": { "": [] }, "a.b#c": "", "null": null }),
        json!({ "umlaut": "äöü\u{0}\u{1f511}\r\n", "\u{1f511}": [[[]]] }),
        deep,
    ]
    .into_iter()
    .enumerate()
    {
        let body = json!({ "name": format!("Role {number}"), "extraAttrs": attrs });
        let made = house.post(ROLES, &body).await.expect(201).json();
        assert_eq!(made["extraAttrs"], attrs);
        let id = made["id"].as_str().unwrap();
        assert_eq!(listed(&house, id).await["extraAttrs"], attrs);
        let changed = house.call(Method::PUT, &one(id), &body).await.expect(201).json();
        assert_eq!(changed["extraAttrs"], attrs);
    }
}

#[tokio::test]
async fn a_role_that_is_not_valid_is_400_whether_made_or_changed() {
    let house = House::new().await;
    let role = house.role("A role").await;
    let long = "x".repeat(101);
    let mut cases = vec![
        (json!({}), "Name"),
        (json!({ "name": null }), "Name"),
        (json!({ "name": "" }), "Name"),
        (json!({ "name": "abc" }), "Name"),
        (json!({ "name": "äöü" }), "Name"),
        (json!({ "name": "   abc   " }), "Name"),
        (json!({ "name": "        " }), "Name"),
        (json!({ "name": long }), "Name"),
        (json!({ "name": "x".repeat(10_000) }), "Name"),
        (
            json!({ "name": "good", "description": "x".repeat(1001) }),
            "Description",
        ),
        (json!({ "name": "good", "extraAttrs": "text" }), "extraAttrs"),
        (json!({ "name": "good", "extraAttrs": [] }), "extraAttrs"),
        (json!({ "name": "good", "extraAttrs": 1 }), "extraAttrs"),
        (json!({ "name": "good", "extraAttrs": false }), "extraAttrs"),
        (
            json!({ "name": "good", "extraAttrs": { "x": "y".repeat(20_000) } }),
            "extraAttrs",
        ),
    ];
    for wrong in no_texts() {
        cases.push((json!({ "name": wrong }), "name"));
        cases.push((json!({ "name": "good", "description": wrong }), "description"));
    }
    for (body, key) in cases {
        house.post(ROLES, &body).await.expect_engine_error(400, &[key]);
        let changed = house.call(Method::PUT, &one(&role), &body).await;
        changed.expect_engine_error(400, &[key]);
    }
    for text in NO_OBJECTS {
        house
            .call_text(Method::POST, ROLES, text)
            .await
            .expect_engine_error(400, &[]);
        house
            .call_text(Method::PUT, &one(&role), text)
            .await
            .expect_engine_error(400, &[]);
    }
    for path in [ROLES.to_owned(), one(&role)] {
        let method = if path == ROLES { Method::POST } else { Method::PUT };
        house
            .call_text(method, &path, "null")
            .await
            .expect_engine_error(400, &["Name"]);
    }
    assert_eq!(house.roles().await.len(), 2, "nothing was made");
    assert_eq!(listed(&house, &role).await["name"], "A role", "nothing was changed");
}

#[tokio::test]
async fn names_of_four_to_a_hundred_characters_will_do() {
    let house = House::new().await;
    for (name, kept) in [
        ("abcd", "abcd"),
        ("äöüß", "äöüß"),
        (
            "\u{1f511}\u{1f511}\u{1f511}\u{1f511}",
            "\u{1f511}\u{1f511}\u{1f511}\u{1f511}",
        ),
        ("  padded  ", "padded"),
        ("a # b / c % d _", "a # b / c % d _"),
        (&"x".repeat(100), &"x".repeat(100)),
    ] {
        let made = house.post(ROLES, &named(name)).await.expect(201).json();
        assert_eq!(made["name"], kept);
        let id = made["id"].as_str().unwrap();
        assert_eq!(listed(&house, id).await["name"], kept);
    }
}

#[tokio::test]
async fn what_nobody_asks_for_cannot_be_set() {
    let house = House::new().await;
    let body = json!({
        "NAME": "A role", "Description": "in any case", "EXTRAATTRS": { "a": 1 },
        "id": "01ARZ3NDEKTSV4RRFFQ69G5FAV", "role_id": "01ARZ3NDEKTSV4RRFFQ69G5FAV", "orgId": HOME, "org_id": HOME,
        "isSystemRole": true, "is_system": true, "userCount": 7, "users": 7, "created_at": "1970-01-01T00:00:00Z",
        "permissions": [{ "resource": "user", "scope": "all", "action": "write" }],
        "grants": [{ "permission": "user:all:write", "is_locked": true }],
    });
    let made = house.call_text(Method::POST, ROLES, format!("{body} and more")).await;
    let made = made.expect(201).json();
    let id = made["id"].as_str().unwrap();
    assert_eq!(
        (&made["description"], &made["extraAttrs"]),
        (&json!("in any case"), &json!({ "a": 1 }))
    );
    assert_ne!(id, "01ARZ3NDEKTSV4RRFFQ69G5FAV");
    assert_eq!(listed(&house, id).await["userCount"], 0);
    assert!(house.permissions(id).await.is_empty());
    house.call(Method::PUT, &one(id), &body).await.expect(201);
    assert!(house.permissions(id).await.is_empty());
    let deleted = house.call(Method::DELETE, &one(id), &Value::Null).await;
    deleted.expect_message("Role deleted successfully");
}

#[rstest]
#[tokio::test]
async fn a_name_is_taken_whatever_its_case(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(house) = House::on(table).await else { return };
    house.role("Clerk ä").await;
    let other = house.role("Another").await;
    for name in [
        "Clerk ä",
        "clerk ä",
        "CLERK Ä",
        "  Clerk ä ",
        // The same letters, written in another way: combined, and in full width.
        "Clerk a\u{308}",
        "\u{ff23}lerk ä",
        // Reserved, whether the organization has such a role or not.
        "Admin",
        "ADMIN",
        " admin ",
        "\u{ff21}dmin",
        "Super Admin",
        "super admin",
        "SUPER ADMIN",
    ] {
        house
            .post(ROLES, &named(name))
            .await
            .expect_engine_error(409, &["name"]);
        let renamed = house.call(Method::PUT, &one(&other), &named(name)).await;
        renamed.expect_engine_error(409, &["name"]);
    }
    assert_eq!(house.roles().await.len(), 3);
    assert_eq!(listed(&house, &other).await["name"], "Another");
}

#[tokio::test]
async fn another_organization_may_have_the_same_name() {
    let house = House::new().await;
    house.role("Clerk").await;
    let second = house.client.found(&house.owner, "Second").await;
    house.client.make_role(&house.owner, &second, "clerk").await;
    // Reserved names are reserved in the home organization as well, which has no Admin.
    let admin = house.client.admin().await;
    for name in ["Admin", "super admin"] {
        let made = house
            .client
            .call_in(HOME, Method::POST, ROLES, &admin, &named(name))
            .await;
        made.expect_engine_error(409, &["name"]);
    }
    house.client.make_role(&admin, HOME, "CLERK").await;
}
