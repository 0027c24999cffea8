//! resource.users.me.get, .update, .delete.

use http::Method;
use rstest::rstest;
use serde_json::json;
use tests::Server;
use tests::barong::{SHOWN, STRONG};
use tests::owner::{Owner, step};
use tests::server::Table::{self, DynamoDbLocal, Embedded};
use tests::totp::another;

const ADA: &str = "ada@example.com";

#[rstest]
#[tokio::test]
async fn oneself_is_shown_with_everything_that_is_known(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let setup = Server::setup().env("USER_STORAGE_TITLES", "personal");
    let Some(server) = setup.start_on(table).await else {
        return;
    };
    let ada = Owner::join(&server, ADA).await;
    ada.post("/profiles", &[("first_name", "Ada")]).await.expect(201);
    ada.verify_phone("+442079460018").await;
    ada.post("/data_storage", &[("title", "personal"), ("data", "{\"a\": 1}")])
        .await
        .expect(201);
    let me = ada.me().await;
    let at = "2026-03-01T12:00:00Z";
    let label = |key: &str, value: &str| json!({ "key": key, "value": value, "scope": "private", "created_at": at, "updated_at": at });
    assert_eq!(me["uid"], ada.session.uid);
    assert_eq!(
        (&me["email"], &me["role"], &me["level"], &me["state"]),
        (&json!(ADA), &json!("member"), &json!(2), &json!("active"))
    );
    assert_eq!(
        (&me["otp"], &me["data"], &me["referral_uid"]),
        (&json!(false), &json!(null), &json!(null))
    );
    let labels = me["labels"].as_array().unwrap();
    for wanted in [
        label("email", "verified"),
        label("profile", "drafted"),
        label("phone", "verified"),
        label("personal", "recorded"),
    ] {
        assert!(labels.contains(&wanted), "{labels:?}");
    }
    assert_eq!(labels.len(), 4);
    let phone = json!({ "country": "GB", "number": "442079460018", "validated_at": "2026-03-01T12:00:00.000Z" });
    assert_eq!(me["phones"], json!([phone]));
    assert_eq!(
        me["profiles"],
        json!([{
            "first_name": "Ada", "last_name": null, "dob": null, "address": null, "postcode": null, "city": null,
            "country": null, "state": "drafted", "metadata": null, "created_at": at, "updated_at": at,
        }])
    );
    let stored = json!({ "title": "personal", "data": "{\"a\": 1}", "created_at": at, "updated_at": at });
    assert_eq!(me["data_storages"], json!([stored]));
    assert!(me.get("csrf_token").is_none() && me.get("documents").is_none());
    // The same where gateways show it.
    let request = ada
        .barong
        .client
        .request(Method::GET, &format!("{SHOWN}/resource/users/me"));
    let cookie = format!("{}={}", tests::barong::COOKIE, ada.session.cookie);
    assert_eq!(
        ada.barong
            .send(request.header("cookie", cookie))
            .await
            .expect(200)
            .json(),
        me
    );
}

#[tokio::test]
async fn nobody_is_shown_to_nobody() {
    let server = Server::start().await;
    let client = server.client();
    for path in [
        "users/me",
        "labels",
        "phones",
        "documents",
        "profiles/me",
        "api_keys",
        "users/activity/all",
    ] {
        let answer = client.get(&format!("/api/v2/resource/{path}")).await;
        answer.expect_keys(401, &["authz.invalid_session"]);
        let request = client.request(Method::GET, &format!("/api/v2/resource/{path}"));
        let answer = client.send(request.header("authorization", "Bearer nonsense")).await;
        answer.expect_keys(401, &["jwt.decode_and_verify"]);
    }
    let ada = Owner::join(&server, ADA).await;
    let request = client.request(Method::POST, "/api/v2/resource/labels");
    let cookie = format!("{}={}", tests::barong::COOKIE, ada.session.cookie);
    let answer = client.send(request.header("cookie", cookie)).await;
    answer.expect_keys(401, &["authz.missing_csrf_token"]);
}

#[tokio::test]
async fn data_is_kept_as_it_came() {
    let server = Server::start().await;
    let ada = Owner::join(&server, ADA).await;
    let text = r#" {"language": "en",  "n": 1.0} "#;
    server.clock.advance(std::time::Duration::from_secs(60));
    let me = ada.put("/users/me", &[("data", text)]).await.expect(200).json();
    assert_eq!(
        (me["data"].as_str(), &me["updated_at"]),
        (Some(text), &json!("2026-03-01T12:01:00Z"))
    );
    assert_eq!(ada.me().await, me);
    for (form, keys) in [
        (vec![], vec!["resource.user.missing_data", "resource.user.empty_data"]),
        (vec![("data", " ")], vec!["resource.user.empty_data"]),
        (vec![("data", "{")], vec!["data.invalid_format"]),
    ] {
        ada.put("/users/me", &form).await.expect_keys(422, &keys);
    }
    let long = format!("\"{}\"", "x".repeat(1023));
    ada.put("/users/me", &[("data", &long)])
        .await
        .expect_keys(422, &["data.too_long"]);
    // What is not declared is not assigned.
    let form = [
        ("data", "{}"),
        ("role", "superadmin"),
        ("level", "3"),
        ("state", "active"),
        ("uid", "ID0"),
    ];
    let me = ada.put("/users/me", &form).await.expect(200).json();
    assert_eq!(
        (&me["role"], &me["level"], &me["uid"]),
        (&json!("member"), &json!(1), &json!(ada.session.uid))
    );
}

#[rstest]
#[tokio::test]
async fn an_account_is_shut_down_with_the_password(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let ada = Owner::join(&server, ADA).await;
    for (form, keys) in [
        (
            vec![],
            vec!["resource.user.missing_password", "resource.user.empty_password"],
        ),
        (vec![("password", "")], vec!["resource.user.empty_password"]),
        (vec![("password", "wrong")], vec!["resource.user.invalid_password"]),
        (
            vec![("password", STRONG), ("otp_code", "")],
            vec!["resource.user.empty_otp_code"],
        ),
    ] {
        ada.delete("/users/me", &form).await.expect_keys(422, &keys);
    }
    let answer = ada
        .delete(&format!("/users/me?password={STRONG}"), &[])
        .await
        .expect(204);
    assert!(answer.bytes.is_empty());
    ada.get("/users/me").await.expect(401);
    let answer = ada.barong.enter(ADA, STRONG).await;
    answer.expect_keys(401, &["identity.session.deleted"]);
    // Nor on another surface, and the address stays taken.
    server.client().sign_in_with(ADA, STRONG).await.expect(401);
    ada.barong.create(ADA, STRONG).await.expect_keys(422, &["email.taken"]);
}

#[tokio::test]
async fn an_account_with_codes_is_shut_down_with_a_code_as_well() {
    let server = Server::start().await;
    let ada = Owner::join(&server, ADA).await;
    let codes = ada.enrol(&server).await;
    let used = codes.now(&server);
    let form = [("password", STRONG)];
    ada.delete("/users/me", &form)
        .await
        .expect_keys(422, &["resource.user.missing_otp_code"]);
    for (code, key) in [(another(&used), "resource.user.invalid_otp"), (used, "totp.error")] {
        let form = [("password", STRONG), ("otp_code", &code)];
        ada.delete("/users/me", &form).await.expect_keys(422, &[key]);
    }
    step(&server);
    let code = codes.now(&server);
    let form = [("password", STRONG), ("otp_code", &code)];
    ada.delete("/users/me", &form).await.expect(204);
}
