//! bind_user, unbind_user.

use std::time::Duration;

use http::Method;
use rstest::rstest;
use serde_json::{Value, json};
use tests::client::user_id;
use tests::server::Table::{self, DynamoDbLocal, Embedded};

use super::house::{HOME, House, NO_OBJECTS, no_identifiers, no_texts};

const BIND: &str = "/api/v1/roles/bind-user";
pub const UNBIND: &str = "/api/v1/roles/unbind-user";

pub fn body(user: &str, role: &str, org: &str) -> Value {
    json!({ "userId": user, "roleId": role, "orgId": org })
}

/// The users of the organization, as its administrator sees them.
async fn users(house: &House) -> Vec<Value> {
    let page = house.get("/api/v1/users?page_size=100").await.expect(200).json();
    page["users"].as_array().unwrap().clone()
}

#[rstest]
#[tokio::test]
async fn the_first_role_makes_a_member_and_losing_the_last_one_ends_it(
    #[values(Embedded, DynamoDbLocal)] table: Table,
) {
    let Some(house) = House::on(table).await else { return };
    let ada = house.client.join("ada@example.com").await;
    let id = user_id(&ada);
    let (clerk, porter) = (house.role("Clerk").await, house.role("Porter").await);
    let state = async || {
        let me = house.client.me(&ada).await.expect(200).json();
        let count = |member: &str| me[member].as_array().unwrap().len();
        (count("roles"), count("organizations"), users(&house).await.len())
    };
    assert_eq!(state().await, (0, 0, 1));

    let bound = house.post(BIND, &body(&id, &clerk, &house.org)).await.expect(200);
    assert_eq!(bound.header("content-type"), Some("application/json"));
    assert_eq!(bound.text(), "\"Role bound to user successfully\"", "a JSON string");
    assert_eq!(state().await, (1, 1, 2));
    house.bind(&id, &porter).await;
    assert_eq!(state().await, (2, 1, 2), "several roles, one membership");
    let again = house.post(BIND, &body(&id, &porter, &house.org)).await;
    again.expect_engine_error(409, &["Error"]);

    let unbound = house.post(UNBIND, &body(&id, &clerk, &house.org)).await.expect(200);
    assert_eq!(unbound.text(), "\"Role unbound to user successfully\"", "a JSON string");
    assert_eq!(state().await, (1, 1, 2));
    let again = house.post(UNBIND, &body(&id, &clerk, &house.org)).await;
    again.expect_engine_error(409, &["Error"]);
    house.unbind(&id, &porter).await;
    assert_eq!(state().await, (0, 0, 1), "no role, no membership");
    let again = house.post(UNBIND, &body(&id, &porter, &house.org)).await;
    again.expect_engine_error(409, &["Error"]);
    house.bind(&id, &clerk).await;
    assert_eq!(state().await, (1, 1, 2));
}

#[tokio::test]
async fn whoever_gets_a_role_is_told_by_mail_and_nobody_tells_oneself() {
    let house = House::new().await;
    let ada = house.client.join("ada@example.com").await;
    let (clerk, porter) = (house.role("Clerk").await, house.role("Porter").await);
    house.bind(&user_id(&ada), &clerk).await;
    let mails = house.client.mails("ada@example.com").await;
    let [mail] = &mails[..] else {
        panic!("one mail: {mails:?}")
    };
    let text = mail["text"].as_str().unwrap();
    assert!(text.contains("Acme") && text.contains("Clerk"), "{text}");
    // A refusal tells nobody, and neither does taking a role away.
    house.server.clock.advance(Duration::from_secs(1));
    let again = house.post(BIND, &body(&user_id(&ada), &clerk, &house.org)).await;
    again.expect(409);
    house.unbind(&user_id(&ada), &clerk).await;
    assert_eq!(house.client.mails("ada@example.com").await.len(), 1);
    house.bind(&user_id(&house.owner), &porter).await;
    assert!(house.client.mails("owner@example.com").await.is_empty());
}

