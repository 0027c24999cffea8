//! What identity-server's operations on roles and permissions cost at the table.

use rstest::rstest;
use serde_json::{Value, json};
use tests::client::user_id;
use tests::identity::uid_of;
use tests::server::Table::{self, DynamoDbLocal, Embedded};

use super::meter::{Cost, Metered};
use super::operations::hold;

/// What each operation costs. In this order, so that each finds what it needs.
pub async fn costs(metered: &Metered) -> Vec<(&'static str, Cost)> {
    let (client, identity) = (metered.server.client(), metered.server.client().identity());
    let mut costs = Vec::new();
    macro_rules! measure {
        ($name:literal, $status:literal, $act:expr) => {{
            let (answer, cost) = metered.cost($act).await;
            costs.push(($name, cost));
            answer.expect($status)
        }};
    }
    let admin = identity.admin().await;
    let ada = uid_of(&user_id(&client.join("holder@example.com").await));
    let bob = uid_of(&user_id(&client.join("another@example.com").await));
    let post = async |path: &str, body: Value| identity.post_by(&admin, path, &body).await;
    let get = async |path: &str| identity.get_by(&admin, path).await;
    measure!(
        "permissions-create",
        200,
        post("/permissions/create", json!({ "name": "ReadBooks" }))
    );
    measure!(
        "permissions-create, taken name",
        409,
        post("/permissions", json!({ "name": "readbooks" }))
    );
    measure!("permissions-find", 200, get("/permissions/1"));
    measure!("permissions-find-all", 200, get("/permissions"));
    let made = measure!("roles-create", 200, post("/roles/create", json!({ "name": "Clerk" })));
    let (_, uid) = made.header("location").unwrap().rsplit_once('/').unwrap();
    measure!(
        "roles-create, taken name",
        409,
        post("/roles/create", json!({ "name": "clerk" }))
    );
    let found = identity
        .get_by(&admin, &format!("/roles/{uid}"))
        .await
        .expect(200)
        .json();
    let number = found["id"].as_i64().unwrap();
    let of = |role: Value| json!({ "role_id": role, "permission_id": 1 });
    measure!(
        "roles-add-permission",
        200,
        post("/roles/add-permission", of(json!(uid)))
    );
    measure!(
        "roles-add-permission, by number, again",
        200,
        post("/roles/add-permission", of(json!(number)))
    );
    measure!("roles-find", 200, get(&format!("/roles/{uid}")));
    measure!("roles-find, by number", 200, get(&format!("/roles/{number}")));
    measure!("roles-find-all", 200, get("/roles"));
    measure!(
        "roles-remove-permission",
        200,
        post("/roles/remove-permission", of(json!(uid)))
    );
    let (usher, _) = identity.make_role(&admin, "Usher").await;
    measure!("roles-grant, to a stranger", 200, identity.grant(&admin, uid, &ada));
    measure!(
        "roles-grant, to a member",
        200,
        identity.grant(&admin, usher.as_str(), &ada)
    );
    measure!("roles-grant, again", 200, identity.grant(&admin, uid, &ada));
    client.mails("holder@example.com").await;
    measure!("roles-revoke", 200, identity.revoke(&admin, usher.as_str(), &ada));
    measure!("roles-revoke, the last one", 200, identity.revoke(&admin, uid, &ada));
    measure!(
        "roles-delete, that nobody has",
        200,
        identity.delete_by(&admin, &format!("/roles/{usher}"))
    );
    identity.grant(&admin, uid, &ada).await.expect(200);
    identity.grant(&admin, uid, &bob).await.expect(200);
    // The mailer is at work beside this, until the mails are there.
    client.mails("another@example.com").await;
    measure!(
        "roles-delete, that two have",
        200,
        identity.delete_by(&admin, &format!("/roles/{uid}"))
    );
    measure!("permissions-delete", 200, identity.delete_by(&admin, "/permissions/1"));
    costs
}

const COSTS: &[(&str, usize, &str)] = &[
    ("permissions-create", 3, "get3 | get1 | commit4"),
    ("permissions-create, taken name", 3, "get3 | get1 | commit4"),
    ("permissions-find", 2, "get3 | get1"),
    ("permissions-find-all", 2, "get3 | query"),
    ("roles-create", 3, "get3 | get1 | commit7"),
    ("roles-create, taken name", 3, "get3 | get1 | commit7"),
    ("roles-add-permission", 3, "get3 | get2 | commit3"),
    ("roles-add-permission, by number, again", 3, "get3 | get1 | get2"),
    ("roles-find", 3, "get3 | get1 | get1"),
    ("roles-find, by number", 4, "get3 | get1 | get1 | get1"),
    ("roles-find-all", 2, "get3 | query query"),
    ("roles-remove-permission", 3, "get3 | get1 | commit2"),
    ("roles-grant, to a stranger", 3, "get3 | get4 | commit7"),
    ("roles-grant, to a member", 3, "get3 | get4 | commit5"),
    ("roles-grant, again", 2, "get3 | get4"),
    ("roles-revoke", 3, "get3 | get3 | commit4"),
    ("roles-revoke, the last one", 3, "get3 | get3 | commit6"),
    ("roles-delete, that nobody has", 3, "get3 | get1 | commit7"),
    (
        "roles-delete, that two have",
        6,
        "get3 | get1 | commit5 | query | get2 | commit11",
    ),
    ("permissions-delete", 4, "get3 | get1 | query | commit4"),
];

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_each_operation_on_roles_costs(#[values(Embedded, DynamoDbLocal)] table: Table) {
    hold("off", table, costs, COSTS).await;
}
