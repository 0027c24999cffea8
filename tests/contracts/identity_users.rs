//! users-find and users-find-all.

use std::time::Duration;

use http::Method;
use rstest::rstest;
use serde_json::{Value, json};
use shared::accounts::profile::Profile;
use shared::accounts::user::UidClaim;
use shared::accounts::{Email, State, sign_up};
use shared::ids::{AsUuid, Bits as _, RoleId, UserId};
use shared::store::{Commit, StoreError};
use tests::client::user_id;
use tests::identity::{NOBODY, uid_of};
use tests::server::ADMIN;
use tests::server::Table::{self, DynamoDbLocal, Embedded};
use tests::{Identity, PASSWORD, Server};

use super::members;

const ADA: &str = "Ada@example.com";
const HOME: &str = "00000000000000000000000000";

/// Three more accounts, each a moment older than the next: one of this surface, one that waits, one of engine.
async fn populated(server: &Server) -> (Identity, [String; 3]) {
    let (client, identity) = (server.client(), server.client().identity());
    let tick = || server.clock.advance(Duration::from_millis(5));
    tick();
    let (ada, _) = identity.join(ADA).await;
    tick();
    identity.register("bob@example.com").await;
    let bob = identity.link("bob@example.com").await.uid;
    tick();
    let grace = uid_of(&user_id(&client.join("grace@example.com").await));
    (identity, [ada, bob, grace])
}

fn uids(users: &Value) -> Vec<&str> {
    let users = users.as_array().unwrap().iter();
    users.map(|user| user["uid"].as_str().unwrap()).collect()
}

#[rstest]
#[tokio::test]
async fn an_administrator_sees_all_users_the_oldest_first(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let (identity, [ada, bob, grace]) = populated(&server).await;
    let admin = identity.admin().await;
    let all = identity.get_by(&admin, "/users").await.expect(200).json();
    assert_eq!(all[0]["email"], ADMIN);
    assert_eq!(uids(&all)[1..], [&ada, &bob, &grace]);
    let shown = |uid: &str, email: &str, active: bool| json!({ "uid": uid, "name": "Ada Lovelace", "email": email, "active": active, "reset_password": false });
    assert_eq!(all[1], shown(&ada, &ADA.to_lowercase(), true));
    assert_eq!(all[2], shown(&bob, "bob@example.com", false));
    assert_eq!(all[3], shown(&grace, "grace@example.com", true));
}

#[rstest]
#[tokio::test]
async fn pages_follow_each_other(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let (identity, [ada, bob, grace]) = populated(&server).await;
    let admin = identity.admin().await;
    let page = async |query: &str| {
        identity
            .get_by(&admin, &format!("/users?{query}"))
            .await
            .expect(200)
            .json()
    };
    assert_eq!(uids(&page("limit=2").await)[1..], [&ada]);
    assert_eq!(uids(&page(&format!("limit=2&after={ada}")).await), [&bob, &grace]);
    assert_eq!(
        uids(&page(&format!("after={}", ada.to_uppercase())).await),
        [&bob, &grace]
    );
    assert_eq!(uids(&page(&format!("limit=1&after={grace}")).await), [""; 0]);
    // After a uid that nobody has: who is younger than that.
    let AsUuid::<UserId>(of_ada) = AsUuid::parse(&ada).unwrap();
    let between = AsUuid(UserId::of_bits(of_ada.bits() + 1));
    assert_eq!(uids(&page(&format!("after={between}")).await), [&bob, &grace]);
    // What is no number from 1 to 100, and no uid, counts as absent.
    for query in [
        "limit=0",
        "limit=-1",
        "limit=101",
        "limit=x",
        "limit=99999999999999999999",
        "after=x",
        "after=",
    ] {
        assert_eq!(uids(&page(query).await).len(), 4, "{query}");
    }
}

#[tokio::test]
async fn a_page_has_100_users_at_most() {
    let server = Server::start().await;
    let identity = server.client().identity();
    let app = server.app();
    for n in 0..100 {
        server.clock.advance(Duration::from_millis(1));
        // What a list shows of an account, without a password.
        let email = Email::parse(&format!("u{n}@example.com")).unwrap();
        let user = sign_up::draft(app, &email, Profile::of_name("U"), State::Active);
        let mut commit = Commit::<StoreError>::new();
        commit.create(&user);
        commit.create(&UidClaim {
            uid: user.uid.clone(),
            user_id: user.id,
        });
        app.store.commit(commit).await.unwrap();
    }
    let admin = identity.admin().await;
    let first = identity.get_by(&admin, "/users").await.expect(200).json();
    assert_eq!(uids(&first).len(), 100);
    let last = uids(&first)[99].to_owned();
    let second = identity
        .get_by(&admin, &format!("/users?after={last}"))
        .await
        .expect(200)
        .json();
    assert_eq!(uids(&second).len(), 1);
}

