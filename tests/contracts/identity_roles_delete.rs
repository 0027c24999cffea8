//! roles-delete: the role's grants end with it.

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
async fn a_role_goes_with_its_grants(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let (client, identity) = (server.client(), server.client().identity());
    let (root, admin) = (client.admin().await, identity.admin().await);
    let (clerk, number) = identity.make_role(&admin, "Clerk").await;
    let (usher, _) = identity.make_role(&admin, "Usher").await;
    let read = identity.make_permission(&admin, "ReadBooks").await;
    identity.add(&admin, number, read).await.expect(200);
    let (ada, token) = identity.join("ada@example.com").await;
    let (bob, bobs) = identity.join("bob@example.com").await;
    identity.grant(&admin, number, &ada).await.expect(200);
    identity.grant(&admin, usher.as_str(), &ada).await.expect(200);
    identity.grant(&admin, number, &bob).await.expect(200);
    let members = async || {
        let page = client
            .call_in(HOME, Method::GET, "/api/v1/users", &root, &Value::Null)
            .await;
        page.expect(200).json()["total"].as_u64().unwrap()
    };
    assert_eq!(members().await, 3);

    identity
        .delete_by(&admin, &format!("/roles/{clerk}"))
        .await
        .expect_json(200, &json!(true));
    assert_eq!(identity.has(&token, &ada).await, (vec!["Usher".to_owned()], vec![]));
    assert_eq!(identity.has(&bobs, &bob).await, (vec![], vec![]));
    // Who had no other role belongs to the home organization no longer, on engine either.
    assert_eq!(members().await, 2);
    let organizations = async |email: &str| {
        let token = client.sign_in_with(email, PASSWORD).await.expect(200).text();
        client.me(&token).await.expect(200).json()["organizations"]
            .as_array()
            .unwrap()
            .len()
    };
    assert_eq!(organizations("ada@example.com").await, 1);
    assert_eq!(organizations("bob@example.com").await, 0);
    for reference in [clerk.clone(), number.to_string()] {
        let path = format!("/roles/{reference}");
        identity.delete_by(&admin, &path).await.expect_json(404, &json!(false));
        identity.get_by(&admin, &path).await.expect_said(404, "Not Found");
    }
    for role in [json!(clerk), json!(number)] {
        identity
            .grant(&admin, role.clone(), &ada)
            .await
            .expect_json(404, &json!(false));
        identity
            .revoke(&admin, role, &ada)
            .await
            .expect_json(404, &json!(false));
    }
    // The name is free, and nobody has the new role.
    let (again, _) = identity.make_role(&admin, "Clerk").await;
    assert_eq!(identity.has(&token, &ada).await.0, ["Usher"]);
    identity.grant(&admin, again.as_str(), &bob).await.expect(200);
    assert_eq!(members().await, 3);
}

/// More of them than one commit sees to.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_role_that_many_have_goes_as_a_whole(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let (client, identity) = (server.client(), server.client().identity());
    let admin = identity.admin().await;
    let (clerk, number) = identity.make_role(&admin, "Clerk").await;
    let mut users = Vec::new();
    for n in 0..45 {
        let email = format!("user{n}@example.com");
        client.sign_up(&email).await;
        let user = identity.authenticate(&email, PASSWORD).await.expect(200).json();
        let uid = user["uid"].as_str().unwrap().to_owned();
        identity.grant(&admin, number, &uid).await.expect(200);
        users.push(uid);
    }
    identity
        .delete_by(&admin, &format!("/roles/{number}"))
        .await
        .expect_json(200, &json!(true));
    for uid in &users {
        assert_eq!(identity.has(&admin, uid).await.0, [""; 0], "{uid}");
    }
    let root = client.admin().await;
    let page = client
        .call_in(HOME, Method::GET, "/api/v1/users", &root, &Value::Null)
        .await;
    assert_eq!(page.expect(200).json()["total"], 1);
    identity
        .delete_by(&admin, &format!("/roles/{clerk}"))
        .await
        .expect_json(404, &json!(false));
}

#[rstest]
#[tokio::test]
async fn invitations_into_it_are_revoked(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let (client, identity) = (server.client(), server.client().identity());
    let (root, admin) = (client.admin().await, identity.admin().await);
    let (clerk, _) = identity.make_role(&admin, "Clerk").await;
    client
        .invite(&root, HOME, "eve@example.com", &ulid_of(&clerk))
        .await
        .expect(201);
    let link = client.invitation_token("eve@example.com").await;
    identity
        .delete_by(&admin, &format!("/roles/{clerk}"))
        .await
        .expect_json(200, &json!(true));
    let eve = client.join("eve@example.com").await;
    client.accept(&eve, &link).await.expect(406);
    let list = client
        .call_in(HOME, Method::GET, "/api/v1/invitations", &root, &Value::Null)
        .await;
    assert_eq!(list.expect(200).json()["invitations"][0]["status"], "revoked");
}

#[tokio::test]
async fn system_roles_stay_and_what_is_not_there_is_404() {
    let server = Server::start().await;
    let identity = server.client().identity();
    let admin = identity.admin().await;
    for system in [ADMIN_ROLE, "1", "2"] {
        identity
            .delete_by(&admin, &format!("/roles/{system}"))
            .await
            .expect_said(403, "Forbidden");
    }
    for unknown in [NOBODY, "3", "0", "-1"] {
        identity
            .delete_by(&admin, &format!("/roles/{unknown}"))
            .await
            .expect_json(404, &json!(false));
    }
    for broken in ["x", "1.0", "%ff", "create"] {
        let answer = identity.delete_by(&admin, &format!("/roles/{broken}")).await;
        match broken {
            // A path of its own, which knows another method.
            "create" => answer.expect_said(405, "Method Not Allowed"),
            _ => answer.expect_said(400, "Invalid Request"),
        };
    }
}

/// Engine does not remove what somebody has; this surface also removes what engine made.
#[tokio::test]
async fn a_role_of_engine_goes_as_well() {
    let server = Server::start().await;
    let (client, identity) = (server.client(), server.client().identity());
    let (root, admin) = (client.admin().await, identity.admin().await);
    let porter = client.make_role(&root, HOME, "Porter").await;
    client.grant(&root, HOME, &porter, "role:all:read").await.expect(200);
    let ada = client.join("ada@example.com").await;
    client.bind(&root, HOME, &user_id(&ada), &porter).await.expect(200);
    let path = format!("/api/v1/roles/{porter}");
    let refused = client.call_in(HOME, Method::DELETE, &path, &root, &Value::Null).await;
    refused.expect_engine_error(400, &["role"]);
    let sees = async || {
        client
            .call_in(HOME, Method::GET, "/api/v1/roles", &ada, &Value::Null)
            .await
            .status
    };
    assert_eq!(sees().await, 200);
    identity
        .delete_by(&admin, &format!("/roles/{}", uid_of(&porter)))
        .await
        .expect_json(200, &json!(true));
    assert_eq!(sees().await, 403);
}
