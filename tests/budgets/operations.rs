//! DESIGN.md, "What it must cost", operation by operation.

use std::time::Duration;

use http::Method;
use reqwest::multipart::Form;
use rstest::rstest;
use serde_json::json;
use tests::server::Table::{self, DynamoDbLocal, Embedded};
use tests::server::{ADMIN, ADMIN_PASSWORD};
use tests::{PASSWORD, Server};

use super::meter::{Cost, Metered};

pub const ADA: &str = "ada@example.com";
const NOBODY: &str = "nobody@example.com";

/// What each operation costs at the table. In this order, so that each finds what it needs.
pub async fn costs(metered: &Metered) -> Vec<(&'static str, Cost)> {
    let client = &metered.server.client();
    let mut costs = Vec::new();
    macro_rules! measure {
        ($name:literal, $status:literal, $act:expr) => {{
            let (answer, cost) = metered.cost($act).await;
            costs.push(($name, cost));
            answer.expect($status)
        }};
    }
    let sign_up = |email: &str| {
        let body = json!({ "email": email, "password": PASSWORD, "firstName": "Ada", "lastName": "Lovelace" });
        async move { client.post("/api/v1/signup", &body).await }
    };
    measure!("signup", 200, sign_up(ADA));
    measure!("signup, taken address", 400, sign_up(ADA));
    let token = measure!("signin", 200, client.sign_in_with(ADA, PASSWORD)).text();
    measure!("signin, wrong password", 401, client.sign_in_with(ADA, "wrong"));
    measure!("signin, unknown address", 401, client.sign_in_with(NOBODY, "wrong"));
    let admin = measure!(
        "signin, member of an organization",
        200,
        client.sign_in_with(ADMIN, ADMIN_PASSWORD)
    )
    .text();
    measure!("me", 200, client.me(&token));
    measure!("me, member of an organization", 200, client.me(&admin));
    measure!("me, no session", 401, client.me("a.b.c"));
    measure!("renew", 202, client.call(Method::POST, "/api/v1/renew", &token));
    measure!(
        "renew, member of an organization",
        202,
        client.call(Method::POST, "/api/v1/renew", &admin)
    );
    let update = client
        .request(Method::POST, "/api/v1/user/updateprofile")
        .header("x-auth", &token);
    let update = update.multipart(Form::new().text("country", "England"));
    measure!("updateprofile", 200, client.send(update));
    metered.server.clock.advance(Duration::from_secs(61));
    measure!("me, once a minute", 200, client.me(&token));
    measure!("signout", 200, client.call(Method::POST, "/api/v1/signout", &token));
    let ask = |email: &str| {
        let body = json!({ "email": email });
        async move { client.post("/api/v1/user/reset", &body).await }
    };
    measure!("reset", 200, ask(ADA));
    measure!("reset, unknown address", 200, ask(NOBODY));
    // Mails of the same millisecond have no order.
    metered.server.clock.advance(Duration::from_secs(1));
    let reset = client.reset_token(ADA).await;
    let wrong = "0".repeat(32);
    measure!(
        "changepassword, wrong token",
        400,
        client.change_password(&wrong, ADA, "another long phrase")
    );
    measure!(
        "changepassword, unknown address",
        400,
        client.change_password(&wrong, "noone@example.com", "another long phrase")
    );
    measure!(
        "changepassword",
        200,
        client.change_password(&reset, ADA, "another long phrase")
    );
    measure!("keys", 200, client.get("/.well-known/jwks.json"));
    costs
}

const WITHOUT_LIMITS: &[(&str, usize, &str)] = &[
    ("signup", 1, "commit8"),
    ("signup, taken address", 1, "commit8"),
    ("signin", 2, "get2 [query] | commit5"),
    ("signin, wrong password", 1, "get2 [query]"),
    ("signin, unknown address", 1, "get2 [query]"),
    ("signin, member of an organization", 2, "get2 [query] [get2] | commit5"),
    ("me", 2, "get2 | query"),
    ("me, member of an organization", 3, "get2 | query | get3"),
    ("me, no session", 0, ""),
    ("renew", 2, "get2 | query"),
    ("renew, member of an organization", 3, "get2 | query | get2"),
    ("updateprofile", 3, "get2 | query | commit1"),
    ("me, once a minute", 2, "get2 | query commit1"),
    ("signout", 2, "get2 | commit1"),
    ("reset", 2, "get1 | commit2"),
    ("reset, unknown address", 2, "get1 | commit2"),
    ("changepassword, wrong token", 1, "[get3] | commit1"),
    ("changepassword, unknown address", 1, "[get3] | commit1"),
    ("changepassword", 1, "[get3] | commit5"),
    ("keys", 0, ""),
];

