//! What happened, and how often, on barong's surface: admin.activities.list, .list_admin, admin.metrics.

use std::time::Duration;

use http::Method;
use reqwest::multipart::{Form, Part};
use rstest::rstest;
use serde_json::{Value, json};
use tests::barong::STRONG;
use tests::owner::Owner;
use tests::server::Table::{self, DynamoDbLocal, Embedded};
use tests::{Administrator, Server};

const ADA: &str = "ada@example.com";
const BOB: &str = "bob@example.com";

/// A day, and what it is in seconds.
const DAY: Duration = Duration::from_secs(24 * 3600);

async fn rows(admin: &Administrator, path: &str) -> Vec<Value> {
    let answer = admin.get(path).await.expect(200);
    let rows = answer.json().as_array().unwrap().clone();
    assert!(answer.header("total").unwrap().parse::<usize>().unwrap() >= rows.len());
    rows
}

/// Each as `topic action result email`.
fn short(rows: &[Value]) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap_or("?").to_owned();
    rows.iter()
        .map(|row| {
            let who = if row["user"].is_null() {
                &row["admin"]
            } else {
                &row["user"]
            };
            let parts = [&row["topic"], &row["action"], &row["result"], &who["email"]];
            parts.map(text).join(" ")
        })
        .collect()
}

#[rstest]
#[tokio::test]
async fn what_happened_to_accounts_is_listed_the_newest_first(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let barong = server.client().barong();
    let next = || server.clock.advance(Duration::from_secs(1));
    barong.join(ADA).await;
    next();
    barong.enter(BOB, "wrong").await.expect(401);
    next();
    barong.enter(ADA, "wrong").await.expect(401);
    next();
    barong.sign_in(ADA).await;
    let signed_in = server.app().clock.now().as_second();
    next();
    // On another surface, and in another month.
    server.clock.advance(31 * DAY);
    server.client().join("eve@example.com").await;
    next();
    let admin = Administrator::first(&server).await;
    let all = rows(&admin, "/activities").await;
    let seen = short(&all);
    assert!(seen[0].starts_with("session login succeed root@"), "{seen:?}");
    let of_ada: Vec<_> = seen.iter().filter(|line| line.ends_with(ADA)).collect();
    assert_eq!(
        of_ada[..2],
        [
            "session login succeed ada@example.com",
            "session login failed ada@example.com"
        ]
    );
    // What happened in one moment has no order. Whoever confirms an address is signed in.
    let mut joined = of_ada[2..].to_vec();
    joined.sort_unstable();
    assert_eq!(
        joined,
        [
            "account confirm succeed ada@example.com",
            "account signup succeed ada@example.com",
            "session login succeed ada@example.com",
        ]
    );
    assert!(seen.contains(&"account signup succeed eve@example.com".to_owned()));
    assert!(!seen.iter().any(|line| line.ends_with(BOB)), "nobody has that address");

    let failed = all.iter().find(|row| row["result"] == "failed").unwrap();
    let members: Vec<&str> = failed.as_object().unwrap().keys().map(String::as_str).collect();
    let wanted = [
        "action",
        "created_at",
        "data",
        "result",
        "topic",
        "user",
        "user_agent",
        "user_ip",
        "user_ip_country",
    ];
    assert_eq!(members.len(), wanted.len());
    assert!(wanted.iter().all(|name| members.contains(name)), "{members:?}");
    assert_eq!(
        (&failed["user_ip"], &failed["user_agent"]),
        (&json!("127.0.0.1"), &json!("-"))
    );
    let data: Value = serde_json::from_str(failed["data"].as_str().unwrap()).unwrap();
    // Whoever calls it names no browser.
    assert_eq!(
        data,
        json!({ "note": "Detected suspicious browser", "reason": "wrong password" })
    );
    let user = failed["user"].as_object().unwrap();
    assert_eq!(
        (user.len(), &user["role"], &user["state"]),
        (8, &json!("member"), &json!("active"))
    );
    let uid = user["uid"].as_str().unwrap();

    for (query, found) in [
        (format!("?uid={uid}"), 5),
        (format!("?email={ADA}"), 5),
        ("?email=ADA@example.com".to_owned(), 5),
        (format!("?uid={uid}&email={ADA}"), 5),
        (format!("?uid={uid}&email=eve@example.com"), 0),
        (format!("?email={BOB}"), 0),
        ("?uid=ID0000000000".to_owned(), 0),
        (format!("?uid={}", "x".repeat(3000)), 0),
        (format!("?uid={uid}&topic=session"), 3),
        (format!("?uid={uid}&action=login&topic=account"), 0),
        (format!("?uid={uid}&action=signup"), 1),
        (format!("?email={ADA}&from={signed_in}"), 1),
        (format!("?email={ADA}&to={}", signed_in - 1), 4),
        (
            format!("?topic=session&action=login&from={signed_in}&to={signed_in}"),
            1,
        ),
        (format!("?from={}", i64::MAX), 0),
        (format!("?to={}", i64::MIN), 0),
        ("?from=2&to=1".to_owned(), 0),
        ("?topic=nothing".to_owned(), 0),
        (format!("?uid={uid}&limit=3&page=2"), 2),
        (format!("?uid={uid}&limit=3&page=3"), 0),
    ] {
        assert_eq!(
            rows(&admin, &format!("/activities{query}")).await.len(),
            found,
            "{query}"
        );
    }
    let page = admin.get(&format!("/activities?uid={uid}&limit=3&page=2")).await;
    assert_eq!([page.header("total"), page.header("page")], [Some("5"), Some("2")]);
}

