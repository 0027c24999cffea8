//! roles-add-permission and roles-remove-permission.

use rstest::rstest;
use serde_json::{Value, json};
use tests::Server;
use tests::identity::{ADMIN_ROLE, Identity, NOBODY};
use tests::server::Table::{self, DynamoDbLocal, Embedded};

async fn remove(identity: &Identity, token: &str, role: impl Into<Value>, permission: i64) -> tests::Answer {
    let body = json!({ "role_id": role.into(), "permission_id": permission });
    identity.post_by(token, "/roles/remove-permission", &body).await
}

async fn given(identity: &Identity, token: &str, role: &str) -> Vec<i64> {
    let role = identity
        .get_by(token, &format!("/roles/{role}"))
        .await
        .expect(200)
        .json();
    let given = role["permissions"].as_array().unwrap().iter();
    given.map(|permission| permission["id"].as_i64().unwrap()).collect()
}

#[rstest]
#[tokio::test]
async fn a_permission_comes_and_goes(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let identity = server.client().identity();
    let admin = identity.admin().await;
    let (uid, number) = identity.make_role(&admin, "Clerk").await;
    let read = identity.make_permission(&admin, "ReadBooks").await;
    let write = identity.make_permission(&admin, "WriteBooks").await;
    let yes = json!(true);
    identity.add(&admin, number, write).await.expect_json(200, &yes);
    identity.add(&admin, uid.as_str(), read).await.expect_json(200, &yes);
    // Twice is still true, and once.
    identity.add(&admin, number, read).await.expect_json(200, &yes);
    assert_eq!(given(&identity, &admin, &uid).await, [read, write]);
    let role = identity.get_by(&admin, "/roles").await.json()[2].clone();
    let shown = json!([
        { "id": read, "name": "ReadBooks", "description": "" },
        { "id": write, "name": "WriteBooks", "description": "" },
    ]);
    assert_eq!(role["permissions"], shown);

    // Who has the role has it from the next request on, and no longer.
    let (ada, token) = identity.join("ada@example.com").await;
    identity.grant(&admin, number, &ada).await.expect(200);
    assert_eq!(identity.has(&token, &ada).await.1, ["ReadBooks", "WriteBooks"]);
    remove(&identity, &admin, uid.as_str(), read)
        .await
        .expect_json(200, &yes);
    assert_eq!(identity.has(&token, &ada).await.1, ["WriteBooks"]);
    remove(&identity, &admin, number, read)
        .await
        .expect_json(404, &json!(false));
    assert_eq!(given(&identity, &admin, &uid).await, [write]);
    identity.add(&admin, number, read).await.expect_json(200, &yes);
    assert_eq!(identity.has(&token, &ada).await.1, ["ReadBooks", "WriteBooks"]);
}

#[rstest]
#[tokio::test]
async fn what_is_not_there_is_404_false(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let identity = server.client().identity();
    let admin = identity.admin().await;
    let (uid, number) = identity.make_role(&admin, "Clerk").await;
    let read = identity.make_permission(&admin, "ReadBooks").await;
    let no = json!(false);
    for (role, permission) in [
        (json!(NOBODY), read),
        (json!(number + 1), read),
        (json!(0), read),
        (json!(-1), read),
        (json!(uid), read + 1),
        (json!(number), 0),
        (json!(number), i64::MIN),
    ] {
        identity
            .add(&admin, role.clone(), permission)
            .await
            .expect_json(404, &no);
        remove(&identity, &admin, role, permission).await.expect_json(404, &no);
    }
}

#[tokio::test]
async fn system_roles_give_what_they_give() {
    let server = Server::start().await;
    let identity = server.client().identity();
    let admin = identity.admin().await;
    let read = identity.make_permission(&admin, "ReadBooks").await;
    for role in [json!(ADMIN_ROLE), json!(1), json!(2)] {
        identity
            .add(&admin, role.clone(), read)
            .await
            .expect_said(403, "Forbidden");
        remove(&identity, &admin, role, read)
            .await
            .expect_said(403, "Forbidden");
    }
}
