//! resource.data_storage.create.

use rstest::rstest;
use tests::Server;
use tests::owner::Owner;
use tests::server::Table::{self, DynamoDbLocal, Embedded};

const ADA: &str = "ada@example.com";

#[rstest]
#[tokio::test]
async fn data_is_written_once(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let setup = Server::setup().env("USER_STORAGE_TITLES", "personal, Company");
    let Some(server) = setup.start_on(table).await else {
        return;
    };
    let ada = Owner::join(&server, ADA).await;
    let missing = [
        "resource.datastorage.missing_title",
        "resource.datastorage.empty_title",
        "resource.datastorage.missing_data",
        "resource.datastorage.empty_data",
    ];
    ada.post("/data_storage", &[]).await.expect_keys(422, &missing);
    let answer = ada.post("/data_storage", &[("title", "Company"), ("data", "{}")]).await;
    assert_eq!(answer.expect(201).text(), "201");
    assert_eq!(ada.labels().await, ["company:recorded", "email:verified"]);
    let long = format!("\"{}\"", "x".repeat(5119));
    for (title, data, keys) in [
        ("Company", "[]", vec!["title.taken"]),
        ("company", "[]", vec!["title.inclusion", "title.taken"]),
        ("other", "{}", vec!["title.inclusion"]),
        (
            "phone",
            "{",
            vec!["title.inclusion", "title.exclusion", "data.invalid_format"],
        ),
        ("personal", &long, vec!["data.too_long"]),
    ] {
        let form = [("title", title), ("data", data)];
        ada.post("/data_storage", &form).await.expect_keys(422, &keys);
    }
    assert_eq!(ada.me().await["data_storages"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn nothing_is_kept_unless_configured() {
    let server = Server::start().await;
    let ada = Owner::join(&server, ADA).await;
    let answer = ada
        .post("/data_storage", &[("title", "personal"), ("data", "{}")])
        .await;
    answer.expect_keys(422, &["title.inclusion"]);
}
