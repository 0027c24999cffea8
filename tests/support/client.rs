//! A client that says what it sends and shows what it gets.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{HeaderMap, Method, StatusCode};
use serde_json::{Value, json};

use crate::PASSWORD;
use crate::server::{ADMIN, ADMIN_PASSWORD};

/// Speaks to one server.
#[derive(Clone)]
pub struct Client {
    url: String,
    inner: reqwest::Client,
}

/// A whole answer.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8(self.bytes.clone()).unwrap()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes)
            .unwrap_or_else(|_| panic!("no JSON: {:?}", String::from_utf8_lossy(&self.bytes)))
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// This status, whatever the body.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", String::from_utf8_lossy(&self.bytes));
        self
    }

    /// A JSON body that says this and nothing else, with status 200.
    #[track_caller]
    pub fn expect_message(self, message: &str) -> Self {
        let answer = self.expect(200);
        assert_eq!(answer.header("content-type"), Some("application/json"));
        assert_eq!(answer.json(), json!({ "message": message }));
        answer
    }

    /// An engine error of this status that names exactly these members.
    #[track_caller]
    pub fn expect_engine_error(self, status: u16, keys: &[&str]) -> Self {
        let answer = self.expect(status);
        assert_eq!(answer.header("content-type"), Some("application/json; charset=utf-8"));
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        let body = answer.json();
        assert!(
            body["message"].as_str().is_some_and(|message| !message.is_empty()),
            "{body}"
        );
        let mut named: Vec<&str> = body["errors"].as_object().unwrap().keys().map(String::as_str).collect();
        let mut wanted = keys.to_vec();
        named.sort_unstable();
        wanted.sort_unstable();
        assert_eq!(named, wanted, "{body}");
        assert_eq!(body.as_object().unwrap().len(), 2, "{body}");
        answer
    }
}

impl Client {
    pub fn new(url: &str) -> Self {
        Self {
            url: url.to_owned(),
            inner: reqwest::Client::builder()
                .redirect(reqwest::redirect::Policy::none())
                .build()
                .unwrap(),
        }
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// A request to be completed by the caller and handed to [`Client::send`].
    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.inner.request(method, format!("{}{path}", self.url))
    }

