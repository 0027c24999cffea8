//! signout.

use http::Method;
use rstest::rstest;
use tests::Server;
use tests::server::Table::{self, DynamoDbLocal, Embedded};

use super::{sessions_of, user_of};

const PATH: &str = "/api/v1/signout";

#[rstest]
#[tokio::test]
async fn ends_this_session_and_no_other(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let client = server.client();
    let token = client.join("ada@example.com").await;
    let other = client.sign_in("ada@example.com").await;
    let renewed = client
        .call(Method::POST, "/api/v1/renew", &token)
        .await
        .expect(202)
        .text();

    let answer = client.call(Method::POST, PATH, &token).await;
    answer.expect_message("Logged out successfully");
    client.me(&token).await.expect_engine_error(401, &[]);
    client.me(&renewed).await.expect_engine_error(401, &[]);
    client.me(&other).await.expect(200);
    assert_eq!(sessions_of(&server, user_of(&token)).await.len(), 1);
}

#[tokio::test]
async fn a_repetition_is_401() {
    let server = Server::start().await;
    let client = server.client();
    let token = client.join("ada@example.com").await;
    client.call(Method::POST, PATH, &token).await.expect(200);
    for _ in 0..2 {
        client
            .call(Method::POST, PATH, &token)
            .await
            .expect_engine_error(401, &[]);
    }
    client
        .send(client.request(Method::POST, PATH))
        .await
        .expect_engine_error(401, &[]);
}
