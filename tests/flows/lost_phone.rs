//! Somebody loses the telephone with the authenticator app: an administrator switches the codes off.

use rstest::rstest;
use serde_json::{Value, json};
use tests::barong::STRONG;
use tests::owner::Owner;
use tests::server::Table::{self, DynamoDbLocal, Embedded};
use tests::{Administrator, Client, Server};

const ADA: &str = "ada@example.com";

/// What each surface says to the password alone.
async fn doors(client: &Client) -> [u16; 3] {
    let barong = client.barong().enter(ADA, STRONG).await;
    let body = json!({ "username": ADA, "password": STRONG });
    let engine = client.post("/api/v1/signin", &body).await;
    let body = json!({ "email": ADA, "password": STRONG });
    let identity = client.post("/identity/v1/public/authenticate", &body).await;
    [barong, engine, identity].map(|answer| answer.status.as_u16())
}

#[rstest]
#[tokio::test]
async fn the_password_is_enough_again_and_the_secret_is_gone(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let client = server.client();
    let ada = Owner::join(&server, ADA).await;
    let codes = ada.enrol(&server).await;
    let key = ada.api_key(&server, &codes).await;
    ada.by_key(&server, &key, "/users/me").await.expect(200);
    assert_eq!(doors(&client).await, [401, 401, 401]);

    // Nobody helps themselves, nor is it a role's that may not.
    let admin = Administrator::first(&server).await;
    let off = [("uid", ada.session.uid.as_str()), ("otp", "false")];
    let support = Administrator::new(&server, "support@example.com", "support").await;
    support
        .put("/users", &off)
        .await
        .expect_keys(401, &["authz.invalid_permission"]);
    admin.put("/users", &off).await.expect(200);

    let entered = client.barong().sign_in(ADA).await;
    assert_eq!(entered.user["otp"], false);
    assert_eq!(doors(&client).await, [201, 200, 200]);
    let shown = admin.shown(&ada.session.uid).await;
    let labels = shown["labels"].as_array().unwrap().iter();
    let keys: Vec<&Value> = labels.map(|label| &label["key"]).collect();
    assert_eq!(keys, ["email"]);
    let kinds = server.dump().await;
    assert!(
        kinds.iter().all(|item| item["kind"].as_s().unwrap() != "totp"),
        "the secret is kept"
    );

    // The key proves nothing any more, also where codes are on again.
    let answer = ada.by_key(&server, &key, "/users/me").await;
    answer.expect_keys(401, &["authz.apikey_not_active"]);
    let again = Owner {
        session: client.barong().sign_in(ADA).await,
        ..ada.clone()
    };
    let other = again.enrol(&server).await;
    assert_ne!(other.secret, codes.secret);
    let answer = ada.by_key(&server, &key, "/users/me").await;
    answer.expect_keys(401, &["authz.apikey_not_active"]);

    // The owner is told, and the log says who did it.
    let mails = client.mails(ADA).await;
    let subjects: Vec<&str> = mails.iter().filter_map(|mail| mail["subject"].as_str()).collect();
    assert!(
        subjects.iter().any(|subject| subject.contains("switched off")),
        "{subjects:?}"
    );
    let log = again.get("/users/activity/otp").await.expect(200).json();
    let log = log.as_array().unwrap().iter();
    assert!(log.clone().any(|entry| entry["action"] == "disable 2FA"), "{log:?}");
}