#[tokio::test]
async fn what_cannot_be_asked_for() {
    let server = Server::start().await;
    let admin = Administrator::first(&server).await;
    for path in ["/activities", "/activities/admin"] {
        for (query, key) in [
            ("?topic[]=a", "admin.activity.non_string_topic"),
            ("?action[x]=a", "admin.activity.non_string_action"),
            ("?uid[]=a", "admin.activity.non_string_uid"),
            ("?email[]=a", "admin.activity.non_string_email"),
            ("?from=yesterday", "invalid"),
            ("?to=1.5", "invalid"),
            ("?limit=0", "invalid_limit"),
        ] {
            admin.get(&format!("{path}{query}")).await.expect_keys(422, &[key]);
        }
    }
    for (query, key) in [
        ("?target_uid[]=a", "admin.activity.non_string_target_uid"),
        ("?range=updated", "admin.activity.invalid_range"),
    ] {
        admin
            .get(&format!("/activities/admin{query}"))
            .await
            .expect_keys(422, &[key]);
    }
    admin.get("/activities/admin?range=created").await.expect(200);
    for (query, key) in [
        ("?created_from=today", "invalid"),
        ("?created_to=2026-13-01", "invalid"),
    ] {
        admin.get(&format!("/metrics{query}")).await.expect_keys(422, &[key]);
    }
}

#[rstest]
#[tokio::test]
async fn what_administrators_did_and_what_was_refused(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let next = || server.clock.advance(Duration::from_secs(1));
    let boss = Administrator::first(&server).await;
    let member = Administrator::new(&server, ADA, "member").await;
    let bob = server.client().barong().join(BOB).await;
    next();
    member.get("/levels").await.expect(401);
    next();
    let row = [("role", "member"), ("verb", "get"), ("path", "api"), ("action", "drop")];
    boss.post("/permissions", &row).await.expect(201);
    let at = server.app().clock.now().as_second();
    next();
    let about = format!("/permissions?uid={}", bob.uid);
    boss.delete(&about, &[("id", "150")]).await.expect(204);
    next();
    // A name that nobody has; and another month.
    server.clock.advance(31 * DAY);
    let boss = Administrator::first(&server).await;
    boss.delete("/permissions?user_uid=ID0000000000", &[("id", "150")])
        .await
        .expect(404);

    let all = rows(&boss, "/activities/admin").await;
    let admin = all[0]["admin"]["email"].as_str().unwrap();
    assert_eq!(
        short(&all),
        [
            format!("permissions delete succeed {admin}"),
            format!("permissions delete succeed {admin}"),
            format!("permissions create succeed {admin}"),
            format!("levels read denied {ADA}"),
        ]
    );
    let members = all[1].as_object().unwrap();
    assert_eq!(members.len(), 10);
    assert_eq!(
        (&all[1]["target"]["uid"], &all[0]["target"]),
        (&json!(bob.uid), &Value::Null)
    );
    let data: Value = serde_json::from_str(all[1]["data"].as_str().unwrap()).unwrap();
    assert_eq!((&data["id"], &data["uid"]), (&json!("150"), &json!(bob.uid)));

    for (query, found) in [
        (format!("?uid={}", member.session.uid), 1),
        (format!("?email={admin}"), 3),
        (format!("?email={admin}&target_uid={}", bob.uid), 1),
        (format!("?target_uid={}", bob.uid), 1),
        ("?target_uid=ID0000000000".to_owned(), 1),
        (format!("?target_uid={}", "x".repeat(3000)), 0),
        (format!("?uid={}&target_uid={}", member.session.uid, bob.uid), 0),
        (format!("?from={at}&to={at}"), 1),
        ("?topic=permissions&action=delete".to_owned(), 2),
        ("?topic=permissions&action=read".to_owned(), 0),
        ("?limit=3&page=2".to_owned(), 1),
    ] {
        assert_eq!(
            rows(&boss, &format!("/activities/admin{query}")).await.len(),
            found,
            "{query}"
        );
    }
    // What it is about is none of an account's.
    let of_accounts = rows(&boss, "/activities?topic=permissions").await;
    assert!(of_accounts.is_empty());
}

