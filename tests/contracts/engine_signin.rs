//! signin.

use http::Method;
use rstest::rstest;
use serde_json::json;
use shared::accounts::{Account, State};
use tests::client::claims;
use tests::server::Table::{self, DynamoDbLocal, Embedded};
use tests::{PASSWORD, Server};

use super::{sessions_of, set_state, user_of};

const PATH: &str = "/api/v1/signin";

#[rstest]
#[tokio::test]
async fn answers_with_the_bare_token(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let client = server.client();
    client.sign_up("ada@example.com").await;
    let answer = client.sign_in_with("ada@example.com", PASSWORD).await.expect(200);
    assert_eq!(answer.header("content-type"), Some("text/plain; charset=utf-8"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    let token = answer.text();
    assert_eq!(token.split('.').count(), 3);
    client.me(&token).await.expect(200);
}

#[tokio::test]
async fn a_client_that_names_json_gets_a_json_string() {
    let server = Server::start().await;
    let client = server.client();
    client.sign_up("ada@example.com").await;
    let body = json!({ "username": "ada@example.com", "password": PASSWORD });
    for (accept, wants_json) in [
        ("application/json", true),
        ("application/json, text/plain, */*", true),
        ("text/html;q=0.9, Application/JSON;q=0.5", true),
        ("*/*", false),
        ("text/plain", false),
        ("application/*", false),
    ] {
        let request = client.request(Method::POST, PATH).header("accept", accept).json(&body);
        let answer = client.send(request).await.expect(200);
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{accept}");
        let token = match wants_json {
            true => {
                assert_eq!(answer.header("content-type"), Some("application/json"), "{accept}");
                answer.json().as_str().unwrap().to_owned()
            }
            false => {
                assert_eq!(
                    answer.header("content-type"),
                    Some("text/plain; charset=utf-8"),
                    "{accept}"
                );
                answer.text()
            }
        };
        client.me(&token).await.expect(200);
    }
}

#[tokio::test]
async fn the_address_is_compared_without_case_and_blanks() {
    let server = Server::start().await;
    let client = server.client();
    client.sign_up("Ada@Example.com").await;
    for username in ["ada@example.com", "ADA@EXAMPLE.COM", " Ada@Example.com\t"] {
        let token = client.sign_in(username).await;
        // It is shown as it was typed at sign-up.
        assert_eq!(claims(&token)["user"]["username"], "Ada@Example.com");
    }
}

#[rstest]
#[tokio::test]
async fn refusals_are_the_same_401(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let client = server.client();
    client.sign_up("ada@example.com").await;
    let too_long = "x".repeat(2000);
    let refused = [
        json!({ "username": "ada@example.com", "password": "not the password" }),
        json!({ "username": "nobody@example.com", "password": PASSWORD }),
        json!({ "username": "no address", "password": PASSWORD }),
        json!({ "username": "ada@example.com" }),
        json!({ "username": "ada@example.com", "password": "" }),
        json!({ "username": "ada@example.com", "password": too_long }),
        json!({ "password": PASSWORD }),
        json!({ "username": "", "password": "" }),
        json!({ "username": too_long, "password": PASSWORD }),
        json!({}),
    ];
    let mut bodies = Vec::new();
    for body in &refused {
        let answer = client.post(PATH, body).await.expect_engine_error(401, &[]);
        bodies.push(answer.text());
    }
    bodies.dedup();
    assert_eq!(bodies.len(), 1, "{bodies:?}");
}

#[tokio::test]
async fn broken_bodies_are_400() {
    let server = Server::start().await;
    let client = server.client();
    for text in ["", "{", "[]", "no json"] {
        client.post_text(PATH, text).await.expect_engine_error(400, &[]);
    }
    for member in ["username", "password"] {
        let body = json!({ member: ["x"] });
        client.post(PATH, &body).await.expect_engine_error(400, &[member]);
    }
}

#[tokio::test]
async fn a_captcha_answer_is_ignored_whatever_it_is() {
    let server = Server::start().await;
    let client = server.client();
    client.sign_up("ada@example.com").await;
    for recaptcha in [json!("token"), json!(null), json!({ "a": 1 })] {
        let body = json!({ "username": "ada@example.com", "password": PASSWORD, "recaptcha": recaptcha });
        client.post(PATH, &body).await.expect(200);
    }
}

#[rstest]
#[tokio::test]
async fn only_pending_and_active_accounts_sign_in(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let client = server.client();
    let user = user_of(&client.join("ada@example.com").await);
    let wrong = client.sign_in_with("ada@example.com", "not the password").await;
    for (state, may) in [
        (State::Active, true),
        (State::Inactive, false),
        (State::Locked, false),
        (State::Banned, false),
        (State::Deleted, false),
        (State::Pending, true),
    ] {
        set_state(&server, user, state).await;
        let answer = client.sign_in_with("ada@example.com", PASSWORD).await;
        match may {
            true => assert_eq!(answer.status, 200, "{state:?}"),
            // Not to be told from a wrong password.
            false => assert_eq!(
                (answer.status, answer.text()),
                (wrong.status, wrong.text()),
                "{state:?}"
            ),
        }
    }
}

#[tokio::test]
async fn a_session_keeps_where_it_came_from_and_the_user_when() {
    let server = Server::start().await;
    let client = server.client();
    client.sign_up("ada@example.com").await;
    let body = json!({ "username": "ada@example.com", "password": PASSWORD });
    let request = client.request(Method::POST, PATH).json(&body);
    let request = request.header("user-agent", "Difference Engine/2 ".repeat(40));
    let token = client.send(request).await.expect(200).text();

    let [session] = &sessions_of(&server, user_of(&token)).await[..] else {
        panic!("one session")
    };
    assert_eq!(session.id.to_string(), claims(&token)["jti"]);
    assert_eq!(session.ip.to_string(), "127.0.0.1");
    assert!(session.user_agent.starts_with("Difference Engine/2 Difference"));
    assert_eq!(session.user_agent.len(), 300);
    assert_eq!(
        (session.created_at, session.last_seen),
        (server.clock.read(), server.clock.read())
    );
    let account = Account::read(&server.app().store, user_of(&token)).await.unwrap();
    assert_eq!(account.unwrap().user.last_sign_in, Some(server.clock.read()));
}
