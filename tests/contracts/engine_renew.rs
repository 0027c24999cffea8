//! renew_token.

use std::time::Duration;

use http::Method;
use rstest::rstest;
use tests::Server;
use tests::client::claims;
use tests::server::Table::{self, DynamoDbLocal, Embedded};

use super::{sessions_of, user_of};

const PATH: &str = "/api/v1/renew";

#[rstest]
#[tokio::test]
async fn a_fresh_token_of_the_same_session(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let client = server.client();
    let old = client.join("ada@example.com").await;
    let until = sessions_of(&server, user_of(&old)).await[0].valid_until;
    server.clock.advance(Duration::from_secs(3000));

    let answer = client.call(Method::POST, PATH, &old).await.expect(202);
    assert_eq!(answer.header("content-type"), Some("text/plain; charset=utf-8"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let new = answer.text();
    let (was, is) = (claims(&old), claims(&new));
    for same in ["iss", "aud", "sub", "jti", "user"] {
        assert_eq!(was[same], is[same], "{same}");
    }
    assert_eq!(is["iat"].as_i64(), was["iat"].as_i64().map(|iat| iat + 3000));
    assert_eq!(is["exp"].as_i64(), was["exp"].as_i64().map(|exp| exp + 3000));

    // The session is one and ends when it would have; the old token is good until it expires.
    let sessions = sessions_of(&server, user_of(&old)).await;
    assert_eq!((sessions.len(), sessions[0].valid_until), (1, until));
    client.me(&old).await.expect(200);
    server.clock.advance(Duration::from_secs(600));
    client.me(&old).await.expect(401);
    client.me(&new).await.expect(200);
}

#[tokio::test]
async fn the_answer_is_text_whatever_is_accepted() {
    let server = Server::start().await;
    let client = server.client();
    let token = client.join("ada@example.com").await;
    let request = client.request(Method::POST, PATH).header("x-auth", &token);
    let answer = client
        .send(request.header("accept", "application/json"))
        .await
        .expect(202);
    assert_eq!(answer.header("content-type"), Some("text/plain; charset=utf-8"));
    client.me(&answer.text()).await.expect(200);
}

#[tokio::test]
async fn needs_a_token_in_force() {
    let server = Server::start().await;
    let client = server.client();
    let token = client.join("ada@example.com").await;
    client
        .send(client.request(Method::POST, PATH))
        .await
        .expect_engine_error(401, &[]);
    client
        .call(Method::POST, PATH, "a.b.c")
        .await
        .expect_engine_error(401, &[]);
    client.call(Method::POST, "/api/v1/signout", &token).await.expect(200);
    client
        .call(Method::POST, PATH, &token)
        .await
        .expect_engine_error(401, &[]);
    client
        .call(Method::GET, PATH, &token)
        .await
        .expect_engine_error(405, &[]);
}
