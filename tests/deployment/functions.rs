//! Every function's program answers its operations as the server in this process does. The template says which function
//! an event goes to.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use http::HeaderMap;
use jiff::Timestamp;
use serde_json::{Value, json};
use tests::provider::Provider;
use tests::runtime_api::Function;
use tests::traveller::HOME;
use tests::{Answer, Client, Server, events};

use super::gateway::{GROUPS, Group, Route, select};
use super::operations::OPERATIONS;
use super::runtime::{at_work, beside, server};
use super::stack::Stack;
use super::story::{self, Api, TITLES, Teller};

/// All programs behind the template's routes.
struct Deployed {
    routes: Vec<Route>,
    functions: BTreeMap<&'static str, Function>,
}

impl Deployed {
    async fn beside(server: &Server, more: &[(&str, &str)]) -> Self {
        let mut functions = BTreeMap::new();
        for group in GROUPS {
            functions.insert(group.function, beside(server, group.binary, more).await);
        }
        Self {
            routes: Route::all(&Stack::read()),
            functions,
        }
    }

    fn of(&self, event: &Value) -> &'static Group {
        let method = event["requestContext"]["http"]["method"].as_str().unwrap();
        let route = select(&self.routes, method, event["rawPath"].as_str().unwrap()).expect("a route");
        Group::named(&route.function)
    }
}

impl Api for Deployed {
    async fn call(&self, event: &Value) -> Answer {
        self.functions[self.of(event).function].call(event).await
    }
}

struct OverHttp(Client);

impl Api for OverHttp {
    async fn call(&self, event: &Value) -> Answer {
        events::over_http(&self.0, event).await
    }
}

/// Two worlds live the same life on one table, one through the programs and one through the server.
#[tokio::test]
async fn every_operation_is_the_same_under_lambda() {
    let provider = Provider::start().await;
    provider.is_at(jiff::Timestamp::now());
    let setup = at_work(provider.serves(Server::setup())).env(TITLES.0, TITLES.1);
    let server = setup.start().await;
    server.receives_people_at(HOME).await;
    let variables = provider.variables();
    let variables = variables.iter().map(|(name, value)| (*name, value.as_str()));
    let variables: Vec<(&str, &str)> = variables.chain([TITLES]).collect();
    let (client, deployed) = (server.client(), Deployed::beside(&server, &variables).await);
    let mut by_function = Teller::new(&deployed);
    let people = story::tell(&mut by_function, &client, &provider, "world_a").await;
    let over_http = OverHttp(client.clone());
    let mut by_server = Teller::new(&over_http);
    story::tell(&mut by_server, &client, &provider, "world_b").await;

    assert_eq!(by_function.told.len(), by_server.told.len());
    let mut answered: BTreeMap<&str, BTreeSet<bool>> = BTreeMap::new();
    for ((what, function), (same, http)) in by_function.told.iter().zip(&by_server.told) {
        assert_eq!(what, same);
        assert_eq!(comparable(function), comparable(http), "{what}");
        let operation = OPERATIONS
            .iter()
            .find(|operation| format!("{} {}", operation.1, operation.2) == *what);
        let (name, _, _, group) = operation.expect(what);
        answered.entry(name).or_default();
        answered.entry(group).or_default().insert(function.status.is_success());
    }
    // Nothing was left out, and every function has refused something.
    for (name, _, _, group) in OPERATIONS.iter().filter(|operation| operation.3 != "PlatformKeys") {
        assert!(answered.contains_key(name), "{name}");
        assert_eq!(answered[group], BTreeSet::from([false, true]), "{group}");
    }
    for (name, function) in &deployed.functions {
        let log = function.log() + &function.output();
        for secret in [&people.owner, &people.member, &people.address("member")] {
            assert!(!log.contains(secret), "{name}: {log}");
        }
    }
}

/// What is refused before anybody is asked who is calling.
#[tokio::test]
async fn every_program_refuses_as_the_server_does() {
    let server = server().await;
    let (client, deployed) = (server.client(), Deployed::beside(&server, &[]).await);
    let mut refused = Vec::new();
    for (operation, _, _, function) in OPERATIONS {
        let mut wrong_method = events::http(operation);
        // Arc knows no wrong methods: what is not there is not found.
        let (method, status) = match function {
            arc if arc.starts_with("Arc") => ("OPTIONS", 404),
            // Any method is right, and this one needs a token of its own.
            "BarongAuthz" => ("PATCH", 401),
            // Some of barong's paths know PATCH.
            barong if barong.starts_with("Barong") => ("TRACE", 405),
            _ => ("PATCH", 405),
        };
        wrong_method["requestContext"]["http"]["method"] = method.into();
        refused.push((function, wrong_method, status));
        let event = events::http(operation);
        let has_token = |name: &&str| event["headers"][name].is_string();
        // Whoever stores a one-time password with a token that is none is a stranger.
        if !operation.starts_with("otp-caches") && events::TOKEN_HEADERS.iter().any(has_token) {
            // Its token is none.
            refused.push((function, event, 401));
        }
    }
    let unknown = ["/api/v1/nothing", "/api/v1/roles/a/b/c", "/api/v1/users", "/nothing"];
    for group in GROUPS.iter().filter(|group| group.binary.starts_with("engine-")) {
        for path in unknown {
            let mut event = events::with_path(events::http("get_me"), path);
            event["requestContext"]["http"]["method"] = "DELETE".into();
            // The members of an organization are a path of their own group, and of no other.
            let status = if group.function == "EngineUsers" && path == "/api/v1/users" {
                405
            } else {
                404
            };
            let answer = deployed.functions[group.function].call(&event).await.expect(status);
            assert!(answer.json()["message"].is_string(), "{path}");
        }
    }
    for group in GROUPS
        .iter()
        .filter(|group| group.binary.starts_with("identity-server-"))
    {
        let event = events::with_path(events::http("users-find-all"), "/identity/v1/nothing");
        let answer = deployed.functions[group.function].call(&event).await;
        answer.expect_said(404, "Not Found");
    }
    let mut not_there = events::http("list_invitations");
    not_there["requestContext"]["http"]["method"] = "DELETE".into();
    refused.push(("EngineInvitations", not_there, 404));
    for (function, event, status) in refused {
        assert_eq!(deployed.of(&event).function, function);
        let (by_function, by_server) = (deployed.call(&event).await, events::over_http(&client, &event).await);
        assert_eq!(by_function.status.as_u16(), status, "{event}");
        assert_eq!(comparable(&by_function), comparable(&by_server), "{event}");
        assert_eq!(by_function.header("allow"), by_server.header("allow"));
    }
}

