//! auth-clients: filter and where, count, and changing many.

use http::Method;
use rstest::rstest;
use serde_json::{Value, json};
use tests::managing::new_client;
use tests::server::CLIENT_ID;
use tests::server::Table::{self, DynamoDbLocal, Embedded};
use tests::{Managing, Server};

/// Three clients beside the first.
async fn populated(server: &Server) -> Managing {
    let admin = server.managing().await;
    for (client_id, seconds) in [("web", 100), ("mobile", 200), ("Kiosk", 300)] {
        let mut body = new_client(client_id);
        body["accessTokenExpiration"] = json!(seconds);
        if client_id == "Kiosk" {
            body.as_object_mut().unwrap().remove("redirectUrl");
        }
        admin.call(Method::POST, "/auth-clients", &body).await.expect(200);
    }
    admin
}

fn names(rows: &Value) -> Vec<&str> {
    let rows = rows.as_array().unwrap().iter();
    rows.map(|row| row["clientId"].as_str().unwrap()).collect()
}

#[rstest]
#[tokio::test]
async fn a_filter_says_which_and_how(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let admin = populated(&server).await;
    for (filter, wanted) in [
        (json!({}), vec![CLIENT_ID, "web", "mobile", "Kiosk"]),
        (json!({ "where": { "clientId": "web" } }), vec!["web"]),
        (json!({ "where": { "id": "2" } }), vec!["web"]),
        (json!({ "where": { "id": { "gt": 2 } } }), vec!["mobile", "Kiosk"]),
        (json!({ "where": { "redirectUrl": null } }), vec![CLIENT_ID, "Kiosk"]),
        (json!({ "where": { "clientId": { "ilike": "k%" } } }), vec!["Kiosk"]),
        (
            json!({ "where": { "clientId": { "regexp": "^[wm]" } } }),
            vec!["web", "mobile"],
        ),
        (
            json!({ "where": { "or": [{ "id": 2 }, { "accessTokenExpiration": 300 }] } }),
            vec!["web", "Kiosk"],
        ),
        (json!({ "where": { "clientSecret": "one secret" } }), vec![]),
        (json!({ "where": { "id": { "exists": true } } }), vec![]),
        (json!({ "order": "clientId DESC", "limit": 2 }), vec!["web", CLIENT_ID]),
        (
            json!({ "order": ["accessTokenExpiration ASC"], "skip": 1, "limit": 1 }),
            vec!["mobile"],
        ),
        (json!({ "offset": 3 }), vec!["Kiosk"]),
    ] {
        let rows = admin.ask("/auth-clients", "filter", &filter).await.expect(200).json();
        assert_eq!(names(&rows), wanted, "{filter}");
    }
    for (query, wanted) in [
        ("filter[where][clientId]=web&filter[limit]=1", vec!["web"]),
        (
            "filter[where][id][inq][0]=2&filter[where][id][inq][1]=3&filter[order]=id%20DESC",
            vec!["mobile", "web"],
        ),
        ("filter%5Bwhere%5D%5Bid%5D%5Bgt%5D=3", vec!["Kiosk"]),
        ("filter=", vec![CLIENT_ID, "web", "mobile", "Kiosk"]),
    ] {
        let rows = admin.get(&format!("/auth-clients?{query}")).await.expect(200).json();
        assert_eq!(names(&rows), wanted, "{query}");
    }
    let fields = json!({ "fields": { "id": true, "clientId": true }, "limit": 1 });
    let rows = admin.ask("/auth-clients", "filter", &fields).await.expect(200).json();
    assert_eq!(rows, json!([{ "id": 1, "clientId": CLIENT_ID }]));
    let fields = json!({ "fields": { "secret": false, "clientSecret": false }, "limit": 1 });
    let rows = admin.ask("/auth-clients", "filter", &fields).await.expect(200).json();
    assert!(rows[0].get("secret").is_none() && rows[0]["id"] == 1);
}

