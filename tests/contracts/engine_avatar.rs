//! update_profile's picture, and get_avatar.

use http::Method;
use reqwest::multipart::{Form, Part};
use rstest::rstest;
use serde_json::Value;
use tests::server::Table::{self, DynamoDbLocal, Embedded};
use tests::{Answer, Client, Server, picture};

async fn upload(client: &Client, token: &str, bytes: Vec<u8>, name: &str, media_type: &str) -> Answer {
    let part = Part::bytes(bytes)
        .file_name(name.to_owned())
        .mime_str(media_type)
        .unwrap();
    client.update_profile(token, Form::new().part("file", part)).await
}

async fn avatar(client: &Client, token: &str) -> Value {
    client.me(token).await.expect(200).json()["profile"]["avatar"].clone()
}

fn jpeg() -> Vec<u8> {
    b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0\xff\xd9".to_vec()
}

fn webp() -> Vec<u8> {
    b"RIFF\x1a\0\0\0WEBPVP8L\x0d\0\0\0\x2f\0\0\0\x10\x07\x10\x11\x11\x88\x88\xfe\x07\0".to_vec()
}

#[rstest]
#[tokio::test]
async fn is_kept_under_a_random_name_and_served_to_anybody(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let client = server.client();
    let token = client.join("ada@example.com").await;
    upload(&client, &token, picture::png(), "me.png", "image/png")
        .await
        .expect(200);

    let path = avatar(&client, &token).await;
    let path = path.as_str().unwrap();
    let name = path
        .strip_prefix("/avatar/")
        .and_then(|name| name.strip_suffix(".jpg"))
        .unwrap();
    assert!(
        name.len() == 32 && name.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')),
        "{name}"
    );
    let answer = client.get(path).await.expect(200);
    assert_eq!(answer.bytes, picture::png());
    assert_eq!(answer.header("content-type"), Some("image/png"));
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(answer.header("content-disposition"), Some("inline"));
    assert_eq!(
        answer.header("content-security-policy"),
        Some("default-src 'none'; sandbox")
    );
}

#[tokio::test]
async fn four_formats_are_known_by_their_content_whatever_they_are_called() {
    let server = Server::start().await;
    let client = server.client();
    let token = client.join("ada@example.com").await;
    for (bytes, media_type) in [
        (picture::png(), "image/png"),
        (jpeg(), "image/jpeg"),
        (picture::gif(), "image/gif"),
        (webp(), "image/webp"),
    ] {
        for (name, claimed) in [
            ("a.html", "text/html"),
            ("", "image/svg+xml"),
            ("../../x.png", "image/png"),
        ] {
            upload(&client, &token, bytes.clone(), name, claimed).await.expect(200);
            let path = avatar(&client, &token).await;
            let answer = client.get(path.as_str().unwrap()).await.expect(200);
            assert_eq!(answer.header("content-type"), Some(media_type));
            assert_eq!(answer.bytes, bytes);
        }
    }
}

#[tokio::test]
async fn anything_else_is_400_and_changes_nothing() {
    let server = Server::start().await;
    let client = server.client();
    let token = client.join("ada@example.com").await;
    upload(&client, &token, picture::gif(), "me.gif", "image/gif")
        .await
        .expect(200);
    let before = avatar(&client, &token).await;
    for bytes in [
        &b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>"[..],
        b"<?xml version=\"1.0\"?><svg/>",
        b"<!doctype html><script>alert(1)</script>",
        b"%PDF-1.7",
        b"PK\x03\x04",
        b"BM\x3a\0\0\0\0\0\0\0",
        b"x",
    ] {
        let answer = upload(&client, &token, bytes.to_vec(), "me.png", "image/png").await;
        answer.expect_engine_error(400, &["file"]);
    }
    assert_eq!(avatar(&client, &token).await, before);
    client.get(before.as_str().unwrap()).await.expect(200);
}

#[tokio::test]
async fn the_texts_beside_a_refused_picture_are_not_kept() {
    let server = Server::start().await;
    let client = server.client();
    let token = client.join("ada@example.com").await;
    let form = Form::new()
        .text("firstName", "Eve")
        .part("file", Part::bytes(&b"<svg/>"[..]).file_name("a"));
    client
        .update_profile(&token, form)
        .await
        .expect_engine_error(400, &["file"]);
    assert_eq!(client.me(&token).await.json()["profile"]["firstName"], "Ada");
    let form = Form::new()
        .text("bio", "x".repeat(201))
        .part("file", Part::bytes(picture::png()).file_name("a"));
    client
        .update_profile(&token, form)
        .await
        .expect_engine_error(400, &["bio"]);
    assert_eq!(avatar(&client, &token).await, Value::Null);
}

#[tokio::test]
async fn more_than_2_mib_is_413() {
    let server = Server::start().await;
    let client = server.client();
    let token = client.join("ada@example.com").await;
    let mut large = picture::png();
    large.resize(2 * 1024 * 1024, 0);
    upload(&client, &token, large.clone(), "me.png", "image/png")
        .await
        .expect(200);
    large.push(0);
    let answer = upload(&client, &token, large, "me.png", "image/png").await;
    answer.expect_engine_error(413, &["file"]);
}

#[rstest]
#[tokio::test]
async fn the_previous_picture_is_removed(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let client = server.client();
    let token = client.join("ada@example.com").await;
    upload(&client, &token, picture::png(), "a", "image/png")
        .await
        .expect(200);
    let first = avatar(&client, &token).await;
    upload(&client, &token, picture::gif(), "a", "image/gif")
        .await
        .expect(200);
    let second = avatar(&client, &token).await;
    assert_ne!(first, second);
    client.get(first.as_str().unwrap()).await.expect_engine_error(404, &[]);
    client.get(second.as_str().unwrap()).await.expect(200);
    let kept = std::fs::read_dir(server.data_dir().join("files/avatar"))
        .unwrap()
        .count();
    assert_eq!(kept, 1);
}

#[tokio::test]
async fn no_file_and_an_empty_file_keep_the_picture() {
    let server = Server::start().await;
    let client = server.client();
    let token = client.join("ada@example.com").await;
    upload(&client, &token, picture::png(), "a", "image/png")
        .await
        .expect(200);
    let before = avatar(&client, &token).await;
    client
        .update_profile(&token, Form::new().text("bio", "b"))
        .await
        .expect(200);
    assert_eq!(avatar(&client, &token).await, before);
    upload(&client, &token, Vec::new(), "", "application/octet-stream")
        .await
        .expect(200);
    assert_eq!(avatar(&client, &token).await, before);
    client.get(before.as_str().unwrap()).await.expect(200);
}

#[tokio::test]
async fn a_name_that_was_not_given_out_is_404() {
    let server = Server::start().await;
    let client = server.client();
    let unknown = format!("/avatar/{}.jpg", "a".repeat(32));
    for path in [unknown.as_str(), "/avatar/a.jpg", "/avatar/x", "/avatar/%ff"] {
        client.get(path).await.expect_engine_error(404, &[]);
    }
    // No listing.
    client.get("/avatar/").await.expect(404);
    client.get("/avatar").await.expect(404);
    client
        .send(client.request(Method::DELETE, &unknown))
        .await
        .expect_engine_error(405, &[]);
}
