//! A client of the identity-server surface.

use http::Method;
use serde_json::{Value, json};

use crate::server::{ADMIN, ADMIN_PASSWORD};
use crate::{Answer, Client, PASSWORD};

/// What every path of the surface begins with.
pub const BASE: &str = "/identity/v1";

/// The role that makes an administrator of this surface.
pub const ADMIN_ROLE: &str = "00000000-0000-0000-0000-000000000001";

/// A uid that nobody has.
pub const NOBODY: &str = "019ae5e0-7d6e-4ae7-9c41-8e5d0a7b3f26";

/// Speaks to one server, in this surface's words.
#[derive(Clone)]
pub struct Identity(pub Client);

/// What an activation mail holds.
#[derive(Debug, Clone)]
pub struct Link {
    pub uid: String,
    pub code: String,
}

impl Answer {
    /// This status, with exactly this JSON.
    #[track_caller]
    pub fn expect_json(self, status: u16, body: &Value) -> Self {
        let answer = self.expect(status);
        assert_eq!(answer.header("content-type"), Some("application/json"));
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(&answer.json(), body);
        answer
    }

    /// This status, with a bare JSON string.
    #[track_caller]
    pub fn expect_said(self, status: u16, text: &str) -> Self {
        self.expect_json(status, &json!(text))
    }
}

impl Client {
    /// The same client, speaking to the identity-server surface.
    pub fn identity(&self) -> Identity {
        Identity(self.clone())
    }
}

impl Identity {
    pub async fn get(&self, path: &str) -> Answer {
        self.0.get(&format!("{BASE}{path}")).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.0.post(&format!("{BASE}{path}"), body).await
    }

    /// With a token in Authorization; `null` is no body.
    pub async fn call(&self, method: Method, path: &str, token: &str, body: &Value) -> Answer {
        let request = self.0.request(method, &format!("{BASE}{path}"));
        let request = request.header("authorization", format!("Bearer {token}"));
        self.0
            .send(if body.is_null() { request } else { request.json(body) })
            .await
    }

    pub async fn get_by(&self, token: &str, path: &str) -> Answer {
        self.call(Method::GET, path, token, &Value::Null).await
    }

    pub async fn post_by(&self, token: &str, path: &str, body: &Value) -> Answer {
        self.call(Method::POST, path, token, body).await
    }

    pub async fn delete_by(&self, token: &str, path: &str) -> Answer {
        self.call(Method::DELETE, path, token, &Value::Null).await
    }

    /// A new role: its uid and its number.
    pub async fn make_role(&self, token: &str, name: &str) -> (String, i64) {
        let made = self.post_by(token, "/roles/create", &json!({ "name": name })).await;
        let made = made.expect_json(200, &json!(true));
        let (_, uid) = made.header("location").unwrap().rsplit_once('/').unwrap();
        let found = self.get_by(token, &format!("/roles/{uid}")).await.expect(200).json();
        (uid.to_owned(), found["id"].as_i64().unwrap())
    }

    /// A new permission: its number.
    pub async fn make_permission(&self, token: &str, name: &str) -> i64 {
        let made = self
            .post_by(token, "/permissions/create", &json!({ "name": name }))
            .await;
        made.expect(200).json()["id"].as_i64().unwrap()
    }

    /// Gives a role, named by its number or its uid, a permission.
    pub async fn add(&self, token: &str, role: impl Into<Value>, permission: i64) -> Answer {
        let body = json!({ "role_id": role.into(), "permission_id": permission });
        self.post_by(token, "/roles/add-permission", &body).await
    }

    /// Gives a user a role, named by its number or its uid.
    pub async fn grant(&self, token: &str, role: impl Into<Value>, user: &str) -> Answer {
        let body = json!({ "role_id": role.into(), "user_uid": user });
        self.post_by(token, "/roles/grant", &body).await
    }

    /// Takes a role from a user.
    pub async fn revoke(&self, token: &str, role: impl Into<Value>, user: &str) -> Answer {
        let body = json!({ "role_id": role.into(), "user_uid": user });
        self.post_by(token, "/roles/revoke", &body).await
    }

    /// The names of a user's roles, and of what they give.
    pub async fn has(&self, token: &str, user: &str) -> (Vec<String>, Vec<String>) {
        let user = self.get_by(token, &format!("/users/{user}")).await.expect(200).json();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let roles = user["roles"].as_array().unwrap().iter();
        let permissions = user["permissions"].as_array().unwrap().iter();
        (
            roles.map(|role| text(&role["name"])).collect(),
            permissions.map(text).collect(),
        )
    }

    /// Registers somebody, who then waits for the activation.
    pub async fn register(&self, email: &str) {
        let body = json!({ "name": "Ada Lovelace", "email": email, "password": PASSWORD });
        let answer = self.post("/public/register", &body).await;
        answer.expect_said(200, "User Registered");
    }

    /// The newest activation that was mailed to an address.
    pub async fn link(&self, email: &str) -> Link {
        let mails = self.0.mails(email).await;
        let texts = mails.iter().filter_map(|mail| mail["text"].as_str());
        let mut links = texts.filter_map(|text| text.split_once("/account/activate/"));
        let (_, rest) = links.next().expect("a link");
        let (uid, code) = rest.split_whitespace().next().unwrap().split_once('/').expect("a code");
        Link {
            uid: uid.to_owned(),
            code: code.to_owned(),
        }
    }

    pub async fn activate(&self, link: &Link) -> Answer {
        let path = format!("/public/activate/{}/{}", link.uid, link.code);
        self.post(&path, &json!({})).await
    }

    pub async fn authenticate(&self, email: &str, password: &str) -> Answer {
        let body = json!({ "email": email, "password": password });
        self.post("/public/authenticate", &body).await
    }

    /// Signs somebody in: the token.
    pub async fn sign_in(&self, email: &str, password: &str) -> String {
        let answer = self.authenticate(email, password).await.expect(200).json();
        answer["token"].as_str().unwrap().to_owned()
    }

    /// A new account of this surface, activated and signed in: its uid and a token.
    pub async fn join(&self, email: &str) -> (String, String) {
        self.register(email).await;
        let link = self.link(email).await;
        self.activate(&link).await.expect_json(200, &json!(true));
        (link.uid, self.sign_in(email, PASSWORD).await)
    }

    /// An administrator, signed in.
    pub async fn admin(&self) -> String {
        self.sign_in(ADMIN, ADMIN_PASSWORD).await
    }

    pub async fn validate(&self, token: &str) -> Answer {
        self.post("/public/validate", &json!({ "token": token })).await
    }

    /// Whether validate lets a token pass.
    pub async fn is_live(&self, token: &str) -> bool {
        let answer = self.validate(token).await;
        let live = answer.status == 200;
        answer.expect_json(if live { 200 } else { 401 }, &json!(live));
        live
    }

    pub async fn reset_password(&self, uid: &str, old: &str, new: &str) -> Answer {
        let body = json!({ "user_uid": uid, "old_password": old, "new_password": new });
        self.post("/public/reset-password", &body).await
    }
}

/// The ULID of a role that a uid names: the same bits.
pub fn ulid_of(uid: &str) -> String {
    let shared::ids::AsUuid(id) = shared::ids::AsUuid::<shared::ids::RoleId>::parse(uid).unwrap();
    id.to_string()
}

/// The uid of the user that a ULID names: the same bits.
pub fn uid_of(ulid: &str) -> String {
    let id = shared::ids::UserId::parse(ulid).unwrap();
    shared::ids::AsUuid(id).to_string()
}
