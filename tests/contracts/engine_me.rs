//! get_me.

use http::Method;
use rstest::rstest;
use serde_json::{Value, json};
use tests::Server;
use tests::server::Table::{self, DynamoDbLocal, Embedded};
use tests::server::{ADMIN, ADMIN_PASSWORD};

use super::members;

const HOME: &str = "00000000000000000000000000";

#[rstest]
#[tokio::test]
async fn shows_a_new_user_with_every_member(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let client = server.client();
    let token = client.join("Ada@example.com").await;
    let answer = client.me(&token).await.expect(200);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(
        answer.json(),
        json!({
            "username": "Ada@example.com",
            "isSocialAccount": false,
            "profile": {
                "firstName": "Ada",
                "lastName": "Lovelace",
                "phone": "",
                "email": "Ada@example.com",
                "avatar": null,
                "bio": "",
                "designation": "",
                "country": "",
                "timezone": "UTC",
            },
            "roles": [],
            "organizations": [],
        })
    );
}

#[rstest]
#[tokio::test]
async fn shows_roles_and_organizations(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let client = server.client();
    let token = client.sign_in_with(ADMIN, ADMIN_PASSWORD).await.expect(200).text();
    let me = client.me(&token).await.expect(200).json();
    assert_eq!(
        members(&me),
        ["isSocialAccount", "organizations", "profile", "roles", "username"]
    );
    // The second is what administrates identity-server.
    let [role, admin] = &me["roles"].as_array().unwrap()[..] else {
        panic!("two roles: {me}")
    };
    assert_eq!(admin["name"], "admin");
    assert_eq!(members(role), ["description", "extraAttrs", "name"]);
    assert_eq!(
        (&role["name"], &role["extraAttrs"]),
        (&json!("Super Admin"), &Value::Null)
    );
    assert!(role["description"].is_string());
    let [organization] = &me["organizations"].as_array().unwrap()[..] else {
        panic!("one organization: {me}")
    };
    assert_eq!(members(organization), ["id", "name"]);
    assert_eq!(organization["id"], HOME);
}

#[tokio::test]
async fn the_organization_header_has_no_effect() {
    let server = Server::start().await;
    let client = server.client();
    let token = client.sign_in_with(ADMIN, ADMIN_PASSWORD).await.expect(200).text();
    let plain = client.me(&token).await.expect(200).json();
    for organization in [HOME, "01ARZ3NDEKTSV4RRFFQ69G5FAV", "nonsense", ""] {
        let request = client.request(Method::GET, "/api/v1/me").header("x-auth", &token);
        let answer = client.send(request.header("x-organization-id", organization)).await;
        assert_eq!(answer.expect(200).json(), plain, "{organization}");
    }
}

#[tokio::test]
async fn tells_a_client_to_renew() {
    let server = Server::start().await;
    let client = server.client();
    let token = client.join("ada@example.com").await;
    // Tokens live for one hour, so every one of them is within its last hour.
    let answer = client.me(&token).await.expect(200);
    assert_eq!(answer.header("x-renew-token"), Some("true"));
    let answer = client.me("a.b.c").await.expect(401);
    assert_eq!(answer.header("x-renew-token"), None);
    let answer = client.sign_in_with("ada@example.com", "not the password").await;
    assert_eq!(answer.header("x-renew-token"), None);
}

#[tokio::test]
async fn without_a_token_in_force_it_is_401() {
    let server = Server::start().await;
    let client = server.client();
    client.get("/api/v1/me").await.expect_engine_error(401, &[]);
    for token in ["", "nonsense", "a.b", "a.b.c", "a.b.c.d", ".."] {
        client.me(token).await.expect_engine_error(401, &[]);
    }
}
