//! authorize: which grants answer which question.

use http::Method;
use rstest::rstest;
use serde_json::{Value, json};
use tests::server::Table::{self, DynamoDbLocal, Embedded};

use super::house::{House, NO_OBJECTS};

pub const AUTHORIZE: &str = "/api/v1/user/authorize";
const SCOPES: [&str; 4] = ["all", "org", "associated", "own"];
const ACTIONS: [&str; 5] = ["write", "create", "update", "delete", "read"];

/// The answer to a body, without a header.
pub async fn decide(house: &House, token: &str, body: &Value) -> bool {
    let answer = house
        .client
        .call_with(Method::POST, AUTHORIZE, token, body)
        .await
        .expect(200);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    let answer = answer.json();
    assert_eq!(answer.as_object().unwrap().len(), 1, "{answer}");
    answer["status"].as_bool().unwrap()
}

/// The answer to a question about the house's organization.
pub async fn may(house: &House, token: &str, resource: &str, scope: &str, action: &str) -> bool {
    let body = json!({ "resource": resource, "scope": scope, "action": action, "orgID": house.org });
    decide(house, token, &body).await
}

#[rstest]
#[tokio::test]
async fn a_grant_answers_what_the_document_says(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(house) = House::on(table).await else { return };
    let ada = house.member("ada", &[]).await;
    // Which granted scopes, and which granted actions, answer the one that is asked for.
    let scopes: [(&str, &[&str]); 8] = [
        ("all", &["all"]),
        ("org", &["org", "all"]),
        ("associated", &["associated", "org", "all"]),
        ("own", &SCOPES),
        ("*", &SCOPES),
        ("**", &[]),
        ("any", &[]),
        ("", &[]),
    ];
    for granted in SCOPES {
        let permission = format!("invoice:{granted}:read");
        house.grant(&ada.role, &permission).await;
        for (asked, by) in scopes {
            let answer = may(&house, &ada.token, "invoice", asked, "read").await;
            assert_eq!(answer, by.contains(&granted), "{granted} for {asked:?}");
        }
        house.withdraw(&ada.role, &permission).await;
    }
    let actions: [(&str, &[&str]); 9] = [
        ("read", &["read", "write", "update", "delete"]),
        ("update", &["update", "write"]),
        ("delete", &["delete", "write"]),
        ("create", &["create", "write"]),
        ("write", &["write"]),
        ("*", &ACTIONS),
        ("manage", &[]),
        ("re", &[]),
        ("", &[]),
    ];
    for granted in ACTIONS {
        let permission = format!("invoice:org:{granted}");
        house.grant(&ada.role, &permission).await;
        for (asked, by) in actions {
            let answer = may(&house, &ada.token, "invoice", "own", asked).await;
            assert_eq!(answer, by.contains(&granted), "{granted} for {asked:?}");
        }
        house.withdraw(&ada.role, &permission).await;
    }
}

#[tokio::test]
async fn how_a_question_is_read() {
    let house = House::new().await;
    let ada = house.member("ada", &["Invoice_2:org:update"]).await;
    for (resource, scope, action, answer) in [
        ("Invoice_2", "org", "update", true),
        ("invoice_2", "ORG", "UPDATE", true),
        ("INVOICE_2", "Own", "Read", true),
        (" invoice_2 ", "\torg ", "update", true),
        ("invoice_2", "*", "*", true),
        ("invoice_2", " * ", "*", true),
        // Blanks around an action are part of it.
        ("invoice_2", "org", " update", false),
        ("invoice_2", "org", "update ", false),
        ("invoice_2", "org", " * ", false),
        // No wildcard for a resource, and no part of a name.
        ("*", "*", "*", false),
        ("invoice_*", "*", "*", false),
        ("invoice", "*", "*", false),
        ("invoice_22", "*", "*", false),
        ("%", "*", "*", false),
        ("", "*", "*", false),
        ("invoice_2:org:update", "*", "*", false),
        ("invoice_2:org", "update", "", false),
        ("user", "*", "*", false),
        ("invoice_2", "all", "update", false),
        ("invoice_2", "org", "write", false),
        (&"x".repeat(10_000), &"x".repeat(10_000), &"x".repeat(10_000), false),
    ] {
        let decided = may(&house, &ada.token, resource, scope, action).await;
        assert_eq!(decided, answer, "{resource:.20}:{scope:.20}:{action:.20}");
    }
    // Members' names match in any case; unknown members and what follows the first value are ignored.
    let text = json!({ "RESOURCE": "invoice_2", "Scope": "own", "ACTION": "read", "orgid": house.org, "x": 1 });
    let request = house
        .client
        .request(Method::POST, AUTHORIZE)
        .header("x-auth", &ada.token);
    let answer = house.client.send(request.body(format!("{text}}}"))).await.expect(200);
    assert_eq!(answer.json(), json!({ "status": true }));
}

