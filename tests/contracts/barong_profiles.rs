//! resource.profiles.me, .create, .update.

use rstest::rstest;
use serde_json::json;
use tests::Server;
use tests::owner::Owner;
use tests::server::Table::{self, DynamoDbLocal, Embedded};

const ADA: &str = "ada@example.com";

#[rstest]
#[tokio::test]
async fn a_profile_is_drafted_and_submitted(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let ada = Owner::join(&server, ADA).await;
    assert_eq!(ada.get("/profiles/me").await.expect(200).json(), json!([]));
    ada.put("/profiles", &[("first_name", "Ada")])
        .await
        .expect_keys(404, &["resource.profile.doesnt_exist_or_not_editable"]);
    let form = [
        ("first_name", "  Ada "),
        ("last_name", "O'Neil-Lovelace"),
        ("dob", "1815-12-10"),
        ("address", "12, St James's Square"),
        ("postcode", "SW1Y 4LB"),
        ("city", "London"),
        ("country", "gbr"),
        ("metadata", "{\"a\": [1]}"),
        ("state", "verified"),
    ];
    let made = ada.post("/profiles", &form).await.expect(201).json();
    let at = "2026-03-01T12:00:00Z";
    let wanted = json!({
        "first_name": "Ada", "last_name": "O'Neil-Lovelace", "dob": "1815-12-10", "address": "12, St James's Square",
        "postcode": "SW1Y 4LB", "city": "London", "country": "gbr", "metadata": "{\"a\": [1]}", "state": "drafted",
        "created_at": at, "updated_at": at,
    });
    assert_eq!(made, wanted);
    assert!(ada.labels().await.contains(&"profile:drafted".to_owned()));
    ada.post("/profiles", &[]).await.expect_keys(422, &["state.exists"]);
    server.clock.advance(std::time::Duration::from_secs(1));
    let changed = ada
        .put("/profiles", &[("city", "Paris"), ("confirm", "true")])
        .await
        .expect(200)
        .json();
    assert_eq!(
        (
            &changed["city"],
            &changed["first_name"],
            &changed["state"],
            &changed["updated_at"]
        ),
        (
            &json!("Paris"),
            &json!("Ada"),
            &json!("submitted"),
            &json!("2026-03-01T12:00:01Z")
        )
    );
    assert_eq!(ada.get("/profiles/me").await.expect(200).json(), json!([changed]));
    assert!(ada.labels().await.contains(&"profile:submitted".to_owned()));
    // What was submitted is an administrator's.
    ada.put("/profiles", &[("city", "Rome")])
        .await
        .expect_keys(404, &["resource.profile.doesnt_exist_or_not_editable"]);
    ada.post("/profiles", &[]).await.expect_keys(422, &["state.exists"]);
}

#[rstest]
#[case(&[("first_name", "<b>"), ("last_name", "")], &["first_name.invalid", "last_name.invalid"])]
#[case(&[("postcode", "1")], &["postcode.too_short"])]
#[case(&[("country", "Narnia")], &["country.must have alpha2 or alpha3 format"])]
#[case(&[("metadata", "{")], &["metadata.invalid_format"])]
#[case(&[("dob", "yesterday")], &["invalid"])]
#[case(&[("dob", "2026-03-02")], &["dob.invalid"])]
#[case(&[("confirm", "perhaps")], &["invalid"])]
#[tokio::test]
async fn what_is_told_must_make_sense(#[case] form: &[(&str, &str)], #[case] keys: &[&str]) {
    let server = Server::start().await;
    let ada = Owner::join(&server, ADA).await;
    ada.post("/profiles", form).await.expect_keys(422, keys);
    assert_eq!(ada.get("/profiles/me").await.expect(200).json(), json!([]));
    ada.post("/profiles", &[]).await.expect(201);
    ada.put("/profiles", form).await.expect_keys(422, keys);
}

#[tokio::test]
async fn names_and_days_are_masked_where_that_is_configured() {
    let server = Server::setup()
        .env("BARONG_API_DATA_MASKING_ENABLED", "true")
        .start()
        .await;
    let ada = Owner::join(&server, ADA).await;
    let form = [("first_name", "Ada"), ("last_name", "Lovelace"), ("dob", "1815-12-10")];
    let made = ada.post("/profiles", &form).await.expect(201).json();
    assert_eq!(
        (&made["first_name"], &made["last_name"], &made["dob"]),
        (&json!("Ada"), &json!("L*******"), &json!("1815-12-**"))
    );
    ada.verify_phone("+442079460018").await;
    let me = ada.me().await;
    assert_eq!(
        (&me["profiles"][0], &me["phones"][0]["number"]),
        (&made, &json!("44******0018"))
    );
}
