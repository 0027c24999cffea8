//! Who may administrate on barong's surface: permissions of a role first, then what the role is able to do.

use http::Method;
use serde_json::json;
use tests::{Administrator, Server};

/// admin.levels.list.
#[tokio::test]
async fn levels_are_those_that_are_configured() {
    let server = Server::start().await;
    let admin = Administrator::first(&server).await;
    let wanted = json!([
        { "id": 1, "key": "email", "value": "verified" },
        { "id": 2, "key": "phone", "value": "verified" },
        { "id": 3, "key": "document", "value": "verified" },
    ]);
    assert_eq!(admin.get("/levels").await.expect(200).json(), wanted);
}

#[tokio::test]
async fn nobody_comes_in_without_a_role_that_may() {
    let server = Server::start().await;
    let client = server.client();
    for base in ["/api/v2", "/api/v2/barong"] {
        let answer = client.get(&format!("{base}/admin/levels")).await;
        answer.expect_keys(401, &["authz.invalid_session"]);
        let token = client.request(Method::GET, &format!("{base}/admin/levels"));
        let answer = client.send(token.header("authorization", "Bearer x.y.z")).await;
        answer.expect_keys(401, &["jwt.decode_and_verify"]);
    }
    let member = Administrator::new(&server, "member@example.com", "member").await;
    member
        .get("/levels")
        .await
        .expect_keys(401, &["authz.invalid_permission"]);
    let nothing = member.client.request(Method::PATCH, "/api/v2/admin/levels");
    assert_eq!(member.client.send(nothing).await.status, 405);
}
