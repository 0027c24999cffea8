//! What it costs at the table when administrators change barong's tables and look at what happened.

use rstest::rstest;
use tests::Administrator;
use tests::server::Table::{self, DynamoDbLocal, Embedded};

use super::meter::{Cost, Metered};
use super::operations::{ADA, hold};

/// What each operation costs. In this order, so that each finds what it needs.
async fn costs(metered: &Metered) -> Vec<(&'static str, Cost)> {
    let server = &metered.server;
    let admin = Administrator::first(server).await;
    let ada = server.client().barong().join(ADA).await;
    let mut costs = Vec::new();
    macro_rules! measure {
        ($name:literal, $status:literal, $act:expr) => {{
            let (answer, cost) = metered.cost($act).await;
            costs.push(($name, cost));
            answer.expect($status)
        }};
    }
    let row = [("role", "member"), ("verb", "get"), ("path", "api"), ("action", "drop")];
    measure!("list permissions", 200, admin.get("/permissions"));
    measure!("make a permission", 201, admin.post("/permissions", &row));
    measure!("list permissions, after a change", 200, admin.get("/permissions"));
    let change = [("id", "150"), ("verb", "put")];
    measure!("change a permission", 200, admin.put("/permissions", &change));
    measure!(
        "remove a permission",
        204,
        admin.delete("/permissions", &[("id", "150")])
    );
    measure!(
        "remove one that is not there",
        404,
        admin.delete("/permissions", &[("id", "150")])
    );
    let rule = [("category", "blacklist"), ("scope", "ip"), ("value", "192.0.2.1")];
    measure!("make a restriction", 201, admin.post("/restrictions", &rule));
    measure!("list restrictions", 200, admin.get("/restrictions?category=blacklist"));
    measure!("make the same again", 422, admin.post("/restrictions", &rule));
    let code = [("id", "7"), ("code", "433")];
    measure!("change a restriction", 200, admin.put("/restrictions", &code));
    let value = [("id", "7"), ("value", "192.0.2.2")];
    measure!("make it about something else", 200, admin.put("/restrictions", &value));
    measure!(
        "remove a restriction",
        204,
        admin.delete("/restrictions", &[("id", "7")])
    );
    measure!("make a link", 201, admin.post("/restrictions/whitelink", &[]));
    measure!("activities", 200, admin.get("/activities"));
    let by_email = format!("/activities?email={ADA}");
    measure!("activities of somebody", 200, admin.get(&by_email));
    measure!("activities of nobody", 200, admin.get("/activities?uid=ID0000000000"));
    measure!("audits", 200, admin.get("/activities/admin"));
    let about = format!("/activities/admin?target_uid={}", ada.uid);
    measure!("audits about somebody", 200, admin.get(&about));
    let by = format!("/activities/admin?uid={}", admin.session.uid);
    measure!("audits of an administrator", 200, admin.get(&by));
    measure!("metrics", 200, admin.get("/metrics"));
    costs
}

/// Changes are written down before they are made. Whoever changed the tables reads them again with the next request.
const EXPECTED: &[(&str, usize, &str)] = &[
    ("list permissions", 2, "get3 | get1"),
    ("make a permission", 4, "get3 | commit1 | get2 | commit3"),
    ("list permissions, after a change", 3, "get3 | query | get1"),
    ("change a permission", 4, "get3 | commit1 | get2 | commit2"),
    ("remove a permission", 5, "get3 | query | commit1 | get2 | commit3"),
    ("remove one that is not there", 4, "get3 | query | commit1 | get2"),
    ("make a restriction", 4, "get3 | commit1 | get2 | commit4"),
    ("list restrictions", 3, "get3 | query | get1"),
    ("make the same again", 3, "get3 | commit1 | get2"),
    ("change a restriction", 4, "get3 | commit1 | get2 | commit2"),
    (
        "make it about something else",
        5,
        "get3 | query | commit1 | get2 | commit4",
    ),
    ("remove a restriction", 5, "get3 | query | commit1 | get2 | commit4"),
    ("make a link", 4, "get3 | query | commit1 | commit1"),
    ("activities", 4, "get3 | query | query | get2"),
    ("activities of somebody", 5, "get3 | get1 | query | query | get1"),
    ("activities of nobody", 3, "get3 | get1 | query"),
    ("audits", 4, "get3 | query | query | get1"),
    ("audits about somebody", 3, "get3 | query | query"),
    ("audits of an administrator", 5, "get3 | get1 | query | query | get1"),
    ("metrics", 2, "get3 | query query query query"),
];

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_each_operation_costs(#[values(Embedded, DynamoDbLocal)] table: Table) {
    hold("off", table, costs, EXPECTED).await;
}
