//! Somebody who speaks to arc's lists with an access token.

use http::Method;
use serde_json::{Value, json};

use crate::server::{ADMIN, ADMIN_PASSWORD, CLIENT_ID, CLIENT_SECRET};
use crate::{Answer, Client, Server};

/// Speaks to one server, with one token.
#[derive(Clone)]
pub struct Managing {
    pub client: Client,
    pub token: String,
}

impl Server {
    /// The administrator, who may manage clients and see who signed in.
    pub async fn managing(&self) -> Managing {
        self.managing_as(ADMIN, ADMIN_PASSWORD).await
    }

    /// Somebody who has an account, signed in for the first client.
    pub async fn managing_as(&self, email: &str, password: &str) -> Managing {
        self.managing_by(CLIENT_ID, CLIENT_SECRET, email, password).await
    }

    /// The same for another client.
    pub async fn managing_by(&self, client_id: &str, secret: &str, email: &str, password: &str) -> Managing {
        let client = self.client();
        let body = json!({ "client_id": client_id, "client_secret": secret, "username": email, "password": password });
        let tokens = client.post("/auth/login-token", &body).await.expect(200).json();
        Managing {
            token: tokens["accessToken"].as_str().unwrap().to_owned(),
            client,
        }
    }
}

impl Managing {
    /// `null` is no body.
    pub async fn call(&self, method: Method, path: &str, body: &Value) -> Answer {
        let request = self.client.request(method, path);
        let request = request.header("authorization", format!("Bearer {}", self.token));
        let request = if body.is_null() { request } else { request.json(body) };
        self.client.send(request).await
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path, &Value::Null).await
    }

    /// With a parameter as JSON text.
    pub async fn ask(&self, path: &str, name: &str, value: &Value) -> Answer {
        let request = self
            .client
            .request(Method::GET, path)
            .query(&[(name, value.to_string())]);
        let request = request.header("authorization", format!("Bearer {}", self.token));
        self.client.send(request).await
    }

    /// A new client: its number.
    pub async fn make(&self, client_id: &str) -> i64 {
        let made = self.call(Method::POST, "/auth-clients", &new_client(client_id)).await;
        made.expect(200).json()["id"].as_i64().unwrap()
    }
}

/// A client that nobody has made yet.
pub fn new_client(client_id: &str) -> Value {
    json!({
        "clientId": client_id, "clientSecret": "one secret", "secret": "another secret",
        "redirectUrl": "https://app.example.com/in", "accessTokenExpiration": 900,
        "refreshTokenExpiration": 86400, "authCodeExpiration": 180,
    })
}

impl Answer {
    /// An error of arc: status, name and message. What a check refuses has an object as message.
    #[track_caller]
    pub fn expect_arc(self, status: u16, name: &str, message: impl Into<Value>) -> Self {
        let answer = self.expect(status);
        assert_eq!(answer.header("content-type"), Some("application/json; charset=utf-8"));
        assert_eq!(answer.header("www-authenticate"), None);
        let error = &answer.json()["error"];
        let wanted = (&json!(status), &json!(name), &message.into());
        assert_eq!((&error["statusCode"], &error["name"], &error["message"]), wanted);
        answer
    }
}
