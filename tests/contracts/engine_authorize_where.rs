//! authorize: in which organization.

use http::Method;
use rstest::rstest;
use serde_json::{Value, json};
use tests::client::user_id;
use tests::server::Table::{self, DynamoDbLocal, Embedded};

use super::engine_authorize::{AUTHORIZE, decide, may};
use super::house::{HOME, House, Member};

/// A member of the house and, as its administrator, of another organization.
async fn of_two(house: &House) -> (Member, String) {
    let ada = house.member("ada", &["invoice:org:read"]).await;
    let second = house.client.found(&ada.token, "Second").await;
    (ada, second)
}

#[rstest]
#[tokio::test]
async fn the_body_or_the_header_names_the_organization(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(house) = House::on(table).await else { return };
    let (ada, second) = of_two(&house).await;
    let invoices = json!({ "resource": "invoice", "scope": "own", "action": "read" });
    let users = json!({ "resource": "user", "scope": "all", "action": "write" });
    let ask = async |question: &Value, in_body: Option<Value>, in_header: Option<&str>| {
        let mut body = question.clone();
        if let Some(org) = in_body {
            body["orgID"] = org;
        }
        let request = house
            .client
            .request(Method::POST, AUTHORIZE)
            .header("x-auth", &ada.token);
        let request = in_header
            .into_iter()
            .fold(request, |request, org| request.header("x-organization-id", org));
        let answer = house.client.send(request.json(&body)).await;
        answer.expect(200).json()["status"].as_bool().unwrap()
    };
    let (acme, other) = (house.org.as_str(), second.as_str());
    for (in_body, in_header, invoice, user) in [
        (Some(json!(acme)), None, true, false),
        (Some(json!(other)), None, false, true),
        // The body counts before the header.
        (Some(json!(acme)), Some(other), true, false),
        (Some(json!(other)), Some(acme), false, true),
        (Some(json!(acme)), Some("nonsense"), true, false),
        // Without it, or with the document's default of 0, the header.
        (None, Some(acme), true, false),
        (None, Some(other), false, true),
        (Some(json!(0)), Some(acme), true, false),
        (Some(json!(0)), Some(other), false, true),
        (Some(Value::Null), Some(acme), true, false),
        // Neither: with two organizations there is none to infer.
        (None, None, false, false),
        (Some(json!(0)), None, false, false),
        // What is said is never replaced.
        (Some(json!(1)), Some(acme), false, false),
        (Some(json!(-1)), Some(acme), false, false),
        (Some(json!(u64::MAX)), Some(acme), false, false),
        (Some(json!("")), Some(acme), false, false),
        (Some(json!("0")), Some(acme), false, false),
        (Some(json!(acme.to_lowercase())), Some(acme), false, false),
        (Some(json!(format!(" {acme} "))), Some(acme), false, false),
        (Some(json!("x".repeat(10_000))), Some(acme), false, false),
        (Some(json!(HOME)), Some(acme), false, false),
        (Some(json!("01ARZ3NDEKTSV4RRFFQ69G5FAV")), Some(acme), false, false),
        (Some(json!(ada.id)), Some(acme), false, false),
        (None, Some("nonsense"), false, false),
        (None, Some(HOME), false, false),
        (Some(json!(0)), Some("0"), false, false),
    ] {
        let case = format!("body {in_body:?}, header {in_header:?}");
        assert_eq!(ask(&invoices, in_body.clone(), in_header).await, invoice, "{case}");
        assert_eq!(ask(&users, in_body, in_header).await, user, "{case}");
    }
}

#[tokio::test]
async fn where_nobody_says_it_is_the_home_organization_or_the_only_one() {
    let house = House::new().await;
    let users = json!({ "resource": "user", "scope": "all", "action": "write" });
    let zero = json!({ "resource": "user", "scope": "all", "action": "write", "orgID": 0 });
    let stranger = house.client.join("stranger@example.com").await;
    for body in [&users, &zero] {
        assert!(decide(&house, &house.owner, body).await, "the only one");
        assert!(!decide(&house, &stranger, body).await, "none");
    }
    house.client.found(&house.owner, "Second").await;
    assert!(!decide(&house, &house.owner, &users).await, "one of two");
    // The home organization comes before all others, with what its role gives there.
    let root = house.client.admin().await;
    let porter = house.client.make_role(&root, HOME, "Porter").await;
    house
        .client
        .grant(&root, HOME, &porter, "door:own:update")
        .await
        .expect(200);
    house
        .client
        .bind(&root, HOME, &user_id(&house.owner), &porter)
        .await
        .expect(200);
    assert!(
        !decide(&house, &house.owner, &users).await,
        "not what another organization gives"
    );
    let doors = json!({ "resource": "door", "scope": "own", "action": "read", "orgID": 0 });
    assert!(decide(&house, &house.owner, &doors).await);
}

#[tokio::test]
async fn nobody_is_answered_for_an_organization_they_do_not_belong_to() {
    let house = House::new().await;
    let stranger = house.client.join("stranger@example.com").await;
    let root = house.client.admin().await;
    for token in [&stranger, &root] {
        for (resource, scope, action) in [("user", "all", "write"), ("user", "*", "*"), ("role", "own", "read")] {
            assert!(!may(&house, token, resource, scope, action).await, "{resource}");
        }
    }
    // An invitation gives nothing before it is accepted.
    let admin = house.admin_role().await;
    let invited = house
        .client
        .invite(&house.owner, &house.org, "stranger@example.com", &admin)
        .await;
    invited.expect(201);
    assert!(!may(&house, &stranger, "user", "*", "*").await);
    let link = house.client.invitation_token("stranger@example.com").await;
    house.client.accept(&stranger, &link).await.expect(200);
    assert!(may(&house, &stranger, "user", "all", "write").await);
    // There is no way to ask about somebody else.
    let root_id = user_id(&root);
    let body = json!({
        "resource": "user", "scope": "all", "action": "write", "orgID": house.org,
        "userId": user_id(&house.owner), "user_id": user_id(&house.owner), "sub": user_id(&house.owner),
    });
    assert!(!decide(&house, &root, &body).await, "{root_id}");
}
