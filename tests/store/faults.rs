//! A table that throttles, conflicts or falls silent: what clients see, and that nothing is half done.

use std::sync::Arc;

use http::Method;
use reqwest::multipart::Form;
use rstest::rstest;
use serde_json::json;
use shared::store::door::{Fault, Faulty};
use shared::store::{Item, Store};
use tests::server::Table::{self, DynamoDbLocal, Embedded};
use tests::{Answer, Client, PASSWORD, Server};

const ADA: &str = "ada@example.com";
const NEW: &str = "a different long phrase";

/// A server with Ada on it, behind a door that makes calls go wrong.
async fn start(table: Table) -> Option<(Server, Arc<Faulty>, Client)> {
    let door = Arc::new(Faulty::default());
    let before = Arc::clone(&door);
    let setup = Server::setup().with(move |parts| parts.store = parts.store.clone().behind(before));
    let server = setup.start_on(table).await?;
    let client = server.client();
    client.sign_up(ADA).await;
    Some((server, door, client))
}

/// Everything in the table.
pub async fn contents(store: &Store) -> Vec<Item> {
    let table = store.table();
    let pages = table
        .client()
        .await
        .scan()
        .table_name(table.name())
        .into_paginator()
        .items()
        .send();
    let mut items = pages.collect::<Result<Vec<_>, _>>().await.unwrap();
    items.sort_by_key(|item| (item["pk"].as_s().unwrap().clone(), item["sk"].as_s().unwrap().clone()));
    items
}

/// The operations, each with the number of its store calls, and of those before its commit, where it has one.
const OPERATIONS: [(&str, usize, usize); 7] = [
    ("signup", 1, 0),
    ("signin", 3, 2),
    ("reset", 2, 1),
    ("changepassword", 2, 1),
    ("me", 2, usize::MAX),
    ("updateprofile", 3, 2),
    ("signout", 2, 1),
];

/// Plans faults when the server's own mailer, which passes the same door, has nothing to do.
async fn plan(door: &Faulty, client: &Client, faults: impl IntoIterator<Item = Fault>) {
    client.mails(ADA).await;
    door.plan(faults);
}

/// What an operation needs, made before anything goes wrong.
struct Ready {
    client: Client,
    token: String,
    reset: String,
}

impl Ready {
    async fn new(client: &Client) -> Self {
        Self {
            client: client.clone(),
            token: client.sign_in(ADA).await,
            reset: client.reset_token(ADA).await,
        }
    }

    async fn call(&self, operation: &str) -> Answer {
        let client = &self.client;
        match operation {
            "signup" => {
                let body = json!({ "email": "b@example.com", "password": PASSWORD, "firstName": "B", "lastName": "B" });
                client.post("/api/v1/signup", &body).await
            }
            "signin" => client.sign_in_with(ADA, PASSWORD).await,
            "reset" => client.post("/api/v1/user/reset", &json!({ "email": ADA })).await,
            "changepassword" => client.change_password(&self.reset, ADA, NEW).await,
            "me" => client.me(&self.token).await,
            "updateprofile" => {
                let request = client.request(Method::POST, "/api/v1/user/updateprofile");
                let form = Form::new().text("country", "England");
                client.send(request.header("x-auth", &self.token).multipart(form)).await
            }
            _ => client.call(Method::POST, "/api/v1/signout", &self.token).await,
        }
    }
}

/// A fault of this kind at each call of each operation: 503 with Retry-After in engine's shape, and the table as it was.
#[rstest]
#[tokio::test]
async fn a_table_that_does_not_serve_is_503_and_nothing_is_half_done(
    #[values(Embedded, DynamoDbLocal)] table: Table,
    #[values(Fault::Throttled, Fault::Lost)] fault: Fault,
) {
    let Some((server, door, client)) = start(table).await else {
        return;
    };
    let ready = Ready::new(&client).await;
    for (operation, calls, _) in OPERATIONS {
        for call in 0..calls {
            let before = contents(&server.app().store).await;
            plan(&door, &client, (0..call).map(|_| Fault::None).chain([fault])).await;
            let answer = ready.call(operation).await.expect_engine_error(503, &[]);
            assert_eq!(answer.header("retry-after"), Some("1"), "{operation}, call {call}");
            let text = answer.text();
            assert!(!text.contains("throttl") && !text.contains("lost"), "{text}");
            assert_eq!(contents(&server.app().store).await, before, "{operation}, call {call}");
        }
    }
    // And then everything goes on. A new token would be the end of the old one, so that one comes last.
    for operation in [
        "signup",
        "signin",
        "me",
        "updateprofile",
        "signout",
        "changepassword",
        "reset",
    ] {
        ready.call(operation).await.expect(200);
    }
}

