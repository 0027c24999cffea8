//! What barong's operations on accounts and sessions cost at the table.

use http::Method;
use rstest::rstest;
use tests::barong::{OTHER, STRONG};
use tests::server::Table::{self, DynamoDbLocal, Embedded};

use super::meter::{Cost, Metered};
use super::operations::{hold, row};

const ADA: &str = "ada@example.com";
const NOBODY: &str = "nobody@example.com";

/// What each operation costs. In this order, so that each finds what it needs.
pub async fn costs(metered: &Metered) -> Vec<(&'static str, Cost)> {
    let barong = metered.server.client().barong();
    let mut costs = Vec::new();
    let access = || barong.post("/identity/users/access", &[("whitelink_token", "x")]);
    macro_rules! measure {
        ($name:literal, $status:literal, $act:expr) => {{
            let (answer, cost) = metered.cost($act).await;
            costs.push(($name, cost));
            answer.expect($status)
        }};
    }
    measure!("configs, the first of a process", 200, barong.get("/identity/configs"));
    measure!("configs", 200, barong.get("/identity/configs"));
    measure!("use a link that is none", 422, access());
    measure!("sign-up", 201, barong.create(ADA, STRONG));
    measure!("sign-up, taken address", 422, barong.create(ADA, STRONG));
    let session = measure!("sign-in", 201, barong.enter(ADA, STRONG)).expect_session(201);
    measure!("sign-in, wrong password", 401, barong.enter(ADA, "wrong"));
    measure!("sign-in, unknown address", 401, barong.enter(NOBODY, "wrong"));
    let sign_out = || barong.call(Method::DELETE, "/identity/sessions", &session.cookie);
    measure!("sign-out", 204, sign_out());
    measure!("sign-out, no session", 404, sign_out());
    let ask = async |email: &str| {
        barong
            .post("/identity/users/email/generate_code", &[("email", email)])
            .await
    };
    measure!("mail a confirmation", 201, ask(ADA));
    measure!("mail a confirmation, unknown address", 201, ask(NOBODY));
    let token = barong.confirmation(ADA).await.unwrap();
    measure!("confirm, no token", 422, barong.confirm("a.b.c"));
    measure!("confirm", 201, barong.confirm(&token));
    measure!("confirm, again", 422, barong.confirm(&token));
    measure!("mail a reset", 201, barong.forget(ADA));
    measure!("mail a reset, unknown address", 201, barong.forget(NOBODY));
    let token = barong.newest_reset(ADA).await.unwrap();
    measure!("reset, weak password", 422, barong.reset(&token, "Password1"));
    measure!("reset", 201, barong.reset(&token, OTHER));
    measure!("reset, used token", 422, barong.reset(&token, OTHER));
    costs
}

const WITHOUT_LIMITS: &[(&str, usize, &str)] = &[
    ("configs, the first of a process", 2, "get1 | query"),
    ("configs", 1, "get1"),
    ("use a link that is none", 2, "get1 | get2"),
    ("sign-up", 3, "get1 | get1 | commit12"),
    ("sign-up, taken address", 2, "get1 | get1"),
    ("sign-in", 4, "get1 | get2 [query] | commit7 | query"),
    ("sign-in, wrong password", 4, "get1 | get2 [query] | get1 | commit2"),
    ("sign-in, unknown address", 4, "get1 | get2 [query] | get1 | commit2"),
    ("sign-out", 3, "get1 | get2 | commit2"),
    ("sign-out, no session", 2, "get1 | get2"),
    ("mail a confirmation", 4, "get1 | get1 | get1 | commit2"),
    (
        "mail a confirmation, unknown address",
        4,
        "get1 | get1 | get1 | commit2",
    ),
    ("confirm, no token", 1, "get1"),
    ("confirm", 7, "get1 | get1 | query | commit11 | query | commit4 | query"),
    ("confirm, again", 3, "get1 | get1 | query"),
    ("mail a reset", 4, "get1 | get1 | get1 | commit4"),
    ("mail a reset, unknown address", 4, "get1 | get1 | get1 | commit4"),
    ("reset, weak password", 4, "get1 | get3 | get1 | commit1"),
    ("reset", 4, "get1 | get3 | get1 | commit6"),
    ("reset, used token", 2, "get1 | get3"),
];

const WITH_LIMITS: &[(&str, usize, &str)] = &[
    ("sign-up", 4, "get1 | commit1 | get1 | commit12"),
    (
        "sign-in",
        4,
        "get1 | get4 [commit1] [commit1] [query] | commit8 | query",
    ),
    (
        "sign-in, wrong password",
        4,
        "get1 | get4 [commit1] [commit1] [query] | get1 | commit2",
    ),
    (
        "sign-in, unknown address",
        4,
        "get1 | get4 [commit1] [commit1] [query] | get1 | commit2",
    ),
    ("mail a confirmation", 4, "get1 | get1 | get1 | commit4"),
    (
        "mail a confirmation, unknown address",
        4,
        "get1 | get1 | get1 | commit4",
    ),
    ("mail a reset", 4, "get1 | get1 | get1 | commit6"),
    ("mail a reset, unknown address", 4, "get1 | get1 | get1 | commit6"),
    ("reset", 4, "get1 | get3 commit1 | get1 | commit7"),
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

/// How much is written does not tell who has an account (ASVS 6.3.8).
#[test]
fn asking_for_a_mail_costs_the_same_for_somebody_and_for_nobody() {
    for expected in [WITHOUT_LIMITS, WITH_LIMITS] {
        let of = |wanted: &str| row(expected, wanted);
        for asked in ["mail a confirmation", "mail a reset"] {
            assert_eq!(of(&format!("{asked}, unknown address")), of(asked), "{asked}");
        }
    }
}
