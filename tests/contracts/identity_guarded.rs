//! Roles and permissions are for administrators of this surface, before anything of the request is looked at.

use http::Method;
use rstest::rstest;
use serde_json::{Value, json};
use tests::Server;
use tests::identity::{ADMIN_ROLE, NOBODY};
use tests::server::ADMIN;
use tests::server::Table::{self, DynamoDbLocal, Embedded};

/// Every operation of the two groups.
const OPERATIONS: [(Method, &str); 13] = [
    (Method::GET, "/roles"),
    (Method::POST, "/roles/create"),
    (Method::GET, "/roles/1"),
    (Method::DELETE, "/roles/x"),
    (Method::POST, "/roles/add-permission"),
    (Method::POST, "/roles/remove-permission"),
    (Method::POST, "/roles/grant"),
    (Method::POST, "/roles/revoke"),
    (Method::GET, "/permissions"),
    (Method::POST, "/permissions"),
    (Method::POST, "/permissions/create"),
    (Method::GET, "/permissions/1"),
    (Method::DELETE, "/permissions/x"),
];

#[rstest]
#[tokio::test]
async fn without_a_token_in_force_it_is_401_and_without_the_role_403(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let (client, identity) = (server.client(), server.client().identity());
    let (_, ada) = identity.join("ada@example.com").await;
    let (_, gone) = identity.join("gone@example.com").await;
    let engine = client.sign_in("gone@example.com").await;
    let others = client.call(Method::POST, "/api/v1/signout", &engine).await;
    others.expect(200);
    let engine = client.admin().await;
    for (method, path) in OPERATIONS {
        // Neither the body nor the path is valid where there is one.
        for token in ["", "a.b.c", &format!("{gone}x"), &engine] {
            let answer = identity.call(method.clone(), path, token, &json!([])).await;
            answer.expect_said(401, "Unauthorized");
        }
        let answer = identity.call(method.clone(), path, &ada, &json!([])).await;
        answer.expect_said(403, "Forbidden");
    }
}

#[tokio::test]
async fn who_has_the_role_is_let_in_and_no_longer_when_it_is_gone() {
    let server = Server::start().await;
    let identity = server.client().identity();
    let admin = identity.admin().await;
    let (uid, ada) = identity.join("ada@example.com").await;
    identity.get_by(&ada, "/roles").await.expect_said(403, "Forbidden");
    // The token is older than the role.
    identity
        .grant(&admin, ADMIN_ROLE, &uid)
        .await
        .expect_json(200, &json!(true));
    identity.get_by(&ada, "/roles").await.expect(200);
    identity.get_by(&ada, "/users").await.expect(200);
    identity
        .revoke(&admin, ADMIN_ROLE, &uid)
        .await
        .expect_json(200, &json!(true));
    identity.get_by(&ada, "/roles").await.expect_said(403, "Forbidden");
}

/// Engine's administrator of the home organization is not by that one of this surface, though they may make themselves one.
#[tokio::test]
async fn super_admin_is_another_role() {
    let server = Server::start().await;
    let (client, identity) = (server.client(), server.client().identity());
    let (root, home) = (client.admin().await, "00000000000000000000000000");
    let super_admin = client.role_named(&root, home, "Super Admin").await;
    let heir = client.join("heir@example.com").await;
    let id = tests::client::user_id(&heir);
    client.bind(&root, home, &id, &super_admin).await.expect(200);
    let token = identity.sign_in("heir@example.com", tests::PASSWORD).await;
    identity.get_by(&token, "/roles").await.expect_said(403, "Forbidden");
    let admin = client.role_named(&heir, home, "admin").await;
    client.bind(&heir, home, &id, &admin).await.expect(200);
    identity.get_by(&token, "/roles").await.expect(200);
}

#[tokio::test]
async fn a_body_that_is_no_object_or_has_a_wrong_type_is_400() {
    let server = Server::start().await;
    let identity = server.client().identity();
    let admin = identity.admin().await;
    let uid = identity.authenticate(ADMIN, tests::server::ADMIN_PASSWORD).await.json()["uid"].clone();
    let described = [
        json!({}),
        json!({ "name": null }),
        json!({ "name": "" }),
        json!({ "name": "  " }),
        json!({ "name": 1 }),
        json!({ "name": "x".repeat(101) }),
        json!({ "name": "two\nlines" }),
        json!({ "name": "Clerk", "description": 1 }),
        json!({ "name": "Clerk", "description": "x".repeat(501) }),
    ];
    let of_role = [
        json!({ "role_id": 1 }),
        json!({ "permission_id": 1 }),
        json!({ "role_id": "1", "permission_id": 1 }),
        json!({ "role_id": 1.5, "permission_id": 1 }),
        json!({ "role_id": true, "permission_id": 1 }),
        json!({ "role_id": 1, "permission_id": "1" }),
        json!({ "role_id": 1, "permission_id": 1e30 }),
        json!({ "role_id": "x", "permission_id": 1 }),
    ];
    let of_user = [
        json!({ "role_id": 1 }),
        json!({ "user_uid": uid }),
        json!({ "role_id": 1, "user_uid": "x" }),
        json!({ "role_id": 1, "user_uid": 7 }),
        json!({ "role_id": "x", "user_uid": uid }),
        json!({ "role_id": [1], "user_uid": uid }),
        json!({ "role_id": 1, "user_uid": "01KAQ7QWZ8E4R6T2Y9V1C3B5NM" }),
    ];
    let posts: [(&str, &[Value]); 7] = [
        ("/roles/create", &described),
        ("/permissions/create", &described),
        ("/permissions", &described),
        ("/roles/add-permission", &of_role),
        ("/roles/remove-permission", &of_role),
        ("/roles/grant", &of_user),
        ("/roles/revoke", &of_user),
    ];
    for (path, bodies) in posts {
        for body in bodies {
            identity
                .post_by(&admin, path, body)
                .await
                .expect_said(400, "Invalid Request");
        }
        for text in super::house::NO_OBJECTS {
            let request = identity
                .0
                .request(Method::POST, &format!("{}{path}", tests::identity::BASE));
            let request = request.header("authorization", format!("Bearer {admin}")).body(text);
            identity.0.send(request).await.expect_said(400, "Invalid Request");
        }
    }
    // Members that nobody knows are ignored.
    let body = json!({ "name": "Clerk", "id": 99, "uid": NOBODY, "is_system": true, "permissions": [1] });
    identity
        .post_by(&admin, "/roles/create", &body)
        .await
        .expect_json(200, &json!(true));
}
