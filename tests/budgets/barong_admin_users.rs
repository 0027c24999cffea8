//! What it costs at the table when administrators do something with an account on barong's surface.

use rstest::rstest;
use tests::Administrator;
use tests::owner::Owner;
use tests::server::Table::{self, DynamoDbLocal, Embedded};

use super::meter::{Cost, Metered};
use super::operations::hold;

/// What each operation costs. In this order, so that each finds what it needs.
async fn costs(metered: &Metered) -> Vec<(&'static str, Cost)> {
    let server = &metered.server;
    let ada = Owner::join(server, "ada@example.com").await;
    let admin = Administrator::first(server).await;
    let uid = ada.session.uid.as_str();
    let mut costs = Vec::new();
    macro_rules! measure {
        ($name:literal, $status:literal, $act:expr) => {{
            let (answer, cost) = metered.cost($act).await;
            costs.push(($name, cost));
            answer.expect($status)
        }};
    }
    let label = |value| {
        [
            ("uid", uid),
            ("key", "document"),
            ("scope", "private"),
            ("value", value),
        ]
    };
    // The first request of a process reads the tables.
    admin.get("/levels").await.expect(200);
    measure!("levels", 200, admin.get("/levels"));
    let path = format!("/users/{uid}");
    measure!("show a user", 200, admin.get(&path));
    measure!("put a label on", 201, admin.post("/users/labels", &label("pending")));
    measure!("decide by a label", 200, admin.put("/users/labels", &label("verified")));
    measure!(
        "take a label off",
        204,
        admin.delete("/users/labels", &label("verified"))
    );
    ada.post("/profiles", &[("confirm", "true")]).await.expect(201);
    let form = [("uid", uid), ("state", "verified")];
    measure!("decide about a profile", 200, admin.put("/profiles", &form));
    let form = [("uid", uid), ("role", "trader")];
    measure!("give a role", 201, admin.post("/users/role", &form));
    let path = format!("/api_keys?uid={uid}");
    measure!("list API keys of a user", 200, admin.get(&path));
    ada.enrol(server).await;
    let form = [("uid", uid), ("otp", "false")];
    measure!("switch codes off for a user", 200, admin.put("/users", &form));
    let form = [("uid", uid), ("state", "banned")];
    measure!("ban a user", 200, admin.put("/users", &form));
    measure!("the same again", 422, admin.put("/users", &form));
    costs
}

/// The first administrator's permissions want what is changed written down: a commit before the operation's own work.
const EXPECTED: &[(&str, usize, &str)] = &[
    ("levels", 1, "get3"),
    ("show a user", 3, "get3 | get1 | query commit1"),
    ("put a label on", 5, "get3 | commit1 | get1 | query | commit5"),
    ("decide by a label", 5, "get3 | commit1 | get1 | query | commit7"),
    ("take a label off", 5, "get3 | commit1 | get1 | query | commit4"),
    ("decide about a profile", 5, "get3 | commit1 | get1 | query | commit10"),
    ("give a role", 5, "get3 | commit1 | get2 | query | commit7"),
    ("list API keys of a user", 3, "get3 | get1 | query get1"),
    (
        "switch codes off for a user",
        5,
        "get3 | commit1 | get2 | query | commit8",
    ),
    ("ban a user", 5, "get3 | commit1 | get2 | query | commit7"),
    ("the same again", 4, "get3 | commit1 | get2 | query"),
];

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_each_operation_costs(#[values(Embedded, DynamoDbLocal)] table: Table) {
    hold("off", table, costs, EXPECTED).await;
}
