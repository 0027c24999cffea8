//! resource.api_keys.list, .create, .update, .delete.

use http::Method;
use rstest::rstest;
use serde_json::{Value, json};
use tests::Server;
use tests::owner::{Owner, step};
use tests::server::Table::{self, DynamoDbLocal, Embedded};
use tests::totp::another;

use super::house::HOME;

const ADA: &str = "ada@example.com";
const BOB: &str = "bob@example.com";

#[rstest]
#[tokio::test]
async fn keys_are_made_used_changed_and_removed(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let ada = Owner::join(&server, ADA).await;
    let codes = ada.enrol(&server).await;
    step(&server);
    let code = codes.now(&server);
    let form = [
        ("algorithm", "HS256"),
        ("scope", "trade, read"),
        ("totp_code", &code),
        ("kid", "mine"),
    ];
    let key = ada.post("/api_keys", &form).await.expect(201).json();
    let (kid, secret) = (
        key["kid"].as_str().unwrap().to_owned(),
        key["secret"].as_str().unwrap().to_owned(),
    );
    let is_hex = |text: &str| text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    assert!(
        kid.len() == 16 && is_hex(&kid) && secret.len() == 32 && is_hex(&secret),
        "{key}"
    );
    let mut shown = key.clone();
    shown.as_object_mut().unwrap().remove("secret");
    let at = "2026-03-01T12:00:30Z";
    let wanted = json!({
        "kid": kid, "algorithm": "HS256", "scope": ["trade", "read"], "state": "active",
        "created_at": at, "updated_at": at,
    });
    assert_eq!(shown, wanted);
    let listed = ada.get("/api_keys").await.expect(200);
    assert_eq!((listed.header("total"), listed.json()), (Some("1"), json!([wanted])));
    let signer = (kid.clone(), secret);
    assert_eq!(
        ada.by_key(&server, &signer, "/users/me").await.expect(200).json(),
        ada.me().await
    );

    // The code was used up with it.
    ada.post("/api_keys", &form).await.expect_keys(422, &["totp.error"]);
    step(&server);
    let code = codes.now(&server);
    let form = [("state", "inactive"), ("totp_code", &code)];
    let changed = ada.patch(&format!("/api_keys/{kid}"), &form).await.expect(200).json();
    assert_eq!(
        (&changed["state"], &changed["scope"]),
        (&json!("inactive"), &json!(["trade", "read"]))
    );
    assert!(changed.get("secret").is_none());
    let refused = ada.by_key(&server, &signer, "/users/me").await;
    refused.expect_keys(401, &["authz.apikey_not_active"]);
    step(&server);
    let code = codes.now(&server);
    let form = [("state", "active"), ("scope", "all"), ("totp_code", &code)];
    let changed = ada.patch(&format!("/api_keys/{kid}"), &form).await.expect(200).json();
    assert_eq!(
        (&changed["state"], &changed["scope"]),
        (&json!("active"), &json!(["all"]))
    );
    ada.by_key(&server, &signer, "/users/me").await.expect(200);
    step(&server);
    let path = format!("/api_keys/{kid}?totp_code={}", codes.now(&server));
    ada.delete(&path, &[]).await.expect(204);
    let refused = ada.by_key(&server, &signer, "/users/me").await;
    refused.expect_keys(401, &["authz.unexistent_apikey"]);
    assert_eq!(ada.get("/api_keys").await.expect(200).json(), json!([]));
}

#[tokio::test]
async fn what_is_missing_or_wrong_is_said() {
    let server = Server::start().await;
    let ada = Owner::join(&server, ADA).await;
    let missing = [
        "resource.apikey.missing_algorithm",
        "resource.apikey.empty_algorithm",
        "resource.api_key.missing_totp",
    ];
    ada.post("/api_keys", &[]).await.expect_keys(422, &missing);
    let blank = [("algorithm", " "), ("scope", ""), ("totp_code", "")];
    let keys = [
        "resource.apikey.empty_algorithm",
        "resource.apikey.empty_scope",
        "resource.apikey.empty_totp_code",
    ];
    ada.post("/api_keys", &blank).await.expect_keys(422, &keys);
    let keys = ["resource.apikey.missing_totp_code", "resource.apikey.empty_totp_code"];
    ada.patch("/api_keys/0", &[]).await.expect_keys(422, &keys);
    ada.delete("/api_keys/0", &[]).await.expect_keys(422, &keys);
    let keys = [
        "resource.apikey.empty_totp_code",
        "resource.apikey.empty_state",
        "resource.apikey.empty_scope",
    ];
    let blank = [("state", ""), ("scope", ""), ("totp_code", "")];
    ada.patch("/api_keys/0", &blank).await.expect_keys(422, &keys);

    // Without codes there are no keys.
    let form = [("algorithm", "HS256"), ("totp_code", "123456")];
    let disabled = ["resource.api_key.2fa_disabled"];
    ada.post("/api_keys", &form).await.expect_keys(400, &disabled);
    ada.patch("/api_keys/0", &form).await.expect_keys(400, &disabled);
    ada.delete("/api_keys/0", &form).await.expect_keys(400, &disabled);

    let codes = ada.enrol(&server).await;
    let wrong = another(&codes.now(&server));
    let invalid = ["resource.api_key.invalid_totp"];
    let form = [("algorithm", "HS256"), ("totp_code", &wrong)];
    ada.post("/api_keys", &form).await.expect_keys(422, &invalid);
    ada.patch("/api_keys/0", &form).await.expect_keys(422, &invalid);
    ada.delete("/api_keys/0", &form).await.expect_keys(422, &invalid);
    for (algorithm, keys) in [
        ("HS512", vec!["algorithm.inclusion"]),
        ("RS256", vec!["algorithm.inclusion", "kid.blank"]),
    ] {
        step(&server);
        let code = codes.now(&server);
        let form = [("algorithm", algorithm), ("totp_code", &code)];
        ada.post("/api_keys", &form).await.expect_keys(422, &keys);
    }
    let (kid, _) = ada.api_key(&server, &codes).await;
    step(&server);
    let code = codes.now(&server);
    let form = [("state", "sleeping"), ("totp_code", &code)];
    ada.patch(&format!("/api_keys/{kid}"), &form)
        .await
        .expect_keys(422, &["state.inclusion"]);
}

