//! roles-create, roles-find and roles-find-all.

use rstest::rstest;
use serde_json::{Value, json};
use tests::Server;
use tests::identity::{ADMIN_ROLE, BASE, NOBODY};
use tests::server::Table::{self, DynamoDbLocal, Embedded};

use super::members;

#[rstest]
#[tokio::test]
async fn a_role_is_made_and_named_in_location(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let identity = server.client().identity();
    let admin = identity.admin().await;
    let body = json!({ "name": " Clerk ", "description": "Keeps the books" });
    let made = identity.post_by(&admin, "/roles/create", &body).await;
    let made = made.expect_json(200, &json!(true));
    let path = made.header("location").unwrap().strip_prefix(BASE).unwrap().to_owned();
    let uid = path.strip_prefix("/roles/").unwrap();
    let wanted = json!({
        "id": 3, "uid": uid, "name": "Clerk", "description": "Keeps the books", "permissions": [],
    });
    identity.get_by(&admin, &path).await.expect_json(200, &wanted);
    // By its number, and by its uid in whatever case.
    identity.get_by(&admin, "/roles/3").await.expect_json(200, &wanted);
    let shouted = format!("/roles/{}", uid.to_uppercase());
    identity.get_by(&admin, &shouted).await.expect_json(200, &wanted);
    let all = identity.get_by(&admin, "/roles").await.expect(200).json();
    assert_eq!(all[2], wanted);
}

#[tokio::test]
async fn a_role_without_a_description_has_an_empty_one() {
    let server = Server::start().await;
    let identity = server.client().identity();
    let admin = identity.admin().await;
    // One character is enough here, and a hundred are not too many.
    for name in ["C".to_owned(), "\u{df}".repeat(100)] {
        let (uid, _) = identity.make_role(&admin, &name).await;
        let found = identity.get_by(&admin, &format!("/roles/{uid}")).await.json();
        assert_eq!((&found["name"], &found["description"]), (&json!(name), &json!("")));
    }
}

#[rstest]
#[tokio::test]
async fn a_name_is_one_roles_on_both_surfaces(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let (client, identity) = (server.client(), server.client().identity());
    let (admin, root) = (identity.admin().await, client.admin().await);
    client.make_role(&root, super::house::HOME, "Porter").await;
    identity.make_role(&admin, "Clerk").await;
    // Those of the surfaces' administrators are taken as well.
    for name in ["Clerk", "CLERK", "porter", "admin", "Admin", "Super Admin"] {
        let answer = identity
            .post_by(&admin, "/roles/create", &json!({ "name": name }))
            .await;
        answer.expect_said(409, "Already Exists");
    }
    let answer = client
        .call_in(
            super::house::HOME,
            http::Method::POST,
            "/api/v1/roles",
            &root,
            &json!({ "name": "clerk" }),
        )
        .await;
    answer.expect_engine_error(409, &["name"]);
    // In another organization the name is free, and that role is none of this surface.
    let ada = client.join("ada@example.com").await;
    let org = client.found(&ada, "Acme").await;
    let other = client.make_role(&ada, &org, "Clerk").await;
    let other = shared::ids::AsUuid(shared::ids::RoleId::parse(&other).unwrap());
    let found = identity.get_by(&admin, &format!("/roles/{other}")).await;
    found.expect_said(404, "Not Found");
    assert_eq!(
        identity.get_by(&admin, "/roles").await.json().as_array().unwrap().len(),
        4
    );
}

#[rstest]
#[tokio::test]
async fn every_role_of_the_home_organization_has_a_number(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let (client, identity) = (server.client(), server.client().identity());
    let (admin, root) = (identity.admin().await, client.admin().await);
    let (clerk, _) = identity.make_role(&admin, "Clerk").await;
    client.make_role(&root, super::house::HOME, "Porter").await;
    identity.make_role(&admin, "Usher").await;
    let list = async || identity.get_by(&admin, "/roles").await.expect(200).json();
    let shown = |all: &Value| -> Vec<(i64, String)> {
        let all = all.as_array().unwrap().iter();
        all.map(|role| (role["id"].as_i64().unwrap(), role["name"].as_str().unwrap().to_owned()))
            .collect()
    };
    let named = |numbers: &[(i64, &str)]| -> Vec<(i64, String)> {
        numbers
            .iter()
            .map(|(number, name)| (*number, (*name).to_owned()))
            .collect()
    };
    let all = list().await;
    assert_eq!(
        shown(&all),
        named(&[
            (1, "Super Admin"),
            (2, "admin"),
            (3, "Clerk"),
            (4, "Porter"),
            (5, "Usher")
        ])
    );
    assert_eq!(all[1]["uid"], ADMIN_ROLE);
    assert_eq!(members(&all[0]), ["description", "id", "name", "permissions", "uid"]);
    // What engine grants has no number.
    assert_eq!(all[0]["permissions"], json!([]));
    // A number is not given again, and none is lost to what was refused.
    let refused = identity
        .post_by(&admin, "/roles/create", &json!({ "name": "usher" }))
        .await;
    refused.expect(409);
    identity.delete_by(&admin, &format!("/roles/{clerk}")).await.expect(200);
    identity.make_role(&admin, "Clerk").await;
    assert_eq!(
        shown(&list().await),
        named(&[
            (1, "Super Admin"),
            (2, "admin"),
            (4, "Porter"),
            (5, "Usher"),
            (6, "Clerk")
        ])
    );
}

#[tokio::test]
async fn what_is_no_role_is_404_and_what_is_no_reference_400() {
    let server = Server::start().await;
    let identity = server.client().identity();
    let admin = identity.admin().await;
    for unknown in [NOBODY, "3", "0", "-1", "9223372036854775807"] {
        let answer = identity.get_by(&admin, &format!("/roles/{unknown}")).await;
        answer.expect_said(404, "Not Found");
    }
    for broken in [
        "x",
        "1.0",
        "01",
        "+1",
        "9223372036854775808",
        "00000000000000000000000001",
        "%ff",
        &ADMIN_ROLE[1..],
        &ADMIN_ROLE.replace('-', ""),
    ] {
        let answer = identity.get_by(&admin, &format!("/roles/{broken}")).await;
        answer.expect_said(400, "Invalid Request");
    }
}