    pub async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        Answer {
            status,
            headers,
            bytes: response.bytes().await.unwrap().to_vec(),
        }
    }

    /// What is at an address, of whichever server.
    pub async fn follow(&self, address: &str) -> Answer {
        self.send(self.inner.get(address)).await
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(self.request(Method::POST, path).json(body)).await
    }

    pub async fn post_text(&self, path: &str, body: impl Into<String>) -> Answer {
        self.send(self.request(Method::POST, path).body(body.into())).await
    }

    /// With a token in X-Auth and no body.
    pub async fn call(&self, method: Method, path: &str, token: &str) -> Answer {
        self.send(self.request(method, path).header("x-auth", token)).await
    }

    pub async fn sign_up(&self, email: &str) {
        let body = json!({ "email": email, "password": PASSWORD, "firstName": "Ada", "lastName": "Lovelace" });
        self.post("/api/v1/signup", &body).await.expect(200);
    }

    pub async fn sign_in(&self, email: &str) -> String {
        self.sign_in_with(email, PASSWORD).await.expect(200).text()
    }

    pub async fn sign_in_with(&self, email: &str, password: &str) -> Answer {
        self.post("/api/v1/signin", &json!({ "username": email, "password": password }))
            .await
    }

    /// A new account, signed in.
    pub async fn join(&self, email: &str) -> String {
        self.sign_up(email).await;
        self.sign_in(email).await
    }

    pub async fn me(&self, token: &str) -> Answer {
        self.call(Method::GET, "/api/v1/me", token).await
    }

    /// The administrator, signed in.
    pub async fn admin(&self) -> String {
        self.sign_in_with(ADMIN, ADMIN_PASSWORD).await.expect(200).text()
    }

    /// With a token in X-Auth and a JSON body.
    pub async fn call_with(&self, method: Method, path: &str, token: &str, body: &Value) -> Answer {
        let request = self.request(method, path).header("x-auth", token);
        self.send(request.json(body)).await
    }

    /// With a token in X-Auth and an organization in X-Organization-Id; `null` is no body.
    pub async fn call_in(&self, org: &str, method: Method, path: &str, token: &str, body: &Value) -> Answer {
        let request = self.request(method, path).header("x-auth", token);
        let request = request.header("x-organization-id", org);
        self.send(if body.is_null() { request } else { request.json(body) })
            .await
    }

    /// A new organization, made by whoever has the token: its identifier.
    pub async fn found(&self, token: &str, name: &str) -> String {
        let body = json!({ "name": name, "email": "office@example.com" });
        let made = self
            .call_with(Method::POST, "/api/v1/organizations", token, &body)
            .await;
        made.expect(200).json()["id"].as_str().unwrap().to_owned()
    }

    /// A new role of an organization: its identifier.
    pub async fn make_role(&self, token: &str, org: &str, name: &str) -> String {
        let made = self
            .call_in(org, Method::POST, "/api/v1/roles", token, &json!({ "name": name }))
            .await;
        made.expect(201).json()["id"].as_str().unwrap().to_owned()
    }

    /// The identifier of an organization's role, by its name.
    pub async fn role_named(&self, token: &str, org: &str, name: &str) -> String {
        let path = "/api/v1/roles?page_size=100";
        let roles = self
            .call_in(org, Method::GET, path, token, &Value::Null)
            .await
            .expect(200)
            .json();
        let roles = roles["roles"].as_array().unwrap();
        let role = roles.iter().find(|role| role["name"] == name);
        role.unwrap_or_else(|| panic!("no {name} in {roles:?}"))["id"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// Gives a role a permission, such as `user:all:read`.
    pub async fn grant(&self, token: &str, org: &str, role: &str, permission: &str) -> Answer {
        let [resource, scope, action] = permission.split(':').collect::<Vec<_>>().try_into().unwrap();
        let body = json!({ "role_id": role, "resource": resource, "scope": scope, "action": action });
        self.call_in(org, Method::POST, "/api/v1/roles/bind-permission", token, &body)
            .await
    }

    /// Gives a user a role of an organization.
    pub async fn bind(&self, token: &str, org: &str, user: &str, role: &str) -> Answer {
        let body = json!({ "userId": user, "roleId": role, "orgId": org });
        self.call_in(org, Method::POST, "/api/v1/roles/bind-user", token, &body)
            .await
    }

    /// Takes a role of an organization from a user.
    pub async fn unbind(&self, token: &str, org: &str, user: &str, role: &str) -> Answer {
        let body = json!({ "userId": user, "roleId": role, "orgId": org });
        self.call_in(org, Method::POST, "/api/v1/roles/unbind-user", token, &body)
            .await
    }

    /// Invites an address into a role of an organization.
    pub async fn invite(&self, token: &str, org: &str, email: &str, role: &str) -> Answer {
        let body = json!({ "email": email, "roleId": role });
        self.call_in(org, Method::POST, "/api/v1/invitations", token, &body)
            .await
    }

    /// The token of the newest invitation that was mailed to an address.
    pub async fn invitation_token(&self, email: &str) -> String {
        let mails = self.mails(email).await;
        let texts = mails.iter().filter_map(|mail| mail["text"].as_str());
        let links = texts.filter_map(|text| text.split_once("/auth/invitations/accept/"));
        let (_, rest) = links.into_iter().next().expect("a link");
        rest.split_whitespace().next().expect("a token").to_owned()
    }

    /// Accepts an invitation.
    pub async fn accept(&self, token: &str, invitation: &str) -> Answer {
        let request = self.request(Method::GET, "/api/v1/invitations/accept");
        self.send(request.header("x-auth", token).query(&[("token", invitation)]))
            .await
    }

    /// The mails to an address, newest first.
    pub async fn mails(&self, to: &str) -> Vec<Value> {
        let request = self.request(Method::GET, "/_local/mail").query(&[("to", to)]);
        let answer = self
            .send(request.header("accept", "application/json"))
            .await
            .expect(200);
        answer.json().as_array().unwrap().clone()
    }

    /// Asks for a reset and reads its token from the mail.
    pub async fn reset_token(&self, email: &str) -> String {
        self.post("/api/v1/user/reset", &json!({ "email": email }))
            .await
            .expect(200);
        let mails = self.mails(email).await;
        let texts = mails.iter().filter_map(|mail| mail["text"].as_str());
        let mut links = texts.filter_map(|text| text.split_once("/auth/changepassword/"));
        let (_, rest) = links.next().expect("a link");
        rest.split_once('?').expect("a query").0.to_owned()
    }

    /// Sends a form to updateprofile.
    pub async fn update_profile(&self, token: &str, form: reqwest::multipart::Form) -> Answer {
        let request = self.request(Method::POST, "/api/v1/user/updateprofile");
        self.send(request.header("x-auth", token).multipart(form)).await
    }

    pub async fn change_password(&self, token: &str, email: &str, password: &str) -> Answer {
        let body = json!({ "email": email, "password": password });
        self.post(&format!("/api/v1/user/changepassword/{token}"), &body).await
    }
}

/// Whose token this is.
pub fn user_id(token: &str) -> String {
    claims(token)["sub"].as_str().unwrap().to_owned()
}

/// What a token says, without a look at its signature.
pub fn claims(token: &str) -> Value {
    part_of(token, 1)
}

/// How a token says that it was signed.
pub fn header_of(token: &str) -> Value {
    part_of(token, 0)
}

fn part_of(token: &str, place: usize) -> Value {
    let part = token.split('.').nth(place).expect("three parts");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}
