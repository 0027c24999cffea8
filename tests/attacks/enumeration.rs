//! Finding out who has an account, by what is answered (ASVS 6.3.8).

use http::HeaderMap;
use serde_json::json;
use shared::accounts::{State, User};
use shared::store::commit::{Step, text};
use shared::store::{Commit, Condition, StoreError};
use tests::{Answer, PASSWORD, Server};

use super::user_of;

const KNOWN: &str = "ada@example.com";
const UNKNOWN: &str = "eve@example.com";

/// All that a client sees, but for what differs between any two answers.
fn seen(answer: &Answer) -> (u16, HeaderMap, Vec<u8>) {
    let mut headers = answer.headers.clone();
    for name in ["date", "x-request-id"] {
        headers.remove(name);
    }
    (answer.status.as_u16(), headers, answer.bytes.clone())
}

#[tokio::test]
async fn sign_in_does_not_tell_who_has_an_account() {
    let server = Server::start().await;
    let client = server.client();
    let off = user_of(&client.join("off@example.com").await);
    let mut commit = Commit::<StoreError>::new();
    let inactive = [Step::Set("state", text(State::Inactive.as_str()))];
    commit.update(User::key_of(off), Condition::Present, inactive);
    server.app().store.commit(commit).await.unwrap();
    client.sign_up(KNOWN).await;

    let wrong = seen(&client.sign_in_with(KNOWN, "not the password").await);
    assert_eq!(wrong.0, 401);
    for (username, password) in [
        (UNKNOWN, PASSWORD),
        ("no address", PASSWORD),
        (KNOWN, ""),
        (UNKNOWN, ""),
        ("off@example.com", "not the password"),
        ("off@example.com", PASSWORD),
    ] {
        let answer = client.sign_in_with(username, password).await;
        assert_eq!(seen(&answer), wrong, "{username} {password}");
    }
}

#[tokio::test]
async fn asking_for_a_reset_does_not_tell_who_has_an_account() {
    let server = Server::start().await;
    let client = server.client();
    client.sign_up(KNOWN).await;
    let ask = async |email: &str| seen(&client.post("/api/v1/user/reset", &json!({ "email": email })).await);
    let known = ask(KNOWN).await;
    assert_eq!(known.0, 200);
    for _ in 0..2 {
        assert_eq!(ask(UNKNOWN).await, known);
        assert_eq!(ask(KNOWN).await, known);
    }
    let broken = ask("ada@").await;
    assert_eq!((broken.0, ask("eve@").await), (400, broken));
}

#[tokio::test]
async fn changing_a_password_does_not_tell_who_has_an_account() {
    let server = Server::start().await;
    let client = server.client();
    client.sign_up(KNOWN).await;
    client.reset_token(KNOWN).await;
    for token in ["wrong", &"0".repeat(32)] {
        for password in ["a different long phrase", "123456", ""] {
            let known = client.change_password(token, KNOWN, password).await;
            let unknown = client.change_password(token, UNKNOWN, password).await;
            assert_eq!(seen(&known), seen(&unknown), "{token} {password}");
            assert_eq!(known.status, 400);
        }
    }
}

/// The reset of an address that nobody has costs what any other does and can never be redeemed, not even when the address
/// is taken later.
#[tokio::test]
async fn a_reset_for_nobody_is_not_good_for_who_comes_later() {
    let server = Server::start().await;
    let client = server.client();
    client
        .post("/api/v1/user/reset", &json!({ "email": UNKNOWN }))
        .await
        .expect(200);
    client.sign_up(UNKNOWN).await;
    assert!(client.mails(UNKNOWN).await.is_empty());
    for token in ["", "0", "null"] {
        let answer = client.change_password(token, UNKNOWN, "a different long phrase").await;
        assert!([400, 404].contains(&answer.status.as_u16()), "{token:?}");
    }
    client.sign_in(UNKNOWN).await;
}
