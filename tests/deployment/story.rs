//! What people do with every operation, step by step, from the events of `events/`: for whoever wants to know how each
//! function does its part.

mod arc;
mod arc_auth;
mod barong;
mod barong_admin;
mod barong_resource;
mod chapters;
mod identity;
mod identity_roles;
mod pages;
mod passkeys;
pub mod rarer;
mod social;

use serde_json::{Value, json};
use tests::provider::Provider;
use tests::server::{ADMIN, ADMIN_PASSWORD};
use tests::{Answer, Client, PASSWORD, events};

/// The home organization.
pub const HOME: &str = "00000000000000000000000000";
/// An identifier that nobody has.
pub const NOBODY: &str = "01KAQ7QWZ8E4R6T2Y9V1C3B5NM";
const NO_SESSION: &str = "6f1d3c58-2b7e-4a90-9c41-8e5d0a7b3f26";

/// The variable that it needs, and its value: customers keep data under a title.
pub const TITLES: (&str, &str) = ("USER_STORAGE_TITLES", "personal");

/// What answers events.
pub trait Api {
    async fn call(&self, event: &Value) -> Answer;
}

/// The event of an operation, with what this caller says.
pub struct Ask(Value);

pub fn ask(operation: &str) -> Ask {
    let mut event = events::http(operation);
    event["headers"].as_object_mut().unwrap().remove("x-organization-id");
    Ask(event)
}

impl Ask {
    pub fn route(&self) -> &str {
        self.0["routeKey"].as_str().unwrap()
    }

    pub fn by(self, token: &str) -> Self {
        Self(events::with_token(self.0, token))
    }

    pub fn by_nobody(mut self) -> Self {
        let headers = self.0["headers"].as_object_mut().unwrap();
        events::TOKEN_HEADERS
            .iter()
            .for_each(|name| drop(headers.remove(*name)));
        self
    }

    /// In an organization; without this the request names none.
    pub fn inside(mut self, org: &str) -> Self {
        self.0["headers"]["x-organization-id"] = org.into();
        self
    }

    /// Fills the one variable of the path.
    pub fn at(self, value: &str) -> Self {
        self.at_all(&[value])
    }

    /// Fills the variables of the path in their order.
    pub fn at_all(mut self, values: &[&str]) -> Self {
        let mut path = self.route().split_once(' ').unwrap().1.to_owned();
        self.0["pathParameters"] = json!({});
        for value in values {
            let (before, rest) = path.split_once('{').unwrap();
            let (name, after) = rest.split_once('}').unwrap();
            self.0["pathParameters"][name] = json!(value);
            path = format!("{before}{value}{after}");
        }
        Self(events::with_path(self.0, &path))
    }

    /// On another path of the same function.
    pub fn on(self, path: &str) -> Self {
        Self(events::with_path(self.0, path))
    }

    pub fn with(self, body: &Value) -> Self {
        let mut event = events::with_body(self.0, body);
        event["isBase64Encoded"] = false.into();
        event["headers"]["content-type"] = "application/json".into();
        Self(event)
    }

    /// With this header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.0["headers"][name] = value.into();
        self
    }

    /// A form.
    pub fn posting(mut self, members: &[(&str, &str)]) -> Self {
        let text = tests::traveller::form(members);
        self.0["headers"]["content-length"] = text.len().to_string().into();
        self.0["headers"]["content-type"] = "application/x-www-form-urlencoded".into();
        self.0["body"] = text.into();
        self.0["isBase64Encoded"] = false.into();
        self
    }

    pub fn asking(self, name: &str, value: &str) -> Self {
        self.asking_all(&[(name, value)])
    }

    /// Several parameters, as they are written in a URL.
    pub fn asking_all(mut self, parameters: &[(&str, &str)]) -> Self {
        let pairs: Vec<_> = parameters
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        self.0["rawQueryString"] = pairs.join("&").into();
        self.0["queryStringParameters"] = parameters
            .iter()
            .copied()
            .map(|(name, value)| (name.to_owned(), json!(value)))
            .collect();
        self
    }
}