/// The counters hide behind the hash, or travel in a commit that is there anyway.
const WITH_LIMITS: &[(&str, usize, &str)] = &[
    ("signup", 1, "[commit1] | commit8"),
    ("signin", 2, "get4 [commit1] [commit1] [query] | commit6"),
    ("signin, wrong password", 1, "get4 [commit1] [commit1] [query]"),
    ("signin, unknown address", 1, "get4 [commit1] [commit1] [query]"),
    (
        "signin, member of an organization",
        2,
        "get4 [commit1] [commit1] [query] [get2] | commit6",
    ),
    ("me", 2, "get2 | query"),
    ("reset", 2, "get1 | commit4"),
    ("reset, unknown address", 2, "get1 | commit4"),
    ("changepassword, wrong token", 1, "[commit1] [get3] | commit1"),
    ("changepassword, unknown address", 1, "[commit1] [get3] | commit1"),
    ("changepassword", 1, "[commit1] [get3] | commit6"),
];

/// What operations may cost: by name the waits, and the calls.
pub type Expected<'a> = &'a [(&'static str, usize, &'a str)];

/// Holds what operations cost on a server with `throttle` against what they may. Without limits all of them are expected; with
/// limits those that differ.
pub async fn hold(
    throttle: &str,
    table: Table,
    costs: impl AsyncFn(&Metered) -> Vec<(&'static str, Cost)>,
    expected: Expected<'_>,
) {
    let setup = Server::setup().env("THROTTLE", throttle);
    let Some(metered) = Metered::start(setup, table).await else {
        return;
    };
    let costs = costs(&metered).await;
    if throttle == "off" {
        assert_eq!(costs.len(), expected.len());
    }
    assert_costs(&costs, expected);
}

/// The waits and calls that are expected of an operation.
pub fn row<'a>(expected: Expected<'a>, wanted: &str) -> (usize, &'a str) {
    let (_, waits, text) = expected.iter().find(|(name, ..)| *name == wanted).unwrap();
    (*waits, text)
}

/// Compares whole tables, so that a failure shows every difference at once.
#[track_caller]
pub fn assert_costs(costs: &[(&'static str, Cost)], expected: Expected<'_>) {
    let shown: Vec<String> = expected
        .iter()
        .map(|(name, ..)| {
            let (_, cost) = costs.iter().find(|(known, _)| known == name).unwrap();
            format!("{name}: {} waits: {}", cost.waits, cost.text)
        })
        .collect();
    let wanted: Vec<String> = expected
        .iter()
        .map(|(name, waits, text)| format!("{name}: {waits} waits: {text}"))
        .collect();
    assert_eq!(shown, wanted);
}

#[rstest]
#[case::without_limits("off", WITHOUT_LIMITS)]
#[case::with_limits("on", WITH_LIMITS)]
#[tokio::test(flavor = "multi_thread")]
async fn what_each_operation_costs(
    #[values(Embedded, DynamoDbLocal)] table: Table,
    #[case] throttle: &str,
    #[case] expected: &[(&'static str, usize, &str)],
) {
    hold(throttle, table, costs, expected).await;
}

/// Who exists is not to be read off what a request does, but for what hides behind the hash.
#[test]
fn unknown_and_known_wait_for_the_same() {
    for expected in [WITHOUT_LIMITS, WITH_LIMITS] {
        let row = |wanted: &str| row(expected, wanted);
        let visible = |wanted: &str| {
            let (waits, text) = row(wanted);
            let words: Vec<&str> = text.split(' ').filter(|word| !word.starts_with('[')).collect();
            (waits, words.join(" "))
        };
        // What is done beside the hash takes time of the same processor.
        assert_eq!(row("signin, unknown address"), row("signin, wrong password"));
        assert_eq!(visible("reset, unknown address"), visible("reset"));
        assert_eq!(
            visible("changepassword, unknown address"),
            visible("changepassword, wrong token")
        );
    }
}
