//! What the operations of passkeys cost: waits and calls, and units.

use std::collections::BTreeMap;

use http::Method;
use rstest::rstest;
use serde_json::json;
use tests::server::Table::{self, DynamoDbLocal, Embedded};

use super::capacity::{count, lenience};
use super::meter::{Cost, Metered};
use super::operations::{hold, row};
use crate::store::wire::Wire;

const ADA: &str = "ada@example.com";
const CHECK: &str = "/api/v1/webauthn/check";
const REGISTER_BEGIN: &str = "/api/v1/webauthn/register/begin";
const REGISTER_FINISH: &str = "/api/v1/webauthn/register/finish";
const LOGIN_BEGIN: &str = "/api/v1/webauthn/login/begin";
const LOGIN_FINISH: &str = "/api/v1/webauthn/login/finish";
const CREDENTIALS: &str = "/api/v1/webauthn/credentials";

/// The life of a passkey; `$measure` is told the name of each step, its status, and what to do.
macro_rules! life {
    ($client:ident, $measure:ident) => {{
        let token = $client.join(ADA).await;
        let authenticator = $client.authenticator();
        let options = $measure!("register begin", 200, $client.call(Method::POST, REGISTER_BEGIN, &token));
        let (credential, response) = authenticator.register(&options.json());
        let finish = $client.call_with(Method::POST, REGISTER_FINISH, &token, &response);
        $measure!("register finish", 200, finish);
        let finish = $client.call_with(Method::POST, REGISTER_FINISH, &token, &response);
        $measure!("register finish, unknown challenge", 400, finish);
        let check = |name: &str| format!("{CHECK}?username={name}");
        $measure!("check", 200, $client.get(&check(ADA)));
        $measure!("check, unknown name", 200, $client.get(&check("nobody@example.com")));
        let nobody = json!({ "username": "nobody@example.com" });
        $measure!("login begin, unknown name", 400, $client.post(LOGIN_BEGIN, &nobody));
        $measure!("login begin, by name", 200, $client.post(LOGIN_BEGIN, &json!({ "username": ADA })));
        let options = $measure!("login begin", 200, $client.post(LOGIN_BEGIN, &json!({}))).json();
        let response = authenticator.sign(&options, &credential);
        $measure!("login finish", 202, $client.post(LOGIN_FINISH, &response));
        $measure!("login finish, unknown challenge", 401, $client.post(LOGIN_FINISH, &response));
        let options = $client.post(LOGIN_BEGIN, &json!({})).await.expect(200).json();
        let response = authenticator.sign(&options, &credential);
        let response = tests::authenticator::with(response, "response.signature", json!("MAYCAQECAQE"));
        $measure!("login finish, wrong signature", 401, $client.post(LOGIN_FINISH, &response));
        let listed = $measure!("list", 200, $client.call(Method::GET, CREDENTIALS, &token)).json();
        let path = format!("{CREDENTIALS}/{}", listed[0]["id"]);
        $measure!("delete", 200, $client.call(Method::DELETE, &path, &token));
    }};
}

async fn costs(metered: &Metered) -> Vec<(&'static str, Cost)> {
    let client = &metered.server.client();
    let mut costs = Vec::new();
    macro_rules! measure {
        ($name:literal, $status:literal, $act:expr) => {{
            let (answer, cost) = metered.cost($act).await;
            costs.push(($name, cost));
            answer.expect($status)
        }};
    }
    life!(client, measure);
    costs
}

const WITHOUT_LIMITS: &[(&str, usize, &str)] = &[
    ("register begin", 3, "get2 | query | commit1"),
    ("register finish", 3, "get2 | get1 query | commit6"),
    ("register finish, unknown challenge", 2, "get2 | get1 query"),
    ("check", 2, "get1 | query"),
    ("check, unknown name", 2, "get1 | query"),
    ("login begin, unknown name", 2, "get1 | query"),
    ("login begin, by name", 3, "get1 | query | commit1"),
    ("login begin", 1, "commit1"),
    ("login finish", 3, "get1 | query get1 | commit6"),
    ("login finish, unknown challenge", 1, "get1"),
    ("login finish, wrong signature", 3, "get1 | query get1 | commit1"),
    ("list", 2, "get2 | query"),
    ("delete", 3, "get2 | query | commit4"),
];

/// The counter is raised beside the first read.
const WITH_LIMITS: &[(&str, usize, &str)] = &[
    ("register begin", 3, "get2 | query | commit1"),
    ("check", 2, "get1 commit1 | query"),
    ("check, unknown name", 2, "get1 commit1 | query"),
    ("login begin, unknown name", 2, "get1 commit1 | query"),
    ("login begin, by name", 3, "get1 commit1 | query | commit1"),
    ("login begin", 2, "commit1 | commit1"),
    ("login finish", 3, "get1 commit1 | query get1 | commit6"),
    ("login finish, unknown challenge", 1, "get1 commit1"),
];

#[rstest]
#[case::without_limits("off", WITHOUT_LIMITS)]
#[case::with_limits("on", WITH_LIMITS)]
#[tokio::test(flavor = "multi_thread")]
async fn what_each_operation_of_passkeys_costs(
    #[values(Embedded, DynamoDbLocal)] table: Table,
    #[case] throttle: &str,
    #[case] expected: &[(&'static str, usize, &str)],
) {
    hold(throttle, table, costs, expected).await;
}

/// Read and write units that an operation may cost, as in [`super::capacity`].
const MOST: &[(&str, f64, f64)] = &[
    ("register begin", 4.0, 4.0),
    ("register finish", 5.0, 18.0),
    ("register finish, unknown challenge", 5.0, 0.0),
    ("check", 2.0, 0.0),
    ("check, unknown name", 2.0, 0.0),
    ("login begin, unknown name", 2.0, 0.0),
    ("login begin, by name", 2.0, 4.0),
    ("login begin", 0.0, 4.0),
    ("login finish", 4.0, 17.0),
    ("login finish, unknown challenge", 1.0, 0.0),
    ("login finish, wrong signature", 4.0, 2.0),
    ("list", 4.0, 0.0),
    ("delete", 4.0, 12.0),
];

#[rstest]
#[tokio::test]
async fn no_operation_of_passkeys_costs_more_units_than_these(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some((server, wire)) = Wire::server(table).await else {
        return;
    };
    let client = &server.client();
    let mut bill = BTreeMap::new();
    macro_rules! measure {
        ($name:literal, $status:literal, $act:expr) => {{
            wire.take();
            let answer = $act.await;
            bill.insert($name, count(wire.take()));
            answer.expect($status)
        }};
    }
    life!(client, measure);
    assert_eq!(bill.len(), MOST.len());
    let over: Vec<_> = MOST
        .iter()
        .map(|(operation, most_read, most_written)| (operation, bill[operation], (*most_read, *most_written)))
        .filter(|(_, (read, written), most)| {
            *read > most.0 || *written > most.1 * lenience(table) || read + written == 0.0
        })
        .collect();
    assert!(over.is_empty(), "read and written, and the most of both: {over:#?}");
}

/// Who exists, and has a passkey, is not to be read off what a request does.
#[test]
fn unknown_and_known_names_wait_for_the_same() {
    for expected in [WITHOUT_LIMITS, WITH_LIMITS] {
        let of = |wanted: &str| row(expected, wanted);
        assert_eq!(of("check, unknown name"), of("check"));
        // Whoever has a passkey is told so, by a challenge.
        assert!(
            of("login begin, by name")
                .1
                .starts_with(of("login begin, unknown name").1)
        );
    }
}
