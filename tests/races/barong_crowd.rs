//! Twenty at the same moment on barong's surface, with one token, one code, one link, one place.

use std::sync::Arc;

use http::Method;
use rstest::rstest;
use serde_json::Value;
use shared::credentials::api_key::manage::MOST;
use shared::store::commit::{Step, int};
use tests::barong::{OTHER, STRONG};
use tests::owner::Owner;
use tests::server::Table::{self, DynamoDbLocal, Embedded};
use tests::{Administrator, Server};

use super::crowd::{at_once, count};
use super::explorer::server_on;

const ADA: &str = "ada@example.com";
const NUMBER: &str = "+447946000000";

async fn owner(server: &Server) -> Arc<Owner> {
    Arc::new(Owner::join(server, ADA).await)
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn one_token_one_confirmation(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = server_on(table).await else { return };
    let barong = server.client().barong();
    barong.sign_up(ADA).await;
    let token = barong.confirmation(ADA).await.unwrap();
    let answers = at_once(&server, |client, _| {
        let token = token.clone();
        async move { client.barong().confirm(&token).await }
    })
    .await;
    // A second confirmation of what is confirmed is refused, whoever of the two came first.
    assert_eq!(count(&answers, 201, &[422]), 1);
    let session = barong.sign_in(ADA).await;
    let email = ADA.to_owned();
    let labels = Owner { barong, session, email }.labels().await;
    assert_eq!(labels, ["email:verified"]);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn one_reset_one_new_password(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = server_on(table).await else { return };
    let barong = owner(&server).await.barong.clone();
    let token = barong.reset_token(ADA).await;
    let answers = at_once(&server, |client, n| {
        let (token, new) = (token.clone(), if n % 2 == 0 { OTHER } else { "Ieph5aes-foggy-Day" });
        async move { client.barong().reset(&token, new).await }
    })
    .await;
    assert_eq!(count(&answers, 201, &[422]), 1);
    let winner = answers.iter().position(|answer| answer.status == 201).unwrap();
    let new = if winner % 2 == 0 { OTHER } else { "Ieph5aes-foggy-Day" };
    barong.enter(ADA, new).await.expect_session(201);
    barong.enter(ADA, STRONG).await.expect(401);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn one_code_one_number(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = server_on(table).await else { return };
    let ada = owner(&server).await;
    ada.post("/phones", &[("phone_number", NUMBER)]).await.expect(201);
    let code = ada.sms_code(NUMBER).await.unwrap();
    let answers = at_once(&server, |_, _| {
        let (ada, code) = (Arc::clone(&ada), code.clone());
        async move {
            let form = [("phone_number", NUMBER), ("verification_code", &code)];
            ada.post("/phones/verify", &form).await
        }
    })
    .await;
    assert_eq!(count(&answers, 201, &[400, 404, 422]), 1);
    assert_eq!(ada.labels().await, ["email:verified", "phone:verified"]);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn one_address_is_let_in_once(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = server_on(table).await else { return };
    let admin = Administrator::first(&server).await;
    let link = admin.post("/restrictions/whitelink", &[]).await.expect(201).json();
    let answers = at_once(&server, |client, _| {
        let request = client.barong().request(Method::POST, "/identity/users/access");
        let request = request.json(&link);
        async move { client.send(request).await }
    })
    .await;
    // Whoever comes second is in already.
    count(&answers, 201, &[422, 503]);
    let rules = admin.get("/restrictions?category=whitelist").await.expect(200).json();
    let of_ours = |rule: &&Value| rule["value"] == "127.0.0.1";
    assert_eq!(rules.as_array().unwrap().iter().filter(of_ours).count(), 1, "{rules}");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn one_place_one_key(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = server_on(table).await else { return };
    let ada = owner(&server).await;
    let codes = ada.enrol(&server).await;
    let full = i64::try_from(MOST).unwrap() - 1;
    server.adjust(ADA, Step::Set("api_keys", int(full))).await;
    let answers = at_once(&server, |_, n| {
        let (ada, code) = (Arc::clone(&ada), codes.then(&server, if n % 2 == 0 { -1 } else { 1 }));
        async move {
            let form = [("algorithm", "HS256"), ("totp_code", &code)];
            ada.post("/api_keys", &form).await
        }
    })
    .await;
    assert_eq!(count(&answers, 201, &[422]), 1);
    let keys = ada.get("/api_keys").await;
    // The list wants a session whose codes are on, which this one is.
    assert_eq!(keys.expect(200).json().as_array().unwrap().len(), 1);
}
