//! A client of the arc surface.

use http::Method;
use serde_json::{Value, json};

use crate::server::{ADMIN, ADMIN_PASSWORD, CLIENT_ID, CLIENT_SECRET};
use crate::{Answer, Client, PASSWORD};

/// Speaks to one server, in this surface's words.
#[derive(Clone)]
pub struct Arc(pub Client);

/// A pair of tokens.
#[derive(Debug, Clone, PartialEq)]
pub struct Pair {
    pub access: String,
    pub refresh: String,
    pub expires: i64,
}

impl Answer {
    /// The pair of tokens that was answered, and nothing else.
    #[track_caller]
    pub fn expect_pair(self) -> Pair {
        let answer = self.expect(200).json();
        assert_eq!(answer.as_object().unwrap().len(), 3, "{answer}");
        let text = |name: &str| answer[name].as_str().unwrap().to_owned();
        Pair {
            access: text("accessToken"),
            refresh: text("refreshToken"),
            expires: answer["expires"].as_i64().unwrap(),
        }
    }

    /// An error of a handler: its message is a text.
    #[track_caller]
    pub fn expect_said_by_handler(self, status: u16, message: &str) -> Self {
        self.expect_error_of_arc(status, &json!(message))
    }

    /// An error of a check of client, user or token: its message is an object.
    #[track_caller]
    pub fn expect_said_by_check(self, status: u16, message: &str) -> Self {
        self.expect_error_of_arc(status, &json!({ "message": message }))
    }

    #[track_caller]
    fn expect_error_of_arc(self, status: u16, message: &Value) -> Self {
        let answer = self.expect(status);
        assert_eq!(answer.header("content-type"), Some("application/json; charset=utf-8"));
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(answer.header("www-authenticate"), None);
        let body = answer.json();
        assert_eq!(body.as_object().unwrap().len(), 1, "{body}");
        assert_eq!(body["error"]["statusCode"], status, "{body}");
        assert_eq!(&body["error"]["message"], message, "{body}");
        let name = match status {
            400 => "BadRequestError",
            401 => "UnauthorizedError",
            403 => "ForbiddenError",
            404 => "NotFoundError",
            413 => "PayloadTooLargeError",
            415 => "UnsupportedMediaTypeError",
            422 => "UnprocessableEntityError",
            429 => "TooManyRequestsError",
            503 => "ServiceUnavailableError",
            _ => panic!("{status}"),
        };
        assert_eq!(body["error"]["name"], name, "{body}");
        answer
    }

    /// A body that breaks its schema in these ways: pairs of path and code.
    #[track_caller]
    pub fn expect_violations(self, wanted: &[(&str, &str)]) -> Self {
        let answer = self.expect(422);
        assert_eq!(answer.header("content-type"), Some("application/json; charset=utf-8"));
        let error = &answer.json()["error"];
        assert_eq!(
            (&error["statusCode"], &error["name"]),
            (&json!(422), &json!("UnprocessableEntityError"))
        );
        assert_eq!(error["code"], "VALIDATION_FAILED");
        let message = "The request body is invalid. See error object `details` property for more info.";
        assert_eq!(error["message"], message);
        let details = error["details"].as_array().unwrap();
        let found: Vec<(&str, &str)> = details
            .iter()
            .map(|detail| (detail["path"].as_str().unwrap(), detail["code"].as_str().unwrap()))
            .collect();
        assert_eq!(found, wanted, "{error}");
        answer
    }
}

impl Client {
    /// The same client, speaking to the arc surface.
    pub fn arc(&self) -> Arc {
        Arc(self.clone())
    }
}

impl Arc {
    pub async fn get(&self, path: &str) -> Answer {
        self.0.get(path).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.0.post(path, body).await
    }

    /// With a token in Authorization; `null` is no body.
    pub async fn call(&self, method: Method, path: &str, token: &str, body: &Value) -> Answer {
        let request = self.0.request(method, path);
        let request = request.header("authorization", format!("Bearer {token}"));
        let request = if body.is_null() { request } else { request.json(body) };
        self.0.send(request).await
    }

    pub async fn patch(&self, path: &str, body: &Value) -> Answer {
        self.0.send(self.0.request(Method::PATCH, path).json(body)).await
    }

    pub async fn me(&self, token: &str) -> Answer {
        self.call(Method::GET, "/auth/me", token, &Value::Null).await
    }

    pub async fn login(&self, email: &str, password: &str) -> Answer {
        self.post("/auth/login", &login(email, password)).await
    }

    /// A code for somebody who has [`PASSWORD`].
    pub async fn code(&self, email: &str) -> String {
        let answer = self.login(email, PASSWORD).await.expect(200).json();
        answer["code"].as_str().unwrap().to_owned()
    }

    pub async fn exchange(&self, code: &str) -> Answer {
        self.post("/auth/token", &json!({ "code": code, "clientId": CLIENT_ID }))
            .await
    }

    /// Signs somebody in who has [`PASSWORD`].
    pub async fn sign_in(&self, email: &str) -> Pair {
        self.exchange(&self.code(email).await).await.expect_pair()
    }

    /// A new account, signed in.
    pub async fn join(&self, email: &str) -> Pair {
        self.0.sign_up(email).await;
        self.sign_in(email).await
    }

    pub async fn login_token(&self, email: &str, password: &str) -> Answer {
        self.post("/auth/login-token", &login(email, password)).await
    }

    /// The administrator, signed in.
    pub async fn admin(&self) -> Pair {
        self.login_token(ADMIN, ADMIN_PASSWORD).await.expect_pair()
    }

    pub async fn refresh(&self, pair: &Pair) -> Answer {
        let body = json!({ "refreshToken": pair.refresh });
        self.call(Method::POST, "/auth/token-refresh", &pair.access, &body)
            .await
    }

    pub async fn logout(&self, pair: &Pair) -> Answer {
        let body = json!({ "refreshToken": pair.refresh });
        self.call(Method::POST, "/logout", &pair.access, &body).await
    }

    pub async fn forget(&self, email: &str) -> Answer {
        let body = json!({ "username": email, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET });
        self.post("/auth/forget-password", &body).await
    }

    /// Asks for a reset and reads its token from the mail.
    pub async fn reset_token(&self, email: &str) -> String {
        self.forget(email).await.expect(204);
        self.mailed(email, "/account/reset/").await.expect("a mail")
    }

    pub async fn reset(&self, token: &str, password: &str) -> Answer {
        let body = json!({
            "token": token, "password": password, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET,
        });
        self.patch("/auth/reset-password", &body).await
    }

    /// Asks for an account and reads the token from the mail.
    pub async fn sign_up_token(&self, email: &str) -> String {
        let answer = self
            .post("/auth/sign-up/create-token", &json!({ "email": email }))
            .await;
        answer.expect(204);
        self.mailed(email, "/account/sign-up/").await.expect("a mail")
    }

    pub async fn create_user(&self, token: &str, email: &str, password: &str) -> Answer {
        let body = json!({ "email": email, "password": password });
        self.call(Method::POST, "/auth/sign-up/create-user", token, &body).await
    }

    /// The last part of the newest mailed link that begins so.
    pub async fn mailed(&self, email: &str, link: &str) -> Option<String> {
        let mails = self.0.mails(email).await;
        let mut texts = mails.iter().filter_map(|mail| mail["text"].as_str());
        let rest = texts.find_map(|text| Some(text.split_once(link)?.1))?;
        rest.split_whitespace().next().map(str::to_owned)
    }
}

/// A sign-in at the first client.
pub fn login(email: &str, password: &str) -> Value {
    json!({ "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "username": email, "password": password })
}
