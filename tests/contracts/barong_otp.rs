//! resource.otp.generate_qrcode, .enable, .disable, .verify.

use rstest::rstest;
use serde_json::json;
use tests::Server;
use tests::barong::STRONG;
use tests::owner::{Owner, step};
use tests::server::Table::{self, DynamoDbLocal, Embedded};
use tests::totp::another;

const ADA: &str = "ada@example.com";

#[rstest]
#[tokio::test]
async fn codes_are_switched_on_used_and_off(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let ada = Owner::join(&server, ADA).await;
    let other = ada.barong.sign_in(ADA).await;
    let answer = ada.post("/otp/generate_qrcode", &[]).await.expect(201).json();
    let mut members: Vec<&str> = answer.as_object().unwrap().keys().map(String::as_str).collect();
    members.sort_unstable();
    let wanted = [
        "auth",
        "data",
        "lease_duration",
        "lease_id",
        "renewable",
        "request_id",
        "warnings",
        "wrap_info",
    ];
    assert_eq!(members, wanted);
    assert_eq!((&answer["lease_id"], &answer["renewable"]), (&json!(""), &json!(false)));

    let codes = ada.qr_code().await;
    assert_eq!(ada.me().await["otp"], false);
    let right = codes.now(&server);
    for (code, key) in [
        ("", "resource.otp.empty_code"),
        (&another(&right), "resource.otp.invalid"),
    ] {
        ada.post("/otp/enable", &[("code", code)])
            .await
            .expect_keys(422, &[key]);
    }
    ada.post("/otp/enable", &[])
        .await
        .expect_keys(422, &["resource.otp.missing_code", "resource.otp.empty_code"]);
    let enabled = ada.post("/otp/enable", &[("code", &right)]).await.expect(201);
    assert_eq!(enabled.json(), json!(201));
    let me = ada.me().await;
    assert_eq!((&me["otp"], &me["state"]), (&json!(true), &json!("active")));
    assert!(ada.labels().await.contains(&"otp:enabled".to_owned()));
    // All other sessions have ended.
    let rest = Owner {
        session: other,
        ..ada.clone()
    };
    rest.get("/users/me").await.expect(401);
    let form = [("email", ADA), ("password", STRONG)];
    ada.barong
        .post("/identity/sessions", &form)
        .await
        .expect_keys(401, &["identity.session.missing_otp"]);
    for path in ["/otp/generate_qrcode", "/otp/enable"] {
        let again = ada.post(path, &[("code", &right)]).await;
        again.expect_keys(400, &["resource.otp.already_enabled"]);
    }

    // A code is used once, for whatever it is.
    ada.post("/otp/verify", &[("code", &right)])
        .await
        .expect_keys(422, &["totp.error"]);
    step(&server);
    let next = codes.now(&server);
    assert_eq!(
        ada.post("/otp/verify", &[("code", &next)]).await.expect(201).json(),
        json!(null)
    );
    ada.post("/otp/verify", &[("code", &next)])
        .await
        .expect_keys(422, &["totp.error"]);
    ada.post("/otp/verify", &[("code", &another(&next))])
        .await
        .expect_keys(422, &["resource.otp.invalid"]);
    ada.post("/otp/disable", &[("code", &next)])
        .await
        .expect_keys(422, &["totp.error"]);

    step(&server);
    let last = codes.now(&server);
    ada.post("/otp/disable", &[("code", &last)]).await.expect(201);
    assert_eq!(ada.me().await["otp"], false);
    assert!(!ada.labels().await.contains(&"otp:enabled".to_owned()));
    ada.barong.sign_in(ADA).await;
    ada.post("/otp/disable", &[("code", &last)])
        .await
        .expect_keys(400, &["resource.otp.not_enabled"]);
    ada.post("/otp/verify", &[("code", &last)])
        .await
        .expect_keys(400, &["resource.otp.already_enabled"]);
    // The secret is gone.
    ada.post("/otp/enable", &[("code", &last)])
        .await
        .expect_keys(422, &["resource.otp.invalid"]);
}

#[tokio::test]
async fn what_failed_is_written_down() {
    let server = Server::start().await;
    let ada = Owner::join(&server, ADA).await;
    let codes = ada.qr_code().await;
    let code = codes.now(&server);
    ada.post("/otp/enable", &[("code", &another(&code))]).await.expect(422);
    ada.post("/otp/enable", &[("code", &code)]).await.expect(201);
    ada.post("/otp/generate_qrcode", &[]).await.expect(400);
    ada.post("/otp/verify", &[("code", &another(&code))]).await.expect(422);
    let entries = ada.get("/users/activity/otp").await.expect(200).json();
    let mut seen: Vec<(&str, &str)> = entries
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| (entry["action"].as_str().unwrap(), entry["result"].as_str().unwrap()))
        .collect();
    seen.sort_unstable();
    let wanted = [
        ("enable 2FA", "failed"),
        ("enable 2FA", "succeed"),
        ("request QR code for 2FA", "failed"),
        ("request QR code for 2FA", "succeed"),
        ("verify 2FA code", "failed"),
    ];
    assert_eq!(seen, wanted);
}

#[tokio::test]
async fn statuses_are_those_of_the_original_where_that_is_configured() {
    let server = Server::setup().env("BARONG_STATUS_CODES", "runtime").start().await;
    let barong = server.client().barong();
    barong.create(ADA, STRONG).await;
    let token = barong.confirmation(ADA).await.unwrap();
    let session = barong.confirm(&token).await.expect_session(201);
    let ada = Owner {
        barong,
        session,
        email: ADA.to_owned(),
    };
    let codes = ada.enrol(&server).await;
    step(&server);
    ada.post("/otp/disable", &[("code", &codes.now(&server))])
        .await
        .expect(200);
    let answer = ada.delete("/users/me", &[("password", STRONG)]).await.expect(200);
    assert_eq!(answer.json(), json!(200));
}
