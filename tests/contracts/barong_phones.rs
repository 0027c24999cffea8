//! resource.phones.list, .create, .send_code, .verify.

use std::time::Duration;

use rstest::rstest;
use serde_json::json;
use tests::Server;
use tests::owner::Owner;
use tests::server::Table::{self, DynamoDbLocal, Embedded};
use tests::totp::another;

const ADA: &str = "ada@example.com";
const BOB: &str = "bob@example.com";
const NUMBER: &str = "+442079460018";

fn guess(code: &str) -> [(&'static str, &str); 2] {
    [("phone_number", NUMBER), ("verification_code", code)]
}

fn wrong(code: &str) -> String {
    another(code)[1..].to_owned()
}

#[rstest]
#[tokio::test]
async fn a_number_is_its_owners_who_repeats_the_code(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let ada = Owner::join(&server, ADA).await;
    assert_eq!(ada.get("/phones").await.expect(200).json(), json!([]));
    let made = ada
        .post("/phones", &[("phone_number", "+44 (0)20 7946-0018")])
        .await
        .expect(201);
    assert_eq!(made.json(), json!({ "message": "Code was sent successfully via sms" }));
    let phone = json!({ "country": "GB", "number": "442079460018", "validated_at": null });
    assert_eq!(ada.get("/phones").await.expect(200).json(), json!([phone]));
    let code = ada.sms_code(NUMBER).await.expect("a message");
    assert!(code.len() == 5 && code.bytes().all(|b| b.is_ascii_digit()), "{code}");
    assert_eq!(ada.me().await["level"], 1);

    let refused = ada.post("/phones/verify", &guess(&wrong(&code))).await;
    refused.expect_keys(404, &["resource.phone.verification_invalid"]);
    server.clock.advance(Duration::from_millis(1500));
    let me = ada.post("/phones/verify", &guess(&code)).await.expect(201).json();
    assert_eq!((&me["level"], &me["state"]), (&json!(2), &json!("active")));
    assert_eq!(me["phones"][0]["validated_at"], "2026-03-01T12:00:01.500Z");
    assert!(ada.labels().await.contains(&"phone:verified".to_owned()));
    for path in ["/phones", "/phones/send_code"] {
        let again = ada.post(path, &[("phone_number", NUMBER)]).await;
        again.expect_keys(400, &["resource.phone.number_exist"]);
    }
    let again = ada.post("/phones/verify", &guess(&code)).await;
    again.expect_keys(400, &["resource.phone.number_exist"]);
}

#[tokio::test]
async fn what_is_missing_or_wrong_is_said() {
    let server = Server::start().await;
    let ada = Owner::join(&server, ADA).await;
    for path in ["/phones", "/phones/send_code"] {
        let missing = [
            "resource.phone.missing_phone_number",
            "resource.phone.empty_phone_number",
        ];
        ada.post(path, &[]).await.expect_keys(422, &missing);
        ada.post(path, &[("phone_number", " ")])
            .await
            .expect_keys(422, &missing[1..]);
        let form = [("phone_number", NUMBER), ("channel", "pigeon")];
        ada.post(path, &form)
            .await
            .expect_keys(422, &["resource.phone.invalid_channel"]);
        for number in ["123", "abc", "+999 123456", "+44 1"] {
            let answer = ada.post(path, &[("phone_number", number)]).await;
            answer.expect_keys(400, &["resource.phone.invalid_num"]);
        }
    }
    let unknown = ada.post("/phones/send_code", &[("phone_number", NUMBER)]).await;
    unknown.expect_keys(404, &["resource.phone.doesnt_exist"]);
    let missing = [
        "resource.phone.missing_phone_number",
        "resource.phone.empty_phone_number",
        "resource.phone.missing_verification_code",
        "resource.phone.empty_verification_code",
    ];
    ada.post("/phones/verify", &[]).await.expect_keys(422, &missing);
    let form = [("phone_number", NUMBER), ("verification_code", "12345")];
    ada.post("/phones/verify", &form)
        .await
        .expect_keys(404, &["resource.phone.doesnt_exist"]);
    let form = [("phone_number", "1"), ("verification_code", "12345")];
    ada.post("/phones/verify", &form)
        .await
        .expect_keys(400, &["resource.phone.invalid_num"]);
    ada.post("/phones", &[("phone_number", NUMBER), ("channel", "call")])
        .await
        .expect(201);
    let again = ada.post("/phones", &[("phone_number", NUMBER)]).await;
    again.expect_keys(400, &["resource.phone.exists"]);
}

#[tokio::test]
async fn a_code_ends_and_a_newer_one_counts() {
    let server = Server::start().await;
    let ada = Owner::join(&server, ADA).await;
    ada.post("/phones", &[("phone_number", NUMBER)]).await.expect(201);
    let first = ada.sms_code(NUMBER).await.unwrap();
    let sent = ada
        .post("/phones/send_code", &[("phone_number", NUMBER)])
        .await
        .expect(201);
    assert_eq!(sent.json(), json!({ "message": "Code was sent successfully via sms" }));
    server.clock.advance(Duration::from_millis(1));
    // Messages of the same moment are in no order: the newer one is whichever works.
    let refused = ada.post("/phones/verify", &guess(&wrong(&first))).await;
    refused.expect_keys(404, &["resource.phone.verification_invalid"]);
    server.clock.advance(Duration::from_secs(1));
    ada.post("/phones/send_code", &[("phone_number", NUMBER)])
        .await
        .expect(201);
    let newest = ada.sms_code(NUMBER).await.unwrap();
    if first != newest {
        ada.post("/phones/verify", &guess(&first))
            .await
            .expect_keys(404, &["resource.phone.verification_invalid"]);
    }
    server.clock.advance(Duration::from_secs(600));
    ada.post("/phones/verify", &guess(&newest))
        .await
        .expect_keys(404, &["resource.phone.verification_invalid"]);
    ada.post("/phones/send_code", &[("phone_number", NUMBER)])
        .await
        .expect(201);
    let newest = ada.sms_code(NUMBER).await.unwrap();
    ada.post("/phones/verify", &guess(&newest)).await.expect(201);
}

#[rstest]
#[tokio::test]
async fn five_wrong_guesses_void_a_code(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let ada = Owner::join(&server, ADA).await;
    ada.post("/phones", &[("phone_number", NUMBER)]).await.expect(201);
    let code = ada.sms_code(NUMBER).await.unwrap();
    for _ in 0..5 {
        ada.post("/phones/verify", &guess(&wrong(&code)))
            .await
            .expect_keys(404, &["resource.phone.verification_invalid"]);
    }
    ada.post("/phones/verify", &guess(&code))
        .await
        .expect_keys(404, &["resource.phone.verification_invalid"]);
    // The fifth guess may be the right one.
    server.clock.advance(Duration::from_secs(1));
    ada.post("/phones/send_code", &[("phone_number", NUMBER)])
        .await
        .expect(201);
    let code = ada.sms_code(NUMBER).await.unwrap();
    for _ in 0..4 {
        ada.post("/phones/verify", &guess(&wrong(&code))).await.expect(404);
    }
    ada.post("/phones/verify", &guess(&code)).await.expect(201);
}

#[tokio::test]
async fn a_number_belongs_to_one() {
    let server = Server::start().await;
    let (ada, bob) = (Owner::join(&server, ADA).await, Owner::join(&server, BOB).await);
    ada.post("/phones", &[("phone_number", NUMBER)]).await.expect(201);
    let of_ada = ada.sms_code(NUMBER).await.unwrap();
    server.clock.advance(Duration::from_secs(1));
    bob.post("/phones", &[("phone_number", NUMBER)]).await.expect(201);
    let of_bob = bob.sms_code(NUMBER).await.unwrap();
    if of_ada != of_bob {
        // A code is its owner's, not the number's.
        bob.post("/phones/verify", &guess(&of_ada)).await.expect(404);
    }
    bob.post("/phones/verify", &guess(&of_bob)).await.expect(201);
    ada.post("/phones/verify", &guess(&of_ada))
        .await
        .expect_keys(400, &["resource.phone.number_exist"]);
    assert_eq!(
        (&ada.me().await["level"], &bob.me().await["level"]),
        (&json!(1), &json!(2))
    );
}

#[tokio::test]
async fn text_messages_are_limited() {
    let setup = Server::setup()
        .env("THROTTLE", "on")
        .env("THROTTLE_SMS_ACCOUNT", "6/3600");
    let server = setup.env("THROTTLE_SMS_NUMBER", "3/3600").start().await;
    let (ada, bob) = (Owner::join(&server, ADA).await, Owner::join(&server, BOB).await);
    let too_many = ["identity.session.too_many_requests"];
    ada.post("/phones", &[("phone_number", NUMBER)]).await.expect(201);
    ada.post("/phones/send_code", &[("phone_number", NUMBER)])
        .await
        .expect(201);
    let refused = ada.post("/phones/send_code", &[("phone_number", NUMBER)]).await;
    let refused = refused.expect_keys(429, &too_many);
    assert_eq!(refused.header("retry-after"), Some("60"));
    // A number is disturbed so often and no more, whoever asks.
    bob.post("/phones", &[("phone_number", NUMBER)]).await.expect(201);
    bob.post("/phones/send_code", &[("phone_number", NUMBER)])
        .await
        .expect_keys(429, &too_many);
    // What was not sent was not noted either.
    ada.post("/phones", &[("phone_number", "+442079460019")])
        .await
        .expect(201);
    ada.post("/phones", &[("phone_number", "+442079460020")])
        .await
        .expect(201);
    ada.post("/phones", &[("phone_number", "+442079460021")])
        .await
        .expect(201);
    ada.post("/phones", &[("phone_number", "+442079460022")])
        .await
        .expect_keys(429, &too_many);
    assert_eq!(ada.get("/phones").await.expect(200).json().as_array().unwrap().len(), 4);
}

#[tokio::test]
async fn ten_numbers_may_wait() {
    let server = Server::start().await;
    let ada = Owner::join(&server, ADA).await;
    for n in 10..20 {
        let number = format!("+4420794600{n}");
        ada.post("/phones", &[("phone_number", &number)]).await.expect(201);
    }
    ada.post("/phones", &[("phone_number", NUMBER.replace("18", "30").as_str())])
        .await
        .expect_keys(400, &["resource.phone.limit_reached"]);
}
