//! get_organization.

use std::time::Duration;

use http::Method;
use serde_json::json;
use tests::client::user_id;
use tests::tenant::FOUNDER;
use tests::{Answer, Client, Tenant};

use super::members;

const PATH: &str = "/api/v1/organizations";

async fn show(client: &Client, token: &str, org: &str) -> Answer {
    client.call(Method::GET, &format!("{PATH}/{org}"), token).await
}

#[tokio::test]
async fn it_is_for_members_only() {
    let tenant = Tenant::start().await;
    let client = &tenant.client;
    let stranger = client.join("bob@example.com").await;
    show(client, &stranger, &tenant.org).await.expect_engine_error(403, &[]);
    // The home organization rules itself and nothing else.
    let root = client.admin().await;
    show(client, &root, &tenant.org).await.expect_engine_error(403, &[]);
    let headed = tenant.get(&format!("{PATH}/{}", tenant.org), &stranger).await;
    headed.expect_engine_error(403, &[]);

    let role = tenant.role("plain role", &[]).await;
    tenant.bind(&stranger, &role).await;
    show(client, &stranger, &tenant.org).await.expect(200);
    client
        .unbind(&tenant.admin, &tenant.org, &user_id(&stranger), &role)
        .await
        .expect(200);
    show(client, &stranger, &tenant.org).await.expect_engine_error(403, &[]);
}

#[tokio::test]
async fn one_that_is_not_there_is_404() {
    let tenant = Tenant::start().await;
    let long = "A".repeat(10_000);
    let user = user_id(&tenant.admin);
    let lower = tenant.org.to_lowercase();
    for id in [
        "01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "0",
        "nonsense",
        "%00",
        "%ff",
        "a%2fb",
        &long,
        &user,
        &lower,
    ] {
        let answer = show(&tenant.client, &tenant.admin, id).await;
        answer.expect_engine_error(404, &[]);
    }
}

/// Addresses are for those who may see users; everybody sees their own.
#[tokio::test]
async fn addresses_of_others_are_for_those_who_may_see_users() {
    let tenant = Tenant::start().await;
    for (email, permissions, sees) in [
        ("bob@example.com", &[][..], false),
        ("cyd@example.com", &["user:own:read"], false),
        ("dan@example.com", &["user:all:create"], false),
        ("eve@example.com", &["role:all:write"], false),
        ("fay@example.com", &["user:org:read"], true),
        ("gus@example.com", &["user:associated:update"], true),
    ] {
        tenant.server.clock.advance(Duration::from_secs(1));
        let token = tenant.member(email, permissions).await;
        let shown = show(&tenant.client, &token, &tenant.org).await.expect(200).json();
        let users = shown["users"].as_array().unwrap();
        assert_eq!(users[0]["username"], email, "the newest account first");
        assert_eq!(users[0]["profile"]["email"], email);
        let founder = users.last().unwrap();
        let address = if sees { FOUNDER } else { "" };
        assert_eq!(
            (&founder["username"], &founder["profile"]["email"]),
            (&json!(address), &json!(address)),
            "{email}"
        );
        assert_eq!(founder["profile"]["firstName"], "Ada");
        assert_eq!(
            members(founder),
            ["id", "isSocialAccount", "profile", "roles", "username"]
        );
    }
}

#[tokio::test]
async fn members_are_shown_with_their_roles_in_this_organization_only() {
    let tenant = Tenant::start().await;
    let bob = tenant.member("bob@example.com", &[]).await;
    let second = tenant.role("second role", &[]).await;
    tenant.bind(&bob, &second).await;
    tenant.client.found(&bob, "Elsewhere").await;
    let shown = show(&tenant.client, &tenant.admin, &tenant.org)
        .await
        .expect(200)
        .json();
    let users = shown["users"].as_array().unwrap();
    assert_eq!(users.len(), 2);
    let of_bob = users.iter().find(|user| user["username"] == "bob@example.com").unwrap();
    let mut names: Vec<&str> = of_bob["roles"]
        .as_array()
        .unwrap()
        .iter()
        .map(|role| role["name"].as_str().unwrap())
        .collect();
    names.sort_unstable();
    assert_eq!(names, ["role of bob@example.com", "second role"]);
    assert_eq!(members(&of_bob["roles"][0]), ["description", "isSystemRole", "name"]);
    assert_eq!(of_bob["roles"][0]["isSystemRole"], false);
}
