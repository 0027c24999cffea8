//! roles-grant and roles-revoke.

use http::Method;
use rstest::rstest;
use serde_json::{Value, json};
use tests::client::user_id;
use tests::identity::{ADMIN_ROLE, NOBODY, uid_of, ulid_of};
use tests::server::Table::{self, DynamoDbLocal, Embedded};
use tests::{PASSWORD, Server};

use super::house::HOME;

#[rstest]
#[tokio::test]
async fn a_role_is_granted_and_revoked(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let identity = server.client().identity();
    let admin = identity.admin().await;
    let (uid, number) = identity.make_role(&admin, "Clerk").await;
    let (other, _) = identity.make_role(&admin, "Usher").await;
    let (ada, token) = identity.join("ada@example.com").await;
    let (yes, no) = (json!(true), json!(false));
    identity.grant(&admin, number, &ada).await.expect_json(200, &yes);
    identity
        .grant(&admin, other.as_str(), &ada.to_uppercase())
        .await
        .expect_json(200, &yes);
    // Twice is still true, and once.
    identity.grant(&admin, uid.as_str(), &ada).await.expect_json(200, &yes);
    assert_eq!(identity.has(&token, &ada).await.0, ["Clerk", "Usher"]);
    let found = identity.get_by(&token, &format!("/users/{ada}")).await.json();
    assert_eq!(found["roles"][0], json!({ "id": number, "uid": uid, "name": "Clerk" }));
    identity.revoke(&admin, uid.as_str(), &ada).await.expect_json(200, &yes);
    identity.revoke(&admin, number, &ada).await.expect_json(404, &no);
    assert_eq!(identity.has(&token, &ada).await.0, ["Usher"]);
    identity
        .revoke(&admin, other.as_str(), &ada)
        .await
        .expect_json(200, &yes);
    identity
        .revoke(&admin, other.as_str(), &ada)
        .await
        .expect_json(404, &no);
    assert_eq!(identity.has(&token, &ada).await.0, [""; 0]);
}

#[rstest]
#[tokio::test]
async fn what_is_not_there_is_404_false(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let identity = server.client().identity();
    let admin = identity.admin().await;
    let (uid, number) = identity.make_role(&admin, "Clerk").await;
    let (ada, _) = identity.join("ada@example.com").await;
    for (role, user) in [
        (json!(NOBODY), ada.as_str()),
        (json!(number + 1), &ada),
        (json!(0), &ada),
        (json!(uid), NOBODY),
        (json!(number), NOBODY),
    ] {
        identity
            .grant(&admin, role.clone(), user)
            .await
            .expect_json(404, &json!(false));
        identity
            .revoke(&admin, role, user)
            .await
            .expect_json(404, &json!(false));
    }
}

/// The user is told, as by engine.
#[tokio::test]
async fn whoever_gets_a_role_is_told() {
    let server = Server::start().await;
    let identity = server.client().identity();
    let admin = identity.admin().await;
    let (uid, _) = identity.make_role(&admin, "Clerk").await;
    let (ada, _) = identity.join("ada@example.com").await;
    let before = identity.0.mails("ada@example.com").await.len();
    identity.grant(&admin, uid.as_str(), &ada).await.expect(200);
    identity.grant(&admin, uid.as_str(), &ada).await.expect(200);
    let mails = identity.0.mails("ada@example.com").await;
    assert_eq!(mails.len(), before + 1);
    let texts: Vec<&str> = mails.iter().filter_map(|mail| mail["text"].as_str()).collect();
    assert!(texts.iter().any(|text| text.contains("Clerk")), "{texts:?}");
}

/// Whoever waits for its activation may be given a role, and has it when it comes.
#[tokio::test]
async fn a_role_waits_for_an_activation() {
    let server = Server::start().await;
    let identity = server.client().identity();
    let admin = identity.admin().await;
    let (uid, _) = identity.make_role(&admin, "Clerk").await;
    identity.register("bob@example.com").await;
    let link = identity.link("bob@example.com").await;
    identity
        .grant(&admin, uid.as_str(), &link.uid)
        .await
        .expect_json(200, &json!(true));
    identity.activate(&link).await.expect(200);
    let token = identity.sign_in("bob@example.com", PASSWORD).await;
    assert_eq!(identity.has(&token, &link.uid).await.0, ["Clerk"]);
}

