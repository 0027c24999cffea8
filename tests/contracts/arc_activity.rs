//! login-activity and active-users: who signed in.

use std::time::Duration;

use http::Method;
use rstest::rstest;
use serde_json::{Value, json};
use shared::ids::AsUuid;
use tests::server::Table::{self, DynamoDbLocal, Embedded};
use tests::{Managing, PASSWORD, Server};

use super::{members, user_of};

const ADA: &str = "ada@example.com";
const TENANT: &str = "00000000-0000-0000-0000-000000000000";

/// Ada signs in twice on one day and once in the next month; the administrator once on each of them.
async fn populated(server: &Server) -> (Managing, String) {
    let client = server.client();
    client.sign_up(ADA).await;
    let token = client.sign_in(ADA).await;
    server.clock.advance(Duration::from_secs(1));
    server.managing_as(ADA, PASSWORD).await;
    server.clock.advance(Duration::from_secs(1));
    server.managing().await;
    server.clock.advance(Duration::from_secs(31 * 24 * 3600));
    server.managing_as(ADA, PASSWORD).await;
    server.clock.advance(Duration::from_secs(1));
    (server.managing().await, AsUuid(user_of(&token)).to_string())
}

#[rstest]
#[tokio::test]
async fn sign_ins_are_listed_counted_and_shown(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let (admin, ada) = populated(&server).await;
    let all = admin.get("/login-activity").await.expect(200).json();
    let rows = all.as_array().unwrap();
    assert_eq!(rows.len(), 5);
    let first = &rows[0];
    let wanted = json!({
        "id": first["id"], "actor": ada, "tenantId": TENANT, "loginTime": "2026-03-01T12:00:00Z", "tokenPayload": "",
        "loginType": "ACCESS", "deviceInfo": first["deviceInfo"], "ipAddress": "127.0.0.1",
    });
    assert_eq!(*first, wanted);
    let times: Vec<&str> = rows.iter().map(|row| row["loginTime"].as_str().unwrap()).collect();
    assert!(times.is_sorted());

    for (clause, count) in [
        (json!({}), 5),
        (json!({ "actor": ada }), 3),
        (json!({ "loginType": "LOGOUT" }), 0),
        (json!({ "loginTime": { "gte": "2026-04-01" } }), 2),
        (
            json!({ "actor": { "neq": ada }, "loginTime": { "lt": "2026-03-15" } }),
            1,
        ),
    ] {
        let counted = admin
            .ask("/login-activity/count", "where", &clause)
            .await
            .expect(200)
            .json();
        assert_eq!(counted, json!({ "count": count }), "{clause}");
        let filter = json!({ "where": clause, "fields": ["id"] });
        let found = admin.ask("/login-activity", "filter", &filter).await.expect(200).json();
        assert_eq!(found.as_array().unwrap().len(), count, "{clause}");
    }
    let newest = json!({ "order": "loginTime DESC", "limit": 1 });
    let newest = admin.ask("/login-activity", "filter", &newest).await.expect(200).json();
    assert_eq!(newest[0], rows[4]);

    let path = format!("/login-activity/{}", first["id"].as_str().unwrap());
    assert_eq!(admin.get(&path).await.expect(200).json(), wanted);
    let cut = admin
        .get(&format!("{path}?filter[fields][actor]=true"))
        .await
        .expect(200)
        .json();
    assert_eq!(cut, json!({ "actor": ada }));
    for id in ["x", "01KAQ7R4M2X8V5T9C3B6N1D0FG", "7ZZZZZZZZZZZZZZZZZZZZZZZZZ", "%FF"] {
        let answer = admin.get(&format!("/login-activity/{id}")).await;
        answer.expect_arc(404, "NotFoundError", "NotFoundError");
    }
}

/// An exchange of tokens and a sign-out are seen as well.
#[tokio::test]
async fn a_session_is_seen_from_its_beginning_to_its_end() {
    let server = Server::start().await;
    let (client, admin) = (server.client(), server.managing().await);
    client.sign_up(ADA).await;
    let body = json!({
        "client_id": tests::server::CLIENT_ID, "client_secret": tests::server::CLIENT_SECRET,
        "username": ADA, "password": PASSWORD,
    });
    let mut pair = client.post("/auth/login-token", &body).await.expect(200).json();
    for path in ["/auth/token-refresh", "/logout"] {
        server.clock.advance(Duration::from_secs(1));
        let bearer = format!("Bearer {}", pair["accessToken"].as_str().unwrap());
        let request = client.request(Method::POST, path).header("authorization", bearer);
        let request = request.json(&json!({ "refreshToken": pair["refreshToken"] }));
        pair = client.send(request).await.expect(200).json();
    }
    let all = admin.get("/login-activity").await.expect(200).json();
    let types: Vec<&str> = all
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["loginType"].as_str().unwrap())
        .collect();
    assert_eq!(types, ["ACCESS", "ACCESS", "RELOGIN", "LOGOUT"]);
}

