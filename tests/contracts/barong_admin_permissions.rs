//! The permission table on barong's surface: admin.permissions.list, .create, .update, .delete.

use http::Method;
use rstest::rstest;
use serde_json::{Value, json};
use tests::edge::ME;
use tests::server::Table::{self, DynamoDbLocal, Embedded};
use tests::server::{ADMIN, ADMIN_PASSWORD};
use tests::{Administrator, Server};

const PATH: &str = "/permissions";
const USERS: &str = "api/v2/barong/admin/levels";

/// Rows of the seed.
const FIRST: usize = 149;

async fn rows(admin: &Administrator) -> Vec<Value> {
    let mut rows = Vec::new();
    for page in 1.. {
        let answer = admin.get(&format!("{PATH}?page={page}")).await.expect(200);
        let part = answer.json();
        match part.as_array().unwrap().as_slice() {
            [] => break,
            part => rows.extend(part.iter().cloned()),
        }
    }
    rows
}

async fn newest(admin: &Administrator) -> Value {
    rows(admin).await.pop().unwrap()
}

fn id(row: &Value) -> String {
    row["id"].to_string()
}

#[rstest]
#[tokio::test]
async fn rows_are_listed_by_number(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let admin = Administrator::first(&server).await;
    let page = admin.get("/permissions?limit=2&page=2").await.expect(200);
    for (name, value) in [("total", "149"), ("page", "2"), ("per-page", "2")] {
        assert_eq!(page.header(name), Some(value));
    }
    assert!(page.header("link").unwrap().contains("page=75>; rel=\"last\""));
    let page = page.json();
    assert_eq!([&page[0]["id"], &page[1]["id"]], [3, 4]);
    let row = &page[0];
    assert_eq!(
        [&row["role"], &row["verb"], &row["path"], &row["action"], &row["topic"]],
        [
            &json!("superadmin"),
            &json!("GET"),
            &json!("assets"),
            &json!("ACCEPT"),
            &Value::Null
        ]
    );
    let at = row["created_at"].as_str().unwrap();
    assert!(at.len() == 20 && at.ends_with('Z') && row["updated_at"] == at);
    assert_eq!(rows(&admin).await.len(), FIRST);
    let wrong = admin.get("/permissions?page=0&limit=101").await;
    wrong.expect_keys(422, &["non_positive_page", "invalid_limit"]);
}

#[rstest]
#[tokio::test]
async fn a_row_acts_on_the_next_request_and_goes_with_the_next(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let (client, admin) = (server.client(), Administrator::first(&server).await);
    let member = client.barong().join("ada@example.com").await;
    client.ask(Method::GET, USERS, &member).await.expect(401);
    let form = [
        ("role", "member"),
        ("verb", "gEt"),
        ("path", "/api/v2/barong/admin"),
        ("action", "Accept"),
    ];
    let made = admin.post(PATH, &form).await.expect(201);
    assert_eq!(made.json(), json!(201));
    client.ask(Method::GET, USERS, &member).await.expect_token();
    let row = newest(&admin).await;
    assert_eq!(
        [&row["role"], &row["verb"], &row["path"], &row["action"]],
        ["member", "GET", "api/v2/barong/admin", "ACCEPT"]
    );
    // There may be several of the same.
    admin.post(PATH, &form).await.expect(201);
    assert_eq!(rows(&admin).await.len(), FIRST + 2);
    admin
        .delete(PATH, &[("id", &id(&newest(&admin).await))])
        .await
        .expect(204);

    server.clock.advance(std::time::Duration::from_secs(5));
    let number = id(&row);
    let changed = admin
        .put(PATH, &[("id", &number), ("verb", "post"), ("topic", "Levels")])
        .await;
    assert_eq!(changed.expect(200).json(), json!(200));
    client.ask(Method::GET, USERS, &member).await.expect(401);
    client.ask(Method::POST, USERS, &member).await.expect_token();
    let now = newest(&admin).await;
    assert_eq!(
        [&now["verb"], &now["path"], &now["topic"]],
        ["POST", "api/v2/barong/admin", "Levels"]
    );
    assert!(now["created_at"] == row["created_at"] && now["updated_at"] != row["updated_at"]);

    // The number may stand in the query.
    admin.delete(&format!("{PATH}?id={number}"), &[]).await.expect(204);
    client.ask(Method::POST, USERS, &member).await.expect(401);
    let gone = [("id", number.as_str())];
    admin
        .delete(PATH, &gone)
        .await
        .expect_keys(404, &["admin.permission.doesnt_exist"]);
    admin
        .put(PATH, &gone)
        .await
        .expect_keys(404, &["admin.permission.doesnt_exist"]);
    assert_eq!(rows(&admin).await.len(), FIRST);
    // A number is not given again.
    admin.post(PATH, &form).await.expect(201);
    assert_eq!(newest(&admin).await["id"], json!(FIRST + 3));
    client.ask(Method::GET, ME, &member).await.expect_token();
}

