//! Engine's doors: a token in X-Auth, or in two headers more.

use serde_json::json;

use super::operation::Open;
use super::sweep::Refusal;
use super::warden::Shown;

/// Operations that anybody may call.
pub const OPEN: Open = Open {
    entrances: &["signin", "webauthn_login_finish"],
    by_provider: &["signin_facebook", "signin_google"],
    for_new_ones: &["signup"],
    elsewhere: &[
        "send_reset_token",
        "change_password",
        "get_avatar",
        "get_org_logo",
        "webauthn_check",
        "webauthn_login_begin",
    ],
};

/// Every way to show a token here, whosever it is.
pub fn dresses(token: &str) -> Vec<Shown> {
    vec![
        Shown::header("x-auth", token),
        Shown::header("authorization", format!("Bearer {token}")),
        Shown::header("jwtauth", token),
    ]
}

/// What is no token, or not quite the one of somebody.
pub fn broken(token: &str) -> Vec<Shown> {
    let mut shown = vec![
        Shown::header("authorization", "Basic YTpi"),
        Shown::header("cookie", format!("auth={token}")),
    ];
    for text in super::sweep::broken(token) {
        shown.extend(dresses(&text));
    }
    shown
}

/// Whatever is wrong with it.
pub fn unauthorized() -> Refusal {
    said(401, "Sign in and send the token as X-Auth")
}

pub fn said(status: u16, message: &str) -> Refusal {
    Refusal {
        status,
        content_type: "application/json; charset=utf-8",
        body: json!({ "message": message, "errors": {} }),
    }
}