#[tokio::test]
async fn whom_or_what_nobody_knows_is_409() {
    let house = House::new().await;
    let ada = house.member("ada", &[]).await;
    let role = house.role("Clerk").await;
    let second = house.client.found(&house.owner, "Second").await;
    let foreign = house.client.make_role(&house.owner, &second, "Clerk").await;
    let mut cases: Vec<(String, String)> = Vec::new();
    for id in no_identifiers(&ada.id) {
        cases.push((id, role.clone()));
    }
    for id in no_identifiers(&role) {
        cases.push((ada.id.clone(), id));
    }
    // Of another kind, of another organization, the wrong way round.
    cases.push((role.clone(), role.clone()));
    cases.push((house.org.clone(), role.clone()));
    cases.push((ada.id.clone(), ada.id.clone()));
    cases.push((ada.id.clone(), house.org.clone()));
    cases.push((ada.id.clone(), foreign.clone()));
    cases.push((role.clone(), ada.id.clone()));
    for (user, role) in cases {
        for path in [BIND, UNBIND] {
            let refused = house.post(path, &body(&user, &role, &house.org)).await;
            refused.expect_engine_error(409, &["Error"]);
        }
    }
    let taken = house.post(UNBIND, &body(&ada.id, &role, &house.org)).await;
    taken.expect_engine_error(409, &["Error"]);
    assert_eq!(users(&house).await.len(), 2);
}

#[tokio::test]
async fn all_three_members_are_needed_and_are_texts() {
    let house = House::new().await;
    let ada = house.client.join("ada@example.com").await;
    let role = house.role("Clerk").await;
    let whole = body(&user_id(&ada), &role, &house.org);
    let with = |member: &str, value: Value| {
        let mut body = whole.clone();
        body[member] = value;
        body
    };
    for path in [BIND, UNBIND] {
        let all = ["userId", "roleId", "orgId"];
        house.post(path, &json!({})).await.expect_engine_error(400, &all);
        house
            .call_text(Method::POST, path, "null")
            .await
            .expect_engine_error(400, &all);
        let other_spelling = json!({ "user_id": user_id(&ada), "role_id": role, "org_id": house.org });
        house.post(path, &other_spelling).await.expect_engine_error(400, &all);
        for member in all {
            for nothing in [Value::Null, json!("")] {
                house
                    .post(path, &with(member, nothing))
                    .await
                    .expect_engine_error(400, &[member]);
            }
            for wrong in no_texts() {
                house
                    .post(path, &with(member, wrong))
                    .await
                    .expect_engine_error(400, &[member]);
            }
        }
        for text in NO_OBJECTS {
            house
                .call_text(Method::POST, path, text)
                .await
                .expect_engine_error(400, &[]);
        }
    }
    assert_eq!(users(&house).await.len(), 1);
    // Names of members match in any case; what follows the first value is ignored.
    let text = json!({ "USERID": user_id(&ada), "roleid": role, "OrgID": house.org, "other": [1] });
    house
        .call_text(Method::POST, BIND, format!("{text} []"))
        .await
        .expect(200);
}

/// H01: the permission was checked in the header's organization, and the role bound in the body's.
#[rstest]
#[tokio::test]
async fn the_body_names_no_other_organization_than_the_one_acted_in(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(house) = House::on(table).await else { return };
    let client = &house.client;
    let root = client.admin().await;
    let super_role = client.role_named(&root, HOME, "Super Admin").await;
    let owner = user_id(&house.owner);
    let second = client.found(&house.owner, "Second").await;
    let second_role = client.make_role(&house.owner, &second, "Clerk").await;
    // Somebody who is an administrator in two organizations acts in one at a time, and in the home organization never.
    for (user, role, org) in [
        (&owner, &super_role, HOME),
        (&user_id(&root), &super_role, HOME),
        (&owner, &second_role, second.as_str()),
        (&owner, &second_role, &house.org.to_lowercase()),
        (&owner, &second_role, "0"),
        (&owner, &second_role, "01ARZ3NDEKTSV4RRFFQ69G5FAV"),
        (&owner, &second_role, &"x".repeat(10_000)),
    ] {
        for path in [BIND, UNBIND] {
            let refused = house.post(path, &body(user, role, org)).await;
            refused.expect_engine_error(403, &["org_id"]);
        }
    }
    // With the right organization in the body and a role of another one there is no such role.
    for (role, path) in [
        (&super_role, BIND),
        (&super_role, UNBIND),
        (&second_role, BIND),
        (&second_role, UNBIND),
    ] {
        let refused = house.post(path, &body(&owner, role, &house.org)).await;
        refused.expect_engine_error(409, &["Error"]);
    }
    // Nor does the header of an organization that one does not belong to help.
    for path in [BIND, UNBIND] {
        let refused = client
            .call_in(HOME, Method::POST, path, &house.owner, &body(&owner, &super_role, HOME))
            .await;
        refused.expect_engine_error(403, &[]);
        // Nor the home organization's administrator in others.
        let others = body(&owner, &second_role, &second);
        let refused = client.call_in(HOME, Method::POST, path, &root, &others).await;
        refused.expect_engine_error(403, &["org_id"]);
        let refused = client.call_in(&second, Method::POST, path, &root, &others).await;
        refused.expect_engine_error(403, &[]);
    }
    let me = client.me(&house.owner).await.expect(200).json();
    assert_eq!(me["roles"].as_array().unwrap().len(), 2, "{me}");
}