#[tokio::test]
async fn statuses_are_those_that_are_configured() {
    let server = Server::setup().env("BARONG_STATUS_CODES", "runtime").start().await;
    let entered = server.client().barong().enter(ADMIN, ADMIN_PASSWORD).await;
    let admin = Administrator {
        client: server.client(),
        session: entered.expect_session(200),
    };
    let form = [("role", "member"), ("verb", "get"), ("path", "api"), ("action", "drop")];
    assert_eq!(admin.post(PATH, &form).await.expect(200).json(), json!(200));
    let gone = admin.delete(PATH, &[("id", &id(&newest(&admin).await))]).await;
    assert_eq!(gone.expect(200).json(), json!(200));
}

#[tokio::test]
async fn what_is_wrong_with_a_row_is_said_together() {
    let server = Server::start().await;
    let admin = Administrator::first(&server).await;
    let missing = |name: &str| format!("admin.permission.missing_{name}");
    let empty = |name: &str| format!("admin.permission.empty_{name}");
    let names = ["role", "verb", "path", "action"];
    let keys: Vec<String> = names.iter().flat_map(|name| [missing(name), empty(name)]).collect();
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    admin.post(PATH, &[]).await.expect_keys(422, &keys);
    let blank = [("role", ""), ("verb", " "), ("path", ""), ("action", ""), ("topic", "")];
    let keys = ["role", "verb", "path", "action", "topic"].map(empty);
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    admin.post(PATH, &blank).await.expect_keys(422, &keys);
    let long = "x".repeat(256);
    let good = [("role", "member"), ("verb", "get"), ("path", "api"), ("action", "drop")];
    let but =
        |name: &str, value: &'static str| good.map(|(known, was)| (known, if known == name { value } else { was }));
    for (form, keys) in [
        (but("verb", "options"), &["admin.permissions.invalid_verb"][..]),
        (but("action", "all"), &["admin.permissions.invalid_action"]),
        (but("path", "//"), &["admin.permission.empty_path"]),
        (but("role", "clerk"), &["admin.permission.role_doesnt_exist"]),
        (but("role", "Member"), &["admin.permission.role_doesnt_exist"]),
    ] {
        admin.post(PATH, &form).await.expect_keys(422, keys);
    }
    let too_long = [
        ("role", "member"),
        ("verb", "get"),
        ("path", &long),
        ("action", "drop"),
        ("topic", &long),
    ];
    admin
        .post(PATH, &too_long)
        .await
        .expect_keys(422, &["path.too_long", "topic.too_long"]);
    let nested = admin
        .request(Method::POST, PATH)
        .json(&json!({ "role": ["member"], "verb": "get", "path": "api", "action": "drop" }));
    admin.client.send(nested).await.expect_keys(422, &["invalid"]);
    assert_eq!(rows(&admin).await.len(), FIRST, "nothing was made");
}

