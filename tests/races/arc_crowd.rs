//! Twenty at the same moment with one clientId, one one-time password, one code.

use http::Method;
use rstest::rstest;
use serde_json::json;
use tests::managing::new_client;
use tests::server::Table::{self, DynamoDbLocal, Embedded};
use tests::server::{CLIENT_ID, CLIENT_SECRET};

use super::crowd::{at_once, count};
use super::explorer::server_on;

const ADA: &str = "ada@example.com";

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn one_client_id_one_client(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = server_on(table).await else { return };
    let admin = server.managing().await;
    let answers = at_once(&server, |_, _| {
        let admin = admin.clone();
        async move { admin.call(Method::POST, "/auth-clients", &new_client("web")).await }
    })
    .await;
    assert_eq!(count(&answers, 200, &[409]), 1);
    assert_eq!(
        admin.get("/auth-clients/count").await.expect(200).json(),
        json!({ "count": 2 })
    );
    assert_eq!(admin.make("other").await, 3, "a number is not lost");
}

/// Of many who make clients at once, each gets a number of its own, and none is left out.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn every_client_has_a_number_of_its_own(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = server_on(table).await else { return };
    let admin = server.managing().await;
    let answers = at_once(&server, |_, n| {
        let admin = admin.clone();
        async move {
            admin
                .call(Method::POST, "/auth-clients", &new_client(&format!("web {n}")))
                .await
        }
    })
    .await;
    let made = count(&answers, 200, &[503]);
    let mut numbers: Vec<i64> = answers
        .iter()
        .filter_map(|answer| answer.json()["id"].as_i64())
        .collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (2..2 + i64::try_from(made).unwrap()).collect::<Vec<_>>());
    assert!(made > 0);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_one_time_password_opens_once(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = server_on(table).await else { return };
    let (client, admin) = (server.client(), server.managing().await);
    client.sign_up(ADA).await;
    let entry = json!({ "otp": "4711", "username": ADA });
    admin.call(Method::POST, "/otp-caches", &entry).await.expect(200);
    let answers = at_once(&server, async |client, _| {
        let body =
            json!({ "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "username": ADA, "password": "4711" });
        client.post("/auth/login", &body).await
    })
    .await;
    assert_eq!(count(&answers, 200, &[401]), 1);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_mailed_code_is_taken_once(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = server_on(table).await else { return };
    let client = server.client();
    client.sign_up(ADA).await;
    let body = json!({ "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "key": ADA });
    client.post("/auth/send-otp", &body).await.expect(204);
    let mails = client.mails(ADA).await;
    let text = mails[0]["text"].as_str().unwrap().to_owned();
    let is_code = |line: &&str| line.len() == 6 && line.bytes().all(|byte| byte.is_ascii_digit());
    let code = text.lines().find(is_code).unwrap().to_owned();
    let answers = at_once(&server, |client, _| {
        let body = json!({ "key": ADA, "otp": code });
        async move { client.post("/auth/verify-otp", &body).await }
    })
    .await;
    assert_eq!(count(&answers, 200, &[401]), 1);
}
