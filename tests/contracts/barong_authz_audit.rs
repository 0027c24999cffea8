//! What barong's edge writes down: what those did whose permissions ask for it, and what was refused.

use std::time::Duration;

use http::Method;
use rstest::rstest;
use serde_json::json;
use tests::Server;
use tests::barong::{COOKIE, Session};
use tests::edge::{ME, somebody};
use tests::server::Table::{self, DynamoDbLocal, Embedded};

const ADA: &str = "ada@example.com";
const USERS: &str = "api/v2/barong/admin/users";

fn asking(server: &Server, method: Method, path: &str, session: &Session) -> reqwest::RequestBuilder {
    let request = server
        .client()
        .asking(method, path)
        .header("x-csrf-token", &session.csrf);
    request.header("cookie", format!("{COOKIE}={}", session.cookie))
}

#[rstest]
#[tokio::test]
async fn what_an_administrator_does_is_written_down(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let (client, admin) = (server.client(), somebody(&server, ADA, "superadmin").await);
    client.ask(Method::GET, USERS, &admin).await.expect_token();
    assert!(server.audits().await.is_empty(), "reading is not written down");
    let body = json!({ "uid": "ID0123456789", "state": "banned", "otp_code": "123456" });
    let request = asking(&server, Method::PUT, &format!("{USERS}?note=1"), &admin).json(&body);
    client.send(request).await.expect_token();
    let wanted = json!([{
        "uid": admin.uid, "target": "ID0123456789", "topic": "users", "action": "update", "result": "succeed",
        "ip": "127.0.0.1", "agent": "-",
        "data": { "path": USERS, "uid": "ID0123456789", "state": "banned", "otp_code": "[FILTERED]",
            // It was no browser, and what a parameter of this name says does not hide that.
            "note": "Detected suspicious browser" },
    }]);
    assert_eq!(json!(server.audits().await), wanted);
}

#[tokio::test]
async fn a_row_names_the_topic_or_the_path_does() {
    let server = Server::start().await;
    let client = server.client();
    let admin = somebody(&server, ADA, "auditor").await;
    for row in [
        "auditor all api/v2 accept",
        "auditor post api/v2/barong/admin/levels audit Heights",
        "auditor all api/v2/ audit",
    ] {
        server.permit(row).await;
    }
    for (method, path) in [
        (Method::POST, "api/v2/barong/admin/levels"),
        (Method::PATCH, "api/v2/barong/admin/levels"),
        (Method::GET, "api/v2/peatio/account"),
        (Method::DELETE, "api/v2/barong/admin/users/labels"),
        (Method::HEAD, "api/v2/barong/admin"),
    ] {
        client.ask(method, path, &admin).await.expect_token();
        server.clock.advance(Duration::from_millis(1));
    }
    let seen: Vec<_> = server
        .audits()
        .await
        .iter()
        .map(|audit| {
            format!(
                "{} {}",
                audit["topic"].as_str().unwrap(),
                audit["action"].as_str().unwrap()
            )
        })
        .collect();
    assert_eq!(
        seen,
        [
            "Heights create",
            "levels update",
            "general read",
            "users delete",
            "general system"
        ]
    );
}

#[rstest]
#[tokio::test]
async fn refusals_of_anybody_are_written_down(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let (client, member) = (server.client(), server.client().barong().join(ADA).await);
    let form = asking(&server, Method::POST, USERS, &member).header("user-agent", "");
    let form = form.header("content-type", "application/x-www-form-urlencoded");
    let answer = client.send(form.body("user_uid=ID1&password=secret")).await;
    answer.expect_keys(401, &["authz.invalid_permission"]);
    let audits = server.audits().await;
    let note = "Detected suspicious browser";
    let data = json!({ "path": USERS, "user_uid": "ID1", "password": "[FILTERED]", "note": note });
    assert_eq!((&audits[0]["result"], &audits[0]["data"]), (&json!("denied"), &data));
    assert_eq!(
        (&audits[0]["target"], &audits[0]["topic"]),
        (&json!("ID1"), &json!("users"))
    );
    // Who is nobody, and who passes without notice, is not.
    client.ask(Method::POST, ME, &member).await.expect_token();
    client.send(client.asking(Method::GET, USERS)).await.expect(401);
    assert_eq!(server.audits().await.len(), 1);
}

#[rstest]
#[case("application/json", "{\"broken")]
#[case("application/json", "[1]")]
#[case("multipart/form-data; boundary=x", "--x\r\nnothing")]
#[case("text/plain", "nothing to see")]
#[tokio::test]
async fn a_body_that_is_none_is_no_reason(#[case] kind: &str, #[case] body: &'static str) {
    let server = Server::start().await;
    let admin = somebody(&server, ADA, "superadmin").await;
    let request = asking(&server, Method::POST, &format!("{USERS}?uid=ID2"), &admin);
    let request = request.header("content-type", kind).body(body);
    server.client().send(request).await.expect_token();
    let audits = server.audits().await;
    assert_eq!((audits.len(), &audits[0]["target"]), (1, &json!("ID2")));
}