/// Most functions may not make the keys. Before there are any nobody has a token; who sends something like one is told to
/// come back, and not that the service is broken.
#[tokio::test]
async fn without_keys_a_function_asks_to_try_again() {
    let server = server().await;
    let data = tempfile::tempdir().unwrap();
    // As the secret is after its stack was deployed.
    std::fs::write(data.path().join("keyring.json"), "{}").unwrap();
    let variables = [("DATA_DIR", data.path().to_str().unwrap())];
    let roles = beside(&server, "engine-roles", &variables).await;
    let event = events::with_token(events::http("list_roles"), "a.b.c");
    let answer = roles.call(&event).await.expect(503);
    assert!(answer.json()["message"].is_string());
    assert!(answer.header("retry-after").is_some());
}

/// Status, headers and body, with placeholders for what differs between any two answers.
fn comparable(answer: &Answer) -> (u16, HeaderMap, Value) {
    let mut headers = answer.headers.clone();
    headers.remove("date");
    // It names what was made.
    if let Some(made) = headers.get_mut("location") {
        let path = made.to_str().unwrap().rsplit_once('/').unwrap().0.to_owned();
        *made = format!("{path}/<id>").parse().unwrap();
    }
    // Nobody gets the same twice.
    for (name, drawn) in [("authorization", "Bearer <token>"), ("set-cookie", "<cookie>")] {
        if let Some(value) = headers.get_mut(name) {
            *value = drawn.parse().unwrap();
        }
    }
    // The bodies are compared; parts of seconds are not equally long.
    headers.remove("content-length");
    assert!(headers.remove("x-request-id").is_some());
    let text = String::from_utf8_lossy(&answer.bytes);
    let body = serde_json::from_slice(&answer.bytes).unwrap_or_else(|_| json!(text));
    (answer.status.as_u16(), headers, without_chance(body))
}

fn without_chance(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let members = members.into_iter();
            let kept = members.map(|(name, value)| match name.as_str() {
                // Seconds, of which one may pass.
                "expiresIn" => (name, json!("<seconds>")),
                // arc's are milliseconds since 1970.
                "expires" | "time" if value.is_u64() => (name, json!("<time>")),
                // Secrets, links that are signed, and a number of each world's own.
                "barcode" | "url" | "kid" | "secret" | "number" | "uid" | "referral_uid" | "csrf_token"
                    if value.is_string() =>
                {
                    (name, json!("<drawn>"))
                }
                // The number of a passkey is drawn.
                "id" | "credentialId" if value.is_u64() => (name, json!("<number>")),
                _ => (name, without_chance(value)),
            });
            kept.collect()
        }
        Value::Array(values) => values.into_iter().map(without_chance).collect(),
        Value::String(text) => json!(placeholder(&text)),
        other => other,
    }
}

fn placeholder(text: &str) -> String {
    let is_hex = |text: &str| text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let file = text.rsplit_once('/').and_then(|(_, file)| file.split_once('.'));
    if text.parse::<Timestamp>().is_ok() {
        return "<time>".into();
    }
    // A picture of a secret.
    if text.starts_with("data:image/png;base64,iVBOR") {
        return "<picture>".into();
    }
    if text.parse::<IpAddr>().is_ok() {
        return "<address>".into();
    }
    if text.len() == 26 && text.starts_with("01") && text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return "<id>".into();
    }
    if text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return "<secret>".into();
    }
    if text.len() == 36 && text.matches('-').count() == 4 {
        return "<session>".into();
    }
    let is_base64url = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    // A challenge or the identifier of a credential, of 32 bytes; a user's, of 26.
    if [43, 35].contains(&text.len()) && text.bytes().all(is_base64url) {
        return "<bytes>".into();
    }
    if text.len() > 100 && text.matches('.').count() == 2 && text.starts_with("ey") {
        return "<token>".into();
    }
    match file {
        Some((name, kind)) if is_hex(name) => format!("<file>.{kind}"),
        _ => text.replace("world_a", "world").replace("world_b", "world"),
    }
}
