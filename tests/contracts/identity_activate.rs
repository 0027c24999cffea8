//! public-activate and users-activate, by GET and by POST.

use std::time::Duration;

use http::Method;
use rstest::rstest;
use serde_json::{Value, json};
use shared::accounts::State;
use tests::identity::{BASE, Link, NOBODY};
use tests::server::Table::{self, DynamoDbLocal, Embedded};
use tests::{Answer, Identity, PASSWORD, Server};

use super::user_with;

const ADA: &str = "ada@example.com";

async fn open(identity: &Identity, method: &Method, under: &str, link: &Link) -> Answer {
    let path = format!("{BASE}/{under}/activate/{}/{}", link.uid, link.code);
    identity.0.send(identity.0.request(method.clone(), &path)).await
}

#[rstest]
#[tokio::test]
async fn turns_the_account_active_once(
    #[values(Embedded, DynamoDbLocal)] table: Table,
    #[values(Method::GET, Method::POST)] method: Method,
    #[values("public", "users")] under: &str,
) {
    let Some(server) = Server::on(table).await else { return };
    let identity = server.client().identity();
    identity.register(ADA).await;
    let link = identity.link(ADA).await;
    open(&identity, &method, under, &link)
        .await
        .expect_json(200, &json!(true));
    let answer = identity.authenticate(ADA, PASSWORD).await.expect(200).json();
    assert_eq!((&answer["uid"], &answer["active"]), (&json!(link.uid), &json!(true)));
    let user = user_with(&server, &link.uid).await;
    assert_eq!(user.state, State::Active);
    assert_eq!(user.email_confirmed_at, Some(server.clock.read()));
    for method in [Method::GET, Method::POST] {
        open(&identity, &method, under, &link)
            .await
            .expect_json(404, &json!(false));
    }
    identity.sign_in(ADA, PASSWORD).await;
}

#[rstest]
#[tokio::test]
async fn whatever_is_wrong_is_the_same_404(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let (client, identity) = (server.client(), server.client().identity());
    identity.register(ADA).await;
    identity.register("bob@example.com").await;
    let (ada, bob) = (identity.link(ADA).await, identity.link("bob@example.com").await);
    let engine = client.join("grace@example.com").await;
    let grace = tests::identity::uid_of(&tests::client::user_id(&engine));
    for (uid, code) in [
        (ada.uid.as_str(), bob.code.as_str()),
        (&ada.uid, "0"),
        (
            &ada.uid,
            &ada.code.to_uppercase().replace(['A', 'B', 'C', 'D', 'E', 'F'], "0"),
        ),
        (NOBODY, &ada.code),
        (&grace, &ada.code),
    ] {
        let link = Link {
            uid: uid.into(),
            code: code.into(),
        };
        open(&identity, &Method::GET, "public", &link)
            .await
            .expect_json(404, &json!(false));
    }
    // Neither of the two was hurt by the other's, and case does not matter to a UUID.
    let shouted = Link {
        uid: ada.uid.to_uppercase(),
        ..ada
    };
    open(&identity, &Method::GET, "public", &shouted).await.expect(200);
    open(&identity, &Method::GET, "public", &bob).await.expect(200);
}

#[rstest]
#[case::no_uuid("abc")]
#[case::a_ulid("01KAQ7QWZ8E4R6T2Y9V1C3B5NM")]
#[case::without_hyphens("3f2c1b7e000040008000000000000000")]
#[case::in_braces("%7B3f2c1b7e-0000-4000-8000-000000000000%7D")]
#[case::a_blank("%203f2c1b7e-0000-4000-8000-000000000000")]
#[case::no_text("%ff")]
#[tokio::test]
async fn a_malformed_uid_is_400(#[case] uid: &str) {
    let server = Server::start().await;
    let identity = server.client().identity();
    let link = Link {
        uid: uid.into(),
        code: "0".repeat(32),
    };
    for (method, under) in [(Method::GET, "public"), (Method::POST, "users")] {
        open(&identity, &method, under, &link)
            .await
            .expect_json(400, &json!(false));
    }
}

#[tokio::test]
async fn a_code_is_good_for_a_day() {
    let server = Server::start().await;
    let identity = server.client().identity();
    for (email, seconds, status) in [(ADA, 24 * 3600 - 1, 200), ("bob@example.com", 24 * 3600, 404)] {
        identity.register(email).await;
        let link = identity.link(email).await;
        server.clock.advance(Duration::from_secs(seconds));
        identity
            .activate(&link)
            .await
            .expect_json(status, &json!(status == 200));
    }
}

#[rstest]
#[tokio::test]
async fn five_wrong_codes_void_it(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let identity = server.client().identity();
    for (email, wrong, status) in [(ADA, 4, 200), ("bob@example.com", 5, 404)] {
        identity.register(email).await;
        let link = identity.link(email).await;
        let other = Link {
            code: "f".repeat(32),
            ..link.clone()
        };
        for _ in 0..wrong {
            identity.activate(&other).await.expect_json(404, &json!(false));
        }
        identity
            .activate(&link)
            .await
            .expect_json(status, &json!(status == 200));
    }
}

/// What an administrator did before: the code confirms the address and changes no decision. A confirmed address makes an account
/// active that was only pending.
#[tokio::test]
async fn an_account_that_an_administrator_switched_on_or_off() {
    let server = Server::start().await;
    let identity = server.client().identity();
    for (email, state, status) in [
        (ADA, State::Active, 200),
        ("pending@example.com", State::Pending, 200),
        ("inactive@example.com", State::Inactive, 404),
        ("locked@example.com", State::Locked, 404),
        ("banned@example.com", State::Banned, 404),
        ("deleted@example.com", State::Deleted, 404),
    ] {
        identity.register(email).await;
        let link = identity.link(email).await;
        let id = user_with(&server, &link.uid).await.id;
        super::set_state(&server, id, state).await;
        identity
            .activate(&link)
            .await
            .expect_json(status, &json!(status == 200));
        let user = user_with(&server, &link.uid).await;
        let state = if state == State::Pending { State::Active } else { state };
        assert_eq!((user.state, user.email_confirmed_at.is_some()), (state, status == 200));
    }
}

#[tokio::test]
async fn codes_from_one_client_are_limited() {
    let setup = Server::setup()
        .env("THROTTLE", "on")
        .env("THROTTLE_ACTIVATE_ADDRESS", "3/3600");
    let server = setup.start().await;
    let identity = server.client().identity();
    let link = Link {
        uid: NOBODY.into(),
        code: "0".repeat(32),
    };
    for status in [404, 404, 404, 429, 429] {
        let answer = open(&identity, &Method::GET, "public", &link).await.expect(status);
        assert_eq!(answer.header("retry-after").is_some(), status == 429);
    }
}

#[tokio::test]
async fn a_body_is_not_looked_at() {
    let server = Server::start().await;
    let identity = server.client().identity();
    identity.register(ADA).await;
    let link = identity.link(ADA).await;
    let path = format!("{BASE}/public/activate/{}/{}", link.uid, link.code);
    identity
        .0
        .post_text(&path, "{")
        .await
        .expect_json(200, &Value::Bool(true));
}

/// What only wants to know whether there is something does not open it.
#[tokio::test]
async fn a_head_activates_nothing() {
    let server = Server::start().await;
    let identity = server.client().identity();
    identity.register(ADA).await;
    let link = identity.link(ADA).await;
    for under in ["public", "users"] {
        let answer = open(&identity, &Method::HEAD, under, &link).await.expect(405);
        assert_eq!(answer.header("allow"), Some("GET,POST"));
    }
    open(&identity, &Method::GET, "public", &link).await.expect(200);
}