#[tokio::test]
async fn nobody_but_an_administrator_gives_more_than_they_have() {
    let house = House::new().await;
    let ada = house.member("ada", &["user:all:update", "invoice:org:read"]).await;
    let bob = user_id(&house.client.join("bob@example.com").await);
    let admin = house.admin_role().await;
    let (less, more) = (house.role("Less").await, house.role("More").await);
    house.grant(&less, "invoice:own:read").await;
    house.grant(&less, "user:org:update").await;
    house.grant(&more, "invoice:own:read").await;
    house.grant(&more, "invoice:all:read").await;
    let empty = house.role("Empty").await;
    for user in [&bob, &ada.id] {
        for role in [&admin, &more] {
            let refused = house
                .by(&ada.token, Method::POST, BIND, &body(user, role, &house.org))
                .await;
            refused.expect_engine_error(403, &["Error"]);
        }
        for role in [&less, &empty] {
            let given = house
                .by(&ada.token, Method::POST, BIND, &body(user, role, &house.org))
                .await;
            given.expect(200);
        }
    }
    // Nor does anybody else take the system role away.
    house.bind(&bob, &admin).await;
    let refused = house
        .by(&ada.token, Method::POST, UNBIND, &body(&bob, &admin, &house.org))
        .await;
    refused.expect_engine_error(403, &["Error"]);
    let taken = house
        .by(&ada.token, Method::POST, UNBIND, &body(&bob, &less, &house.org))
        .await;
    taken.expect(200);
    // An administrator gives what the system role has not.
    house.bind(&bob, &more).await;
}

#[tokio::test]
async fn it_is_users_that_one_must_be_allowed_to_update() {
    let house = House::new().await;
    let empty = house.role("Empty").await;
    for (permission, status) in [
        ("user:all:update", 200),
        ("user:org:update", 200),
        ("user:all:write", 200),
        ("user:all:delete", 403),
        ("user:all:create", 403),
        ("user:all:read", 403),
        ("role:all:write", 403),
    ] {
        let name = permission.replace(':', "-");
        let ada = house.member(&name, &[permission]).await;
        let guest = user_id(&house.client.join(&format!("guest-of-{name}@example.com")).await);
        for path in [BIND, UNBIND] {
            let answer = house
                .by(&ada.token, Method::POST, path, &body(&guest, &empty, &house.org))
                .await;
            assert_eq!(answer.status, status, "{permission}: {}", answer.text());
        }
    }
    // Whose permission reaches no further than themselves changes nobody else.
    let ada = house.member("ada", &["user:own:update"]).await;
    let bob = house.member("bob", &[]).await;
    for (user, role, path, status) in [
        (&bob.id, &empty, BIND, 403),
        (&bob.id, &bob.role, UNBIND, 403),
        (&ada.id, &empty, BIND, 200),
        (&ada.id, &empty, UNBIND, 200),
    ] {
        let answer = house
            .by(&ada.token, Method::POST, path, &body(user, role, &house.org))
            .await;
        assert_eq!(answer.status, status, "{}", answer.text());
    }
}