#[tokio::test]
async fn what_is_not_said_is_not_granted() {
    let house = House::new().await;
    let whole = json!({ "resource": "user", "scope": "all", "action": "write", "orgID": house.org });
    assert!(decide(&house, &house.owner, &whole).await);
    for member in ["resource", "scope", "action"] {
        let mut body = whole.clone();
        body[member] = Value::Null;
        assert!(!decide(&house, &house.owner, &body).await, "{member} null");
        body.as_object_mut().unwrap().remove(member);
        assert!(!decide(&house, &house.owner, &body).await, "no {member}");
    }
    assert!(!decide(&house, &house.owner, &json!({})).await);
    let request = house
        .client
        .request(Method::POST, AUTHORIZE)
        .header("x-auth", &house.owner);
    let answer = house.client.send(request.body("null")).await.expect(200);
    assert_eq!(answer.json(), json!({ "status": false }));
}

#[tokio::test]
async fn what_cannot_be_a_question_is_400() {
    let house = House::new().await;
    let send = async |body: String| {
        let request = house
            .client
            .request(Method::POST, AUTHORIZE)
            .header("x-auth", &house.owner);
        house.client.send(request.body(body)).await
    };
    for text in NO_OBJECTS {
        send(text.to_owned()).await.expect_engine_error(400, &[]);
    }
    for member in ["resource", "scope", "action"] {
        for wrong in super::house::no_texts() {
            let body = json!({ "orgID": house.org, member: wrong }).to_string();
            send(body).await.expect_engine_error(400, &[member]);
        }
    }
    for wrong in [
        json!(true),
        json!(1.5),
        json!([]),
        json!([house.org]),
        json!({ "id": house.org }),
    ] {
        let body = json!({ "resource": "user", "scope": "all", "action": "write", "orgID": wrong });
        send(body.to_string()).await.expect_engine_error(400, &["orgID"]);
    }
}

#[tokio::test]
async fn without_a_session_in_force_it_is_401_before_anything_else() {
    let house = House::new().await;
    let body = json!({ "resource": "user", "scope": "all", "action": "write" });
    for (token, text) in [
        ("", body.to_string()),
        ("a.b.c", body.to_string()),
        ("nonsense", "{".to_owned()),
    ] {
        let request = house.client.request(Method::POST, AUTHORIZE).header("x-auth", token);
        house
            .client
            .send(request.body(text))
            .await
            .expect_engine_error(401, &[]);
    }
    house.client.post(AUTHORIZE, &body).await.expect_engine_error(401, &[]);
    house
        .client
        .call(Method::POST, "/api/v1/signout", &house.owner)
        .await
        .expect(200);
    let over = house
        .client
        .call_with(Method::POST, AUTHORIZE, &house.owner, &body)
        .await;
    over.expect_engine_error(401, &[]);
    for text in ["{", "", "{\"orgID\":true}", "{\"resource\":1}"] {
        let request = house
            .client
            .request(Method::POST, AUTHORIZE)
            .header("x-auth", &house.owner);
        let over = house.client.send(request.body(text)).await;
        over.expect_engine_error(401, &[]);
    }
}

#[tokio::test]
async fn the_grants_of_several_roles_add_up_and_do_not_mix() {
    let house = House::new().await;
    let ada = house.member("ada", &["invoice:all:read"]).await;
    let second = house.role("Second").await;
    house.grant(&second, "invoice:own:write").await;
    house.bind(&ada.id, &second).await;
    for (scope, action, answer) in [
        ("all", "read", true),
        ("own", "write", true),
        ("own", "delete", true),
        // The scope of one and the action of the other is neither.
        ("all", "write", false),
        ("org", "update", false),
    ] {
        assert_eq!(
            may(&house, &ada.token, "invoice", scope, action).await,
            answer,
            "{scope} {action}"
        );
    }
}
