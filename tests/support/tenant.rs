//! An organization to test in.

use std::time::Duration;

use http::Method;
use serde_json::{Value, json};

use crate::client::user_id;
use crate::server::Table;
use crate::{Answer, Client, PASSWORD, Server};

/// Who made the organization of a [`Tenant`].
pub const FOUNDER: &str = "ada@example.com";

/// A server of its own with one organization beside the home organization.
pub struct Tenant {
    pub server: Server,
    pub client: Client,
    /// The organization, whose name is `Acme`.
    pub org: String,
    /// A token of its only administrator, [`FOUNDER`].
    pub admin: String,
}

impl Tenant {
    /// On the embedded table.
    pub async fn start() -> Self {
        Self::of(Server::start().await).await
    }

    /// On `table`; `None` when that engine is not there.
    pub async fn on(table: Table) -> Option<Self> {
        Some(Self::of(Server::on(table).await?).await)
    }

    /// On a server that has no account for [`FOUNDER`] yet.
    pub async fn of(server: Server) -> Self {
        let client = server.client();
        let admin = client.join(FOUNDER).await;
        let org = client.found(&admin, "Acme").await;
        Self {
            server,
            client,
            org,
            admin,
        }
    }

    /// Lets a moment pass: what happens after it is newer than what happened before.
    pub fn tick(&self) {
        self.server.clock.advance(Duration::from_millis(5));
    }

    /// In this organization; `null` is no body.
    pub async fn call(&self, method: Method, path: &str, token: &str, body: &Value) -> Answer {
        self.client.call_in(&self.org, method, path, token, body).await
    }

    pub async fn get(&self, path: &str, token: &str) -> Answer {
        self.call(Method::GET, path, token, &Value::Null).await
    }

    pub async fn put(&self, path: &str, token: &str) -> Answer {
        self.call(Method::PUT, path, token, &Value::Null).await
    }

    pub async fn delete(&self, path: &str, token: &str) -> Answer {
        self.call(Method::DELETE, path, token, &Value::Null).await
    }

    /// A new role that has these permissions, such as `user:all:read`: its identifier.
    pub async fn role(&self, name: &str, permissions: &[&str]) -> String {
        let role = self.client.make_role(&self.admin, &self.org, name).await;
        for permission in permissions {
            let granted = self.client.grant(&self.admin, &self.org, &role, permission).await;
            granted.expect(200);
        }
        role
    }

    /// Gives somebody who has this token a role.
    pub async fn bind(&self, token: &str, role: &str) {
        let bound = self.client.bind(&self.admin, &self.org, &user_id(token), role).await;
        bound.expect(200);
    }

    /// A new account, signed in, whose only role in the organization has these permissions.
    pub async fn member(&self, email: &str, permissions: &[&str]) -> String {
        let token = self.client.join(email).await;
        let role = self.role(&format!("role of {email}"), permissions).await;
        self.bind(&token, &role).await;
        token
    }

    /// A new account of this name, signed in, with a role.
    pub async fn named(&self, email: &str, first: &str, last: &str, role: &str) -> String {
        let body = json!({ "email": email, "password": PASSWORD, "firstName": first, "lastName": last });
        self.client.post("/api/v1/signup", &body).await.expect(200);
        let token = self.client.sign_in(email).await;
        self.bind(&token, role).await;
        token
    }

    /// The administrator signs in once more, when the token has become too old.
    pub async fn sign_in_again(&mut self) {
        self.admin = self.client.sign_in(FOUNDER).await;
    }

    /// The administrator invites an address: the invitation.
    pub async fn invite(&self, email: &str, role: &str) -> Value {
        let invited = self.client.invite(&self.admin, &self.org, email, role).await;
        invited.expect(201).json()
    }
}
