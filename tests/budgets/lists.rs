//! What lists cost: what is on the page and before it, whoever else is in the table.

use shared::ids::OrgId;

use super::large::{Bill, Large};

/// A list, how many waits and units it may cost, and how many rows and how many in all it shows.
type Line = (&'static str, usize, f64, usize, u64);

/// The queries of a page of users are under way together. On a busy machine the last may begin when the first has ended,
/// which counts as a wait more: these lines allow for it.
const TENANT: &[Line] = &[
    ("/api/v1/users", 4, 18.0, 10, 10_002),
    ("/api/v1/users?page=500", 6, 240.0, 10, 10_002),
    ("/api/v1/users?page=5000", 2, 5.0, 0, 10_002),
    ("/api/v1/users?search_prefix=member77", 7, 460.0, 10, 111),
    ("/api/v1/users?status=inactive", 5, 450.0, 0, 0),
    ("/api/v1/users?role_id=clerk", 8, 460.0, 10, 10_001),
    ("/api/v1/roles", 2, 6.0, 10, 992),
    ("/api/v1/roles?page=90", 3, 60.0, 10, 992),
    ("/api/v1/roles?role_name=role77", 3, 15.0, 10, 11),
    ("/api/v1/invitations", 3, 7.0, 10, 10_001),
    ("/api/v1/invitations?page=500", 5, 470.0, 10, 10_001),
    ("/api/v1/invitations?status=pending", 5, 980.0, 10, 10_001),
    ("/api/v1/invitations?search=guest77", 5, 980.0, 10, 111),
    ("/api/v1/invitations?order_by=email", 5, 980.0, 10, 10_001),
];

/// Those that are counted before there are other organizations as well.
const ALONE: [&str; 5] = [
    "/api/v1/users",
    "/api/v1/users?page=500",
    "/api/v1/roles",
    "/api/v1/roles?role_name=role77",
    "/api/v1/invitations",
];

/// The home organization's roles are everybody's.
const HOME: &[Line] = &[
    ("/api/v1/roles", 3, 35.0, 10, 100_994),
    ("/api/v1/roles?page=500", 5, 190.0, 10, 100_994),
    ("/api/v1/roles?role_name=role7777", 3, 25.0, 10, 11),
    ("/api/v1/users", 3, 10.0, 1, 1),
];

fn assert_bills(bills: &[(&'static str, Bill)], lines: &[Line]) {
    let mut wrong = Vec::new();
    for ((path, bill), (known, waits, read, rows, total)) in bills.iter().zip(lines) {
        assert_eq!(path, known);
        let is_right = bill.waits <= *waits && bill.read <= *read && (bill.rows, bill.total) == (*rows, *total);
        if !is_right {
            wrong.push(format!("{path}: {bill:?}"));
        }
    }
    assert!(
        wrong.is_empty() && bills.len() == lines.len(),
        "{wrong:#?}, of {bills:#?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_costs_what_is_on_the_page_and_before_it() {
    let large = Large::start().await;
    large.fill().await;
    let alone = large.lists(ALONE.into_iter()).await;
    large.others().await;
    let bills = large.lists(TENANT.iter().map(|(path, ..)| *path)).await;
    assert_bills(&bills, TENANT);
    for (path, before) in alone {
        let after = bills.iter().find(|(known, _)| *known == path).unwrap().1;
        let without_waits = |bill: Bill| Bill { waits: 0, ..bill };
        assert_eq!(without_waits(before), without_waits(after), "{path}, among others");
    }
    let admin = large.client.admin().await;
    let home = OrgId::HOME.to_string();
    let mut bills = Vec::new();
    for (path, ..) in HOME {
        bills.push((*path, large.cost(&home, &admin, path).await));
    }
    assert_bills(&bills, HOME);
}
