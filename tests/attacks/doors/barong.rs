//! Barong's doors: a cookie with its CSRF token, an API key, or a token of the edge, which proves nobody to the edge itself.

use http::Method;
use serde_json::json;
use tests::Server;
use tests::barong::COOKIE;

use super::operation::{Open, Operation};
use super::sweep::{Fate, Refusal};
use super::warden::{By, Shown, Warden};

/// Operations that anybody may call whom no restriction keeps out.
pub const OPEN: Open = Open {
    entrances: &["identity.sessions.create"],
    by_provider: &[],
    for_new_ones: &[
        "identity.users.create",
        "identity.users.email.confirm_code",
        "identity.users.email.generate_code",
    ],
    elsewhere: &[
        "identity.configs",
        "identity.password.validate",
        "identity.ping",
        "identity.sessions.destroy",
        "identity.time",
        "identity.users.access",
        "identity.users.password.confirm_code",
        "identity.users.password.generate_code",
        "identity.users.register_geetest",
        "identity.version",
    ],
};

/// The one that gateways ask.
pub const EDGE: &str = "authz.authorize";

fn cookie(value: &str) -> (&'static str, String) {
    ("cookie", format!("{COOKIE}={value}"))
}

/// A key of this name, as it would be used now.
fn key(server: &Server, kid: &str, signature: &str) -> Shown {
    Shown::of([
        ("x-auth-apikey", kid.to_owned()),
        ("x-auth-nonce", server.nonce()),
        ("x-auth-signature", signature.to_owned()),
    ])
}

/// Every way to show a text here that is somebody's credential elsewhere.
pub fn dresses(server: &Server, warden: &Warden, text: &str) -> Vec<Shown> {
    vec![
        Shown::header("authorization", format!("Bearer {text}")),
        Shown::of([cookie(text)]),
        Shown::of([cookie(text), ("x-csrf-token", warden.cookie.csrf.clone())]),
        key(server, text, &"0".repeat(64)),
    ]
}

/// What is no credential, or not quite the one of somebody, and what is said to it.
pub fn broken(operation: &Operation, server: &Server, warden: &Warden) -> Vec<(Shown, Refusal)> {
    let mut all: Vec<Shown> = vec![
        Shown::header("authorization", "Basic YTpi"),
        Shown::header("authorization", warden.text(By::Token)),
        Shown::header("x-auth", warden.text(By::Token)),
        Shown::of([cookie("")]),
        key(server, "0123456789abcdef", &"0".repeat(64)),
    ];
    for text in super::sweep::broken(warden.text(By::Token)) {
        all.push(Shown::header("authorization", format!("Bearer {text}")));
    }
    let csrf = || ("x-csrf-token", warden.cookie.csrf.clone());
    for text in super::sweep::broken(&warden.cookie.cookie) {
        all.push(Shown::of([cookie(&text)]));
        all.push(Shown::of([cookie(&text), csrf()]));
    }
    let mut all: Vec<_> = all
        .into_iter()
        .map(|shown| {
            let refusal = refusal(operation, &shown, Fate::Unknown);
            (shown, refusal)
        })
        .collect();
    let kid = warden.text(By::Key);
    let genuine = warden.shown(By::Key, server);
    all.push((key(server, kid, &"0".repeat(64)), said(401, "authz.invalid_signature")));
    for missing in 0..3 {
        let mut part = genuine.clone();
        part.headers.remove(missing);
        all.push((part, said(422, "authz.invalid_api_key_headers")));
    }
    if changes_something(&operation.method) {
        // The genuine cookie, without its CSRF token or with another one.
        let genuine = || cookie(&warden.cookie.cookie);
        all.push((Shown::of([genuine()]), said(401, "authz.missing_csrf_token")));
        let other = ("x-csrf-token", "0".repeat(20));
        all.push((Shown::of([genuine(), other]), said(401, "authz.csrf_token_mismatch")));
    }
    all
}

fn changes_something(method: &Method) -> bool {
    ![Method::GET, Method::HEAD, Method::OPTIONS].contains(method)
}

/// What is said to who shows this.
pub fn refusal(operation: &Operation, shown: &Shown, fate: Fate) -> Refusal {
    let has = |wanted: &str| shown.headers.iter().any(|(name, _)| *name == wanted);
    let by_token = has("authorization") && operation.id != EDGE;
    if fate == Fate::SwitchedOff {
        return said(
            401,
            if has("x-auth-apikey") {
                "authz.apikey_not_active"
            } else {
                "authz.user_not_active"
            },
        );
    }
    if by_token {
        return said(401, "jwt.decode_and_verify");
    }
    if has("x-auth-apikey") {
        return said(
            401,
            match fate {
                Fate::Expired => "authz.nonce_expired",
                Fate::Ended => "authz.apikey_not_active",
                _ => "authz.unexistent_apikey",
            },
        );
    }
    match (changes_something(&operation.method), has("x-csrf-token"), fate) {
        (true, false, _) => said(401, "authz.missing_csrf_token"),
        (_, _, Fate::Expired) => said(401, "authz.client_session_mismatch"),
        (true, true, _) => said(401, "authz.csrf_token_mismatch"),
        (false, ..) => said(401, "authz.invalid_session"),
    }
}

pub fn said(status: u16, key: &str) -> Refusal {
    Refusal {
        status,
        content_type: "application/json",
        body: json!({ "errors": [key] }),
    }
}
