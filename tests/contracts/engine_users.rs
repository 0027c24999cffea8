//! list_users.

use std::time::Duration;

use http::Method;
use rstest::rstest;
use serde_json::{Value, json};
use tests::Tenant;
use tests::client::user_id;
use tests::server::Table::{self, DynamoDbLocal, Embedded};
use tests::tenant::FOUNDER;

pub const PATH: &str = "/api/v1/users";

/// The names on a page, in its order.
pub fn names(page: &Value) -> Vec<&str> {
    let users = page["users"].as_array().unwrap().iter();
    users.map(|user| user["username"].as_str().unwrap()).collect()
}

/// What an administrator sees with this query.
pub async fn page(tenant: &Tenant, query: &str) -> Value {
    let page = tenant.get(&format!("{PATH}?{query}"), &tenant.admin).await;
    page.expect(200).json()
}

/// Ada and four people with telling names, who all have one role.
pub async fn crowd(tenant: &Tenant) -> String {
    let role = tenant.role("the crowd", &[]).await;
    for (email, first, last) in [
        ("bob@example.com", "Robert", "Zimmer"),
        ("Carl_50%@example.com", "Carl", "von Linné"),
        ("dora@other.example", "Bobby", "Zulu"),
        ("eve@example.com", "ÉVELYNE", "50% off"),
    ] {
        tenant.server.clock.advance(Duration::from_secs(1));
        tenant.named(email, first, last, &role).await;
    }
    role
}

#[rstest]
#[tokio::test]
async fn shows_every_member_of_the_shape(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(tenant) = Tenant::on(table).await else { return };
    let role = tenant.role("the crowd", &[]).await;
    tenant.server.clock.advance(Duration::from_millis(1500));
    let bob = tenant.named("Bob@example.com", "Bob", "Byron", &role).await;
    let page = page(&tenant, "").await;
    assert_eq!(
        page,
        json!({
            "users": [
                {
                    "id": user_id(&bob),
                    "username": "Bob@example.com",
                    "firstName": "Bob",
                    "lastName": "Byron",
                    "email": "Bob@example.com",
                    "status": "pending",
                    "roles": [{ "id": role, "name": "the crowd" }],
                    "lastLogin": "2026-03-01T12:00:01.500Z",
                    "activeSessions": 1,
                },
                {
                    "id": user_id(&tenant.admin),
                    "username": FOUNDER,
                    "firstName": "Ada",
                    "lastName": "Lovelace",
                    "email": FOUNDER,
                    "status": "pending",
                    "roles": [{ "id": page["users"][1]["roles"][0]["id"], "name": "Admin" }],
                    "lastLogin": "2026-03-01T12:00:00.000Z",
                    "activeSessions": 1,
                },
            ],
            "total": 2,
            "page": 1,
            "page_size": 10,
        })
    );
}

#[rstest]
#[tokio::test]
async fn pages_are_cut_and_echoed(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(tenant) = Tenant::on(table).await else { return };
    crowd(&tenant).await;
    let all = [
        "eve@example.com",
        "dora@other.example",
        "Carl_50%@example.com",
        "bob@example.com",
        FOUNDER,
    ];
    for (query, rows, number, size) in [
        ("", 0..5, 1, 10),
        ("page=1&page_size=2", 0..2, 1, 2),
        ("page=2&page_size=2", 2..4, 2, 2),
        ("page=3&page_size=2", 4..5, 3, 2),
        ("page=4&page_size=2", 0..0, 4, 2),
        ("page=1000000", 0..0, 1_000_000, 10),
        ("page=1000000&page_size=1000000", 0..0, 1_000_000, 100),
        ("page_size=1000000", 0..5, 1, 100),
        ("page=0&page_size=0", 0..5, 1, 10),
        ("page=-1&page_size=-1", 0..5, 1, 10),
        ("page=two&page_size=1.5", 0..5, 1, 10),
        ("page=99999999999999999999&page_size=", 0..5, 1, 10),
        ("page=2&page_size=3&status=pending", 3..5, 2, 3),
        ("page=9&page_size=3&status=pending", 0..0, 9, 3),
    ] {
        let page = page(&tenant, query).await;
        assert_eq!(names(&page), all[rows], "{query}");
        let numbers = (&page["total"], &page["page"], &page["page_size"]);
        assert_eq!(numbers, (&json!(5), &json!(number), &json!(size)), "{query}");
    }
}

