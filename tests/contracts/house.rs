//! An organization with its administrator, and members of it with just the permissions that a test wants.

use std::time::Duration;

use http::Method;
use serde_json::{Value, json};
use tests::client::user_id;
use tests::server::Table;
use tests::{Answer, Client, Server};

/// The home organization.
pub const HOME: &str = "00000000000000000000000000";

/// An organization with nobody but its administrator.
pub struct House {
    pub server: Server,
    pub client: Client,
    /// The administrator's token.
    pub owner: String,
    /// The organization.
    pub org: String,
}

/// Somebody with one role in the organization.
pub struct Member {
    /// A token from before the membership: it names no role.
    pub token: String,
    pub id: String,
    pub role: String,
}

impl House {
    pub async fn new() -> Self {
        Self::on(Table::Embedded).await.unwrap()
    }

    /// `None` when that engine is not there.
    pub async fn on(table: Table) -> Option<Self> {
        let server = Server::on(table).await?;
        let client = server.client();
        // The home organization is older than this one, and this one's system role older than its other roles.
        server.clock.advance(Duration::from_millis(1));
        let owner = client.join("owner@example.com").await;
        let org = client.found(&owner, "Acme").await;
        server.clock.advance(Duration::from_millis(1));
        Some(Self {
            server,
            client,
            owner,
            org,
        })
    }

    /// What the administrator does in the organization; `null` is no body.
    pub async fn call(&self, method: Method, path: &str, body: &Value) -> Answer {
        self.by(&self.owner, method, path, body).await
    }

    /// What somebody does in the organization; `null` is no body.
    pub async fn by(&self, token: &str, method: Method, path: &str, body: &Value) -> Answer {
        self.client.call_in(&self.org, method, path, token, body).await
    }

    /// What the administrator sends, whatever it is.
    pub async fn call_text(&self, method: Method, path: &str, body: impl Into<String>) -> Answer {
        let request = self.client.request(method, path).header("x-auth", &self.owner);
        let request = request.header("x-organization-id", &self.org).body(body.into());
        self.client.send(request).await
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path, &Value::Null).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.call(Method::POST, path, body).await
    }

    /// A new role of the organization.
    pub async fn role(&self, name: &str) -> String {
        self.client.make_role(&self.owner, &self.org, name).await
    }

    /// The organization's system role.
    pub async fn admin_role(&self) -> String {
        self.client.role_named(&self.owner, &self.org, "Admin").await
    }

    pub async fn grant(&self, role: &str, permission: &str) {
        let answer = self.client.grant(&self.owner, &self.org, role, permission).await;
        answer.expect(200);
    }

    /// Takes a permission from a role.
    pub async fn withdraw(&self, role: &str, permission: &str) {
        let body = binding(role, permission);
        self.post("/api/v1/roles/unbind-permission", &body).await.expect(200);
    }

    pub async fn bind(&self, user: &str, role: &str) {
        self.client.bind(&self.owner, &self.org, user, role).await.expect(200);
    }

    pub async fn unbind(&self, user: &str, role: &str) {
        let answer = self.client.unbind(&self.owner, &self.org, user, role).await;
        answer.expect(200);
    }

    /// Somebody new, who has a role of that name with these permissions.
    pub async fn member(&self, name: &str, permissions: &[&str]) -> Member {
        let token = self.client.join(&format!("{name}@example.com")).await;
        let id = user_id(&token);
        let role = self.role(&format!("Role of {name}")).await;
        for permission in permissions {
            self.grant(&role, permission).await;
        }
        self.bind(&id, &role).await;
        Member { token, id, role }
    }

    /// The roles as the administrator sees them.
    pub async fn roles(&self) -> Vec<Value> {
        let page = self.get("/api/v1/roles?page_size=100").await.expect(200).json();
        page["roles"].as_array().unwrap().clone()
    }

    /// What a role gives, sorted, as `resource:scope:action`.
    pub async fn permissions(&self, role: &str) -> Vec<String> {
        let path = format!("/api/v1/roles/{role}/permissions");
        names_of(&self.get(&path).await.expect(200).json())
    }
}

/// The body of bind-permission and unbind-permission.
pub fn binding(role: &str, permission: &str) -> Value {
    let [resource, scope, action] = permission.split(':').collect::<Vec<_>>().try_into().unwrap();
    json!({ "role_id": role, "resource": resource, "scope": scope, "action": action })
}

/// A list of permissions, sorted, as `resource:scope:action`.
pub fn names_of(permissions: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let name = |it: &Value| [&it["resource"], &it["scope"], &it["action"]].map(text).join(":");
    let mut names: Vec<String> = permissions.as_array().unwrap().iter().map(name).collect();
    names.sort_unstable();
    names
}

/// What a reader of the document may take for an identifier, made from one that exists: all of it names nothing.
pub fn no_identifiers(existing: &str) -> Vec<String> {
    vec![
        "01ARZ3NDEKTSV4RRFFQ69G5FAV".to_owned(),
        "7ZZZZZZZZZZZZZZZZZZZZZZZZZ".to_owned(),
        "8ZZZZZZZZZZZZZZZZZZZZZZZZZ".to_owned(),
        HOME.to_owned(),
        existing.to_lowercase(),
        existing[..25].to_owned(),
        format!("{existing}0"),
        format!(" {existing} "),
        format!("{existing}\0"),
        format!("{existing}#"),
        "6b8f9a1e-3c5d-4e7f-8a9b-0c1d2e3f4a5b".to_owned(),
        "0".to_owned(),
        "-1".to_owned(),
        "null".to_owned(),
        "Admin".to_owned(),
        "*".to_owned(),
        "../roles".to_owned(),
        "' OR 1=1 --".to_owned(),
        "\u{1f511}".to_owned(),
        "\u{0130}".repeat(26),
        "x".repeat(10_000),
    ]
}

/// A text as one part of a path.
pub fn segment(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_~".contains(&byte);
    let part = |byte: u8| match plain(byte) {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    };
    text.bytes().map(part).collect()
}

/// Bodies that are no JSON object.
pub const NO_OBJECTS: [&str; 13] = [
    "",
    " ",
    "{",
    "}",
    "[]",
    "[{}]",
    "1",
    "true",
    "\"text\"",
    "nul",
    "{name:1}",
    "{'name':'x'}",
    "\u{feff}{}",
];

/// JSON of every type but text, null and absence.
pub fn no_texts() -> [Value; 5] {
    [
        json!(1),
        json!(true),
        json!(1.5),
        json!(["text"]),
        json!({ "text": "text" }),
    ]
}
