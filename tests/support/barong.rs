//! A client of the barong surface: a browser with a cookie, as far as that goes.

use http::Method;
use serde_json::{Value, json};

use crate::{Answer, Client};

/// What every path of the surface begins with.
pub const BASE: &str = "/api/v2";

/// Under what gateways show it.
pub const SHOWN: &str = "/api/v2/barong";

/// A password that barong's rules accept.
pub const STRONG: &str = "Tecohvi0-rainy-Day";

/// Another one.
pub const OTHER: &str = "ZahSh8ei-windy-Day";

/// The name of the session cookie.
pub const COOKIE: &str = "_barong_session";

/// Speaks to one server, in this surface's words.
#[derive(Clone)]
pub struct Barong {
    pub client: Client,
    base: &'static str,
}

/// Somebody who has a session.
#[derive(Debug, Clone)]
pub struct Session {
    /// The value of the cookie.
    pub cookie: String,
    /// What X-CSRF-Token must say.
    pub csrf: String,
    /// The short identifier.
    pub uid: String,
    /// The answer that opened it.
    pub user: Value,
}

impl Answer {
    /// A barong error of this status with exactly these keys, in this order.
    #[track_caller]
    pub fn expect_keys(self, status: u16, keys: &[&str]) -> Self {
        let answer = self.expect(status);
        assert_eq!(answer.header("content-type"), Some("application/json"));
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(answer.json(), json!({ "errors": keys }));
        answer
    }

    /// The session that this answer opens.
    #[track_caller]
    pub fn expect_session(self, status: u16) -> Session {
        let answer = self.expect(status);
        let line = answer.header("set-cookie").expect("a cookie");
        let (pair, attributes) = line.split_once("; ").unwrap();
        assert_eq!(attributes, "Path=/; Max-Age=86400; HttpOnly; SameSite=Lax");
        let (name, cookie) = pair.split_once('=').unwrap();
        assert_eq!(name, COOKIE);
        let user = answer.json();
        let csrf = user["csrf_token"].as_str().expect("csrf_token").to_owned();
        assert!(
            csrf.len() == 20 && csrf.chars().all(|c| c.is_ascii_digit() || ('a'..='f').contains(&c)),
            "{csrf}"
        );
        Session {
            cookie: cookie.to_owned(),
            csrf,
            uid: user["uid"].as_str().unwrap().to_owned(),
            user,
        }
    }
}

impl Client {
    /// The same client, speaking to the barong surface.
    pub fn barong(&self) -> Barong {
        Barong {
            client: self.clone(),
            base: BASE,
        }
    }
}

impl Barong {
    /// The same under the base that gateways show.
    pub fn shown(&self) -> Self {
        Self {
            base: SHOWN,
            ..self.clone()
        }
    }

    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.client.request(method, &format!("{}{path}", self.base))
    }

    pub async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        self.client.send(request).await
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    /// A form, as most of barong's clients send it.
    pub async fn post(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        let body = form_of(form);
        let request = self.request(Method::POST, path);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        self.send(request.body(body)).await
    }

    pub async fn post_json(&self, path: &str, body: &Value) -> Answer {
        self.send(self.request(Method::POST, path).json(body)).await
    }

    /// With a cookie.
    pub async fn call(&self, method: Method, path: &str, cookie: &str) -> Answer {
        let request = self.request(method, path);
        self.send(request.header("cookie", format!("{COOKIE}={cookie}"))).await
    }

    pub async fn create(&self, email: &str, password: &str) -> Answer {
        self.post("/identity/users", &[("email", email), ("password", password)])
            .await
    }

    /// A new account with [`STRONG`]; it waits for its confirmation, and has a session.
    pub async fn sign_up(&self, email: &str) -> Session {
        self.create(email, STRONG).await.expect_session(201)
    }

    pub async fn enter(&self, email: &str, password: &str) -> Answer {
        let form = [("email", email), ("password", password)];
        self.post("/identity/sessions", &form).await
    }

    /// Signs somebody in who has [`STRONG`].
    pub async fn sign_in(&self, email: &str) -> Session {
        self.enter(email, STRONG).await.expect_session(201)
    }

    /// A new account, confirmed and signed in.
    pub async fn join(&self, email: &str) -> Session {
        self.sign_up(email).await;
        let token = self.confirmation(email).await.expect("a mail");
        self.confirm(&token).await.expect_session(201)
    }

    /// The token of the newest mail that asks to confirm an address.
    pub async fn confirmation(&self, email: &str) -> Option<String> {
        self.mailed(email, "/accounts/confirmation?confirmation_token=").await
    }

    pub async fn confirm(&self, token: &str) -> Answer {
        self.post("/identity/users/email/confirm_code", &[("token", token)])
            .await
    }

    pub async fn forget(&self, email: &str) -> Answer {
        self.post("/identity/users/password/generate_code", &[("email", email)])
            .await
    }

    /// Asks for a reset and reads its token from the mail.
    pub async fn reset_token(&self, email: &str) -> String {
        self.forget(email).await.expect(201);
        self.newest_reset(email).await.expect("a mail")
    }

    /// The token of the newest mail that sets a new password.
    pub async fn newest_reset(&self, email: &str) -> Option<String> {
        self.mailed(email, "/accounts/password_reset?reset_token=").await
    }

    pub async fn reset(&self, token: &str, password: &str) -> Answer {
        let form = [
            ("reset_password_token", token),
            ("password", password),
            ("confirm_password", password),
        ];
        self.post("/identity/users/password/confirm_code", &form).await
    }

    async fn mailed(&self, email: &str, link: &str) -> Option<String> {
        let mails = self.client.mails(email).await;
        let mut texts = mails.iter().filter_map(|mail| mail["text"].as_str());
        let rest = texts.find_map(|text| Some(text.split_once(link)?.1))?;
        rest.split('&').next().map(str::to_owned)
    }

    /// The events of this name until now, the newest first.
    pub async fn events(&self, name: &str) -> Vec<Value> {
        let events = self.client.get(&format!("/_local/events?name={name}")).await;
        events.expect(200).json().as_array().unwrap().clone()
    }
}

/// A form as it travels.
fn form_of(form: &[(&str, &str)]) -> String {
    let encoded = |text: &str| {
        let bytes = text.bytes();
        bytes
            .map(|byte| {
                if byte.is_ascii_alphanumeric() {
                    char::from(byte).to_string()
                } else {
                    format!("%{byte:02X}")
                }
            })
            .collect::<String>()
    };
    let pairs = form
        .iter()
        .map(|(name, value)| format!("{}={}", encoded(name), encoded(value)));
    pairs.collect::<Vec<_>>().join("&")
}
