//! What identity-server's operations on accounts cost at the table.

use http::Method;
use rstest::rstest;
use serde_json::{Value, json};
use tests::PASSWORD;
use tests::identity::NOBODY;
use tests::server::Table::{self, DynamoDbLocal, Embedded};
use tests::server::{ADMIN, ADMIN_PASSWORD};

use super::meter::{Cost, Metered};
use super::operations::{hold, row};

const BOB: &str = "bob@example.com";
const NEW: &str = "another long phrase";

/// What each operation costs. In this order, so that each finds what it needs.
pub async fn costs(metered: &Metered) -> Vec<(&'static str, Cost)> {
    let identity = metered.server.client().identity();
    let mut costs = Vec::new();
    macro_rules! measure {
        ($name:literal, $status:literal, $act:expr) => {{
            let (answer, cost) = metered.cost($act).await;
            costs.push(($name, cost));
            answer.expect($status)
        }};
    }
    let body = json!({ "name": "Ada Lovelace", "email": BOB, "password": PASSWORD });
    measure!("register", 200, identity.post("/public/register", &body));
    measure!("register, taken address", 400, identity.post("/public/register", &body));
    measure!("authenticate, not active", 403, identity.authenticate(BOB, PASSWORD));
    let link = identity.link(BOB).await;
    let open = async |uid: &str, code: &str| identity.get(&format!("/public/activate/{uid}/{code}")).await;
    measure!("activate, wrong code", 404, open(&link.uid, "wrong"));
    measure!("activate, unknown user", 404, open(NOBODY, &link.code));
    measure!("activate", 200, open(&link.uid, &link.code));
    let token = measure!("authenticate", 200, identity.authenticate(BOB, PASSWORD)).json();
    let token = token["token"].as_str().unwrap().to_owned();
    measure!("authenticate, wrong password", 401, identity.authenticate(BOB, "wrong"));
    measure!("validate", 200, identity.validate(&token));
    measure!("validate, no token", 401, identity.validate("a.b.c"));
    let by = async |token: &str, path: String| identity.call(Method::GET, &path, token, &Value::Null).await;
    measure!("users-find", 200, by(&token, format!("/users/{}", link.uid)));
    let admin = identity.sign_in(ADMIN, ADMIN_PASSWORD).await;
    let all = measure!("users-find-all", 200, by(&admin, "/users?limit=2".into())).json();
    assert_eq!(all.as_array().map(Vec::len), Some(2));
    let own = tests::client::claims(&admin)["aud"][0].as_str().unwrap().to_owned();
    measure!("users-find, with roles", 200, by(&admin, format!("/users/{own}")));
    measure!("users-find-all, forbidden", 403, by(&token, "/users".into()));
    let wrong = identity.reset_password(&link.uid, "wrong", NEW);
    measure!("reset-password, wrong password", 401, wrong);
    let unknown = identity.reset_password(NOBODY, PASSWORD, NEW);
    measure!("reset-password, unknown user", 401, unknown);
    measure!("reset-password", 200, identity.reset_password(&link.uid, PASSWORD, NEW));
    measure!("jwks", 200, identity.get("/.well-known/jwks.json"));
    costs
}

const WITHOUT_LIMITS: &[(&str, usize, &str)] = &[
    ("register", 1, "commit10"),
    ("register, taken address", 3, "commit10 | get1 | query get1"),
    ("authenticate, not active", 1, "get2 [query]"),
    ("activate, wrong code", 2, "query get1 | commit1"),
    ("activate, unknown user", 2, "query get1 | commit1"),
    ("activate", 2, "query get1 | commit10"),
    ("authenticate", 2, "get2 [query] | commit5"),
    ("authenticate, wrong password", 1, "get2 [query]"),
    ("validate", 1, "get3"),
    ("validate, no token", 0, ""),
    ("users-find", 2, "get3 | get2"),
    ("users-find-all", 3, "get3 | query | get2"),
    ("users-find, with roles", 3, "get3 | get2 | get2"),
    ("users-find-all, forbidden", 1, "get3"),
    ("reset-password, wrong password", 2, "get1 | get2"),
    ("reset-password, unknown user", 2, "get1 | get2"),
    ("reset-password", 3, "get1 | get2 | commit4"),
    ("jwks", 0, ""),
];

const WITH_LIMITS: &[(&str, usize, &str)] = &[
    ("register", 1, "[commit1] [commit1] | commit10"),
    ("activate, wrong code", 2, "query get1 commit1 | commit1"),
    ("activate, unknown user", 2, "query get1 commit1 | commit1"),
    ("activate", 2, "query get1 commit1 | commit10"),
    ("authenticate", 2, "get4 [commit1] [commit1] [query] | commit6"),
    ("validate", 1, "get3"),
    ("reset-password, wrong password", 2, "get1 | get4 [commit1] [commit1]"),
    ("reset-password, unknown user", 2, "get1 | get4 [commit1] [commit1]"),
    ("reset-password", 3, "get1 | get4 [commit1] [commit1] | commit5"),
];

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

/// Who exists is not to be read off what a request does.
#[test]
fn unknown_and_known_wait_for_the_same() {
    for expected in [WITHOUT_LIMITS, WITH_LIMITS] {
        let row = |wanted: &str| row(expected, wanted);
        assert_eq!(row("activate, unknown user"), row("activate, wrong code"));
        assert_eq!(
            row("reset-password, unknown user"),
            row("reset-password, wrong password")
        );
    }
}
