//! Arc's doors: a token in Authorization, and at two of them the token of a mail.

use serde_json::{Value, json};

use super::operation::{Open, Operation};
use super::sweep::{Fate, Refusal};
use super::warden::Shown;

/// Operations that anybody may call, with a secret of a client or a code where they want one.
pub const OPEN: Open = Open {
    entrances: &[
        "login",
        "login-token",
        "check-qr-code",
        "create-qr-code",
        "token",
        "verify-otp",
    ],
    by_provider: &[
        "apple-callback",
        "apple-callback-post",
        "facebook-callback",
        "google-callback",
        "instagram-callback",
        "keycloak-callback",
    ],
    for_new_ones: &["sign-up-create-token"],
    elsewhere: &[
        "openid-configuration",
        "apple-start",
        "facebook-start",
        "forget-password",
        "google-start",
        "google-start-get",
        "instagram-start",
        "keycloak-start",
        "keycloak-start-get",
        "otp-caches-create",
        "otp-caches-delete",
        "otp-caches-get",
        "reset-password",
        "send-otp",
        "verify-reset-password-link",
    ],
};

/// Operations that want the token of a mail.
pub const BY_MAIL: [&str; 2] = ["sign-up-create-user", "sign-up-verify-token"];

/// The one that wants a refresh token beside an access token, which may be too old.
pub const REFRESH: &str = "token-refresh";

/// What stands in the events for a refresh token.
pub const A_REFRESH_TOKEN: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/// Every way to show a token here, whosever it is.
pub fn dresses(token: &str) -> Vec<Shown> {
    vec![Shown::header("authorization", format!("Bearer {token}"))]
}

/// What is no token, or not quite the one of somebody.
pub fn broken(token: &str) -> Vec<Shown> {
    let mut shown = vec![
        Shown::header("authorization", "Basic YTpi"),
        Shown::header("authorization", token),
        Shown::header("x-auth", token),
        Shown::header("cookie", format!("token={token}")),
    ];
    for text in super::sweep::broken(token) {
        shown.extend(dresses(&text));
    }
    shown
}

/// What is said to who shows this. Before the fate of a token there has to be one.
pub fn refusal(operation: &Operation, shown: &Shown, fate: Fate) -> Refusal {
    let checked = |message: &str| said(401, &json!({ "message": message }));
    let handled = |message: &str| said(401, &json!(message));
    if operation.id == REFRESH {
        return handled(match fate {
            Fate::Unknown => "Token Invalid",
            _ => "Token Expired",
        });
    }
    let header = shown.headers.iter().find(|(name, _)| *name == "authorization");
    let has_token =
        header.is_some_and(|(_, value)| value.strip_prefix("Bearer ").is_some_and(|token| !token.is_empty()));
    let by_mail = BY_MAIL.contains(&operation.id.as_str());
    match fate {
        _ if !has_token => handled(r#"Bearer realm="Users""#),
        Fate::Ended | Fate::Gone | Fate::SwitchedOff if !by_mail => checked("TokenRevoked"),
        _ => checked("TokenExpired"),
    }
}

pub fn said(status: u16, message: &Value) -> Refusal {
    let name = match status {
        403 => "ForbiddenError",
        _ => "UnauthorizedError",
    };
    Refusal {
        status,
        content_type: "application/json; charset=utf-8",
        body: json!({ "error": { "statusCode": status, "name": name, "message": message } }),
    }
}
