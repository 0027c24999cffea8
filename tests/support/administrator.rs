//! Somebody who administrates on the barong surface, by the cookie of a session.

use http::Method;
use serde_json::Value;

use crate::barong::{BASE, COOKIE, Session};
use crate::edge::somebody;
use crate::owner::with_form;
use crate::server::{ADMIN, ADMIN_PASSWORD};
use crate::{Answer, Client, Server};

/// An administrator.
#[derive(Clone)]
pub struct Administrator {
    pub client: Client,
    pub session: Session,
}

impl Administrator {
    /// The first one, who may do everything.
    pub async fn first(server: &Server) -> Self {
        let client = server.client();
        let entered = client.barong().enter(ADMIN, ADMIN_PASSWORD).await;
        Self {
            // 200 where statuses are those of the original.
            session: entered.clone().expect_session(entered.status.as_u16()),
            client,
        }
    }

    /// A new account with a role.
    pub async fn new(server: &Server, email: &str, role: &str) -> Self {
        Self {
            session: somebody(server, email, role).await,
            client: server.client(),
        }
    }

    /// A request of this administrator, to be completed and handed to [`Client::send`].
    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let request = self.client.request(method, &format!("{BASE}/admin{path}"));
        let request = request.header("cookie", format!("{COOKIE}={}", self.session.cookie));
        request.header("x-csrf-token", &self.session.csrf)
    }

    /// With these parameters in a form.
    pub async fn call(&self, method: Method, path: &str, form: &[(&str, &str)]) -> Answer {
        self.client.send(with_form(self.request(method, path), form)).await
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.client.send(self.request(Method::GET, path)).await
    }

    pub async fn post(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        self.call(Method::POST, path, form).await
    }

    pub async fn put(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        self.call(Method::PUT, path, form).await
    }

    pub async fn delete(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        self.call(Method::DELETE, path, form).await
    }

    /// What is shown of somebody.
    pub async fn shown(&self, uid: &str) -> Value {
        self.get(&format!("/users/{uid}")).await.expect(200).json()
    }
}