#[rstest]
#[tokio::test]
async fn a_user_is_found_by_itself_and_by_administrators(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let identity = server.client().identity();
    let (ada, token) = identity.join(ADA).await;
    let (bob, _) = identity.join("bob@example.com").await;
    let admin = identity.admin().await;
    let found = json!({
        "uid": ada, "name": "Ada Lovelace", "email": ADA.to_lowercase(), "active": true, "reset_password": false,
        "roles": [], "permissions": [],
    });
    for token in [&token, &admin] {
        for uid in [ada.clone(), ada.to_uppercase()] {
            identity
                .get_by(token, &format!("/users/{uid}"))
                .await
                .expect_json(200, &found);
        }
    }
    for uid in [bob.as_str(), NOBODY] {
        identity
            .get_by(&token, &format!("/users/{uid}"))
            .await
            .expect_said(403, "Forbidden");
    }
    identity
        .get_by(&admin, &format!("/users/{NOBODY}"))
        .await
        .expect_said(404, "Not Found");
    for token in [&token, &admin] {
        for uid in ["abc", "1", "01KAQ7QWZ8E4R6T2Y9V1C3B5NM", "%ff"] {
            let answer = identity.get_by(token, &format!("/users/{uid}")).await;
            answer.expect_said(400, "Invalid Request");
        }
    }
}

/// What a user has through a role that engine gave it in the home organization, now.
#[rstest]
#[tokio::test]
async fn roles_and_permissions_are_those_of_the_home_organization(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let (client, identity) = (server.client(), server.client().identity());
    let engine = client.join(ADA).await;
    let id = user_id(&engine);
    let uid = uid_of(&id);
    let root = client.admin().await;
    let mut roles = Vec::new();
    for name in ["staff", "auditors"] {
        let role = client.make_role(&root, HOME, name).await;
        client.grant(&root, HOME, &role, "user:all:read").await.expect(200);
        client.bind(&root, HOME, &id, &role).await.expect(200);
        roles.push(role);
    }
    client.grant(&root, HOME, &roles[1], "role:all:read").await.expect(200);
    // A role of another organization is none here.
    let org = client.found(&engine, "Acme").await;
    let other = client.make_role(&engine, &org, "others").await;
    client.bind(&engine, &org, &id, &other).await.expect(200);

    let token = identity.sign_in(ADA, PASSWORD).await;
    let found = async || {
        identity
            .get_by(&token, &format!("/users/{uid}"))
            .await
            .expect(200)
            .json()
    };
    let user = found().await;
    assert_eq!(user["permissions"], json!(["role:all:read", "user:all:read"]));
    let shown: Vec<Vec<&str>> = user["roles"].as_array().unwrap().iter().map(members).collect();
    assert_eq!(shown, [["id", "name", "uid"]; 2]);
    let of = |name: &str| -> Vec<&Value> {
        let roles = user["roles"].as_array().unwrap().iter();
        roles.map(|role| &role[name]).collect()
    };
    assert_eq!(of("name"), ["staff", "auditors"]);
    assert!(of("id")[0].as_i64() < of("id")[1].as_i64(), "{user}");
    let uids = [0, 1].map(|n| json!(AsUuid(RoleId::parse(&roles[n]).unwrap())));
    assert_eq!(of("uid"), uids.each_ref());
    client.unbind(&root, HOME, &id, &roles[1]).await.expect(200);
    assert_eq!(found().await["permissions"], json!(["user:all:read"]));
    // Who is switched off there has none.
    let path = format!("/api/v1/users/{id}");
    client
        .call_in(HOME, Method::PUT, &format!("{path}/deactivate"), &root, &Value::Null)
        .await
        .expect(200);
    let admin = identity.admin().await;
    let user = identity
        .get_by(&admin, &format!("/users/{uid}"))
        .await
        .expect(200)
        .json();
    assert_eq!((&user["active"], &user["roles"]), (&json!(false), &json!([])));
}

#[rstest]
#[tokio::test]
async fn the_list_is_for_administrators(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let identity = server.client().identity();
    let (uid, token) = identity.join(ADA).await;
    identity.get_by(&token, "/users").await.expect_said(403, "Forbidden");
    for path in ["/users".to_owned(), format!("/users/{uid}"), "/users/abc".to_owned()] {
        identity.get(&path).await.expect_said(401, "Unauthorized");
        for token in ["", "abc", "a.b.c", &format!("{token}x")] {
            identity.get_by(token, &path).await.expect_said(401, "Unauthorized");
        }
    }
}

#[tokio::test]
async fn nothing_of_a_password_is_shown() {
    let server = Server::start().await;
    let (identity, [ada, ..]) = populated(&server).await;
    let admin = identity.admin().await;
    let found = identity
        .get_by(&admin, &format!("/users/{ada}"))
        .await
        .expect(200)
        .json();
    let wanted = [
        "active",
        "email",
        "name",
        "permissions",
        "reset_password",
        "roles",
        "uid",
    ];
    assert_eq!(members(&found), wanted);
    let all = identity.get_by(&admin, "/users").await.expect(200).text();
    for text in ["argon2", "hash", "code"] {
        assert!(!all.contains(text), "{text}");
    }
}

/// Engine's name is two texts; where both are gone the address stands in for them.
#[tokio::test]
async fn a_name_that_engine_changed_is_shown_as_it_is() {
    let server = Server::start().await;
    let (client, identity) = (server.client(), server.client().identity());
    let (uid, token) = identity.join(ADA).await;
    let engine = client.sign_in(ADA).await;
    for (first, last, name) in [("Augusta", "King", "Augusta King"), ("", "King", "King"), ("", "", ADA)] {
        let form = reqwest::multipart::Form::new()
            .text("firstName", first)
            .text("lastName", last);
        client.update_profile(&engine, form).await.expect(200);
        let user = identity
            .get_by(&token, &format!("/users/{uid}"))
            .await
            .expect(200)
            .json();
        assert_eq!(user["name"], name);
    }
}
