//! Rights act at once: what a token says of roles was true when it was made, and is never believed.

use http::Method;
use rstest::rstest;
use serde_json::{Value, json};
use tests::client::{claims, user_id};
use tests::server::Table::{self, DynamoDbLocal, Embedded};

use super::house::{HOME, House};
use crate::attacks::forger::Forger;

pub const ROLES: &str = "/api/v1/roles";

/// Whether somebody sees the roles of the house: on a guarded route, and by asking. Both say the same.
pub async fn reads_roles(house: &House, token: &str) -> bool {
    let listed = house.by(token, Method::GET, ROLES, &Value::Null).await.status;
    let body = json!({ "resource": "role", "scope": "own", "action": "read", "orgID": house.org });
    let asked = house
        .client
        .call_with(Method::POST, "/api/v1/user/authorize", token, &body)
        .await;
    let asked = asked.expect(200).json()["status"].as_bool().unwrap();
    assert_eq!(listed.as_u16(), if asked { 200 } else { 403 });
    asked
}

/// A new token of the same session.
pub async fn renew(house: &House, token: &str) -> String {
    let renewed = house.client.call(Method::POST, "/api/v1/renew", token).await;
    renewed.expect(202).text()
}

/// The names of the roles that a token says one has.
pub fn claimed(token: &str) -> Vec<String> {
    let claims = claims(token);
    let roles = claims["user"]["roles"].as_array().cloned().unwrap_or_default();
    roles
        .iter()
        .map(|role| role["role"].as_str().unwrap().to_owned())
        .collect()
}

#[rstest]
#[tokio::test]
async fn a_role_acts_from_the_next_request_on_and_no_longer(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(house) = House::on(table).await else { return };
    let old = house.client.join("ada@example.com").await;
    let id = user_id(&old);
    let role = house.role("Reader").await;
    house.grant(&role, "role:org:read").await;
    assert!(!reads_roles(&house, &old).await);

    house.bind(&id, &role).await;
    assert!(reads_roles(&house, &old).await, "the token from before names no role");
    let with = renew(&house, &old).await;
    assert_eq!((claimed(&old), claimed(&with)), (vec![], vec!["Reader".to_owned()]));
    assert!(reads_roles(&house, &with).await);

    house.unbind(&id, &role).await;
    for token in [&old, &with] {
        assert!(
            !reads_roles(&house, token).await,
            "the role is lost, whatever the token names"
        );
    }
    let without = renew(&house, &with).await;
    assert!(claimed(&without).is_empty());

    // The second time as well: nothing is remembered.
    house.bind(&id, &role).await;
    for token in [&old, &with, &without] {
        assert!(reads_roles(&house, token).await);
    }
}

#[rstest]
#[tokio::test]
async fn a_permission_acts_from_the_next_request_on_and_no_longer(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(house) = House::on(table).await else { return };
    let ada = house.member("ada", &[]).await;
    let named = renew(&house, &ada.token).await;
    for _ in 0..2 {
        for token in [&ada.token, &named] {
            assert!(!reads_roles(&house, token).await);
        }
        house.grant(&ada.role, "role:org:read").await;
        for token in [&ada.token, &named] {
            assert!(reads_roles(&house, token).await);
        }
        house.withdraw(&ada.role, "role:org:read").await;
    }
    assert!(!reads_roles(&house, &named).await);
}

#[tokio::test]
async fn a_role_that_is_gone_gives_nothing() {
    let house = House::new().await;
    let ada = house.member("ada", &["role:org:read"]).await;
    let other = house.role("Other").await;
    house.bind(&ada.id, &other).await;
    let named = renew(&house, &ada.token).await;
    assert!(reads_roles(&house, &named).await);
    house.unbind(&ada.id, &ada.role).await;
    let path = format!("{ROLES}/{}", ada.role);
    house.call(Method::DELETE, &path, &Value::Null).await.expect(200);
    assert!(!reads_roles(&house, &named).await, "a member still, by the other role");
    // A new role of the same name is another one.
    let again = house.role("Role of ada").await;
    house.grant(&again, "role:org:read").await;
    assert!(!reads_roles(&house, &named).await);
    assert_eq!(claimed(&renew(&house, &named).await), ["Other"]);
}

#[tokio::test]
async fn a_name_gives_nothing_when_another_role_takes_it() {
    let house = House::new().await;
    let ada = house.member("ada", &["invoice:org:read"]).await;
    let named = renew(&house, &ada.token).await;
    let powerful = house.role("Powerful").await;
    house.grant(&powerful, "role:all:write").await;
    for (role, name) in [(&ada.role, "Something else"), (&powerful, "Role of ada")] {
        let path = format!("{ROLES}/{role}");
        house
            .call(Method::PUT, &path, &json!({ "name": name }))
            .await
            .expect(201);
    }
    assert_eq!(claimed(&named), ["Role of ada"]);
    assert!(!reads_roles(&house, &named).await);
    assert_eq!(claimed(&renew(&house, &named).await), ["Something else"]);
}