#[tokio::test]
async fn somebody_with_several_roles_counts_once_with_the_roles_of_this_organization() {
    let tenant = Tenant::start().await;
    let bob = tenant.member("bob@example.com", &["user:all:read"]).await;
    let second = tenant.role("second role", &[]).await;
    tenant.bind(&bob, &second).await;
    let other = tenant.client.found(&bob, "Elsewhere").await;
    let shown = page(&tenant, "search_prefix=bob").await;
    assert_eq!(shown["total"], 1);
    assert_eq!(page(&tenant, "").await["total"], 2);
    let mut roles: Vec<&str> = shown["users"][0]["roles"]
        .as_array()
        .unwrap()
        .iter()
        .map(|role| role["name"].as_str().unwrap())
        .collect();
    roles.sort_unstable();
    assert_eq!(roles, ["role of bob@example.com", "second role"]);
    let there = tenant
        .client
        .call_in(&other, Method::GET, PATH, &bob, &Value::Null)
        .await
        .expect(200)
        .json();
    assert_eq!(there["users"][0]["roles"][0]["name"], "Admin");
    assert_eq!(there["total"], 1);
}

#[tokio::test]
async fn sessions_in_force_are_counted_and_sign_ins_are_told_for_everybody() {
    let tenant = Tenant::start().await;
    let role = tenant.role("the crowd", &[]).await;
    let bob = tenant.named("bob@example.com", "Bob", "B", &role).await;
    tenant.server.clock.advance(Duration::from_secs(60));
    tenant.client.sign_in("bob@example.com").await;
    let third = tenant.client.sign_in("bob@example.com").await;
    tenant
        .client
        .call(Method::POST, "/api/v1/signout", &third)
        .await
        .expect(200);
    let users = page(&tenant, "").await;
    let of = |name: &str| {
        let users = users["users"].as_array().unwrap();
        let user = users.iter().find(|user| user["username"] == name).unwrap();
        (user["activeSessions"].clone(), user["lastLogin"].clone())
    };
    assert_eq!(of("bob@example.com"), (json!(2), json!("2026-03-01T12:01:00.000Z")));
    assert_eq!(of(FOUNDER), (json!(1), json!("2026-03-01T12:00:00.000Z")));

    tenant
        .client
        .call(Method::POST, "/api/v1/signout", &bob)
        .await
        .expect(200);
    tenant.server.clock.advance(Duration::from_secs(24 * 3600));
    let admin = tenant.client.sign_in(FOUNDER).await;
    let path = format!("{PATH}?search_prefix=bob");
    let users = tenant.get(&path, &admin).await.expect(200).json();
    assert_eq!(users["users"][0]["activeSessions"], 0);
    assert_eq!(users["users"][0]["lastLogin"], "2026-03-01T12:01:00.000Z");
}

#[tokio::test]
async fn somebody_who_never_signed_in_has_the_zero_time() {
    let tenant = Tenant::start().await;
    let client = &tenant.client;
    // The identifier of somebody who never signs in is in no answer to anybody, so it is read from the table.
    client.sign_up("bob@example.com").await;
    let email = shared::accounts::Email::parse("bob@example.com").unwrap();
    let key = shared::accounts::email::EmailClaim::key(&email);
    let [claim] = tenant.server.app().store.get([key]).await.unwrap();
    let bob = claim.unwrap()["user_id"].as_s().unwrap().clone();
    let role = tenant.role("the crowd", &[]).await;
    client.bind(&tenant.admin, &tenant.org, &bob, &role).await.expect(200);
    let page = page(&tenant, "search_prefix=bob").await;
    assert_eq!(page["users"][0]["lastLogin"], "0001-01-01T00:00:00Z");
    assert_eq!(page["users"][0]["activeSessions"], 0);
}

#[tokio::test]
async fn with_scope_own_one_sees_oneself_and_nobody_else() {
    let tenant = Tenant::start().await;
    crowd(&tenant).await;
    let role = tenant.role("only myself", &["user:own:read"]).await;
    let fay = tenant.named("fay@example.com", "Fay", "Wray", &role).await;
    let crowd = "role_id=the%20crowd";
    for (query, total, rows) in [
        ("", 1, 1),
        ("page_size=100&search_prefix=f", 1, 1),
        ("page=2", 1, 0),
        ("search_prefix=b", 0, 0),
        ("status=inactive", 0, 0),
        ("role_id=only%20myself", 1, 1),
        (crowd, 0, 0),
    ] {
        let page = tenant.get(&format!("{PATH}?{query}"), &fay).await.expect(200).json();
        assert_eq!((&page["total"], names(&page).len()), (&json!(total), rows), "{query}");
        assert!(names(&page).iter().all(|name| *name == "fay@example.com"));
    }
    // A wider grant beside it counts.
    let wider = tenant.role("my group", &["user:associated:read"]).await;
    tenant.bind(&fay, &wider).await;
    assert_eq!(tenant.get(PATH, &fay).await.expect(200).json()["total"], 6);
}