#[tokio::test]
async fn a_key_is_its_owners() {
    let server = Server::start().await;
    let (ada, bob) = (Owner::join(&server, ADA).await, Owner::join(&server, BOB).await);
    let (of_ada, of_bob) = (ada.enrol(&server).await, bob.enrol(&server).await);
    let key = ada.api_key(&server, &of_ada).await;
    let path = format!("/api_keys/{}", key.0);
    let code = of_bob.now(&server);
    let form = [("state", "inactive"), ("totp_code", &code)];
    bob.patch(&path, &form).await.expect_keys(404, &["record.not_found"]);
    bob.delete(&path, &form).await.expect_keys(404, &["record.not_found"]);
    assert_eq!(bob.get("/api_keys").await.expect(200).json(), json!([]));
    ada.by_key(&server, &key, "/users/me").await.expect(200);
}

#[tokio::test]
async fn keys_end_with_the_codes_and_with_the_state() {
    let server = Server::start().await;
    let ada = Owner::join(&server, ADA).await;
    let codes = ada.enrol(&server).await;
    let key = ada.api_key(&server, &codes).await;
    step(&server);
    ada.post("/otp/disable", &[("code", &codes.now(&server))])
        .await
        .expect(201);
    assert_eq!(ada.get("/api_keys").await.expect(200).json()[0]["state"], "inactive");
    let codes = ada.enrol(&server).await;
    let refused = ada.by_key(&server, &key, "/users/me").await;
    refused.expect_keys(401, &["authz.apikey_not_active"]);
    // Its owner turns it on again.
    step(&server);
    let code = codes.now(&server);
    let form = [("state", "active"), ("totp_code", &code)];
    ada.patch(&format!("/api_keys/{}", key.0), &form).await.expect(200);
    ada.by_key(&server, &key, "/users/me").await.expect(200);
}

/// Whichever surface switched the account off, and on again.
#[tokio::test]
async fn keys_wait_for_their_owner_when_engine_switched_the_account_off() {
    let server = Server::start().await;
    let (ada, client) = (Owner::join(&server, ADA).await, server.client());
    let codes = ada.enrol(&server).await;
    let key = ada.api_key(&server, &codes).await;
    let (root, id) = (client.admin().await, server.account(ADA).await.id.to_string());
    let role = client.make_role(&root, HOME, "Clerk").await;
    client.bind(&root, HOME, &id, &role).await.expect(200);
    let switch = async |how: &str| {
        let path = format!("/api/v1/users/{id}/{how}");
        let answer = client.call_in(HOME, Method::PUT, &path, &root, &Value::Null).await;
        answer.expect(200);
    };
    ada.by_key(&server, &key, "/users/me").await.expect(200);
    for how in ["deactivate", "activate"] {
        switch(how).await;
        let refused = ada.by_key(&server, &key, "/users/me").await;
        refused.expect_keys(401, &["authz.apikey_not_active"]);
    }
}

#[tokio::test]
async fn lists_are_sorted_and_paged() {
    let server = Server::start().await;
    let ada = Owner::join(&server, ADA).await;
    let codes = ada.enrol(&server).await;
    let mut kids = Vec::new();
    for _ in 0..3 {
        kids.push(ada.api_key(&server, &codes).await.0);
    }
    let listed = |answer: tests::Answer| {
        let keys = answer.expect(200).json();
        let keys = keys.as_array().unwrap().iter();
        keys.map(|key| key["kid"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(listed(ada.get("/api_keys").await), kids);
    let turned: Vec<String> = kids.iter().rev().cloned().collect();
    assert_eq!(
        listed(ada.get("/api_keys?ordering=desc&order_by=created_at").await),
        turned
    );
    let mut sorted = kids.clone();
    sorted.sort_unstable();
    assert_eq!(listed(ada.get("/api_keys?order_by=kid").await), sorted);
    let page = ada.get("/api_keys?page=2&limit=2").await.expect(200);
    assert_eq!(
        (page.header("total"), page.header("page"), page.header("per-page")),
        (Some("3"), Some("2"), Some("2"))
    );
    assert_eq!(listed(page), kids[2..]);
    ada.get("/api_keys?ordering=up&order_by=secret&page=0")
        .await
        .expect_keys(
            422,
            &[
                "resource.api_key.invalid_ordering",
                "resource.api_key.invalid_attribute",
                "non_positive_page",
            ],
        );
}
