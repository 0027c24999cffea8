//! What operations of arc cost at the table.

use rstest::rstest;
use serde_json::json;
use tests::PASSWORD;
use tests::server::ADMIN;
use tests::server::Table::{self, DynamoDbLocal, Embedded};

use super::meter::{Cost, Metered};
use super::operations::{ADA, hold};

async fn costs(metered: &Metered) -> Vec<(&'static str, Cost)> {
    let arc = &metered.server.client().arc();
    arc.0.sign_up(ADA).await;
    let mut costs = Vec::new();
    macro_rules! measure {
        ($name:literal, $status:literal, $act:expr) => {{
            let (answer, cost) = metered.cost($act).await;
            costs.push(($name, cost));
            answer.expect($status)
        }};
    }
    let code = measure!("login", 200, arc.login(ADA, PASSWORD)).json();
    measure!("login, wrong password", 401, arc.login(ADA, "wrong"));
    measure!("login, unknown user", 401, arc.login("nobody@example.com", "wrong"));
    let code = code["code"].as_str().unwrap();
    let first = measure!("token", 200, arc.exchange(code)).expect_pair();
    measure!("me", 200, arc.me(&first.access));
    let second = measure!("token-refresh", 200, arc.refresh(&first)).expect_pair();
    measure!("token-refresh, again", 200, arc.refresh(&first));
    measure!("logout", 200, arc.logout(&second));
    let third = arc.sign_in(ADA).await;
    let replayed = arc.code(ADA).await;
    arc.exchange(&replayed).await.expect_pair();
    measure!("token, replayed", 401, arc.exchange(&replayed));
    measure!("login-token", 200, arc.login_token(ADA, PASSWORD));
    measure!("forget-password", 204, arc.forget(ADA));
    measure!("forget-password, unknown user", 204, arc.forget("nobody@example.com"));
    measure!("forget-password, administrator", 204, arc.forget(ADMIN));
    metered.server.clock.advance(std::time::Duration::from_secs(1));
    let token = arc.reset_token(ADA).await;
    let look = format!("/auth/verify-reset-password-link?token={token}");
    measure!("verify-reset-password-link", 200, arc.get(&look));
    measure!("reset-password", 204, arc.reset(&token, "another long phrase"));
    arc.me(&third.access).await.expect(401);
    let pair = arc.login_token(ADA, "another long phrase").await.expect_pair();
    let body = json!({
        "refreshToken": pair.refresh, "username": ADA, "password": PASSWORD, "oldPassword": "another long phrase",
    });
    let change = arc.call(http::Method::PATCH, "/auth/change-password", &pair.access, &body);
    measure!("change-password", 200, change);
    let ask =
        |email: &'static str| async move { arc.post("/auth/sign-up/create-token", &json!({ "email": email })).await };
    measure!("sign-up-create-token", 204, ask("bob@example.com"));
    measure!("sign-up-create-token, taken address", 204, ask(ADA));
    let token = arc.mailed("bob@example.com", "/account/sign-up/").await.unwrap();
    measure!(
        "sign-up-create-user",
        200,
        arc.create_user(&token, "bob@example.com", PASSWORD)
    );
    costs
}

/// Without limits.
const EXPECTED: &[(&str, usize, &str)] = &[
    ("login", 2, "get1 get2 get1 [query] | commit3"),
    ("login, wrong password", 1, "get1 get2 get1 [query]"),
    ("login, unknown user", 1, "get1 get2 get1 [query]"),
    ("token", 3, "get2 | query | commit6"),
    ("me", 1, "get3 get1"),
    ("token-refresh", 2, "get4 get1 | commit3"),
    ("token-refresh, again", 1, "get4 get1"),
    ("logout", 2, "get3 get1 | commit3"),
    ("token, replayed", 2, "get2 | commit2"),
    ("login-token", 2, "get1 get2 get1 [query] | commit6"),
    ("forget-password", 5, "get1 | get1 | get2 | get1 | commit3"),
    (
        "forget-password, unknown user",
        5,
        "get1 | get1 | get2 | get1 | commit3",
    ),
    (
        "forget-password, administrator",
        5,
        "get1 | get1 | get2 | get2 | commit3",
    ),
    ("verify-reset-password-link", 2, "query | get2"),
    ("reset-password", 4, "get1 | query | get3 | commit5"),
    ("change-password", 4, "get3 get1 | get1 | get2 | commit4"),
    ("sign-up-create-token", 2, "get1 | commit2"),
    ("sign-up-create-token, taken address", 2, "get1 | commit2"),
    ("sign-up-create-user", 2, "get1 | commit11"),
];

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_each_operation_of_arc_costs(#[values(Embedded, DynamoDbLocal)] table: Table) {
    hold("off", table, costs, EXPECTED).await;
}
