//! The life of an account: sign-up, sign-in, profile, reset, renewal, sign-out.

use http::Method;
use reqwest::multipart::{Form, Part};
use rstest::rstest;
use serde_json::json;
use std::time::Duration;
use tests::server::Table::{self, DynamoDbLocal, Embedded};
use tests::{PASSWORD, Server, picture};

#[rstest]
#[tokio::test]
async fn from_sign_up_to_sign_out(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let client = server.client();

    client.sign_up("Ada@Example.com").await;
    let old = client.sign_in("ada@example.com").await;
    let me = client.me(&old).await.expect(200).json();
    assert_eq!(me["username"], "Ada@Example.com");
    assert_eq!(me["profile"]["timezone"], "UTC");
    assert_eq!(me["roles"], json!([]));

    let file = Part::bytes(picture::png())
        .file_name("me.jpg")
        .mime_str("image/jpeg")
        .unwrap();
    let form = Form::new()
        .text("firstName", "Augusta")
        .text("phone", "+44 20")
        .part("file", file);
    let update = client
        .request(Method::POST, "/api/v1/user/updateprofile")
        .header("x-auth", &old)
        .multipart(form);
    client.send(update).await.expect(200);
    let me = client.me(&old).await.expect(200).json();
    assert_eq!(
        (&me["profile"]["firstName"], &me["profile"]["lastName"]),
        (&json!("Augusta"), &json!("Lovelace"))
    );
    let avatar = client.get(me["profile"]["avatar"].as_str().unwrap()).await.expect(200);
    assert_eq!(avatar.header("content-type"), Some("image/png"));
    assert_eq!(avatar.bytes, picture::png());

    let token = client.reset_token("ada@example.com").await;
    // Mails of the same millisecond have no order.
    server.clock.advance(Duration::from_secs(1));
    client
        .change_password(&token, "ada@example.com", "a different long phrase")
        .await
        .expect(200);
    client.me(&old).await.expect(401);
    client.sign_in_with("ada@example.com", PASSWORD).await.expect(401);
    assert_eq!(
        client.mails("ada@example.com").await[0]["subject"],
        "Your password was changed"
    );

    let new = client
        .sign_in_with("ada@example.com", "a different long phrase")
        .await
        .expect(200)
        .text();
    server.clock.advance(Duration::from_secs(60));
    let renewed = client
        .call(Method::POST, "/api/v1/renew", &new)
        .await
        .expect(202)
        .text();
    assert_ne!(renewed, new);
    client.call(Method::POST, "/api/v1/signout", &renewed).await.expect(200);
    client.me(&new).await.expect(401);
    client.me(&renewed).await.expect(401);
}
