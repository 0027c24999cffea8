//! token-refresh: one pair after another.

use std::time::Duration;

use http::Method;
use rstest::rstest;
use serde_json::{Value, json};
use tests::arc::Pair;
use tests::client::claims;
use tests::server::Table::{self, DynamoDbLocal, Embedded};
use tests::{Arc, Server};

const ADA: &str = "ada@example.com";

#[rstest]
#[tokio::test]
async fn the_next_pair_revokes_the_one_before(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let arc = server.client().arc();
    let first = arc.join(ADA).await;
    // Within the same second: every token is another.
    let second = arc.refresh(&first).await.expect_pair();
    assert_ne!(first.access, second.access);
    assert_ne!(first.refresh, second.refresh);
    let (old, new) = (claims(&first.access), claims(&second.access));
    for same in ["id", "sid", "tenantId", "client_id", "permissions", "userTenantId"] {
        assert_eq!(old[same], new[same], "{same}");
    }
    assert_ne!(old["jti"], new["jti"]);
    arc.me(&first.access).await.expect_said_by_check(401, "TokenRevoked");
    arc.me(&second.access).await.expect(200);
    let kept = format!("{:?}", server.dump().await);
    assert!(!kept.contains(&second.refresh) && !kept.contains(&second.access));
}

#[rstest]
#[tokio::test]
async fn asked_again_within_a_moment_it_answers_the_same(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let arc = server.client().arc();
    let first = arc.join(ADA).await;
    let second = arc.refresh(&first).await.expect_pair();
    server.clock.advance(Duration::from_secs(9));
    assert_eq!(arc.refresh(&first).await.expect_pair(), second);
    arc.me(&second.access).await.expect(200);
    // Only together with the access token that it came with.
    let mixed = Pair {
        access: second.access.clone(),
        ..first.clone()
    };
    arc.refresh(&mixed).await.expect_said_by_handler(401, "Token Expired");
    arc.me(&second.access).await.expect(200);
    // The moment is over: it is theft.
    server.clock.advance(Duration::from_secs(1));
    arc.refresh(&first).await.expect_said_by_handler(401, "Token Expired");
    arc.me(&second.access).await.expect_said_by_check(401, "TokenRevoked");
    arc.refresh(&second).await.expect_said_by_handler(401, "Token Expired");
}

#[tokio::test]
async fn an_older_one_is_theft_at_once() {
    let server = Server::start().await;
    let arc = server.client().arc();
    let first = arc.join(ADA).await;
    let second = arc.refresh(&first).await.expect_pair();
    let third = arc.refresh(&second).await.expect_pair();
    let other = arc.sign_in(ADA).await;
    arc.refresh(&first).await.expect_said_by_handler(401, "Token Expired");
    arc.me(&third.access).await.expect_said_by_check(401, "TokenRevoked");
    arc.me(&other.access).await.expect(200);
}

#[tokio::test]
async fn without_grace_every_repetition_is_theft() {
    let server = Server::setup().env("REFRESH_GRACE", "0").start().await;
    let arc = server.client().arc();
    let first = arc.join(ADA).await;
    let second = arc.refresh(&first).await.expect_pair();
    arc.refresh(&first).await.expect_said_by_handler(401, "Token Expired");
    arc.me(&second.access).await.expect_said_by_check(401, "TokenRevoked");
}

async fn refresh_by(arc: &Arc, authorization: Option<&str>, refresh: &str) -> tests::Answer {
    let request = arc.0.request(Method::POST, "/auth/token-refresh");
    let request = match authorization {
        Some(value) => request.header("authorization", value),
        None => request,
    };
    arc.0.send(request.json(&json!({ "refreshToken": refresh }))).await
}

#[tokio::test]
async fn it_takes_the_access_token_that_came_with_it() {
    let server = Server::start().await;
    let arc = server.client().arc();
    let mine = arc.join(ADA).await;
    let (same_user, other) = (arc.sign_in(ADA).await, arc.join("bob@example.com").await);
    for wrong in [
        None,
        Some("Bearer garbage".to_owned()),
        Some(mine.access.clone()),
        Some(format!("Bearer {}", same_user.access)),
        Some(format!("Bearer {}", other.access)),
    ] {
        let answer = refresh_by(&arc, wrong.as_deref(), &mine.refresh).await;
        answer.expect_said_by_handler(401, "Token Invalid");
    }
    for unknown in ["", "garbage", &"0".repeat(64), &mine.access] {
        for token in [Some(format!("Bearer {}", mine.access)), None] {
            let answer = refresh_by(&arc, token.as_deref(), unknown).await;
            answer.expect_said_by_handler(401, "Token Expired");
        }
    }
    // None of that harmed any pair.
    for pair in [&mine, &same_user, &other] {
        arc.me(&pair.access).await.expect(200);
        arc.refresh(pair).await.expect_pair();
    }
}

#[tokio::test]
async fn an_access_token_that_has_ended_is_fine() {
    let server = Server::start().await;
    let arc = server.client().arc();
    let first = arc.join(ADA).await;
    server.clock.advance(Duration::from_secs(86_399));
    let second = arc.refresh(&first).await.expect_pair();
    arc.me(&second.access).await.expect(200);
    // The refresh token's life is counted anew.
    server.clock.advance(Duration::from_secs(86_399));
    let third = arc.refresh(&second).await.expect_pair();
    server.clock.advance(Duration::from_secs(86_400));
    arc.refresh(&third).await.expect_said_by_handler(401, "Token Expired");
}

#[tokio::test]
async fn permissions_are_read_afresh() {
    let server = Server::start().await;
    let arc = server.client().arc();
    let pair = arc.join(ADA).await;
    let root = arc.0.admin().await;
    let (home, ada) = ("00000000000000000000000000", arc.0.sign_in(ADA).await);
    let role = arc.0.make_role(&root, home, "Clerk").await;
    arc.0.grant(&root, home, &role, "ledger:all:read").await.expect(200);
    arc.0
        .bind(&root, home, &tests::client::user_id(&ada), &role)
        .await
        .expect(200);
    let next = arc.refresh(&pair).await.expect_pair();
    let me = arc.me(&next.access).await.expect(200).json();
    assert_eq!(
        (&me["role"], &me["permissions"]),
        (&json!("Clerk"), &json!(["ledger:all:read"]))
    );
}

#[tokio::test]
async fn a_removed_client_refreshes_nothing() {
    let server = Server::start().await;
    let (arc, managing) = (server.client().arc(), server.managing().await);
    let number = managing.make("other").await;
    let body = json!({
        "client_id": "other", "client_secret": "one secret",
        "username": tests::server::ADMIN, "password": tests::server::ADMIN_PASSWORD,
    });
    let pair = arc.post("/auth/login-token", &body).await.expect_pair();
    let path = format!("/auth-clients/{number}");
    managing.call(Method::DELETE, &path, &Value::Null).await.expect(204);
    arc.me(&pair.access).await.expect_said_by_check(401, "TokenRevoked");
    arc.refresh(&pair).await.expect_said_by_handler(401, "Client Invalid");
}

#[tokio::test]
async fn the_body_keeps_to_its_schema() {
    let server = Server::start().await;
    let arc = server.client().arc();
    for (body, wanted) in [
        (json!({}), ("", "required")),
        (json!({ "refreshToken": 7 }), ("/refreshToken", "type")),
        (
            json!({ "refreshToken": "x", "refresh_token": "x" }),
            ("", "additionalProperties"),
        ),
    ] {
        arc.post("/auth/token-refresh", &body)
            .await
            .expect_violations(&[wanted]);
    }
}
