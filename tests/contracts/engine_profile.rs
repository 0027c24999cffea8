//! update_profile: the texts. The picture is in `engine_avatar`.

use http::Method;
use reqwest::multipart::{Form, Part};
use rstest::rstest;
use serde_json::{Value, json};
use tests::server::Table::{self, DynamoDbLocal, Embedded};
use tests::{Client, Server};

const PATH: &str = "/api/v1/user/updateprofile";

fn form(parts: &[(&'static str, &str)]) -> Form {
    parts
        .iter()
        .fold(Form::new(), |form, (name, value)| form.text(*name, (*value).to_owned()))
}

async fn profile(client: &Client, token: &str) -> Value {
    client.me(token).await.expect(200).json()["profile"].clone()
}

#[rstest]
#[tokio::test]
async fn changes_what_is_sent(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let client = server.client();
    let token = client.join("ada@example.com").await;
    let all = [
        ("firstName", "Augusta"),
        ("lastName", "King"),
        ("phone", "+44 20 7946 0000"),
        ("bio", "Wrote the first programme"),
        ("designation", "Countess"),
        ("country", "England"),
        ("timezone", "Europe/London"),
    ];
    let answer = client.update_profile(&token, form(&all)).await.expect(200);
    assert!(answer.bytes.is_empty(), "{answer:?}");
    assert_eq!(answer.header("x-renew-token"), Some("true"));
    let mut expected = json!({ "email": "ada@example.com", "avatar": null });
    for (name, value) in all {
        expected[name] = json!(value);
    }
    assert_eq!(profile(&client, &token).await, expected);
}

#[tokio::test]
async fn an_absent_part_changes_nothing() {
    let server = Server::start().await;
    let client = server.client();
    let token = client.join("ada@example.com").await;
    let before = profile(&client, &token).await;
    client
        .update_profile(&token, form(&[("unknown", "x")]))
        .await
        .expect(200);
    assert_eq!(profile(&client, &token).await, before);
    client.update_profile(&token, form(&[("bio", "New")])).await.expect(200);
    let mut expected = before;
    expected["bio"] = json!("New");
    assert_eq!(profile(&client, &token).await, expected);
}

#[tokio::test]
async fn an_empty_part_clears_names_and_phone_and_keeps_the_rest() {
    let server = Server::start().await;
    let client = server.client();
    let token = client.join("ada@example.com").await;
    let full = [
        ("phone", "1"),
        ("bio", "b"),
        ("designation", "d"),
        ("country", "c"),
        ("timezone", "t"),
    ];
    client.update_profile(&token, form(&full)).await.expect(200);
    let empty = [
        "firstName",
        "lastName",
        "phone",
        "bio",
        "designation",
        "country",
        "timezone",
    ]
    .map(|name| (name, ""));
    client.update_profile(&token, form(&empty)).await.expect(200);
    let profile = profile(&client, &token).await;
    for (name, value) in [
        ("firstName", ""),
        ("lastName", ""),
        ("phone", ""),
        ("bio", "b"),
        ("designation", "d"),
        ("country", "c"),
        ("timezone", "t"),
    ] {
        assert_eq!(profile[name], value, "{name}");
    }
}

#[tokio::test]
async fn both_spellings_are_understood_and_the_documents_wins() {
    let server = Server::start().await;
    let client = server.client();
    let token = client.join("ada@example.com").await;
    let names = |profile: &Value| [&profile["firstName"], &profile["lastName"], &profile["phone"]].map(Value::clone);

    let source = [("firstname", "A"), ("lastname", "B"), ("userphone", "C")];
    client.update_profile(&token, form(&source)).await.expect(200);
    assert_eq!(names(&profile(&client, &token).await), ["A", "B", "C"]);

    let both = [
        ("firstName", "D"),
        ("firstname", "x"),
        ("lastname", "x"),
        ("lastName", "E"),
        ("userphone", "x"),
        ("phone", "F"),
    ];
    client.update_profile(&token, form(&both)).await.expect(200);
    assert_eq!(names(&profile(&client, &token).await), ["D", "E", "F"]);
}

#[tokio::test]
async fn texts_have_a_greatest_length() {
    let server = Server::start().await;
    let client = server.client();
    let token = client.join("ada@example.com").await;
    for (name, most) in [
        ("firstName", 100),
        ("lastName", 100),
        ("phone", 64),
        ("bio", 200),
        ("designation", 100),
        ("country", 100),
        ("timezone", 64),
    ] {
        let longest = "é".repeat(most);
        client
            .update_profile(&token, form(&[(name, &longest)]))
            .await
            .expect(200);
        let too_long = format!("{longest}x");
        let answer = client.update_profile(&token, form(&[(name, &too_long)])).await;
        answer.expect_engine_error(400, &[name]);
        assert_eq!(profile(&client, &token).await[name], longest.as_str());
    }
    let several = [
        ("bio", "x".repeat(201)),
        ("phone", "x".repeat(65)),
        ("country", "ok".into()),
    ];
    let several: Vec<(&str, &str)> = several.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let answer = client.update_profile(&token, form(&several)).await;
    answer.expect_engine_error(400, &["bio", "phone"]);
    assert_ne!(profile(&client, &token).await["country"], "ok", "all or nothing");
}

#[tokio::test]
async fn what_is_not_multipart_is_400() {
    let server = Server::start().await;
    let client = server.client();
    let token = client.join("ada@example.com").await;
    let post = || client.request(Method::POST, PATH).header("x-auth", &token);
    let typed = |content_type: &'static str, body: &'static str| post().header("content-type", content_type).body(body);
    for request in [
        post(),
        post().json(&json!({ "firstName": "Augusta" })),
        typed("application/x-www-form-urlencoded", "firstName=Augusta"),
        typed("multipart/form-data", "--x--\r\n"),
        typed("multipart/form-data; boundary=x", ""),
        typed("multipart/form-data; boundary=x", "nothing of the sort"),
        typed(
            "multipart/form-data; boundary=x",
            "--x\r\nContent-Disposition: form-data; name=\"firstName\"\r\n\r\nAugus",
        ),
        typed(
            "multipart/form-data; boundary=x",
            "--x\r\nContent-Disposition: form-data; name=\"firstName\"\r\n\r\nAugusta\r\n",
        ),
    ] {
        client.send(request).await.expect_engine_error(400, &[]);
    }
    assert_eq!(profile(&client, &token).await["firstName"], "Ada");
}

#[tokio::test]
async fn needs_a_token_in_force() {
    let server = Server::start().await;
    let client = server.client();
    let request = client
        .request(Method::POST, PATH)
        .multipart(form(&[("firstName", "Eve")]));
    client.send(request).await.expect_engine_error(401, &[]);
    let answer = client.update_profile("a.b.c", form(&[("firstName", "Eve")])).await;
    answer.expect_engine_error(401, &[]);
}

#[tokio::test]
async fn a_body_of_more_than_10_mib_is_413() {
    let server = Server::start().await;
    let client = server.client();
    let token = client.join("ada@example.com").await;
    // Not a member that is known, so that it is the body's size that counts.
    let of = |bytes: usize| Form::new().part("attachment", Part::bytes(vec![b'x'; bytes]).file_name("x"));
    const MIB: usize = 1024 * 1024;
    client.update_profile(&token, of(10 * MIB - 1000)).await.expect(200);
    let answer = client.update_profile(&token, of(10 * MIB)).await;
    answer.expect_engine_error(413, &[]);
}
