//! What a decision of barong's edge costs at the table.

use std::time::Duration;

use http::Method;
use rstest::rstest;
use tests::barong::COOKIE;
use tests::edge::ME;
use tests::server::Table::{self, DynamoDbLocal, Embedded};
use tests::{Server, events};

use super::meter::{Cost, Metered};
use super::operations::{ADA, assert_costs, hold};

const USERS: &str = "api/v2/barong/admin/users";

async fn costs(metered: &Metered) -> Vec<(&'static str, Cost)> {
    let (server, client) = (&metered.server, &metered.server.client());
    let session = client.barong().join(ADA).await;
    let signer = server.key_of(ADA).await;
    let mut costs = Vec::new();
    macro_rules! measure {
        ($name:literal, $status:literal, $act:expr) => {{
            let (answer, cost) = metered.cost($act).await;
            costs.push(($name, cost));
            answer.expect($status)
        }};
    }
    let open = || client.send(client.asking(Method::GET, "api/v2/barong/identity/ping"));
    let by_cookie = |path: &'static str| client.ask(Method::POST, path, &session);
    let headers = signer.headers(&server.nonce());
    let by_key = || client.ask_by_key(Method::GET, ME, &headers);
    measure!("by cookie", 200, by_cookie(ME));
    measure!("by a key that is new to the process", 200, by_key());
    measure!("by a key", 200, by_key());
    measure!("nobody", 401, client.send(client.asking(Method::GET, ME)));
    measure!("an open path", 200, open());
    let cookie = format!("{COOKIE}={}", session.cookie);
    for (name, path) in [
        ("the authorizer by cookie", "/api/v2/peatio/market/orders"),
        ("the authorizer, an open path", "/api/v2/peatio/public/markets"),
    ] {
        let asked = events::asking("GET", path, &[("cookie", &cookie)]);
        let asked = serde_json::from_value(asked).unwrap();
        let (answer, cost) = metered.cost(platform_authorizer::handle(server.app(), asked)).await;
        assert!(answer.unwrap().is_authorized);
        costs.push((name, cost));
    }
    measure!("refused by permissions", 401, by_cookie(USERS));
    server.clock.advance(Duration::from_secs(60));
    measure!("by cookie, once a minute", 200, by_cookie(ME));
    server.restrict("blacklist ip 192.0.2.1 401").await;
    measure!("after a change of the tables", 200, by_cookie(ME));
    measure!("by cookie, with restrictions", 200, by_cookie(ME));
    server.appoint(ADA, "superadmin").await;
    measure!("written down", 200, by_cookie(USERS));
    costs
}

const EXPECTED: &[(&str, usize, &str)] = &[
    ("by cookie", 1, "get3"),
    ("by a key that is new to the process", 2, "get1 | get3"),
    ("by a key", 1, "get3"),
    ("nobody", 1, "get1"),
    ("an open path", 1, "get1"),
    ("the authorizer by cookie", 1, "get3"),
    ("the authorizer, an open path", 1, "get1"),
    ("refused by permissions", 2, "get3 | commit1"),
    ("by cookie, once a minute", 2, "get3 | commit1"),
    ("after a change of the tables", 2, "get3 | query"),
    ("by cookie, with restrictions", 1, "get3"),
    ("written down", 2, "get3 | commit1"),
];

/// Where each nonce works once.
async fn of_nonces(metered: &Metered) -> Vec<(&'static str, Cost)> {
    let (server, client) = (&metered.server, &metered.server.client());
    client.barong().join(ADA).await;
    let signer = server.key_of(ADA).await;
    let headers = signer.headers(&server.nonce());
    let (_, first) = metered.cost(client.ask_by_key(Method::GET, ME, &headers)).await;
    server.clock.advance(Duration::from_millis(1));
    let headers = signer.headers(&server.nonce());
    let (answer, second) = metered.cost(client.ask_by_key(Method::GET, ME, &headers)).await;
    answer.expect(200);
    let (answer, again) = metered.cost(client.ask_by_key(Method::GET, ME, &headers)).await;
    answer.expect(401);
    vec![("the first", first), ("by a key", second), ("again", again)]
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_nonce_that_works_once_costs() {
    let expected = [("by a key", 2, "get3 | commit1"), ("again", 2, "get3 | commit1")];
    let setup = Server::setup().env("BARONG_APIKEY_NONCE_CACHE", "true");
    let metered = Metered::start(setup, Embedded).await.unwrap();
    assert_costs(&of_nonces(&metered).await, &expected);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_a_decision_costs(#[values(Embedded, DynamoDbLocal)] table: Table) {
    hold("off", table, costs, EXPECTED).await;
}
