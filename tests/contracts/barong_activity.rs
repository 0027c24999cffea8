//! resource.users.activity.

use http::Method;
use rstest::rstest;
use serde_json::json;
use tests::Server;
use tests::barong::{OTHER, STRONG};
use tests::owner::Owner;
use tests::server::Table::{self, DynamoDbLocal, Embedded};

const ADA: &str = "ada@example.com";

#[rstest]
#[tokio::test]
async fn what_happened_is_listed_by_topic(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let ada = Owner::join(&server, ADA).await;
    Owner::join(&server, "bob@example.com").await;
    server.clock.advance(std::time::Duration::from_secs(1));
    let form = [
        ("old_password", STRONG),
        ("new_password", OTHER),
        ("confirm_password", OTHER),
    ];
    ada.put("/users/password", &form).await.expect(201);
    let listed = ada.get("/users/activity/password").await.expect(200);
    assert_eq!(listed.header("total"), Some("1"));
    let entries = listed.json();
    let entry = entries[0].as_object().unwrap();
    assert_eq!(entry.len(), 9);
    assert_eq!(
        (
            &entry["user_ip"],
            &entry["user_ip_country"],
            &entry["topic"],
            &entry["action"],
            &entry["result"]
        ),
        (
            &json!("127.0.0.1"),
            &json!(null),
            &json!("password"),
            &json!("password change"),
            &json!("succeed")
        )
    );
    assert_eq!(
        (&entry["data"], &entry["created_at"]),
        (&json!(null), &json!("2026-03-01T12:00:01Z"))
    );
    assert_eq!(entry["user_agent"], "-");
    let all = ada.get("/users/activity/all").await.expect(200).json();
    let all = all.as_array().unwrap();
    assert_eq!(&all[0], &entries[0]);
    assert!(
        all.iter()
            .any(|entry| entry["action"] == "signup" && entry["topic"] == "account")
    );
    let ids: Vec<u64> = all.iter().map(|entry| entry["id"].as_u64().unwrap()).collect();
    assert!(
        ids.iter().all(|id| *id < 1 << 53) && ids.is_sorted_by(|a, b| a >= b),
        "{ids:?}"
    );
    let page = ada.get("/users/activity/all?limit=1&page=2").await.expect(200);
    assert_eq!(page.header("total"), Some(all.len().to_string().as_str()));
    assert_eq!(page.json(), json!([all[1]]));
    assert_eq!(
        ada.get("/users/activity/all?page=99").await.expect(200).json(),
        json!([])
    );
    let at = |name: &str, second: i64| format!("/users/activity/all?{name}={second}");
    let second = 1_772_366_401; // 2026-03-01T12:00:01Z
    assert_eq!(
        ada.get(&at("time_from", second)).await.expect(200).json(),
        json!([all[0]])
    );
    assert_eq!(
        ada.get(&at("time_to", second)).await.expect(200).json(),
        json!(all[1..])
    );
    ada.get("/users/activity/all?result=denied")
        .await
        .expect_keys(422, &["resource.user.no_activity"]);
}

/// Who signed in by something that is no browser of people can see so.
#[tokio::test]
async fn a_sign_in_by_no_browser_is_noted() {
    const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0";
    let server = Server::start().await;
    let ada = Owner::join(&server, ADA).await;
    let barong = server.client().barong();
    for (agent, password, status) in [
        (FIREFOX, STRONG, 201),
        (FIREFOX, "wrong", 401),
        ("curl/8.5.0", STRONG, 201),
        ("curl/8.5.0", "wrong", 401),
    ] {
        server.clock.advance(std::time::Duration::from_secs(1));
        let request = barong
            .request(Method::POST, "/identity/sessions")
            .header("user-agent", agent);
        let body = json!({ "email": ADA, "password": password });
        barong.send(request.json(&body)).await.expect(status);
    }
    let listed = ada.get("/users/activity/session?limit=4").await.expect(200).json();
    let told = |entry: &serde_json::Value| {
        let data = entry["data"]
            .as_str()
            .map(|data| serde_json::from_str::<serde_json::Value>(data).unwrap());
        (entry["result"].as_str().unwrap().to_owned(), data)
    };
    let note = "Detected suspicious browser";
    assert_eq!(
        listed.as_array().unwrap().iter().map(told).collect::<Vec<_>>(),
        [
            (
                "failed".into(),
                Some(json!({ "reason": "wrong password", "note": note }))
            ),
            ("succeed".into(), Some(json!({ "note": note }))),
            ("failed".into(), Some(json!({ "reason": "wrong password" }))),
            ("succeed".into(), None),
        ]
    );
}

#[rstest]
#[case("session_", "", &["resource.user.wrong_topic"])]
#[case("otp", "", &["resource.user.no_activity"])]
#[case("all", "page=x&limit=101", &["non_integer_page", "invalid_limit"])]
#[case("all", "time_from=x&time_to=", &["resource.user.non_integer_time_from", "resource.user.empty_time_to"])]
#[case("all", "result=", &["resource.user.empty_result"])]
#[tokio::test]
async fn what_is_asked_must_make_sense(#[case] topic: &str, #[case] query: &str, #[case] keys: &[&str]) {
    let server = Server::start().await;
    let ada = Owner::join(&server, ADA).await;
    ada.get(&format!("/users/activity/{topic}?{query}"))
        .await
        .expect_keys(422, keys);
}
