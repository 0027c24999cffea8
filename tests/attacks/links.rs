//! Poisoned links in mails (CVE-2025-64101, GHSA-3529-5m8x-rpv3): links come from configuration, never from a request.

use http::Method;
use serde_json::json;
use tests::Server;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const ADA: &str = "ada@example.com";

#[tokio::test]
async fn a_reset_link_does_not_follow_the_requests_headers() {
    let server = Server::start().await;
    let client = server.client();
    client.sign_up(ADA).await;
    let poisons = [
        ("host", "evil.example"),
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-server", "evil.example"),
        ("x-host", "evil.example"),
        ("x-original-host", "evil.example"),
        ("x-forwarded-proto", "evil"),
        ("x-forwarded-prefix", "/evil.example"),
        ("x-forwarded-port", "6666"),
        ("forwarded", "host=evil.example;proto=https"),
        ("x-original-url", "http://evil.example/"),
        ("x-rewrite-url", "http://evil.example/"),
        ("origin", "http://evil.example"),
        ("referer", "http://evil.example/"),
    ];
    for (name, value) in poisons {
        let request = client
            .request(Method::POST, "/api/v1/user/reset")
            .json(&json!({ "email": ADA }));
        client.send(request.header(name, value)).await.expect(200);
    }
    let request = client.request(Method::POST, "/api/v1/user/reset?host=evil.example");
    let extra = json!({ "email": ADA, "link": "http://evil.example", "redirect_to": "http://evil.example" });
    client.send(request.json(&extra)).await.expect(200);
    only_our_links(&server, poisons.len() + 1).await;
}

#[tokio::test]
async fn a_reset_link_does_not_follow_the_request_line_or_a_second_host() {
    let server = Server::start().await;
    let client = server.client();
    client.sign_up(ADA).await;
    let address = client.url().strip_prefix("http://").unwrap();
    let body = format!("{{\"email\":\"{ADA}\"}}");
    let mut accepted = 0;
    for head in [
        format!("POST http://evil.example/api/v1/user/reset HTTP/1.1\r\nHost: {address}\r\n"),
        format!("POST /api/v1/user/reset HTTP/1.1\r\nHost: {address}\r\nHost: evil.example\r\n"),
        format!("POST /api/v1/user/reset HTTP/1.1\r\nHost: evil.example:80@{address}\r\n"),
        "POST /api/v1/user/reset HTTP/1.0\r\n".to_owned(),
    ] {
        let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
        let request = format!(
            "{head}Connection: close\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        accepted += usize::from(answer.windows(5).any(|bytes| bytes == b" 200 "));
    }
    assert!(accepted > 0, "none of them was understood");
    only_our_links(&server, accepted).await;
}

async fn only_our_links(server: &Server, mails: usize) {
    let client = server.client();
    let ours = format!("{}/auth/changepassword/", client.url());
    let received = client.mails(ADA).await;
    assert_eq!(received.len(), mails);
    for mail in received {
        let (text, html) = (mail["text"].as_str().unwrap(), mail["html"].as_str().unwrap());
        assert!(!mail.to_string().contains("evil"), "{mail}");
        assert_eq!(text.matches("://").count(), 1, "{text}");
        assert_eq!(text.matches(&ours).count(), 1, "{text}");
        assert!(!html.contains("javascript:"), "{html}");
    }
}

/// An address is a header of the mail and a part of its link: neither can be broken out of.
#[tokio::test]
async fn an_address_cannot_add_headers_recipients_or_links() {
    let server = Server::start().await;
    let client = server.client();
    for email in [
        "ada@example.com\r\nBcc: eve@example.com",
        "ada@example.com\nSubject: x",
        "ada@example.com,eve@example.com",
        "ada@example.com;eve@example.com",
        "<ada@example.com>",
        "ada@example.com\0",
    ] {
        let body = json!({ "email": email, "password": "a different long phrase", "firstName": "A", "lastName": "L" });
        client
            .post("/api/v1/signup", &body)
            .await
            .expect_engine_error(400, &["email"]);
        let body = json!({ "email": email });
        client
            .post("/api/v1/user/reset", &body)
            .await
            .expect_engine_error(400, &["email"]);
    }
    // What an address may hold stays inside the query of the link.
    let odd = "a&u=eve%40example.com#x+y@example.com";
    client.sign_up(odd).await;
    client
        .post("/api/v1/user/reset", &json!({ "email": odd }))
        .await
        .expect(200);
    let mail = &client.mails(odd).await[0];
    let text = mail["text"].as_str().unwrap();
    assert!(
        text.contains("?u=a%26u%3Deve%2540example.com%23x%2By@example.com\n"),
        "{text}"
    );
}
