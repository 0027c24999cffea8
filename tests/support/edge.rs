//! A gateway that asks barong's edge, and what the edge decides by.

use aws_lc_rs::hmac;
use http::Method;
use serde_json::{Value, json};
use shared::access::edge::permission::PERMISSION_NUMBERS;
use shared::access::edge::restriction::RESTRICTION_NUMBERS;
use shared::access::edge::{Action, Category, Permission, Restriction, Scope, Verb, kept};
use shared::activity::audit::Audit;
use shared::credentials::api_key::ApiKey;
use shared::store::commit::{Step, text};
use shared::store::record::read;
use shared::store::{Commit, Condition, Item, Query, Record, StoreError};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::barong::{COOKIE, Session};
use crate::server::user_of;
use crate::{Answer, Client, Server};
use shared::accounts::User;
use shared::accounts::directory::card;

/// What the edge is asked about most.
pub const ME: &str = "api/v2/barong/resource/users/me";

/// An API key and its secret.
#[derive(Debug, Clone)]
pub struct Signer {
    pub kid: String,
    pub secret: String,
}

impl Signer {
    /// The headers that prove it at a nonce.
    pub fn headers(&self, nonce: &str) -> [(&'static str, String); 3] {
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.secret.as_bytes());
        let tag = hmac::sign(&key, format!("{nonce}{}", self.kid).as_bytes());
        let signature = tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        [
            ("x-auth-apikey", self.kid.clone()),
            ("x-auth-nonce", nonce.to_owned()),
            ("x-auth-signature", signature),
        ]
    }
}

impl Client {
    /// Asks whether a request may pass.
    pub fn asking(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.request(method, &format!("/api/v2/auth/{path}"))
    }

    /// Asks for somebody with a session.
    pub async fn ask(&self, method: Method, path: &str, session: &Session) -> Answer {
        let request = self.asking(method, path).header("x-csrf-token", &session.csrf);
        let request = request.header("cookie", format!("{COOKIE}={}", session.cookie));
        self.send(request).await
    }

