//! The events of `events/`: what API Gateway and the table's stream hand to a function.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::Method;
use serde_json::Value;

use crate::{Answer, Client};

fn path_of(file: &str) -> String {
    format!("{}/../events/{file}", env!("CARGO_MANIFEST_DIR"))
}

/// An event file, such as `engine/signin.json`.
pub fn read(path: &str) -> Value {
    let path = path_of(path);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The event of an operation that is called over HTTP.
pub fn http(operation: &str) -> Value {
    let folders = ["arc", "barong", "engine", "identity-server", "platform"].into_iter();
    let mut files = folders.map(|folder| format!("{folder}/{operation}.json"));
    let is_there = |file: &String| std::path::Path::new(&path_of(file)).exists();
    read(
        &files
            .find(is_there)
            .unwrap_or_else(|| panic!("no event of {operation}")),
    )
}

/// The same event with another body.
pub fn with_body(mut event: Value, body: &Value) -> Value {
    let body = body.to_string();
    event["headers"]["content-length"] = body.len().to_string().into();
    event["body"] = body.into();
    event
}

/// What API Gateway asks an authorizer about a request from this machine, whose path it has decoded.
pub fn asking(method: &str, path: &str, headers: &[(&str, &str)]) -> Value {
    let mut event = with_path(read("platform/authorizer_denied.json"), path);
    event["requestContext"]["http"]["method"] = method.into();
    event["requestContext"]["http"]["sourceIp"] = "127.0.0.1".into();
    // The clients of the tests name no agent.
    event["headers"].as_object_mut().unwrap().remove("user-agent");
    for (name, value) in headers {
        match *name {
            "cookie" => event["cookies"] = value.split("; ").collect(),
            name => event["headers"][name] = (*value).into(),
        }
    }
    event
}

/// The headers that tokens travel in.
pub const TOKEN_HEADERS: [&str; 2] = ["x-auth", "authorization"];

/// The same event with a token where its surface looks for it.
pub fn with_token(mut event: Value, token: &str) -> Value {
    let path = event["rawPath"].as_str().unwrap_or_default();
    let is_arc = shared::surfaces::arc::BASES.iter().any(|base| path.starts_with(base));
    let is_barong = path.starts_with(crate::barong::BASE);
    match is_arc || is_barong || path.starts_with(crate::identity::BASE) {
        true => event["headers"]["authorization"] = format!("Bearer {token}").into(),
        false => event["headers"]["x-auth"] = token.into(),
    }
    event
}

/// The same event with another path.
pub fn with_path(mut event: Value, path: &str) -> Value {
    event["rawPath"] = path.into();
    event["requestContext"]["http"]["path"] = path.into();
    event
}

/// The bytes of the body that the client sent.
pub fn body(event: &Value) -> Vec<u8> {
    match (event["body"].as_str().unwrap_or_default(), &event["isBase64Encoded"]) {
        (text, Value::Bool(true)) => STANDARD.decode(text).unwrap(),
        (text, _) => text.as_bytes().to_vec(),
    }
}

/// Sends what the event says over HTTP, as its client did before the gateway made an event of it.
pub async fn over_http(client: &Client, event: &Value) -> Answer {
    let method: Method = event["requestContext"]["http"]["method"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    let mut target = event["rawPath"].as_str().unwrap().to_owned();
    if let Some(query) = event["rawQueryString"].as_str().filter(|query| !query.is_empty()) {
        target = format!("{target}?{query}");
    }
    let mut request = client.request(method, &target);
    for (name, value) in event["headers"].as_object().unwrap() {
        // What names the gateway's own connection is for the other connection to say.
        if name != "host" && name != "content-length" && !name.starts_with("x-forwarded") {
            request = request.header(name, value.as_str().unwrap());
        }
    }
    client.send(request.body(body(event))).await
}
