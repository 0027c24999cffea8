//! resource.labels.list, .create, .get, .update, .delete.

use rstest::rstest;
use serde_json::json;
use tests::Server;
use tests::owner::Owner;
use tests::server::Table::{self, DynamoDbLocal, Embedded};

const ADA: &str = "ada@example.com";

#[rstest]
#[tokio::test]
async fn labels_are_made_changed_and_removed(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let ada = Owner::join(&server, ADA).await;
    server.clock.advance(std::time::Duration::from_secs(60));
    let made = ada
        .post(
            "/labels",
            &[("key", " Colour "), ("value", "RED_1"), ("scope", "private")],
        )
        .await;
    let wanted = json!({
        "key": "colour", "value": "red_1", "scope": "public",
        "created_at": "2026-03-01T12:01:00Z", "updated_at": "2026-03-01T12:01:00Z",
    });
    assert_eq!(made.expect(201).json(), wanted);
    assert_eq!(ada.get("/labels/colour").await.expect(200).json(), wanted);
    server.clock.advance(std::time::Duration::from_secs(60));
    let changed = ada
        .patch("/labels/colour", &[("value", "blue")])
        .await
        .expect(200)
        .json();
    assert_eq!(
        (&changed["value"], &changed["created_at"]),
        (&json!("blue"), &json!("2026-03-01T12:01:00Z"))
    );
    assert_eq!(changed["updated_at"], "2026-03-01T12:02:00Z");
    let listed = ada.get("/labels").await.expect(200).json();
    assert_eq!(listed.as_array().unwrap().len(), 2);
    assert_eq!((&listed[0]["key"], &listed[1]), (&json!("email"), &changed));
    let turned = ada.get("/labels?ordering=desc").await.expect(200).json();
    assert_eq!((&turned[0], &turned[1]), (&listed[1], &listed[0]));
    ada.get("/labels?ordering=up").await.expect_keys(422, &["value"]);
    ada.delete("/labels/colour", &[]).await.expect(204);
    ada.get("/labels/colour").await.expect_keys(404, &["record.not_found"]);
    ada.delete("/labels/colour", &[])
        .await
        .expect_keys(404, &["record.not_found"]);
    ada.patch("/labels/colour", &[("value", "blue")])
        .await
        .expect_keys(404, &["record.not_found"]);
}

#[tokio::test]
async fn what_is_wrong_is_said() {
    let server = Server::start().await;
    let ada = Owner::join(&server, ADA).await;
    ada.post("/labels", &[("key", "colour"), ("value", "red")])
        .await
        .expect(201);
    let long = "x".repeat(256);
    for (form, keys) in [
        (vec![], vec!["missing_key", "empty_key", "missing_value", "empty_value"]),
        (vec![("key", ""), ("value", " ")], vec!["empty_key", "empty_value"]),
    ] {
        let keys: Vec<String> = keys.iter().map(|key| format!("resource.label.{key}")).collect();
        let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
        ada.post("/labels", &form).await.expect_keys(422, &keys);
    }
    for (key, value, keys) in [
        ("colour", "red", vec!["key.taken"]),
        ("ab", "c d", vec!["key.too_short", "value.invalid"]),
        (&long, "xy", vec!["key.too_long", "value.too_short"]),
        ("a.b.c", &long, vec!["key.invalid", "value.too_long"]),
    ] {
        let form = [("key", key), ("value", value)];
        ada.post("/labels", &form).await.expect_keys(422, &keys);
    }
    for (value, key) in [
        ("", "resource.label.empty_value"),
        ("ab", "value.too_short"),
        ("a b c", "value.invalid"),
    ] {
        ada.patch("/labels/colour", &[("value", value)])
            .await
            .expect_keys(422, &[key]);
    }
    assert_eq!(ada.labels().await, ["colour:red", "email:verified"]);
}

#[tokio::test]
async fn what_is_the_houses_is_read_and_not_touched() {
    let server = Server::start().await;
    let ada = Owner::join(&server, ADA).await;
    ada.patch("/labels/email", &[("value", "other")])
        .await
        .expect_keys(400, &["resource.labels.private"]);
    ada.delete("/labels/email", &[])
        .await
        .expect_keys(400, &["resource.labels.private"]);
    // A public label may have the key of a private one: then the public one is changed, and the private one holds.
    server.clock.advance(std::time::Duration::from_secs(60));
    ada.post("/labels", &[("key", "email"), ("value", "mine")])
        .await
        .expect(201);
    assert_eq!(ada.get("/labels/email").await.expect(200).json()["scope"], "private");
    ada.patch("/labels/email", &[("value", "other")]).await.expect(200);
    assert_eq!(ada.labels().await, ["email:other", "email:verified"]);
    ada.delete("/labels/email", &[]).await.expect(204);
    assert_eq!(ada.labels().await, ["email:verified"]);
}

/// Nobody bans, verifies or promotes themselves.
#[tokio::test]
async fn public_labels_decide_nothing() {
    let server = Server::start().await;
    let ada = Owner::join(&server, ADA).await;
    for (key, value) in [
        ("phone", "verified"),
        ("document", "verified"),
        ("ban", "yes"),
        ("delete", "by_user"),
    ] {
        ada.post("/labels", &[("key", key), ("value", value)]).await.expect(201);
    }
    // Another private label has state and level decided anew.
    ada.post("/profiles", &[]).await.expect(201);
    let me = ada.me().await;
    assert_eq!((&me["state"], &me["level"]), (&json!("active"), &json!(1)));
    ada.verify_phone("+442079460018").await;
    assert_eq!(ada.me().await["level"], 2);
}

#[tokio::test]
async fn there_are_a_hundred_public_labels_at_most() {
    let server = Server::start().await;
    let ada = Owner::join(&server, ADA).await;
    for n in 0..100 {
        let key = format!("key-{n}");
        ada.post("/labels", &[("key", &key), ("value", "value")])
            .await
            .expect(201);
    }
    let answer = ada.post("/labels", &[("key", "one-more"), ("value", "value")]).await;
    answer.expect_keys(422, &["key.limit_reached"]);
    ada.delete("/labels/key-7", &[]).await.expect(204);
    ada.post("/labels", &[("key", "one-more"), ("value", "value")])
        .await
        .expect(201);
}
