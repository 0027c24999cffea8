//! An account that waits for its activation may do nothing, on whatever surface, whatever else is done to it.

use http::Method;
use rstest::rstest;
use serde_json::{Value, json};
use shared::accounts::State;
use tests::server::Table::{self, DynamoDbLocal, Embedded};
use tests::{Client, PASSWORD, Server, Tenant};

use super::user_with;

const BOB: &str = "bob@example.com";
const HOME: &str = "00000000000000000000000000";
const NEW: &str = "a different long phrase";

#[rstest]
#[tokio::test]
async fn does_not_sign_in_on_engine_until_it_is_activated(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let (client, identity) = (server.client(), server.client().identity());
    identity.register(BOB).await;
    let wrong = client.sign_in_with(BOB, "wrong").await.expect_engine_error(401, &[]);
    let right = client.sign_in_with(BOB, PASSWORD).await.expect_engine_error(401, &[]);
    assert_eq!(wrong.bytes, right.bytes, "engine does not say why");
    identity.activate(&identity.link(BOB).await).await.expect(200);
    client.sign_in(BOB).await;
}

/// A reset by mail shows that mail arrives, and is not what the activation waits for: the code is.
#[rstest]
#[tokio::test]
async fn a_reset_by_mail_does_not_let_it_in(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let (client, identity) = (server.client(), server.client().identity());
    identity.register(BOB).await;
    let token = client.reset_token(BOB).await;
    client.change_password(&token, BOB, NEW).await.expect(200);
    client.sign_in_with(BOB, NEW).await.expect(401);
    identity
        .authenticate(BOB, NEW)
        .await
        .expect_said(403, "User Not Active");
    identity.activate(&identity.link(BOB).await).await.expect(200);
    identity.sign_in(BOB, NEW).await;
}

async fn put(client: &Client, org: &str, token: &str, id: &str, act: &str) -> tests::Answer {
    let path = format!("/api/v1/users/{id}/{act}");
    client.call_in(org, Method::PUT, &path, token, &Value::Null).await
}

/// Anybody may make an organization and put somebody into it. That lets nobody in.
#[rstest]
#[tokio::test]
async fn an_organization_of_a_stranger_does_not_let_it_in(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(tenant) = Tenant::on(table).await else { return };
    let (client, identity) = (&tenant.client, tenant.client.identity());
    identity.register(BOB).await;
    let link = identity.link(BOB).await;
    let id = user_with(&tenant.server, &link.uid).await.id.to_string();
    let role = client.make_role(&tenant.admin, &tenant.org, "staff").await;
    client.bind(&tenant.admin, &tenant.org, &id, &role).await.expect(200);
    let shown = async || {
        let users = tenant
            .get("/api/v1/users?search_prefix=bob", &tenant.admin)
            .await
            .expect(200)
            .json();
        users["users"][0]["status"].as_str().unwrap().to_owned()
    };
    let switch = async |act: &str| put(client, &tenant.org, &tenant.admin, &id, act).await;
    assert_eq!(shown().await, "pending");
    switch("activate").await.expect_engine_error(400, &["Status"]);
    switch("deactivate").await.expect(200);
    assert_eq!(shown().await, "inactive");
    switch("deactivate").await.expect_engine_error(400, &["Status"]);
    switch("activate").await.expect(200);
    assert_eq!(shown().await, "pending");
    assert_eq!(user_with(&tenant.server, &link.uid).await.state, State::Unactivated);
    client.sign_in_with(BOB, PASSWORD).await.expect(401);

    identity.activate(&link).await.expect(200);
    assert_eq!(shown().await, "active");
    let token = identity.sign_in(BOB, PASSWORD).await;
    assert!(identity.is_live(&token).await);
}

/// The list of an organization finds it among the pending ones.
#[tokio::test]
async fn engine_shows_it_as_pending() {
    let tenant = Tenant::start().await;
    let identity = tenant.client.identity();
    identity.register(BOB).await;
    let id = user_with(&tenant.server, &identity.link(BOB).await.uid)
        .await
        .id
        .to_string();
    let role = tenant.client.make_role(&tenant.admin, &tenant.org, "staff").await;
    tenant
        .client
        .bind(&tenant.admin, &tenant.org, &id, &role)
        .await
        .expect(200);
    for (status, total) in [("pending", 2), ("active", 0), ("inactive", 0)] {
        let path = format!("/api/v1/users?status={status}");
        let users = tenant.get(&path, &tenant.admin).await.expect(200).json();
        assert_eq!(users["total"], total, "{status}");
    }
}

/// The home organization decides about accounts. What it decides confirms no address; the code still does.
#[rstest]
#[tokio::test]
async fn the_home_organization_may_let_it_in(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let (client, identity) = (server.client(), server.client().identity());
    identity.register(BOB).await;
    let link = identity.link(BOB).await;
    let id = user_with(&server, &link.uid).await.id.to_string();
    let root = client.admin().await;
    let role = client.make_role(&root, HOME, "staff").await;
    client.bind(&root, HOME, &id, &role).await.expect(200);
    put(&client, HOME, &root, &id, "deactivate").await.expect(200);
    identity.activate(&link).await.expect_json(404, &json!(false));
    put(&client, HOME, &root, &id, "activate").await.expect(200);
    identity.sign_in(BOB, PASSWORD).await;
    assert_eq!(user_with(&server, &link.uid).await.email_confirmed_at, None);
    identity.activate(&link).await.expect_json(200, &json!(true));
    let bob = user_with(&server, &link.uid).await;
    assert_eq!(
        (bob.state, bob.email_confirmed_at),
        (State::Active, Some(server.clock.read()))
    );
}

/// Somebody made it active from waiting, without the way over inactive.
#[tokio::test]
async fn the_home_organization_may_switch_it_on_at_once() {
    let server = Server::start().await;
    let (client, identity) = (server.client(), server.client().identity());
    identity.register(BOB).await;
    let id = user_with(&server, &identity.link(BOB).await.uid).await.id.to_string();
    let root = client.admin().await;
    let role = client.make_role(&root, HOME, "staff").await;
    client.bind(&root, HOME, &id, &role).await.expect(200);
    put(&client, HOME, &root, &id, "activate").await.expect(200);
    client.sign_in(BOB).await;
}