    /// Asks with the headers of an API key.
    pub async fn ask_by_key(&self, method: Method, path: &str, headers: &[(&'static str, String)]) -> Answer {
        let mut request = self.asking(method, path);
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        self.send(request).await
    }
}

impl Answer {
    /// The token that is sent on with a request that may pass.
    #[track_caller]
    pub fn expect_token(self) -> String {
        let answer = self.expect(200);
        assert!(answer.bytes.is_empty(), "{}", answer.text());
        let value = answer.header("authorization").expect("a token");
        value.strip_prefix("Bearer ").unwrap().to_owned()
    }

    /// That a request may pass, whoever asks.
    #[track_caller]
    pub fn expect_open(self) {
        let answer = self.expect(200);
        assert!(answer.bytes.is_empty() && answer.header("authorization").is_none());
    }
}

impl Server {
    /// Now, as the nonce of an API key.
    pub fn nonce(&self) -> String {
        self.app().clock.now().as_millisecond().to_string()
    }

    /// Whose address this is.
    pub async fn account(&self, email: &str) -> User {
        let key = user_of(self, email).await;
        let [user] = self.app().store.get([key]).await.unwrap();
        read(user.unwrap()).unwrap()
    }

    /// Changes an account as an administrator would.
    pub async fn adjust(&self, email: &str, step: Step) {
        let mut commit = Commit::<StoreError>::new();
        commit.update(self.account(email).await.key(), Condition::Present, [step]);
        self.app().store.commit(commit).await.unwrap();
    }

    /// Gives an account a role.
    pub async fn appoint(&self, email: &str, role: &str) {
        let before = self.account(email).await;
        let after = User {
            role: role.to_owned(),
            ..before.clone()
        };
        let mut commit = Commit::<StoreError>::new();
        commit.update(before.key(), Condition::Present, [Step::Set("role", text(role))]);
        card::moved(&mut commit, &before, &after);
        self.app().store.commit(commit).await.unwrap();
    }

    /// Adds a rule in force: `category scope value code`.
    pub async fn restrict(&self, rule: &str) -> Restriction {
        let [category, scope, value, code] = rule.split(' ').collect::<Vec<_>>().try_into().unwrap();
        let (number, now) = (self.next(RESTRICTION_NUMBERS).await, self.app().clock.now());
        let rule = Restriction {
            id: number.number(),
            category: Category::parse(category).unwrap(),
            scope: Scope::parse(scope).unwrap(),
            value: value.into(),
            code: code.parse().unwrap(),
            is_enabled: true,
            created_at: now,
            updated_at: now,
        };
        let mut commit = Commit::<StoreError>::new();
        commit.create(&rule).create(&rule.claim());
        number.take(&mut commit);
        kept::touch(&mut commit);
        self.app().store.commit(commit).await.unwrap();
        rule
    }

    /// Takes a rule away.
    pub async fn lift(&self, rule: &Restriction) {
        let mut commit = Commit::<StoreError>::new();
        commit.delete(rule.key(), Condition::Present);
        commit.delete(rule.claim().key(), Condition::Present);
        RESTRICTION_NUMBERS.give_back(&mut commit);
        kept::touch(&mut commit);
        self.app().store.commit(commit).await.unwrap();
    }

    /// Adds a row: `role verb path action`, and a topic where there is one.
    pub async fn permit(&self, row: &str) -> Permission {
        let parts: Vec<&str> = row.split(' ').collect();
        let (number, now) = (self.next(PERMISSION_NUMBERS).await, self.app().clock.now());
        let row = Permission {
            id: number.number(),
            role: parts[0].into(),
            verb: Verb::parse(parts[1]).unwrap(),
            path: parts[2].into(),
            action: Action::parse(parts[3]).unwrap(),
            topic: parts.get(4).map(|topic| (*topic).to_owned()),
            created_at: now,
            updated_at: now,
        };
        let mut commit = Commit::<StoreError>::new();
        commit.create(&row);
        number.take(&mut commit);
        kept::touch(&mut commit);
        self.app().store.commit(commit).await.unwrap();
        row
    }

    async fn next(&self, sequence: shared::store::Sequence) -> shared::store::sequence::Next {
        let [read] = self.app().store.get([sequence.key()]).await.unwrap();
        sequence.next(read.as_ref()).unwrap()
    }

    /// An account with a second factor and an API key of it.
    pub async fn key_of(&self, email: &str) -> Signer {
        self.adjust(email, Step::Set("two_factor", shared::store::commit::flag(true)))
            .await;
        self.adjust(email, Step::Add("api_keys", 1)).await;
        let (app, user) = (self.app(), self.account(email).await);
        let keyring = app.keys.get().await.unwrap();
        let owner = (user.id, user.api_key_epoch);
        let (key, secret) = ApiKey::generate(app, &keyring, owner, Vec::new()).unwrap();
        let mut commit = Commit::<StoreError>::new();
        commit.create(&key).create(&key.claim());
        app.store.commit(commit).await.unwrap();
        Signer {
            kid: key.kid.to_string(),
            secret: secret.to_string(),
        }
    }

    /// What the edge wrote down, the oldest first.
    pub async fn audits(&self) -> Vec<Value> {
        let log = Query::partition(Audit::partition(self.app().clock.now()));
        let items = self.app().store.query_to_end(log).await.unwrap();
        let shown = |item: Item| {
            let audit = read::<Audit>(item).unwrap();
            json!({
                "uid": audit.uid, "target": audit.target_uid, "topic": audit.topic, "action": audit.action,
                "result": audit.result, "ip": audit.ip, "agent": audit.user_agent,
                "data": serde_json::from_str::<Value>(&audit.data).unwrap(),
            })
        };
        items.into_iter().map(shown).collect()
    }

    /// Sends a request as it stands, which no client would: the status of the answer, and its body.
    pub async fn raw(&self, method: &str, target: &str, headers: &[(&str, &str)]) -> (u16, String) {
        let host = self.local.url.strip_prefix("http://").unwrap();
        raw(host, method, target, headers).await
    }
}

/// Sends a request as it stands to whoever listens there: the status of the answer, and its body.
pub async fn raw(host: &str, method: &str, target: &str, headers: &[(&str, &str)]) -> (u16, String) {
    let mut stream = TcpStream::connect(host).await.unwrap();
    let lines: String = headers
        .iter()
        .map(|(name, value)| format!("{name}: {value}\r\n"))
        .collect();
    let request = format!("{method} {target} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n{lines}\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
    let body = answer.split_once("\r\n\r\n").unwrap().1.to_owned();
    (status, body)
}

/// Somebody with a role of barong, signed in.
pub async fn somebody(server: &Server, email: &str, role: &str) -> Session {
    let session = server.client().barong().join(email).await;
    server.appoint(email, role).await;
    session
}
