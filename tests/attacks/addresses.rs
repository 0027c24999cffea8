//! Who is calling, and who only says so (RFC 9700 §4.13, CVE-2026-45364).

use http::Method;
use serde_json::json;
use shared::accounts::{Account, User};
use shared::sessions::Session;
use shared::store::Query;
use tests::{Answer, Client, PASSWORD, Server};

use super::user_of;

/// A sign-in of `email` that comes with this X-Forwarded-For.
async fn forwarded(client: &Client, email: &str, password: &str, hops: &str) -> Answer {
    let body = json!({ "username": email, "password": password });
    let request = client.request(Method::POST, "/api/v1/signin").json(&body);
    client.send(request.header("x-forwarded-for", hops)).await
}

/// The address that the newest session of a user came from.
async fn origin(server: &Server, token: &str) -> String {
    let id = user_of(token);
    let query = Query::partition(User::partition(id)).begins(Session::PREFIX);
    assert!(!server.app().store.query_to_end(query).await.unwrap().is_empty());
    let account = Account::read(&server.app().store, id).await.unwrap().unwrap();
    let newest = account.sessions.iter().max_by_key(|session| session.created_at);
    newest.unwrap().ip.to_string()
}

#[tokio::test]
async fn x_forwarded_for_is_not_believed() {
    let server = Server::setup()
        .env("THROTTLE", "on")
        .env("THROTTLE_SIGNIN_ADDRESS", "3/900")
        .start()
        .await;
    let client = server.client();
    client.sign_up("ada@example.com").await;
    let token = forwarded(&client, "ada@example.com", PASSWORD, "203.0.113.7")
        .await
        .expect(200)
        .text();
    assert_eq!(origin(&server, &token).await, "127.0.0.1");

    // A new address each time, written by the client itself, buys nothing.
    for n in 0..2 {
        let answer = forwarded(&client, &format!("eve{n}@example.com"), "x", &format!("203.0.113.{n}")).await;
        answer.expect(401);
    }
    for name in [
        "x-forwarded-for",
        "x-real-ip",
        "x-client-ip",
        "true-client-ip",
        "cf-connecting-ip",
        "forwarded",
    ] {
        let body = json!({ "username": "eve9@example.com", "password": "x" });
        let request = client.request(Method::POST, "/api/v1/signin").json(&body);
        let answer = client.send(request.header(name, "203.0.113.99")).await;
        answer.expect_engine_error(429, &[]);
    }
}

#[tokio::test]
async fn behind_a_trusted_proxy_only_what_the_proxy_wrote_is_believed() {
    let server = Server::setup()
        .env("THROTTLE", "on")
        .env("THROTTLE_SIGNIN_ADDRESS", "2/900")
        .env("TRUSTED_PROXIES", "127.0.0.0/8, 10.0.0.0/8")
        .start()
        .await;
    let client = server.client();
    client.sign_up("ada@example.com").await;
    let token = forwarded(&client, "ada@example.com", PASSWORD, "6.6.6.6, 203.0.113.7, 10.0.0.2").await;
    assert_eq!(origin(&server, &token.expect(200).text()).await, "203.0.113.7");

    // What stands left of the truth is the client's own invention.
    forwarded(&client, "eve@example.com", "x", "7.7.7.7, 203.0.113.7")
        .await
        .expect(401);
    let third = forwarded(&client, "eve@example.com", "x", "8.8.8.8, 203.0.113.7, 10.0.0.9").await;
    third.expect_engine_error(429, &[]);
    // Somebody else is not held up.
    forwarded(&client, "eve@example.com", "x", "203.0.113.8")
        .await
        .expect(401);
}

#[tokio::test]
async fn an_ipv6_client_is_its_network_and_an_ipv4_client_is_one_however_it_is_spelled() {
    let server = Server::setup()
        .env("THROTTLE", "on")
        .env("THROTTLE_SIGNIN_ADDRESS", "2/900")
        .env("TRUSTED_PROXIES", "127.0.0.1/32")
        .start()
        .await;
    let client = server.client();
    for (spellings, other) in [
        (
            ["2001:db8::1", "2001:0DB8:0:0:ffff::2", "2001:db8:0:0:1:2:3:4"],
            "2001:db8:0:1::1",
        ),
        (["203.0.113.7", "::ffff:203.0.113.7", "::FFFF:CB00:7107"], "203.0.113.8"),
    ] {
        let [first, second, third] = spellings;
        forwarded(&client, "eve1@example.com", "x", first).await.expect(401);
        forwarded(&client, "eve2@example.com", "x", second).await.expect(401);
        forwarded(&client, "eve3@example.com", "x", third)
            .await
            .expect_engine_error(429, &[]);
        forwarded(&client, "eve4@example.com", "x", other).await.expect(401);
    }
}
