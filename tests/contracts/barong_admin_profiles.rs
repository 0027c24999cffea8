//! admin.profiles.update.

use rstest::rstest;
use serde_json::json;
use tests::owner::Owner;
use tests::server::Table::{self, DynamoDbLocal, Embedded};
use tests::{Administrator, Server};

const ADA: &str = "ada@example.com";
const NOTHING: &str = "admin.profiles.doesnt_exist_or_not_editable";

#[rstest]
#[tokio::test]
async fn a_profile_that_waits_is_decided(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let setup = Server::setup().env("BARONG_API_DATA_MASKING_ENABLED", "true");
    let Some(server) = setup.start_on(table).await else {
        return;
    };
    let ada = Owner::join(&server, ADA).await;
    let admin = Administrator::first(&server).await;
    let uid = ada.session.uid.as_str();
    let verify = [("uid", uid), ("state", "verified"), ("first_name", "Augusta")];
    admin.put("/profiles", &verify).await.expect_keys(404, &[NOTHING]);
    let form = [("first_name", "Ada"), ("last_name", "Lovelace"), ("country", "gb")];
    ada.post("/profiles", &form).await.expect(201);
    admin.put("/profiles", &verify).await.expect_keys(404, &[NOTHING]);
    ada.put("/profiles", &[("confirm", "true")]).await.expect(200);
    let label = [
        ("uid", uid),
        ("key", "document"),
        ("value", "verified"),
        ("scope", "private"),
    ];
    admin.post("/users/labels", &label).await.expect(201);

    let decided = admin.put("/profiles", &verify).await.expect(200).json();
    assert_eq!([&decided["first_name"], &decided["last_name"]], ["Augusta", "Lovelace"]);
    assert_eq!(
        (&decided["state"], &decided["country"]),
        (&json!("verified"), &json!("gb"))
    );
    let labels = ada.labels().await;
    assert!(labels.contains(&"profile:verified".to_owned()), "{labels:?}");
    assert!(labels.contains(&"document:replaced".to_owned()), "{labels:?}");
    admin.put("/profiles", &verify).await.expect_keys(404, &[NOTHING]);
    ada.post("/profiles", &form).await.expect(201);
    let events = server.client().barong().events("model.profile.updated").await;
    assert_eq!(events[0]["record"]["state"], "verified");
}

#[tokio::test]
async fn a_profile_may_be_corrected_and_given_back() {
    let server = Server::start().await;
    let ada = Owner::join(&server, ADA).await;
    let admin = Administrator::first(&server).await;
    let uid = ada.session.uid.as_str();
    let form = [("first_name", "Ada"), ("confirm", "true")];
    ada.post("/profiles", &form).await.expect(201);
    let corrected = admin.put("/profiles", &[("uid", uid), ("city", "London")]).await;
    let corrected = corrected.expect(200).json();
    assert_eq!(
        (&corrected["city"], &corrected["state"]),
        (&json!("London"), &json!("submitted"))
    );
    admin
        .put("/profiles", &[("uid", uid), ("state", "drafted")])
        .await
        .expect(200);
    assert!(ada.labels().await.contains(&"profile:drafted".to_owned()));
    ada.put("/profiles", &[("confirm", "true")]).await.expect(200);
    admin
        .put("/profiles", &[("uid", uid), ("state", "rejected")])
        .await
        .expect(200);
    assert!(ada.labels().await.contains(&"profile:rejected".to_owned()));
}

#[tokio::test]
async fn what_is_wrong_is_said() {
    let server = Server::start().await;
    let ada = Owner::join(&server, ADA).await;
    let admin = Administrator::first(&server).await;
    let uid = ada.session.uid.as_str();
    ada.post("/profiles", &[("confirm", "true")]).await.expect(201);
    let missing = ["admin.profile.missing_uid", "admin.profile.empty_uid"];
    admin.put("/profiles", &[]).await.expect_keys(422, &missing);
    let answer = admin.put("/profiles", &[("uid", "ID0000000000"), ("state", "x")]).await;
    answer.expect_keys(404, &[NOTHING]);
    for (form, keys) in [
        (vec![("state", "perfect")], vec!["state.inclusion"]),
        (vec![("state", "")], vec!["state.inclusion"]),
        (vec![("dob", "yesterday")], vec!["invalid"]),
        (
            vec![
                ("first_name", "<b>"),
                ("country", "x"),
                ("metadata", "{"),
                ("state", "x"),
            ],
            vec![
                "first_name.invalid",
                "country.must have alpha2 or alpha3 format",
                "metadata.invalid_format",
                "state.inclusion",
            ],
        ),
    ] {
        let form = [&[("uid", uid)], &form[..]].concat();
        admin.put("/profiles", &form).await.expect_keys(422, &keys);
    }
    assert!(ada.labels().await.contains(&"profile:submitted".to_owned()));
}
