//! permissions-create, permissions-find, permissions-find-all and permissions-delete.

use rstest::rstest;
use serde_json::{Value, json};
use tests::Server;
use tests::server::Table::{self, DynamoDbLocal, Embedded};

#[rstest]
#[tokio::test]
async fn permissions_have_numbers_from_1(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let identity = server.client().identity();
    let admin = identity.admin().await;
    identity
        .get_by(&admin, "/permissions")
        .await
        .expect_json(200, &json!([]));
    let shown = |id: i64, name: &str, description: &str| json!({ "id": id, "name": name, "description": description });
    let mut all = Vec::new();
    for (path, id, name, description) in [
        ("/permissions/create", 1, "Z", "The last letter"),
        ("/permissions", 2, "ViewLoginActivity", ""),
        ("/permissions/create", 3, "a b:c", "x"),
    ] {
        let body = json!({ "name": name, "description": description, "id": 77 });
        let made = shown(id, name, description);
        identity.post_by(&admin, path, &body).await.expect_json(200, &made);
        identity
            .get_by(&admin, &format!("/permissions/{id}"))
            .await
            .expect_json(200, &made);
        all.push(made);
    }
    identity
        .get_by(&admin, "/permissions")
        .await
        .expect_json(200, &json!(all));
    // Nothing is lost to what is refused, and nothing given twice.
    let taken = json!({ "name": "VIEWLOGINACTIVITY" });
    for path in ["/permissions/create", "/permissions"] {
        identity
            .post_by(&admin, path, &taken)
            .await
            .expect_said(409, "Already Exists");
    }
    identity
        .delete_by(&admin, "/permissions/3")
        .await
        .expect_json(200, &json!(true));
    assert_eq!(identity.make_permission(&admin, "another").await, 4);
    let numbers: Vec<Value> = (5..=12).map(Value::from).collect();
    for number in &numbers {
        assert_eq!(
            identity.make_permission(&admin, &format!("p{number}")).await,
            number.as_i64().unwrap()
        );
    }
    let listed = identity.get_by(&admin, "/permissions").await.json();
    let listed: Vec<Value> = listed.as_array().unwrap().iter().map(|it| it["id"].clone()).collect();
    assert_eq!(listed[..3], [json!(1), json!(2), json!(4)]);
    assert_eq!(listed[3..], numbers);
}

#[tokio::test]
async fn what_is_no_permission_is_404_and_what_is_no_number_400() {
    let server = Server::start().await;
    let identity = server.client().identity();
    let admin = identity.admin().await;
    for unknown in ["1", "0", "-1", "9223372036854775807", "-9223372036854775808"] {
        let path = format!("/permissions/{unknown}");
        identity.get_by(&admin, &path).await.expect_said(404, "Not Found");
        identity.delete_by(&admin, &path).await.expect_json(404, &json!(false));
    }
    for broken in [
        "x",
        "1.0",
        "01",
        "+1",
        "9223372036854775808",
        tests::identity::NOBODY,
        "%ff",
    ] {
        let path = format!("/permissions/{broken}");
        identity.get_by(&admin, &path).await.expect_said(400, "Invalid Request");
        identity
            .delete_by(&admin, &path)
            .await
            .expect_said(400, "Invalid Request");
    }
}

#[rstest]
#[tokio::test]
async fn a_permission_that_goes_leaves_every_role(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let identity = server.client().identity();
    let admin = identity.admin().await;
    let read = identity.make_permission(&admin, "ReadBooks").await;
    let write = identity.make_permission(&admin, "WriteBooks").await;
    let (ada, token) = identity.join("ada@example.com").await;
    // More roles than one commit changes.
    let mut roles = Vec::new();
    for n in 0..23 {
        let (uid, number) = identity.make_role(&admin, &format!("Clerk {n}")).await;
        identity.add(&admin, number, read).await.expect(200);
        identity.add(&admin, number, write).await.expect(200);
        roles.push(uid);
    }
    identity.grant(&admin, roles[22].as_str(), &ada).await.expect(200);
    assert_eq!(identity.has(&token, &ada).await.1, ["ReadBooks", "WriteBooks"]);
    identity
        .delete_by(&admin, &format!("/permissions/{read}"))
        .await
        .expect_json(200, &json!(true));
    identity
        .delete_by(&admin, &format!("/permissions/{read}"))
        .await
        .expect_json(404, &json!(false));
    assert_eq!(identity.has(&token, &ada).await.1, ["WriteBooks"]);
    let all = identity.get_by(&admin, "/roles").await.json();
    for role in &all.as_array().unwrap()[2..] {
        assert_eq!(role["permissions"].as_array().unwrap().len(), 1, "{role}");
        assert_eq!(role["permissions"][0]["id"], write);
    }
    identity
        .add(&admin, roles[0].as_str(), read)
        .await
        .expect_json(404, &json!(false));
    // One of the same name is another one, which nobody has.
    assert_eq!(identity.make_permission(&admin, "ReadBooks").await, write + 1);
    assert_eq!(identity.has(&token, &ada).await.1, ["WriteBooks"]);
}