#[tokio::test]
async fn an_invitation_acts_for_tokens_from_before() {
    let house = House::new().await;
    let eve = house.client.join("eve@example.com").await;
    let role = house.role("Reader").await;
    house.grant(&role, "role:org:read").await;
    let invited = house
        .client
        .invite(&house.owner, &house.org, "eve@example.com", &role)
        .await;
    invited.expect(201);
    assert!(!reads_roles(&house, &eve).await);
    let link = house.client.invitation_token("eve@example.com").await;
    let accepted = house.client.accept(&eve, &link).await.expect(200).json();
    assert!(reads_roles(&house, &eve).await);
    assert!(reads_roles(&house, accepted["jwtToken"].as_str().unwrap()).await);
}

#[tokio::test]
async fn an_organization_is_its_founders_at_once() {
    let house = House::new().await;
    let second = house.client.found(&house.owner, "Second").await;
    let path = "/api/v1/users";
    let listed = house
        .client
        .call_in(&second, Method::GET, path, &house.owner, &Value::Null)
        .await;
    assert_eq!(listed.expect(200).json()["total"], 1);
}

#[tokio::test]
async fn an_administrator_who_was_one_can_do_nothing_any_more() {
    let house = House::new().await;
    let admin = house.admin_role().await;
    let ada = house.member("ada", &[]).await;
    house.bind(&ada.id, &admin).await;
    let named = renew(&house, &ada.token).await;
    assert!(claimed(&named).contains(&"Admin".to_owned()));
    house.unbind(&ada.id, &admin).await;
    for (method, path, body) in [
        (Method::POST, ROLES, json!({ "name": "Back door" })),
        (
            Method::POST,
            "/api/v1/roles/bind-user",
            json!({ "userId": ada.id, "roleId": admin, "orgId": house.org }),
        ),
        (
            Method::POST,
            "/api/v1/invitations",
            json!({ "email": "eve@example.com", "roleId": admin }),
        ),
        (Method::GET, "/api/v1/users", Value::Null),
        (Method::GET, "/api/v1/master-data/scopes", Value::Null),
    ] {
        let refused = house.by(&named, method, path, &body).await;
        refused.expect_engine_error(403, &[]);
    }
}

/// Even a token that our own key signed gives no role that the table does not.
#[rstest]
#[tokio::test]
async fn what_a_token_claims_is_never_believed(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(house) = House::on(table).await else { return };
    let client = &house.client;
    let admin = house.admin_role().await;
    let root = client.admin().await;
    let super_role = client.role_named(&root, HOME, "Super Admin").await;
    let eve = Forger::of(&house.server, client, "eve@example.com").await;
    let forged = |sub: &Value, roles: Value| {
        let user = json!({ "username": "eve@example.com", "roles": roles });
        eve.signed(&eve.header, &eve.claims_with(&[("sub", sub.clone()), ("user", user)]))
    };
    let entry = |role: &str, org: &str, id: &str| json!({ "role": role, "orgID": org, "roleID": id });
    let everything = json!([
        entry("Admin", &house.org, &admin),
        entry("Super Admin", HOME, &super_role)
    ]);
    let many: Vec<Value> = (0..40).map(|_| entry("Admin", &house.org, &admin)).collect();
    let own = &eve.claims["sub"];
    let cases = [
        forged(own, json!([entry("Admin", &house.org, &admin)])),
        forged(own, json!([entry("Super Admin", HOME, &super_role)])),
        forged(own, everything.clone()),
        forged(own, Value::Array(many)),
        // A role of one organization under the name of another.
        forged(own, json!([entry("Admin", &house.org, &super_role)])),
        forged(own, json!([entry("Admin", HOME, &admin)])),
        // As the original wrote them, by name.
        forged(own, json!([{ "role": "Admin", "orgID": house.org }])),
    ];
    let wanted = |org: Option<&str>, token: &str| {
        let request = client.request(Method::GET, "/api/v1/users").header("x-auth", token);
        client.send(
            org.into_iter()
                .fold(request, |request, org| request.header("x-organization-id", org)),
        )
    };
    for token in &cases {
        // The token itself is in force.
        client.me(token).await.expect(200);
        assert!(!reads_roles(&house, token).await);
        for org in [None, Some(house.org.as_str()), Some(HOME)] {
            wanted(org, token).await.expect_engine_error(403, &[]);
        }
        assert!(claimed(&renew(&house, token).await).is_empty());
    }
    // In an organization of one's own, a role of another one gives nothing either.
    let second = client.found(&eve.token, "Second").await;
    let clerk = client.make_role(&eve.token, &second, "Clerk").await;
    let own_admin = client.role_named(&eve.token, &second, "Admin").await;
    let bob = client.join("bob@example.com").await;
    client
        .bind(&eve.token, &second, &user_id(&bob), &clerk)
        .await
        .expect(200);
    let bob_claims = claims(&bob);
    for roles in [
        everything,
        json!([entry("Admin", &second, &own_admin), entry("Admin", &second, &admin)]),
    ] {
        let user = json!({ "username": "bob@example.com", "roles": roles });
        let changes = [
            ("sub", bob_claims["sub"].clone()),
            ("jti", bob_claims["jti"].clone()),
            ("user", user),
        ];
        let token = eve.signed(&eve.header, &eve.claims_with(&changes));
        for org in [None, Some(second.as_str()), Some(house.org.as_str()), Some(HOME)] {
            wanted(org, &token).await.expect_engine_error(403, &[]);
        }
    }
    // And who claims nothing has what the table gives.
    let none = forged(own, Value::Null);
    wanted(Some(&second), &none).await.expect(200);
    wanted(None, &none).await.expect(200);
}
