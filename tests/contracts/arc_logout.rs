//! logout: both tokens of a pair end with their session.

use http::Method;
use rstest::rstest;
use serde_json::{Value, json};
use tests::Server;
use tests::client::claims;
use tests::server::Table::{self, DynamoDbLocal, Embedded};

use super::{sessions_of, user_of};

const ADA: &str = "ada@example.com";

#[rstest]
#[tokio::test]
async fn it_ends_the_session(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let arc = server.client().arc();
    let engine = arc.0.join(ADA).await;
    let (mine, other) = (arc.sign_in(ADA).await, arc.sign_in(ADA).await);
    let user = claims(&mine.access)["id"].clone();
    let answer = arc.logout(&mine).await.expect(200).json();
    assert_eq!(answer, json!({ "success": true, "key": user }));
    arc.logout(&mine).await.expect_said_by_check(401, "TokenRevoked");
    arc.me(&mine.access).await.expect_said_by_check(401, "TokenRevoked");
    arc.refresh(&mine).await.expect_said_by_handler(401, "Token Expired");
    arc.me(&other.access).await.expect(200);
    assert_eq!(sessions_of(&server, user_of(&engine)).await.len(), 2);
}

#[tokio::test]
async fn it_takes_the_refresh_token_of_the_same_session() {
    let server = Server::start().await;
    let arc = server.client().arc();
    let (mine, other) = (arc.join(ADA).await, arc.join("bob@example.com").await);
    let with = async |body: Value| arc.call(Method::POST, "/logout", &mine.access, &body).await;
    with(Value::Null).await.expect_said_by_handler(422, "TokenMissing");
    with(json!({})).await.expect_said_by_handler(422, "TokenMissing");
    let empty = with(json!({ "refreshToken": "" })).await;
    empty.expect_said_by_handler(422, "TokenMissing");
    let unknown = with(json!({ "refreshToken": "garbage" })).await;
    unknown.expect_said_by_handler(401, "Token Expired");
    let foreign = with(json!({ "refreshToken": other.refresh })).await;
    foreign.expect_said_by_handler(401, "Token Invalid");
    // The schema comes before the token.
    let body = json!({ "refreshToken": 7, "x": 1 });
    let wanted = [("", "additionalProperties"), ("/refreshToken", "type")];
    arc.post("/logout", &body).await.expect_violations(&wanted);
    arc.post("/logout", &json!({}))
        .await
        .expect_said_by_handler(401, "Bearer realm=\"Users\"");
    for pair in [&mine, &other] {
        arc.me(&pair.access).await.expect(200);
        arc.refresh(pair).await.expect_pair();
    }
}
