//! create_organization as a form with a logo, and get_org_logo.

use http::Method;
use reqwest::multipart::{Form, Part};
use rstest::rstest;
use serde_json::json;
use tests::server::Table::{self, DynamoDbLocal, Embedded};
use tests::{Answer, Client, Server, picture};

const PATH: &str = "/api/v1/organizations";

async fn create(client: &Client, token: &str, form: Form) -> Answer {
    let request = client.request(Method::POST, PATH).header("x-auth", token);
    client.send(request.multipart(form)).await
}

fn form() -> Form {
    Form::new().text("name", "Acme").text("email", "office@acme.example")
}

fn with_logo(bytes: impl Into<Vec<u8>>, name: &str) -> Form {
    form().part("logo", Part::bytes(bytes.into()).file_name(name.to_owned()))
}

/// How many logos the server keeps.
fn kept(server: &Server) -> usize {
    std::fs::read_dir(server.data_dir().join("files/org-logo")).map_or(0, Iterator::count)
}

#[rstest]
#[tokio::test]
async fn a_logo_is_kept_under_a_random_name_and_served_to_anybody(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let client = server.client();
    let token = client.join("ada@example.com").await;
    let made = create(&client, &token, with_logo(picture::png(), "Logo.PNG")).await;
    let made = made.expect(200).json();
    let path = made["logo_url"].as_str().unwrap();
    let name = path
        .strip_prefix("/org-logo/")
        .and_then(|name| name.strip_suffix(".png"));
    let is_hex = |name: &str| name.len() == 32 && name.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    assert!(name.is_some_and(is_hex), "{path}");

    let answer = client.get(path).await.expect(200);
    assert_eq!(answer.bytes, picture::png());
    for (header, value) in [
        ("content-type", "image/png"),
        ("x-content-type-options", "nosniff"),
        ("content-disposition", "inline"),
        ("content-security-policy", "default-src 'none'; sandbox"),
    ] {
        assert_eq!(answer.header(header), Some(value));
    }
}

#[tokio::test]
async fn every_field_of_the_form_is_kept() {
    let server = Server::start().await;
    let client = server.client();
    let token = client.join("ada@example.com").await;
    let mut whole = form();
    for (name, value) in [
        ("phone", "+4912345"),
        ("address", "1 Main Street"),
        ("city", "Bonn"),
        ("postal_code", "53111"),
        ("state", "NRW"),
        ("country", "Germany"),
        ("latitude", " 50.5 "),
        ("longitude", "-7"),
        ("logo_url", "elsewhere"),
        ("tax_id", "DE 123"),
        ("website", "https://acme.example"),
        ("description", "Makes everything"),
        ("unknown", "ignored"),
    ] {
        whole = whole.text(name, value);
    }
    let made = create(&client, &token, whole).await.expect(200).json();
    for (name, value) in [
        ("name", json!("Acme")),
        ("contact_email", json!("office@acme.example")),
        ("contact_number", json!("+4912345")),
        ("address", json!("1 Main Street")),
        ("city", json!("Bonn")),
        ("postal_code", json!("53111")),
        ("state", json!("NRW")),
        ("country", json!("Germany")),
        ("latitude", json!(50.5)),
        ("longitude", json!(-7.0)),
        ("logo_url", json!("elsewhere")),
        ("tax_id", json!("DE 123")),
        ("website_url", json!("https://acme.example")),
        ("company_description", json!("Makes everything")),
    ] {
        assert_eq!(made[name], value, "{name}");
    }
}

#[tokio::test]
async fn an_uploaded_logo_wins_over_logo_url() {
    let server = Server::start().await;
    let client = server.client();
    let token = client.join("ada@example.com").await;
    let both = with_logo(picture::gif(), "a.gif").text("logo_url", "elsewhere");
    let made = create(&client, &token, both).await.expect(200).json();
    assert!(made["logo_url"].as_str().unwrap().starts_with("/org-logo/"), "{made}");
}

#[tokio::test]
async fn a_field_that_nobody_filled_is_no_logo() {
    let server = Server::start().await;
    let client = server.client();
    let token = client.join("ada@example.com").await;
    let made = create(&client, &token, with_logo(Vec::new(), ""))
        .await
        .expect(200)
        .json();
    assert_eq!(made["logo_url"], "");
    assert_eq!(kept(&server), 0);
}

/// Its content decides what it is served as; its name only whether it is taken.
#[tokio::test]
async fn what_is_no_picture_by_name_or_content_is_400_and_makes_nothing() {
    let server = Server::start().await;
    let client = server.client();
    let token = client.join("ada@example.com").await;
    let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>".to_vec();
    for (bytes, name) in [
        (svg.clone(), "a.svg"),
        (svg, "a.png"),
        (b"<!doctype html>".to_vec(), "a.jpg"),
        (b"x".to_vec(), "a.webp"),
        (Vec::new(), "a.png"),
        (picture::png(), "a.svg"),
        (picture::png(), "a.html"),
        (picture::png(), "png"),
        (picture::png(), "a.png.exe"),
    ] {
        let answer = create(&client, &token, with_logo(bytes, name)).await;
        answer.expect_engine_error(400, &["logo"]);
    }
    assert_eq!(kept(&server), 0);
    assert_eq!(client.me(&token).await.json()["organizations"], json!([]));
}

