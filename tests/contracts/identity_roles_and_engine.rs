//! Roles and grants of this surface as engine shows them, and the other way round.

use http::Method;
use rstest::rstest;
use serde_json::{Value, json};
use tests::client::user_id;
use tests::identity::{uid_of, ulid_of};
use tests::server::Table::{self, DynamoDbLocal, Embedded};
use tests::{PASSWORD, Server};

use super::house::HOME;

#[rstest]
#[tokio::test]
async fn each_surface_shows_the_grants_that_it_has_words_for(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let (client, identity) = (server.client(), server.client().identity());
    let (root, admin) = (client.admin().await, identity.admin().await);
    let (uid, number) = identity.make_role(&admin, "Clerk").await;
    let role = ulid_of(&uid);
    let read = identity.make_permission(&admin, "ReadBooks").await;
    identity.add(&admin, number, read).await.expect(200);
    client.grant(&root, HOME, &role, "role:all:read").await.expect(200);
    let ada = client.join("ada@example.com").await;
    let id = user_id(&ada);
    identity.grant(&admin, number, &uid_of(&id)).await.expect(200);

    // Engine: its own, also in what the caller may do.
    let path = format!("/api/v1/roles/{role}/permissions");
    let given = client
        .call_in(HOME, Method::GET, &path, &root, &Value::Null)
        .await
        .expect(200)
        .json();
    assert_eq!(super::house::names_of(&given), ["role:all:read"]);
    let sees = async || {
        client
            .call_in(HOME, Method::GET, "/api/v1/roles", &ada, &Value::Null)
            .await
    };
    let listed = sees().await.expect(200).json();
    let clerk = listed["roles"]
        .as_array()
        .unwrap()
        .iter()
        .find(|known| known["name"] == "Clerk")
        .unwrap();
    assert_eq!((&clerk["id"], &clerk["userCount"]), (&json!(role), &json!(1)));
    let page = client
        .call_in(HOME, Method::GET, "/api/v1/users?role_id=Clerk", &root, &Value::Null)
        .await;
    page.expect(200);
    let renewed = client
        .sign_in_with("ada@example.com", PASSWORD)
        .await
        .expect(200)
        .text();
    let me = client.me(&renewed).await.expect(200).json();
    assert_eq!(me["roles"][0]["name"], "Clerk");

    // Here: those with a number in the role, all names with the user.
    let found = identity.get_by(&admin, &format!("/roles/{number}")).await.json();
    assert_eq!(
        found["permissions"],
        json!([{ "id": read, "name": "ReadBooks", "description": "" }])
    );
    let (_, permissions) = identity.has(&admin, &uid_of(&id)).await;
    assert_eq!(permissions, ["ReadBooks", "role:all:read"]);

    // What one surface takes leaves the other's alone.
    let body = json!({ "role_id": role, "resource": "role", "scope": "all", "action": "read" });
    let taken = client
        .call_in(HOME, Method::POST, "/api/v1/roles/unbind-permission", &root, &body)
        .await;
    taken.expect(200);
    assert_eq!(sees().await.status, 403);
    assert_eq!(identity.has(&admin, &uid_of(&id)).await.1, ["ReadBooks"]);
    // Renaming keeps number and permissions; and engine takes a grant that was made here.
    let renamed = json!({ "name": "Notary" });
    client
        .call_in(HOME, Method::PUT, &format!("/api/v1/roles/{role}"), &root, &renamed)
        .await
        .expect(201);
    let found = identity.get_by(&admin, &format!("/roles/{number}")).await.json();
    assert_eq!(
        (&found["name"], &found["permissions"][0]["id"]),
        (&json!("Notary"), &json!(read))
    );
    client.unbind(&root, HOME, &id, &role).await.expect(200);
    identity
        .revoke(&admin, number, &uid_of(&id))
        .await
        .expect_json(404, &json!(false));
    let gone = client
        .call_in(
            HOME,
            Method::DELETE,
            &format!("/api/v1/roles/{role}"),
            &root,
            &Value::Null,
        )
        .await;
    gone.expect(200);
    identity
        .get_by(&admin, &format!("/roles/{number}"))
        .await
        .expect_said(404, "Not Found");
    identity
        .delete_by(&admin, &format!("/permissions/{read}"))
        .await
        .expect_json(200, &json!(true));
}

/// Engine limits what others may add somebody to; the home organization is not limited by that.
#[tokio::test]
async fn strangers_cannot_use_up_the_room_for_a_role() {
    let server = Server::start().await;
    let (client, identity) = (server.client(), server.client().identity());
    let admin = identity.admin().await;
    let (clerk, _) = identity.make_role(&admin, "Clerk").await;
    let boss = client.join("boss@example.com").await;
    let ada = client.join("ada@example.com").await;
    for n in 0..40 {
        let org = client.found(&boss, &format!("Acme {n}")).await;
        let role = client.make_role(&boss, &org, "Guest").await;
        client.bind(&boss, &org, &user_id(&ada), &role).await.expect(200);
    }
    let org = client.found(&boss, "One more").await;
    let role = client.make_role(&boss, &org, "Guest").await;
    let refused = client.bind(&boss, &org, &user_id(&ada), &role).await;
    refused.expect_engine_error(409, &["Error"]);
    let uid = uid_of(&user_id(&ada));
    identity
        .grant(&admin, clerk.as_str(), &uid)
        .await
        .expect_json(200, &json!(true));
    // A member has twenty roles in one organization at most.
    for n in 1..20 {
        let (role, _) = identity.make_role(&admin, &format!("Role {n}")).await;
        identity.grant(&admin, role.as_str(), &uid).await.expect(200);
    }
    let (role, _) = identity.make_role(&admin, "One more").await;
    identity
        .grant(&admin, role.as_str(), &uid)
        .await
        .expect_said(400, "Invalid Request");
}
