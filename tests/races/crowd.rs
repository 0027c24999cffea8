//! Twenty clients at the same moment, over HTTP, on both engines.

use std::time::Duration;

use futures_util::future::join_all;
use http::Method;
use reqwest::multipart::Form;
use rstest::rstest;
use serde_json::{Value, json};
use shared::accounts::Email;
use tests::server::Table::{self, DynamoDbLocal, Embedded};
use tests::{Answer, Client, PASSWORD, Server};
use tokio::sync::Mutex;

use super::explorer::{hasher, server_on};
use super::people::{account, is_password};

pub const CROWD: usize = 20;

/// What each of the crowd gets for its request.
pub async fn at_once<F>(server: &Server, request: impl Fn(Client, usize) -> F) -> Vec<Answer>
where
    F: Future<Output = Answer> + Send + 'static,
{
    // One crowd at a time: DynamoDB Local lets everybody wait for seconds when two are in.
    static DOOR: Mutex<()> = Mutex::const_new(());
    let _turn = DOOR.lock().await;
    let all = (0..CROWD).map(|n| tokio::spawn(request(server.client(), n)));
    join_all(all).await.into_iter().map(Result::unwrap).collect()
}

/// How many got this status. Nobody gets one that is not expected.
pub fn count(answers: &[Answer], status: u16, other: &[u16]) -> usize {
    for answer in answers {
        let got = answer.status.as_u16();
        assert!(got == status || other.contains(&got), "{got}: {}", answer.text());
    }
    answers.iter().filter(|answer| answer.status.as_u16() == status).count()
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn one_address_one_account(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = server_on(table).await else { return };
    let answers = at_once(&server, async |client, n| {
        let email = if n % 2 == 0 {
            "ada@example.com"
        } else {
            "ADA@example.com"
        };
        let body = json!({ "email": email, "password": PASSWORD, "firstName": format!("Ada {n}"), "lastName": "L" });
        client.post("/api/v1/signup", &body).await
    })
    .await;
    assert_eq!(count(&answers, 200, &[400]), 1);
    for (n, answer) in answers.into_iter().enumerate() {
        if answer.status == 200 {
            let token = server.client().sign_in("ada@example.com").await;
            let me = server.client().me(&token).await.expect(200).json();
            assert_eq!(me["profile"]["firstName"], format!("Ada {n}"));
        } else {
            answer.expect_engine_error(400, &["email"]);
        }
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn one_token_one_new_password(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = server_on(table).await else { return };
    let client = server.client();
    let old = client.join("ada@example.com").await;
    let token = client.reset_token("ada@example.com").await;
    let answers = at_once(&server, |client, n| {
        let token = token.clone();
        async move {
            match n % 4 {
                // Some go on signing in with the old password meanwhile.
                3 => client.sign_in_with("ada@example.com", PASSWORD).await,
                _ => {
                    client
                        .change_password(&token, "ada@example.com", &format!("new phrase number {n}"))
                        .await
                }
            }
        }
    })
    .await;
    let (entered, redeemed): (Vec<_>, Vec<_>) = answers.into_iter().enumerate().partition(|(n, _)| n % 4 == 3);
    let entered: Vec<Answer> = entered.into_iter().map(|(_, answer)| answer).collect();
    let won: Vec<usize> = redeemed
        .iter()
        .filter(|(_, answer)| answer.status == 200)
        .map(|(n, _)| *n)
        .collect();
    assert_eq!(won.len(), 1);
    for (n, answer) in redeemed {
        if n != won[0] {
            answer.expect_engine_error(400, &["Token"]);
        }
    }
    let email = Email::parse("ada@example.com").unwrap();
    assert!(is_password(&server, &email, &format!("new phrase number {}", won[0])).await);
    assert_eq!(account(&server, &email).await.user.session_epoch, 1);
    count(&entered, 200, &[401]);
    for token in entered
        .iter()
        .filter(|answer| answer.status == 200)
        .map(Answer::text)
        .chain([old])
    {
        client.me(&token).await.expect(401);
    }
    let mails = client.mails("ada@example.com").await;
    assert_eq!(subjects(&mails, "Your password was changed"), 1);
}

fn subjects(mails: &[Value], subject: &str) -> usize {
    mails.iter().filter(|mail| mail["subject"] == subject).count()
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn five_sessions_of_twenty(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = server_on(table).await else { return };
    server.client().sign_up("ada@example.com").await;
    let answers = at_once(&server, async |client, _| {
        client.sign_in_with("ada@example.com", PASSWORD).await
    })
    .await;
    assert_eq!(count(&answers, 200, &[]), CROWD);
    let mut live = 0;
    for answer in &answers {
        live += usize::from(server.client().me(&answer.text()).await.status == 200);
    }
    assert_eq!(live, 5);
    let account = account(&server, &Email::parse("ada@example.com").unwrap()).await;
    assert_eq!((account.user.sign_ins as usize, account.sessions.len()), (CROWD, 5));
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn profiles_and_sign_ins_of_one_account(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = server_on(table).await else { return };
    let token = server.client().join("ada@example.com").await;
    let fields = ["firstName", "lastName", "phone", "bio", "designation", "country"];
    let answers = at_once(&server, |client, n| {
        let token = token.clone();
        async move {
            match fields.get(n) {
                Some(field) => {
                    let form = Form::new().text(*field, format!("{field} of now"));
                    let request = client.request(Method::POST, "/api/v1/user/updateprofile");
                    client.send(request.header("x-auth", &token).multipart(form)).await
                }
                None => client.sign_in_with("ada@example.com", PASSWORD).await,
            }
        }
    })
    .await;
    // The updates may meet the end of their session; where they were accepted, they are there.
    count(&answers, 200, &[401]);
    let token = server.client().sign_in("ada@example.com").await;
    let me = server.client().me(&token).await.expect(200).json();
    for (field, answer) in fields.iter().zip(&answers) {
        let there = me["profile"][*field] == format!("{field} of now");
        assert_eq!(there, answer.status == 200, "{field}: {me}");
    }
    let account = account(&server, &Email::parse("ada@example.com").unwrap()).await;
    assert_eq!(count(&answers[fields.len()..], 200, &[]), CROWD - fields.len());
    assert_eq!(account.user.sign_ins as usize, CROWD - fields.len() + 2);
}

/// Guesses of an account and guesses of an address, known or not: as many as allowed are judged, and no more.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn ten_guesses_of_twenty(
    #[values(Embedded, DynamoDbLocal)] table: Table,
    #[values("ada@example.com", "nobody@example.com")] email: &'static str,
) {
    let setup = Server::setup()
        .env("THROTTLE", "on")
        .with(|parts| parts.passwords = hasher(16));
    let Some(server) = setup.start_on(table).await else {
        return;
    };
    server.client().sign_up("ada@example.com").await;
    let answers = at_once(&server, async |client, _| client.sign_in_with(email, "a guess").await).await;
    assert_eq!(count(&answers, 401, &[429]), 10);
    for answer in answers.into_iter().filter(|answer| answer.status == 429) {
        let wait: u64 = answer.header("retry-after").unwrap().parse().unwrap();
        assert!((1..=900).contains(&wait), "{wait}");
        answer.expect_engine_error(429, &[]);
    }
    // The right password waits as well, until the window ends.
    server
        .client()
        .sign_in_with("ada@example.com", PASSWORD)
        .await
        .expect(if email.starts_with("ada") { 429 } else { 200 });
    server.clock.advance(Duration::from_secs(900));
    server.client().sign_in("ada@example.com").await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_mailbox_that_twenty_look_into(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = server_on(table).await else { return };
    server.client().sign_up("ada@example.com").await;
    let body = json!({ "email": "ada@example.com" });
    let answers = at_once(&server, |client, _| {
        let body = body.clone();
        async move {
            let asked = client.post("/api/v1/user/reset", &body).await;
            client.mails("ada@example.com").await;
            asked
        }
    })
    .await;
    assert_eq!(count(&answers, 200, &[]), CROWD);
    let mails = server.client().mails("ada@example.com").await;
    let mut ids: Vec<&str> = mails.iter().map(|mail| mail["id"].as_str().unwrap()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!((mails.len(), ids.len()), (CROWD, CROWD));
}

/// On DynamoDB Local transactions on one item wait for each other for seconds; there two at a time are played instead.
#[tokio::test(flavor = "multi_thread")]
async fn one_challenge_one_session() {
    let server = server_on(Embedded).await.unwrap();
    let client = server.client();
    let token = client.join("ada@example.com").await;
    let authenticator = client.authenticator();
    let credential = client.add_passkey(&token, &authenticator).await;
    let response = authenticator.sign(&client.passkey_challenge(&json!({})).await, &credential);
    let answers = at_once(&server, |client, _| {
        let response = response.clone();
        async move { client.answer_challenge(&response).await }
    })
    .await;
    assert_eq!(count(&answers, 202, &[401]), 1);
    let account = account(&server, &Email::parse("ada@example.com").unwrap()).await;
    assert_eq!(account.sessions.len(), 2);
}
