//! Session fixation, theft and sessions that outlive what they stand on (ASVS 7.2, 7.4).

use http::Method;
use rstest::rstest;
use serde_json::json;
use std::collections::HashSet;
use tests::client::claims;
use tests::server::Table::{self, DynamoDbLocal, Embedded};
use tests::{PASSWORD, Server};

const ADA: &str = "ada@example.com";

#[tokio::test]
async fn every_sign_in_opens_a_session_of_its_own_whatever_the_client_brings() {
    let server = Server::start().await;
    let client = server.client();
    let mut token = client.join(ADA).await;
    let mut ids = HashSet::from([claims(&token)["jti"].as_str().unwrap().to_owned()]);
    for _ in 0..4 {
        // It brings the token and session id of before, in every place that could be read.
        let id = claims(&token)["jti"].as_str().unwrap().to_owned();
        let body = json!({ "username": ADA, "password": PASSWORD, "jti": id, "session": id, "token": token });
        let request = client.request(Method::POST, &format!("/api/v1/signin?session={id}&auth={token}"));
        let request = request
            .header("x-auth", &token)
            .header("cookie", format!("auth={token}; session={id}"));
        token = client.send(request.json(&body)).await.expect(200).text();
        assert!(
            ids.insert(claims(&token)["jti"].as_str().unwrap().to_owned()),
            "a session id came twice"
        );
    }
}

#[tokio::test]
async fn nothing_but_a_sign_in_opens_a_session() {
    let server = Server::start().await;
    let client = server.client();
    client.sign_up(ADA).await;
    let token = client.reset_token(ADA).await;
    let answer = client
        .change_password(&token, ADA, "a different long phrase")
        .await
        .expect(200);
    assert!(answer.bytes.is_empty());
    client.sign_in_with(ADA, PASSWORD).await.expect(401);
    let kinds = super::dump(&server).await;
    let sessions = kinds.iter().filter(|item| super::text_of(item, "kind") == "session");
    assert_eq!(sessions.count(), 0);
}

#[rstest]
#[tokio::test]
async fn a_reset_ends_every_session_and_every_token_of_it(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let client = server.client();
    client.sign_up(ADA).await;
    let mut tokens = Vec::new();
    for _ in 0..3 {
        let token = client.sign_in(ADA).await;
        tokens.push(
            client
                .call(Method::POST, "/api/v1/renew", &token)
                .await
                .expect(202)
                .text(),
        );
        tokens.push(token);
    }
    let reset = client.reset_token(ADA).await;
    client
        .change_password(&reset, ADA, "a different long phrase")
        .await
        .expect(200);
    for token in &tokens {
        client.me(token).await.expect_engine_error(401, &[]);
        for path in ["/api/v1/renew", "/api/v1/signout", "/api/v1/user/updateprofile"] {
            client
                .call(Method::POST, path, token)
                .await
                .expect_engine_error(401, &[]);
        }
    }
    // Ended sessions do not come back by signing in again.
    client.sign_in_with(ADA, "a different long phrase").await.expect(200);
    client.me(&tokens[0]).await.expect(401);
}

#[tokio::test]
async fn a_sign_out_ends_every_token_of_the_session() {
    let server = Server::start().await;
    let client = server.client();
    let first = client.join(ADA).await;
    let second = client
        .call(Method::POST, "/api/v1/renew", &first)
        .await
        .expect(202)
        .text();
    let third = client
        .call(Method::POST, "/api/v1/renew", &second)
        .await
        .expect(202)
        .text();
    client.call(Method::POST, "/api/v1/signout", &second).await.expect(200);
    for token in [first, second, third] {
        client.me(&token).await.expect_engine_error(401, &[]);
        client
            .call(Method::POST, "/api/v1/renew", &token)
            .await
            .expect_engine_error(401, &[]);
    }
}

/// A request that is under way while its session ends does not write the session anew.
#[tokio::test]
async fn a_late_request_does_not_bring_a_session_back() {
    let server = Server::start().await;
    let client = server.client();
    let token = client.join(ADA).await;
    server.clock.advance(std::time::Duration::from_secs(120));
    let requests = (0..10).map(|n| {
        let (client, token) = (client.clone(), token.clone());
        async move {
            match n {
                5 => client.call(Method::POST, "/api/v1/signout", &token).await,
                _ => client.me(&token).await,
            }
        }
    });
    futures_util::future::join_all(requests).await;
    client.me(&token).await.expect_engine_error(401, &[]);
    let items = super::dump(&server).await;
    let sessions = items.iter().filter(|item| super::text_of(item, "kind") == "session");
    assert_eq!(sessions.count(), 0);
}
