//! What it costs at the table when administrators change barong's tables and look at what happened.

use std::time::Duration;

use dynoxide::Item;
use rstest::rstest;
use shared::ids::UserId;
use shared::store::sieve::MOST_LOOKED_AT;
use tests::Administrator;
use tests::server::Table::{self, DynamoDbLocal, Embedded};

use super::barong_admin_lists::{Bill, Town, item};
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
    ("activities of somebody", 4, "get3 | get1 | query | get1"),
    ("activities of nobody", 2, "get3 | get1"),
    ("audits", 4, "get3 | query | query | get1"),
    ("audits about somebody", 2, "get3 | query"),
    ("audits of an administrator", 4, "get3 | get1 | query | get1"),
    ("metrics", 2, "get3 | query query query query"),
];

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_each_operation_costs(#[values(Embedded, DynamoDbLocal)] table: Table) {
    hold("off", table, costs, EXPECTED).await;
}

/// The month in which much happens, and its first moment.
const BUSY: (&str, u64) = ("2026-04", 1_775_001_600_000);

/// The n-th sign-in of that month, and what the edge wrote down at the same moment.
fn happened(n: usize) -> [Item; 2] {
    let id = UserId::first_of(BUSY.1 + n as u64 * 50).to_string();
    let (of, month, log) = (
        UserId::first_of(7),
        format!("ACTIVITIES#{}", BUSY.0),
        format!("AUDIT#{}", BUSY.0),
    );
    let (of_one, whose, at) = (
        format!("ACTIVITY#{of}"),
        of.to_string(),
        format!("{}-01T00:00:00Z", BUSY.0),
    );
    let both = [
        ("sk", id.as_str()),
        ("id", &id),
        ("user_id", &whose),
        ("ip", "192.0.2.1"),
        ("user_agent", "-"),
        ("at", &at),
    ];
    let activity = [
        ("pk", of_one.as_str()),
        ("gsi2pk", &month),
        ("gsi2sk", &id),
        ("topic", "session"),
        ("action", "login"),
    ];
    let activity = [&both[..], &activity, &[("outcome", "succeed")]].concat();
    let audit = [
        ("pk", log.as_str()),
        ("topic", "users"),
        ("action", "update"),
        ("result", "denied"),
    ];
    let audit = [
        &both[..],
        &audit,
        &[("uid", "ID1"), ("email", "a@example.com"), ("data", "{}")],
    ]
    .concat();
    [item("activity", &activity), item("audit", &audit)]
}

/// What lists cost when so much has happened, and how much of it they found.
async fn bills(town: &mut Town, from: usize, to: usize) -> Vec<(Bill, u64)> {
    let items: Vec<Item> = (from..to).flat_map(happened).collect();
    town.counted.import(&items);
    let admin = Administrator::first(town.counted.server()).await;
    town.administrator(admin);
    // The process knows the tables then.
    town.bill("/levels").await;
    let mut bills = Vec::new();
    for path in [
        "/activities",
        "/activities?topic=password",
        "/activities/admin?limit=1&page=3",
    ] {
        // What was read before is written down in the other log.
        bills.push(town.bill(path).await);
    }
    bills
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_a_log_costs_the_same_however_long_it_is() {
    let mut town = Town::found().await;
    town.counted.server().clock.advance(Duration::from_secs(50 * 24 * 3600));
    let few = bills(&mut town, 0, 11_000).await;
    let many = bills(&mut town, 11_000, 22_000).await;
    let found = |bills: &[(Bill, u64)]| bills.iter().map(|(_, found)| *found).collect::<Vec<_>>();
    let all = MOST_LOOKED_AT as u64;
    assert_eq!([found(&few), found(&many)], [[all, 0, all]; 2]);
    for ((few, _), (many, _)) in few.iter().zip(&many) {
        assert_eq!(few.0, many.0, "calls");
        assert!((few.1 - many.1).abs() < 10.0 && many.1 < 1500.0, "{few:?} {many:?}");
    }
}