/// A conflict is somebody else's success: who reads, changes and writes does so again.
#[rstest]
#[tokio::test]
async fn a_conflict_is_tried_again(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some((server, door, client)) = start(table).await else {
        return;
    };
    let ready = Ready::new(&client).await;
    for (operation, reads) in [("signup", 0), ("signin", 2), ("updateprofile", 2)] {
        plan(&door, &client, (0..reads).map(|_| Fault::None).chain([Fault::Conflict])).await;
        ready.call(operation).await.expect(200);
    }
    let me = client.me(&ready.token).await.expect(200).json();
    assert_eq!(me["profile"]["country"], "England");
    client.sign_in("b@example.com").await;

    // Others say that they are busy; nothing has happened.
    let before = contents(&server.app().store).await;
    for operation in ["reset", "changepassword", "signout"] {
        plan(&door, &client, [Fault::None, Fault::Conflict]).await;
        ready.call(operation).await.expect_engine_error(503, &[]);
    }
    assert_eq!(contents(&server.app().store).await, before);
}

/// There is an end to it: an item that somebody else writes all the time.
#[tokio::test]
async fn a_conflict_is_not_tried_for_ever() {
    let (_server, door, client) = start(Embedded).await.unwrap();
    let ready = Ready::new(&client).await;
    // The caller's check, then 30 times a read and a commit.
    plan(&door, &client, [Fault::None]).await;
    for _ in 0..30 {
        plan(&door, &client, [Fault::None, Fault::Conflict]).await;
    }
    ready.call("updateprofile").await.expect_engine_error(503, &[]);
    ready.call("me").await.expect(200);
}

/// The commit took place, but nobody was told. The client asks again.
#[rstest]
#[tokio::test]
async fn whoever_asks_again_after_a_lost_answer_gets_a_sane_one(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some((server, door, client)) = start(table).await else {
        return;
    };
    let ready = Ready::new(&client).await;
    let kinds = async |kind: &str| {
        let items = contents(&server.app().store).await;
        items.iter().filter(|item| item["kind"].as_s().unwrap() == kind).count()
    };
    let lose = async |operation: &str| {
        let (_, _, commit) = OPERATIONS.into_iter().find(|(name, ..)| *name == operation).unwrap();
        plan(
            &door,
            &client,
            (0..commit).map(|_| Fault::None).chain([Fault::AnswerLost]),
        )
        .await;
        ready.call(operation).await.expect_engine_error(503, &[])
    };
    // The account is there, so its address is taken, and signing in works.
    let users = kinds("user").await;
    lose("signup").await;
    ready.call("signup").await.expect_engine_error(400, &["email"]);
    assert_eq!(kinds("user").await, users + 1);
    client.sign_in("b@example.com").await;

    // A session nobody knows the token of: it counts among the five, and ends by itself.
    let sessions = kinds("session").await;
    lose("signin").await;
    let token = ready.call("signin").await.expect(200).text();
    client.me(&token).await.expect(200);
    assert_eq!(kinds("session").await, sessions + 2);

    // Two mails, of which the newer one counts.
    let messages = kinds("message").await;
    lose("reset").await;
    ready.call("reset").await.expect(200);
    assert_eq!(
        (kinds("message").await, kinds("password reset").await),
        (messages + 2, 1)
    );

    // The change of the profile is there once more, as it was.
    lose("updateprofile").await;
    ready.call("updateprofile").await.expect(200);
    lose("signout").await;
    ready.call("signout").await.expect(401);

    // The token was used: asking again changes nothing, and the new password is the one that was sent.
    server.clock.advance(std::time::Duration::from_secs(1));
    let reset = client.reset_token(ADA).await;
    let ready = Ready { reset, ..ready };
    let messages = kinds("message").await;
    plan(&door, &client, [Fault::None, Fault::AnswerLost]).await;
    ready.call("changepassword").await.expect_engine_error(503, &[]);
    ready.call("changepassword").await.expect_engine_error(400, &["Token"]);
    assert_eq!(kinds("message").await, messages + 1);
    client.me(&token).await.expect(401);
    client.sign_in_with(ADA, PASSWORD).await.expect(401);
    client.sign_in_with(ADA, NEW).await.expect(200);
}
