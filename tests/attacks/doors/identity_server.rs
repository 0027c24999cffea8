//! Identity-server's doors: a token in Authorization, and for whoever asks whether it is in force, in the body.

use serde_json::json;

use super::operation::{Open, Operation};
use super::sweep::Refusal;
use super::warden::Shown;

/// Operations that anybody may call.
pub const OPEN: Open = Open {
    entrances: &["public-authenticate", "auth-authenticate"],
    by_provider: &[],
    for_new_ones: &[
        "public-activate",
        "public-activate-post",
        "public-register",
        "users-activate",
        "users-activate-post",
        "users-register",
    ],
    elsewhere: &["identity-jwks", "public-reset-password", "users-reset-password"],
};

/// Operations that are told a token in the body: whether it is in force is what they answer.
pub const BY_BODY: [&str; 2] = ["public-validate", "auth-validate"];

fn is_by_body(operation: &Operation) -> bool {
    BY_BODY.contains(&operation.id.as_str())
}

/// Every way to show a token here, whosever it is.
pub fn dresses(operation: &Operation, token: &str) -> Vec<Shown> {
    match is_by_body(operation) {
        true => vec![Shown::in_body(token)],
        false => vec![Shown::header("authorization", format!("Bearer {token}"))],
    }
}

/// What is no token, or not quite the one of somebody.
pub fn broken(operation: &Operation, token: &str) -> Vec<Shown> {
    let mut shown = Vec::new();
    if !is_by_body(operation) {
        shown.push(Shown::header("authorization", "Basic YTpi"));
        shown.push(Shown::header("authorization", token));
        shown.push(Shown::header("x-auth", token));
        shown.push(Shown::header("cookie", format!("token={token}")));
    }
    for text in super::sweep::broken(token) {
        shown.extend(dresses(operation, &text));
    }
    shown
}

/// Whatever is wrong with it.
pub fn unauthorized(operation: &Operation, shown: &Shown) -> Refusal {
    match (is_by_body(operation), &shown.in_body) {
        (false, _) => said(401, &json!("Unauthorized")),
        (true, Some(_)) => said(401, &json!(false)),
        (true, None) => said(400, &json!("Invalid Request")),
    }
}

pub fn said(status: u16, body: &serde_json::Value) -> Refusal {
    Refusal {
        status,
        content_type: "application/json",
        body: body.clone(),
    }
}