#[tokio::test]
async fn more_than_2_mib_is_413() {
    let server = Server::start().await;
    let client = server.client();
    let token = client.join("ada@example.com").await;
    let mut large = picture::png();
    large.resize(2 * 1024 * 1024, 0);
    create(&client, &token, with_logo(large.clone(), "a.png"))
        .await
        .expect(200);
    large.push(0);
    let answer = create(&client, &token, with_logo(large, "a.png")).await;
    answer.expect_engine_error(413, &["logo"]);
}

#[tokio::test]
async fn text_that_is_no_number_is_400() {
    let server = Server::start().await;
    let client = server.client();
    let token = client.join("ada@example.com").await;
    for name in ["latitude", "longitude"] {
        for text in ["north", "1,5", "NaN", "inf", "0x10"] {
            let answer = create(&client, &token, form().text(name, text)).await;
            answer.expect_engine_error(400, &[name]);
        }
        create(&client, &token, form().text(name, "")).await.expect(200);
    }
}

#[tokio::test]
async fn a_form_is_held_to_the_same_rules() {
    let server = Server::start().await;
    let client = server.client();
    let token = client.join("ada@example.com").await;
    create(&client, &token, Form::new().text("city", "Bonn"))
        .await
        .expect_engine_error(400, &["Email", "Name"]);
    for (name, value, key) in [("phone", "123", "Phone"), ("website", "acme", "Website")] {
        let answer = create(&client, &token, with_logo(picture::png(), "a.png").text(name, value)).await;
        answer.expect_engine_error(400, &[key]);
    }
    assert_eq!(kept(&server), 0);
}

#[tokio::test]
async fn a_form_that_cannot_be_read_is_400() {
    let server = Server::start().await;
    let client = server.client();
    let token = client.join("ada@example.com").await;
    for (content_type, body) in [
        ("multipart/form-data", "x"),
        ("multipart/form-data; boundary=", "x"),
        ("multipart/form-data; boundary=b", ""),
        ("multipart/form-data; boundary=b", "no boundary anywhere"),
        (
            "multipart/form-data; boundary=b",
            "--b\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\nAc",
        ),
    ] {
        let request = client.request(Method::POST, PATH).header("x-auth", &token);
        let answer = client
            .send(request.header("content-type", content_type).body(body))
            .await;
        assert_eq!(answer.status, 400, "{content_type} {body:?}: {}", answer.text());
        assert!(answer.json()["message"].is_string());
    }
}

#[tokio::test]
async fn a_form_without_a_token_in_force_is_401_and_keeps_nothing() {
    let server = Server::start().await;
    let answer = create(&server.client(), "a.b.c", with_logo(picture::png(), "a.png")).await;
    answer.expect_engine_error(401, &[]);
    assert_eq!(kept(&server), 0);
}

#[tokio::test]
async fn a_name_that_was_not_given_out_is_404() {
    let server = Server::start().await;
    let client = server.client();
    let token = client.join("ada@example.com").await;
    let made = create(&client, &token, with_logo(picture::png(), "a.png"))
        .await
        .expect(200)
        .json();
    let path = made["logo_url"].as_str().unwrap();
    let other_ending = path.replace(".png", ".jpg");
    let as_avatar = path.replace("org-logo", "avatar");
    let unknown = format!("/org-logo/{}.png", "a".repeat(32));
    let long = format!("/org-logo/{}", "a".repeat(10_000));
    for path in [
        &unknown,
        &other_ending,
        &as_avatar,
        &long,
        "/org-logo/x",
        "/org-logo/%ff",
        "/org-logo/..%2fkeyring.json",
        "/org-logo/..%2favatar%2fx.jpg",
        "/org-logo/",
        "/org-logo",
    ] {
        client.get(path).await.expect(404);
    }
    client
        .send(client.request(Method::DELETE, path))
        .await
        .expect_engine_error(405, &[]);
}

/// The logo is kept before its organization is made: when there comes to be none, it goes.
#[tokio::test]
async fn the_logo_of_an_organization_that_is_not_made_is_not_kept() {
    let server = Server::start().await;
    let client = server.client();
    let token = client.join("ada@example.com").await;
    for _ in 0..80 {
        client.found(&token, "One of many").await;
    }
    let answer = create(&client, &token, with_logo(picture::png(), "a.png")).await;
    answer.expect_engine_error(409, &["Error"]);
    assert_eq!(kept(&server), 0);
}