#[rstest]
#[tokio::test]
async fn what_happens_is_counted_by_day(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let (client, barong) = (server.client(), server.client().barong());
    let ada = Owner::join(&server, ADA).await;
    client.join("eve@example.com").await;
    barong.enter(ADA, "wrong").await.expect(401);
    barong.enter(BOB, "wrong").await.expect(401);
    let form = Form::new().text("doc_type", "Passport").text("doc_number", "1");
    let file = Part::bytes(tests::picture::png()).file_name("a.png");
    let form = form.text("doc_expire", "2030-12-31").part("upload[]", file);
    let upload = ada.request(Method::POST, "/documents").multipart(form);
    client.send(upload).await.expect(201);
    server.clock.advance(DAY);
    barong.sign_in(ADA).await;
    barong.enter(ADA, STRONG).await.expect(201);
    barong.enter(ADA, "wrong").await.expect(401);
    barong.enter(ADA, "wrong").await.expect(401);
    let admin = Administrator::first(&server).await;
    let metrics = admin.get("/metrics").await.expect(200).json();
    // The first administrator was made by nobody; Ada was signed in when she confirmed, and Eve when she joined.
    let wanted = json!({
        "signups": { "2026-03-01": 2 },
        "sucessful_logins": { "2026-03-01": 2, "2026-03-02": 3 },
        "failed_logins": { "2026-03-01": 1, "2026-03-02": 2 },
        "pending_applications": 1,
    });
    assert_eq!(metrics, wanted);
    let of =
        async |query: &str| admin.get(&format!("/metrics{query}")).await.expect(200).json()["failed_logins"].clone();
    let (first, second) = (json!({ "2026-03-01": 1 }), json!({ "2026-03-02": 2 }));
    let noon = server.app().clock.now().as_second();
    for (query, found) in [
        ("?created_to=2026-03-01".to_owned(), &first),
        ("?created_from=2026-03-02".to_owned(), &second),
        (format!("?created_from={noon}"), &second),
        (format!("?created_to={}", noon - 24 * 3600), &first),
        ("?created_from=2026-03-03".to_owned(), &json!({})),
        ("?created_from=2026-03-02&created_to=2026-03-01".to_owned(), &json!({})),
        ("?created_from=-62200000000&created_to=2026-03-01".to_owned(), &first),
    ] {
        assert_eq!(of(&query).await, *found, "{query}");
    }
}

#[tokio::test]
async fn roles_that_see_what_happened() {
    let server = Server::start().await;
    for (role, everybody, admins, metrics) in [
        ("admin", 200, 401, 200),
        ("accountant", 200, 401, 200),
        ("technical", 200, 200, 200),
        ("support", 200, 401, 200),
        ("compliance", 401, 401, 200),
        ("member", 401, 401, 401),
    ] {
        let somebody = Administrator::new(&server, &format!("{role}@shop.example"), role).await;
        for (path, status) in [
            ("/activities", everybody),
            ("/activities/admin", admins),
            ("/metrics", metrics),
        ] {
            let answer = somebody.get(path).await;
            assert_eq!(answer.status.as_u16(), status, "{role} {path}");
        }
    }
}