#[rstest]
#[tokio::test]
async fn count_counts_what_is_meant(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let admin = populated(&server).await;
    let count = async |query: &str| {
        admin
            .get(&format!("/auth-clients/count{query}"))
            .await
            .expect(200)
            .json()
    };
    assert_eq!(count("").await, json!({ "count": 4 }));
    assert_eq!(count("?where={}").await, json!({ "count": 4 }));
    assert_eq!(count("?where[id][gte]=3").await, json!({ "count": 2 }));
    assert_eq!(count("?where[clientId]=nobody").await, json!({ "count": 0 }));
}

/// Before anybody is asked who they are.
#[rstest]
#[case("/auth-clients", "filter", "{")]
#[case("/auth-clients", "filter", "[]")]
#[case("/auth-clients", "filter", r#"{"include":[]}"#)]
#[case("/auth-clients", "filter", r#"{"limit":0}"#)]
#[case("/auth-clients", "filter", r#"{"fields":{"age":true}}"#)]
#[case("/auth-clients", "filter", r#"{"where":{"age":1}}"#)]
#[case("/auth-clients", "filter", r#"{"where":{"id":"one"}}"#)]
#[case("/auth-clients", "filter", r#"{"where":{"clientId":{"regexp":"("}}}"#)]
#[case("/auth-clients/count", "where", "x")]
#[case("/auth-clients/count", "where", r#"{"clientid":"web"}"#)]
#[tokio::test]
async fn a_parameter_that_cannot_be_used(#[case] path: &str, #[case] name: &str, #[case] value: &str) {
    let server = Server::start().await;
    let client = server.client();
    let answer = client
        .send(client.request(Method::GET, path).query(&[(name, value)]))
        .await;
    let answer = answer.expect(400).json();
    let error = &answer["error"];
    assert_eq!(
        (&error["name"], &error["code"]),
        (&json!("BadRequestError"), &json!("INVALID_PARAMETER_VALUE"))
    );
    let message = error["message"].as_str().unwrap();
    assert!(
        message.starts_with("Invalid data ") && message.ends_with(&format!(" for parameter {name}.")),
        "{message}"
    );
    let details = &error["details"];
    match serde_json::from_str::<Value>(value) {
        Err(_) => assert!(details["syntaxError"].is_string(), "{details}"),
        Ok(_) => assert!(details[0]["message"].is_string(), "{details}"),
    }
}

#[rstest]
#[tokio::test]
async fn many_are_changed_at_once(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let admin = populated(&server).await;
    let change = json!({ "refreshTokenExpiration": 60 });
    let patch =
        async |query: &str, body: &Value| admin.call(Method::PATCH, &format!("/auth-clients{query}"), body).await;
    let done = patch("?where[id][gt]=2", &change).await.expect(200).json();
    assert_eq!(done, json!({ "count": 2 }));
    assert_eq!(
        patch("?where[id]=99", &change).await.expect(200).json(),
        json!({ "count": 0 })
    );
    let rows = admin
        .get("/auth-clients?filter[where][refreshTokenExpiration]=60")
        .await
        .expect(200)
        .json();
    assert_eq!(names(&rows), ["mobile", "Kiosk"]);
    assert_eq!(
        patch("?where={}", &change).await.expect(200).json(),
        json!({ "count": 4 })
    );

    // A typo or an absent where does not mean all.
    patch("?where[ID]=2", &change).await.expect(400);
    let missing = patch("", &change).await;
    missing.expect_arc(400, "BadRequestError", "Required parameter where is missing!");
    for (member, value) in [
        ("id", json!(2)),
        ("clientId", json!("x")),
        ("clientSecret", json!("x")),
        ("clientSecret", json!("******")),
        ("secret", json!("x")),
    ] {
        let answer = patch("?where={}", &json!({ member: value })).await.expect(422).json();
        assert_eq!(answer["error"]["details"][0]["path"], format!("/{member}"));
    }
    patch("?where={}", &json!({ "authCodeExpiration": 0 }))
        .await
        .expect(422);
}