/// Tells a story to an API, and remembers what it said.
pub struct Teller<'a, A> {
    api: &'a A,
    pub told: Vec<(String, Answer)>,
}

impl<'a, A: Api> Teller<'a, A> {
    pub fn new(api: &'a A) -> Self {
        Self { api, told: Vec::new() }
    }

    pub async fn tell(&mut self, ask: Ask, status: u16) -> Answer {
        let what = ask.route().to_owned();
        let answer = self.api.call(&ask.0).await;
        assert_eq!(
            answer.status.as_u16(),
            status,
            "{what} {}: {}",
            ask.0["rawPath"],
            String::from_utf8_lossy(&answer.bytes)
        );
        self.told.push((what, answer.clone()));
        answer
    }

    /// Where the answer depends on chance: only one that is neither is a failure. It is not remembered.
    pub async fn try_tell(&mut self, ask: Ask, statuses: &[u16]) -> u16 {
        let status = self.api.call(&ask.0).await.status.as_u16();
        assert!(statuses.contains(&status), "{} {status}", ask.route());
        status
    }

    /// What depends on the table: it is not remembered.
    pub async fn ask_aside(&mut self, ask: Ask) -> Answer {
        self.api.call(&ask.0).await
    }

    /// A text of a JSON answer.
    pub async fn text(&mut self, ask: Ask, status: u16, pointer: &str) -> String {
        let answer = self.tell(ask, status).await.json();
        answer
            .pointer(pointer)
            .and_then(Value::as_str)
            .expect(pointer)
            .to_owned()
    }

    pub async fn sign_in(&mut self, email: &str, password: &str) -> String {
        let body = json!({ "username": email, "password": password });
        self.tell(ask("signin").with(&body), 200).await.text()
    }

    async fn join(&mut self, email: &str) -> String {
        let body = json!({ "email": email, "password": PASSWORD, "firstName": "Ada", "lastName": "Lovelace" });
        self.tell(ask("signup").with(&body), 200).await;
        self.sign_in(email, PASSWORD).await
    }
}

/// Who is in the story, each with a token.
pub struct People {
    pub world: &'static str,
    pub admin: String,
    pub owner: String,
    pub member: String,
    pub guest: String,
    pub org: String,
    /// A role of the organization that the member has.
    pub role: String,
}

impl People {
    pub fn address(&self, name: &str) -> String {
        format!("{name}@{}.example.com", self.world)
    }
}

/// The whole story, in a world of its own: several may be told to one table. `mail` reads the mailbox, and `provider` vouches
/// for people.
pub async fn tell(
    teller: &mut Teller<'_, impl Api>,
    mail: &Client,
    provider: &Provider,
    world: &'static str,
) -> People {
    let address = |name: &str| format!("{name}@{world}.example.com");
    let mut people = People {
        world,
        admin: teller.sign_in(ADMIN, ADMIN_PASSWORD).await,
        owner: teller.join(&address("owner")).await,
        member: teller.join(&address("member")).await,
        guest: teller.join(&address("guest")).await,
        org: String::new(),
        role: String::new(),
    };
    chapters::organizations(teller, &mut people).await;
    chapters::roles(teller, &mut people).await;
    chapters::invitations(teller, mail, &people).await;
    chapters::permissions(teller, &people).await;
    chapters::users(teller, &people).await;
    chapters::sessions(teller, &people).await;
    passkeys::tell(teller, mail, &people).await;
    pages::tell(teller).await;
    chapters::account(teller, mail, &people).await;
    identity::tell(teller, mail, &people).await;
    identity_roles::tell(teller, &people).await;
    barong::tell(teller, mail, &people).await;
    let kim = barong_resource::tell(teller, mail, &people).await;
    barong_admin::tell(teller, &kim, &people).await;
    arc_auth::tell(teller, mail, &people).await;
    arc::tell(teller, mail, &people).await;
    social::tell(teller, provider, &people).await;
    people
}