#[tokio::test]
async fn what_is_wrong_with_a_change_is_said_together() {
    let server = Server::start().await;
    let admin = Administrator::first(&server).await;
    admin.put(PATH, &[("verb", "what"), ("action", "")]).await.expect_keys(
        422,
        &[
            "admin.permission.missing_id",
            "admin.permission.empty_id",
            "admin.permissions.invalid_verb",
            "admin.permission.empty_action",
        ],
    );
    for (form, keys) in [
        (&[("id", "x")][..], &["invalid"][..]),
        (&[("id", "")], &["admin.permission.empty_id"]),
        (
            &[("id", "20"), ("action", "ALL")],
            &["admin.permissions.invalid_action"],
        ),
        (
            &[("id", "20"), ("role", "clerk")],
            &["admin.permission.role_doesnt_exist"],
        ),
        (&[("id", "20"), ("path", " ")], &["admin.permission.empty_path"]),
    ] {
        admin.put(PATH, form).await.expect_keys(422, keys);
    }
    for unknown in ["0", "-1", "999", "9223372036854775807"] {
        let answer = admin.put(PATH, &[("id", unknown)]).await;
        answer.expect_keys(404, &["admin.permission.doesnt_exist"]);
    }
    let answer = admin.put(PATH, &[("id", "9223372036854775808")]).await;
    answer.expect_keys(422, &["invalid"]);
    for (form, keys) in [
        (
            &[][..],
            &["admin.permission.missing_id", "admin.permission.empty_id"][..],
        ),
        (&[("id", "1.5")], &["invalid"]),
    ] {
        admin.delete(PATH, form).await.expect_keys(422, keys);
    }
}

/// Row 1 lets superadmins do everything below api/v2.
#[tokio::test]
async fn superadmins_cannot_lock_themselves_out() {
    let server = Server::start().await;
    let admin = Administrator::first(&server).await;
    let key = ["admin.permission.superadmin_lockout"];
    admin.delete(PATH, &[("id", "1")]).await.expect_keys(422, &key);
    for change in [
        ("action", "audit"),
        ("role", "member"),
        ("verb", "get"),
        ("path", "api/v2/peatio"),
    ] {
        admin.put(PATH, &[("id", "1"), change]).await.expect_keys(422, &key);
    }
    let drop = [
        ("role", "superadmin"),
        ("verb", "delete"),
        ("path", "api/v2/barong/admin"),
        ("action", "drop"),
    ];
    admin.post(PATH, &drop).await.expect_keys(422, &key);
    // Where another row does the same, one may go.
    let accept = [
        ("role", "superadmin"),
        ("verb", "all"),
        ("path", "api/v2/barong/admin"),
        ("action", "accept"),
    ];
    admin.post(PATH, &accept).await.expect(201);
    admin.delete(PATH, &[("id", "1")]).await.expect(204);
    let last = id(&newest(&admin).await);
    admin.delete(PATH, &[("id", &last)]).await.expect_keys(422, &key);
}

/// Rows that drop keep those out whom the seed names; abilities keep out the others, whatever rows there are.
#[tokio::test]
async fn only_superadmins_change_rows() {
    let server = Server::start().await;
    let boss = Administrator::first(&server).await;
    let key = ["authz.invalid_permission"];
    for role in ["admin", "technical", "accountant", "compliance", "support"] {
        let somebody = Administrator::new(&server, &format!("{role}@shop.example"), role).await;
        somebody.get(PATH).await.expect_keys(401, &key);
        let row = [
            ("role", role),
            ("verb", "all"),
            ("path", "api/v2/barong/admin/permissions"),
            ("action", "accept"),
        ];
        boss.post(PATH, &row).await.expect(201);
        somebody.get(PATH).await.expect_keys(401, &key);
        somebody.post(PATH, &row).await.expect_keys(401, &key);
    }
    // A row that drops is gone: what administrators are able to do is to read.
    for row in rows(&boss).await {
        let is_about = row["path"] == "api/v2/barong/admin/permissions" && row["action"] == "DROP";
        if is_about && row["role"] == "admin" {
            boss.delete(PATH, &[("id", &id(&row))]).await.expect(204);
        }
    }
    let enter = server.client().barong().sign_in("admin@shop.example").await;
    let admin = Administrator {
        client: server.client(),
        session: enter,
    };
    admin.get(PATH).await.expect(200);
    let row = [
        ("role", "admin"),
        ("verb", "all"),
        ("path", "api"),
        ("action", "accept"),
    ];
    admin
        .post(PATH, &row)
        .await
        .expect_keys(401, &["admin.ability.not_permitted"]);
    admin
        .put(PATH, &[("id", "20")])
        .await
        .expect_keys(401, &["admin.ability.not_permitted"]);
    admin
        .delete(PATH, &[("id", "20")])
        .await
        .expect_keys(401, &["admin.ability.not_permitted"]);
}
