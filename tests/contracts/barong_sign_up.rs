//! identity.users.create.

use rstest::rstest;
use serde_json::json;
use tests::barong::STRONG;
use tests::server::Table::{self, DynamoDbLocal, Embedded};
use tests::{PASSWORD, Server};

const ADA: &str = "Ada@Example.com";

#[rstest]
#[tokio::test]
async fn makes_an_account_with_a_session_and_asks_to_confirm(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let (client, barong) = (server.client(), server.client().barong());
    let form = [("email", ADA), ("password", STRONG), ("data", r#"{"language":"en"}"#)];
    let session = barong.post("/identity/users", &form).await.expect_session(201);
    let wanted = json!({
        "email": ADA, "uid": session.uid, "role": "member", "level": 0, "otp": false, "state": "pending",
        "referral_uid": null, "data": r#"{"language":"en"}"#, "csrf_token": session.csrf,
        "labels": [], "phones": [], "profiles": [], "data_storages": [],
        "created_at": "2026-03-01T12:00:00Z", "updated_at": "2026-03-01T12:00:00Z",
    });
    assert_eq!(session.user, wanted);
    let (prefix, digits) = session.uid.split_at(2);
    assert!(
        prefix == "ID" && digits.len() == 10 && digits.chars().all(|c| c.is_ascii_digit() || ('A'..='F').contains(&c))
    );

    let mail = &client.mails(ADA).await[0];
    assert_eq!(
        (&mail["subject"], &mail["to"]),
        (&json!("Registration Confirmation"), &json!(ADA))
    );
    let text = mail["text"].as_str().unwrap();
    let link = format!("{}/accounts/confirmation?confirmation_token=", client.url());
    assert!(text.contains(&link) && text.contains("&lang=en"), "{text}");

    let created = &barong.events("model.user.created").await[0]["record"];
    assert_eq!(
        (&created["uid"], &created["state"]),
        (&json!(session.uid), &json!("pending"))
    );
    let asked = &barong.events("system.user.email.confirmation.token").await[0]["record"];
    assert_eq!(asked["user"]["uid"], session.uid);
    assert_eq!(asked["domain"], client.url());
    assert_eq!(asked["token"].as_str(), barong.confirmation(ADA).await.as_deref());
}

/// One base of accounts: the same person signs in to another surface, and the other way round.
#[tokio::test]
async fn an_account_is_one_on_every_surface() {
    let server = Server::start().await;
    let (client, barong) = (server.client(), server.client().barong());
    barong.sign_up(ADA).await;
    client.sign_in_with(ADA, STRONG).await.expect(200);
    client.sign_up("bob@example.com").await;
    let session = barong.enter("bob@example.com", PASSWORD).await.expect_session(201);
    assert_eq!(
        (&session.user["state"], &session.user["role"]),
        (&json!("pending"), &json!("member"))
    );
}

#[rstest]
#[case(&[], &["missing_email", "empty_email", "missing_password", "empty_password"])]
#[case(&[("email", ""), ("password", " ")], &["empty_email", "empty_password"])]
#[case(&[("email", ADA)], &["missing_password", "empty_password"])]
#[case(&[("password", STRONG)], &["missing_email", "empty_email"])]
#[tokio::test]
async fn what_is_missing_or_empty(#[case] form: &[(&str, &str)], #[case] problems: &[&str]) {
    let server = Server::start().await;
    let keys: Vec<String> = problems
        .iter()
        .map(|problem| format!("identity.user.{problem}"))
        .collect();
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    server
        .client()
        .barong()
        .post("/identity/users", form)
        .await
        .expect_keys(422, &keys);
}

#[rstest]
#[case(&[("email", "ada")], &["email.invalid"])]
#[case(&[("email", "ada@"), ("password", "Password1")], &["email.invalid", "password.weak"])]
#[case(&[("password", "password")], &["password.requirements"])]
#[case(&[("password", "Simple")], &["password.requirements"])]
#[case(&[("password", "X2qL32")], &["password.requirements"])]
#[case(&[("password", "Password1123")], &["password.weak"])]
#[case(&[("password", "Qq123123")], &["password.weak"])]
#[case(&[("data", "{")], &["data.invalid_format"])]
#[case(&[("data", "")], &["data.invalid_format"])]
#[case(&[("email", "x"), ("password", "x"), ("data", "{")], &["email.invalid", "password.requirements", "data.invalid_format"])]
#[case(&[("refid", "")], &["identity.user.invalid_referral_format"])]
#[case(&[("refid", "XX0123456789")], &["identity.user.invalid_referral_format"])]
#[case(&[("refid", "id0123456789")], &["identity.user.invalid_referral_format"])]
#[case(&[("refid", "ID0123456789"), ("email", "x")], &["identity.user.referral_doesnt_exist"])]
#[tokio::test]
async fn what_is_wrong_is_said_together(#[case] changes: &[(&str, &str)], #[case] keys: &[&str]) {
    let server = Server::start().await;
    let barong = server.client().barong();
    let mut form = vec![("email", ADA), ("password", STRONG)];
    for change in changes {
        form.retain(|(name, _)| *name != change.0);
        form.push(*change);
    }
    barong.post("/identity/users", &form).await.expect_keys(422, keys);
    assert_eq!(barong.confirmation(ADA).await, None, "nothing was made");
}

#[tokio::test]
async fn what_is_too_long() {
    let server = Server::start().await;
    let barong = server.client().barong();
    barong
        .create(ADA, &format!("Tecohvi0{}", "-Ab3".repeat(17)))
        .await
        .expect_keys(422, &["password.too_long"]);
    barong
        .create(ADA, &format!("Tecohvi0{}", "x".repeat(2000)))
        .await
        .expect_keys(422, &["password.too_long"]);
    let long = format!("\"{}\"", "x".repeat(1023));
    let form = [("email", ADA), ("password", STRONG), ("data", &long)];
    barong
        .post("/identity/users", &form)
        .await
        .expect_keys(422, &["data.too_long"]);
    let address = format!("{}@example.com", "a".repeat(250));
    barong
        .create(&address, STRONG)
        .await
        .expect_keys(422, &["email.invalid"]);
}

#[rstest]
#[tokio::test]
async fn an_address_is_taken_in_any_case(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let barong = server.client().barong();
    barong.sign_up(ADA).await;
    barong
        .create("ADA@EXAMPLE.COM", STRONG)
        .await
        .expect_keys(422, &["email.taken"]);
    barong
        .create(ADA, "Password1")
        .await
        .expect_keys(422, &["email.taken", "password.weak"]);
    server.client().sign_up("bob@example.com").await;
    barong
        .create("bob@example.com", STRONG)
        .await
        .expect_keys(422, &["email.taken"]);
}

#[tokio::test]
async fn a_referrer_is_shown() {
    let server = Server::setup().env("BARONG_UID_PREFIX", "cs").start().await;
    let barong = server.client().barong();
    let ada = barong.sign_up(ADA).await;
    assert!(ada.uid.starts_with("CS"), "{}", ada.uid);
    let form = [
        ("email", "bob@example.com"),
        ("password", STRONG),
        ("refid", ada.uid.as_str()),
    ];
    let bob = barong.post("/identity/users", &form).await.expect_session(201);
    assert_eq!(bob.user["referral_uid"], ada.uid);
    let again = barong.sign_in("bob@example.com").await;
    assert_eq!(again.user["referral_uid"], ada.uid);
}

/// A name that is not asked for changes nothing.
#[tokio::test]
async fn nobody_gives_themselves_a_role() {
    let server = Server::start().await;
    let body = json!({
        "email": ADA, "password": STRONG, "role": "superadmin", "level": 3, "state": "active", "otp": true, "uid": "ID0000000000",
    });
    let made = server
        .client()
        .barong()
        .post_json("/identity/users", &body)
        .await
        .expect_session(201);
    let user = &made.user;
    assert_eq!(
        (&user["role"], &user["level"], &user["state"], &user["otp"]),
        (&json!("member"), &json!(0), &json!("pending"), &json!(false))
    );
    assert_ne!(made.uid, "ID0000000000");
}

#[tokio::test]
async fn sign_ups_from_one_client_are_limited() {
    let setup = Server::setup()
        .env("THROTTLE", "on")
        .env("THROTTLE_SIGNUP_ADDRESS", "2/3600");
    let server = setup.start().await;
    let barong = server.client().barong();
    barong.sign_up(ADA).await;
    barong.create(ADA, STRONG).await.expect_keys(422, &["email.taken"]);
    let answer = barong.create("bob@example.com", STRONG).await;
    let answer = answer.expect_keys(429, &["identity.session.too_many_requests"]);
    assert!(answer.header("retry-after").is_some());
}