/// An administrator of this surface does not rule engine by it: roles that give engine's permissions, and its system role,
/// are for engine's administrators to give and to take.
#[rstest]
#[tokio::test]
async fn nobody_gives_more_than_this_surface_has(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let (client, identity) = (server.client(), server.client().identity());
    let (root, admin) = (client.admin().await, identity.admin().await);
    let (ada, token) = identity.join("ada@example.com").await;
    identity.grant(&admin, ADMIN_ROLE, &ada).await.expect(200);
    let (clerk, _) = identity.make_role(&token, "Clerk").await;
    let reader = client.make_role(&root, HOME, "Reader").await;
    client.grant(&root, HOME, &reader, "user:all:read").await.expect(200);
    let reader = uid_of(&reader);
    let roles = identity.get_by(&token, "/roles").await.json();
    let super_admin = roles[0]["uid"].as_str().unwrap();
    let (bob, _) = identity.join("bob@example.com").await;
    for role in [reader.as_str(), super_admin] {
        for user in [&bob, &ada] {
            identity.grant(&token, role, user).await.expect_said(403, "Forbidden");
        }
        identity.grant(&admin, role, &bob).await.expect_json(200, &json!(true));
    }
    identity
        .revoke(&token, super_admin, &bob)
        .await
        .expect_said(403, "Forbidden");
    // What is this surface's it may: also its own role.
    identity
        .grant(&token, clerk.as_str(), &bob)
        .await
        .expect_json(200, &json!(true));
    identity
        .grant(&token, ADMIN_ROLE, &bob)
        .await
        .expect_json(200, &json!(true));
    identity
        .revoke(&token, ADMIN_ROLE, &bob)
        .await
        .expect_json(200, &json!(true));
    // And nobody gets engine's permissions by naming one of them.
    for name in [
        "user:all:write",
        "USER:all:write",
        " session:all:read ",
        "role:own:create",
        "Role:ALL:Write",
    ] {
        let answer = identity
            .post_by(&token, "/permissions/create", &json!({ "name": name }))
            .await;
        answer.expect_said(400, "Invalid Request");
    }
}

/// On engine, who has neither system role gives none of them, and may not switch off who has it.
#[tokio::test]
async fn on_engine_the_role_is_for_those_who_have_it() {
    let server = Server::start().await;
    let (client, identity) = (server.client(), server.client().identity());
    let (root, admin) = (client.admin().await, identity.admin().await);
    let warden = client.join("warden@example.com").await;
    let warden_id = user_id(&warden);
    let role = client.make_role(&root, HOME, "Warden").await;
    for permission in ["user:all:write", "role:all:write"] {
        client.grant(&root, HOME, &role, permission).await.expect(200);
    }
    client.bind(&root, HOME, &warden_id, &role).await.expect(200);
    let (ada, _) = identity.join("ada@example.com").await;
    identity.grant(&admin, ADMIN_ROLE, &ada).await.expect(200);
    let (ada, admin_role) = (ulid_of(&ada), ulid_of(ADMIN_ROLE));
    let refused = client.bind(&warden, HOME, &warden_id, &admin_role).await;
    refused.expect_engine_error(403, &["Error"]);
    let refused = client.unbind(&warden, HOME, &ada, &admin_role).await;
    refused.expect_engine_error(403, &["Error"]);
    let refused = client.invite(&warden, HOME, "new@example.com", &admin_role).await;
    assert_eq!(refused.status, 403);
    let off = format!("/api/v1/users/{ada}/deactivate");
    let refused = client.call_in(HOME, Method::PUT, &off, &warden, &Value::Null).await;
    assert_eq!(refused.status, 403);
    let refused = client
        .call_in(
            HOME,
            Method::DELETE,
            &format!("/api/v1/roles/{admin_role}"),
            &root,
            &Value::Null,
        )
        .await;
    refused.expect_engine_error(400, &["role"]);
    let changed = json!({ "name": "Janitor" });
    let refused = client
        .call_in(
            HOME,
            Method::PUT,
            &format!("/api/v1/roles/{admin_role}"),
            &root,
            &changed,
        )
        .await;
    assert!(refused.status.is_client_error());
    let refused = client.grant(&root, HOME, &admin_role, "user:all:read").await;
    refused.expect_engine_error(409, &["Error"]);
}
