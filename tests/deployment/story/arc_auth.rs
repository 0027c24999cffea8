//! The chapter of arc: tokens, passwords, sign-up.

use serde_json::{Value, json};
use tests::server::{CLIENT_ID, CLIENT_SECRET};
use tests::{Client, PASSWORD};

use super::{Api, Ask, People, Teller, ask};

const NEW: &str = "another long phrase";
const HOME: &str = "00000000-0000-0000-0000-000000000000";

fn of_client(more: &Value) -> Value {
    let mut body = json!({ "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

fn login(operation: &str, email: &str, password: &str) -> Ask {
    ask(operation).with(&of_client(&json!({ "username": email, "password": password })))
}

/// A pair of tokens, as the story tells it.
struct Pair {
    access: String,
    refresh: String,
}

impl Pair {
    fn of(answer: &Value) -> Self {
        let text = |name: &str| answer[name].as_str().unwrap().to_owned();
        Self {
            access: text("accessToken"),
            refresh: text("refreshToken"),
        }
    }

    fn with(&self, operation: &str, more: &Value) -> Ask {
        let mut body = json!({ "refreshToken": self.refresh });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        ask(operation).by(&self.access).with(&body)
    }
}

pub async fn tell(teller: &mut Teller<'_, impl Api>, mail: &Client, people: &People) {
    let arc = mail.arc();
    let email = people.address("arc");
    let create_token = |email: &str| ask("sign-up-create-token").with(&json!({ "email": email }));
    teller.tell(create_token("nobody"), 422).await;
    teller.tell(create_token(&people.address("owner")), 204).await;
    teller.tell(create_token(&email), 204).await;
    let token = arc.mailed(&email, "/account/sign-up/").await.unwrap();
    teller.tell(ask("sign-up-verify-token").by(&token), 200).await;
    teller.tell(ask("sign-up-verify-token").by("garbage"), 401).await;
    let create_user = |password: &str| {
        let body = json!({ "email": email, "password": password });
        ask("sign-up-create-user").by(&token).with(&body)
    };
    teller.tell(create_user("short"), 400).await;
    teller.tell(create_user(PASSWORD), 200).await;
    teller.tell(create_user(PASSWORD), 401).await;

    teller.tell(ask("login").with(&json!({})), 422).await;
    teller.tell(login("login", &email, "wrong"), 401).await;
    let exchange = |code: &str| ask("token").with(&json!({ "code": code, "clientId": CLIENT_ID }));
    let code = teller.text(login("login", &email, PASSWORD), 200, "/code").await;
    teller.tell(exchange("garbage"), 401).await;
    let first = Pair::of(&teller.tell(exchange(&code), 200).await.json());
    teller.tell(ask("me").by(&first.access), 200).await;
    teller.tell(ask("me").by_nobody(), 401).await;
    let next = Pair::of(&teller.tell(first.with("token-refresh", &json!({})), 200).await.json());
    // The same question gets the same answer.
    teller.tell(first.with("token-refresh", &json!({})), 200).await;
    teller.tell(ask("me").by(&first.access), 401).await;
    let home = json!({ "tenantId": HOME });
    let third = Pair::of(&teller.tell(next.with("switch-token", &home), 200).await.json());
    teller
        .tell(third.with("switch-token", &json!({ "tenantId": people.org })), 401)
        .await;
    // A pair from before that: somebody stole it.
    teller.tell(first.with("token-refresh", &json!({})), 401).await;
    teller.tell(ask("me").by(&third.access), 401).await;

    let code = teller.text(login("login", &email, PASSWORD), 200, "/code").await;
    let pair = Pair::of(&teller.tell(exchange(&code), 200).await.json());
    teller.tell(exchange(&code), 401).await;
    teller.tell(ask("me").by(&pair.access), 401).await;

    teller.tell(login("login-token", &email, "wrong"), 401).await;
    let pair = Pair::of(&teller.tell(login("login-token", &email, PASSWORD), 200).await.json());
    let admin = login("login-token", tests::server::ADMIN, tests::server::ADMIN_PASSWORD);
    let root = Pair::of(&teller.tell(admin, 200).await.json());
    let root = Pair::of(&teller.tell(root.with("token-refresh", &json!({})), 200).await.json());
    let change = |password: &str, old: &str| {
        let more = json!({ "username": email, "password": password, "oldPassword": old });
        pair.with("change-password", &more)
    };
    teller.tell(change(NEW, "wrong"), 401).await;
    teller.tell(change(NEW, PASSWORD), 200).await;
    teller
        .tell(root.with("logout", &json!({ "refreshToken": pair.refresh })), 401)
        .await;
    teller.tell(root.with("logout", &json!({})), 200).await;

    let forget = |email: &str| ask("forget-password").with(&of_client(&json!({ "username": email })));
    teller.tell(forget("nobody@example.com"), 204).await;
    teller.tell(forget(&email), 204).await;
    let token = arc.mailed(&email, "/account/reset/").await.unwrap();
    let look = |token: &str| ask("verify-reset-password-link").asking("token", token);
    teller.tell(look(&token), 200).await;
    teller.tell(look("garbage"), 401).await;
    let reset = |password: &str| {
        let body = of_client(&json!({ "token": token, "password": password }));
        ask("reset-password").with(&body)
    };
    teller.tell(reset(NEW), 401).await;
    teller.tell(reset(PASSWORD), 204).await;
    teller.tell(reset(PASSWORD), 401).await;
}