#[rstest]
#[tokio::test]
async fn who_was_there_by_day_and_month(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let (admin, ada) = populated(&server).await;
    let ask = async |range: &str, filter: &str| {
        let dates = "startDate=2026-03-01T00:00:00Z&endDate=2026-05-01T00:00:00Z";
        admin
            .get(&format!("/active-users/{range}?{dates}{filter}"))
            .await
            .expect(200)
            .json()
    };
    let daily = ask("daily", "").await;
    assert_eq!(members(&daily), ["2026-03-01", "2026-04-01"]);
    // Ada came twice on that day, and is one of two.
    let day = &daily["2026-03-01"];
    assert_eq!(members(day), ["ACCESS"]);
    assert_eq!(day["ACCESS"].as_array().unwrap().len(), 2);
    assert_eq!(day["ACCESS"][0]["actor"], json!(ada));
    let monthly = ask("monthly", "").await;
    assert_eq!(members(&monthly), ["03-2026", "04-2026"]);

    let only = format!(r#"&filter={{"inclusion":true,"userIdentity":"actorId","userIdentifier":["{ada}"]}}"#);
    let only = ask("daily", &only).await;
    assert_eq!(only["2026-03-01"]["ACCESS"].as_array().unwrap().len(), 1);
    let others = "&filter[inclusion]=false&filter[userIdentity]=userName&filter[userIdentifier][0]=ADA@example.com";
    let others = ask("daily", others).await;
    assert_eq!(others["2026-03-01"]["ACCESS"].as_array().unwrap().len(), 1);
    assert_ne!(others["2026-03-01"]["ACCESS"][0]["actor"], json!(ada));
    let nobody = "&filter[inclusion]=true&filter[userIdentity]=userName&filter[userIdentifier][]=nobody";
    assert_eq!(ask("monthly", nobody).await, json!({}));
}

#[rstest]
#[case("/login-activity")]
#[case("/login-activity/count")]
#[case("/login-activity/01KAQ7R4M2X8V5T9C3B6N1D0FG")]
#[case("/active-users/daily?startDate=2026-03-01&endDate=2026-03-02")]
#[tokio::test]
async fn nobody_but_who_holds_the_permission(#[case] path: &str) {
    let server = Server::start().await;
    let client = server.client();
    client
        .get(path)
        .await
        .expect_arc(401, "UnauthorizedError", "Bearer realm=\"Users\"");
    client.sign_up(ADA).await;
    let ada = server.managing_as(ADA, PASSWORD).await;
    ada.get(path)
        .await
        .expect_arc(403, "ForbiddenError", "NotAllowedAccess");
    let answer = client.send(client.request(Method::POST, path)).await;
    answer.expect_arc(404, "NotFoundError", "API not found !");
}

/// Before anybody is asked who they are.
#[rstest]
#[case("/login-activity?filter={", "Invalid data \"{\" for parameter filter.")]
#[case(
    "/login-activity?filter[where][age]=1",
    "Invalid data {\"where\":{\"age\":\"1\"}} for parameter filter."
)]
#[case(
    "/login-activity/count?where[age]=1",
    "Invalid data {\"age\":\"1\"} for parameter where."
)]
#[case("/active-users/daily?endDate=2026-03-02", "Required parameter startDate is missing!")]
#[case("/active-users/daily?startDate=2026-03-02", "Required parameter endDate is missing!")]
#[case(
    "/active-users/yearly?startDate=2026-03-01&endDate=2026-03-02",
    "Invalid data \"yearly\" for parameter range."
)]
#[case(
    "/active-users/daily?startDate=x&endDate=2026-03-02",
    "Invalid data \"x\" for parameter startDate."
)]
#[case(
    "/active-users/daily?startDate=2026-03-02&endDate=2026-03-01",
    "Invalid data \"2026-03-01\" for parameter endDate."
)]
#[case(
    "/active-users/daily?startDate=2024-03-02&endDate=2026-03-01",
    "Invalid data \"2026-03-01\" for parameter endDate."
)]
#[tokio::test]
async fn a_parameter_that_cannot_be_used(#[case] path: &str, #[case] message: &str) {
    let server = Server::start().await;
    let answer = server.client().get(path).await;
    answer.expect_arc(400, "BadRequestError", Value::from(message));
}
