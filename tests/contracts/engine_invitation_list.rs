//! list_invitations.

use std::time::Duration;

use http::Method;
use rstest::rstest;
use serde_json::{Value, json};
use tests::Tenant;
use tests::client::user_id;
use tests::server::Table::{self, DynamoDbLocal, Embedded};
use tests::tenant::FOUNDER;

use super::members;

const PATH: &str = "/api/v1/invitations";
const WEEK: Duration = Duration::from_secs(7 * 24 * 3600);

/// The addresses of a page without their domain, in its order.
fn names(page: &Value) -> Vec<&str> {
    let rows = page["invitations"].as_array().unwrap().iter();
    rows.map(|row| row["email"].as_str().unwrap().split('@').next().unwrap())
        .collect()
}

/// What somebody sees with these parameters.
async fn page(tenant: &Tenant, token: &str, query: &[(&str, &str)]) -> Value {
    let request = tenant.client.request(Method::GET, PATH).query(query);
    let request = request.header("x-auth", token).header("x-organization-id", &tenant.org);
    tenant.client.send(request).await.expect(200).json()
}

/// Five invitations, of which each has another order in everything:
///
/// | made | address | status | role | inviter |
/// |---|---|---|---|---|
/// | 1 | dora | expired | Beta | ada |
/// | 2 | Bob_1 | accepted | gamma | zoe |
/// | 3 | carl | revoked | Beta | ada |
/// | 4 | eve%x | pending | alpha | zoe |
/// | 5 | anna | pending | gamma | ada |
///
/// Returned are tokens of ada and zoe.
async fn five(tenant: &mut Tenant) -> (String, String) {
    let mut roles = Vec::new();
    for name in ["alpha", "Beta", "gamma"] {
        roles.push(tenant.role(name.to_owned().repeat(2).as_str(), &[]).await);
    }
    let [alpha, beta, gamma] = &roles[..] else { panic!() };
    tenant.member("zoe@inviter.example", &["user:org:write"]).await;
    tenant.invite("dora@example.com", beta).await;
    tenant.server.clock.advance(WEEK);
    tenant.sign_in_again().await;
    let zoe = tenant.client.sign_in("zoe@inviter.example").await;
    let invite = async |token: &str, email: &str, role: &str| {
        tenant.server.clock.advance(Duration::from_secs(1));
        let made = tenant.client.invite(token, &tenant.org, email, role).await.expect(201);
        made.json()["id"].as_str().unwrap().to_owned()
    };
    invite(&zoe, "Bob_1@example.com", gamma).await;
    let bob = tenant.client.join("bob_1@example.com").await;
    let token = tenant.client.invitation_token("Bob_1@example.com").await;
    tenant.client.accept(&bob, &token).await.expect(200);
    let carl = invite(&tenant.admin, "carl@example.com", beta).await;
    tenant
        .put(&format!("{PATH}/{carl}/revoke"), &tenant.admin)
        .await
        .expect(200);
    invite(&zoe, "eve%x@other.example", alpha).await;
    invite(&tenant.admin, "anna@example.com", gamma).await;
    (tenant.admin.clone(), zoe)
}

#[rstest]
#[tokio::test]
async fn every_order_in_both_directions(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(mut tenant) = Tenant::on(table).await else {
        return;
    };
    let (ada, _) = five(&mut tenant).await;
    let newest = ["anna", "eve%x", "carl", "Bob_1", "dora"];
    let oldest = ["dora", "Bob_1", "carl", "eve%x", "anna"];
    assert_eq!(names(&page(&tenant, &ada, &[]).await), newest);
    for by in ["created_at", "createdAt", "sentAt", "expires_at", "expiresAt"] {
        for (direction, expected) in [
            ("asc", oldest),
            ("desc", newest),
            ("ASC", newest),
            ("up", newest),
            ("", newest),
        ] {
            let page = page(&tenant, &ada, &[("order_by", by), ("order_dir", direction)]).await;
            assert_eq!(names(&page), expected, "{by} {direction}");
        }
    }
    // Ties by identifier, that is by age.
    for (by, ascending) in [
        ("email", ["anna", "Bob_1", "carl", "dora", "eve%x"]),
        ("status", ["Bob_1", "dora", "eve%x", "anna", "carl"]),
        ("role_name", ["eve%x", "dora", "carl", "Bob_1", "anna"]),
        ("inviter_name", ["dora", "carl", "anna", "Bob_1", "eve%x"]),
    ] {
        let sorted = page(&tenant, &ada, &[("order_by", by), ("order_dir", "asc")]).await;
        assert_eq!(names(&sorted), ascending, "{by}");
        let mut descending = ascending;
        descending.reverse();
        for direction in ["desc", "sideways"] {
            let sorted = page(&tenant, &ada, &[("order_by", by), ("order_dir", direction)]).await;
            assert_eq!(names(&sorted), descending, "{by} {direction}");
        }
        assert_eq!(
            names(&page(&tenant, &ada, &[("order_by", by)]).await),
            descending,
            "{by}"
        );
    }
    // What is no order is the newest first, whatever the direction.
    for by in ["role", "EMAIL", "id", "created_at; DROP TABLE", &"x".repeat(10_000)] {
        let page = page(&tenant, &ada, &[("order_by", by), ("order_dir", "asc")]).await;
        assert_eq!(names(&page), newest, "{by}");
    }
    assert_eq!(names(&page(&tenant, &ada, &[("order_dir", "asc")]).await), oldest);
}

#[tokio::test]
async fn status_is_matched_exactly_and_an_unknown_one_matches_nothing() {
    let mut tenant = Tenant::start().await;
    let (ada, _) = five(&mut tenant).await;
    for (status, found) in [
        ("pending", &["anna", "eve%x"][..]),
        ("accepted", &["Bob_1"]),
        ("expired", &["dora"]),
        ("revoked", &["carl"]),
        ("PENDING", &[]),
        ("pend", &[]),
        ("nonsense", &[]),
        ("%", &[]),
        ("", &["anna", "eve%x", "carl", "Bob_1", "dora"]),
    ] {
        let page = page(&tenant, &ada, &[("status", status)]).await;
        assert_eq!(names(&page), found, "{status}");
        assert_eq!(page["total"], found.len(), "{status}");
        for row in page["invitations"].as_array().unwrap() {
            assert!(row["status"] == status || status.is_empty());
        }
    }
}

#[tokio::test]
async fn an_overdue_one_is_expired_from_its_very_moment() {
    let mut tenant = Tenant::start().await;
    let role = tenant.role("the crowd", &[]).await;
    tenant.invite("bob@example.com", &role).await;
    tenant.server.clock.advance(WEEK - Duration::from_micros(1));
    tenant.sign_in_again().await;
    assert_eq!(page(&tenant, &tenant.admin, &[("status", "pending")]).await["total"], 1);
    tenant.server.clock.advance(Duration::from_micros(1));
    assert_eq!(page(&tenant, &tenant.admin, &[("status", "pending")]).await["total"], 0);
    let expired = page(&tenant, &tenant.admin, &[("status", "expired")]).await;
    assert_eq!(expired["invitations"][0]["status"], "expired");
}

#[tokio::test]
async fn search_is_a_part_of_the_invited_or_the_inviting_address() {
    let mut tenant = Tenant::start().await;
    let (ada, _) = five(&mut tenant).await;
    for (search, found) in [
        ("ANNA@EXAMPLE", &["anna"][..]),
        ("nna@", &["anna"]),
        ("bob_1", &["Bob_1"]),
        ("other.example", &["eve%x"]),
        ("zoe@", &["eve%x", "Bob_1"]),
        ("INVITER", &["eve%x", "Bob_1"]),
        ("ada@example.com", &["anna", "carl", "dora"]),
        ("a@example.com", &["anna", "carl", "dora"]),
        // Literal, no wildcards; and nothing else is searched.
        ("%", &["eve%x"]),
        ("_", &["Bob_1"]),
        ("b_b", &[]),
        ("e%e", &[]),
        ("gamma", &[]),
        ("pending", &[]),
        ("Lovelace", &[]),
        ("*", &[]),
        ("' OR ''='", &[]),
        ("", &["anna", "eve%x", "carl", "Bob_1", "dora"]),
    ] {
        let page = page(&tenant, &ada, &[("search", search)]).await;
        assert_eq!(names(&page), found, "{search}");
        assert_eq!(page["total"], found.len(), "{search}");
    }
    let long = "a".repeat(10_000);
    assert_eq!(page(&tenant, &ada, &[("search", &long)]).await["total"], 0);
    let all = [
        ("search", "zoe"),
        ("status", "pending"),
        ("order_by", "email"),
        ("order_dir", "asc"),
    ];
    assert_eq!(names(&page(&tenant, &ada, &all).await), ["eve%x"]);
}

#[tokio::test]
async fn pages_are_cut_and_echoed() {
    let mut tenant = Tenant::start().await;
    let (ada, _) = five(&mut tenant).await;
    let all = ["anna", "eve%x", "carl", "Bob_1", "dora"];
    for (number, size, rows, shown_number, shown_size) in [
        ("1", "2", 0..2, 1, 2),
        ("2", "2", 2..4, 2, 2),
        ("3", "2", 4..5, 3, 2),
        ("4", "2", 0..0, 4, 2),
        ("0", "0", 0..5, 1, 10),
        ("-1", "-7", 0..5, 1, 10),
        ("x", "y", 0..5, 1, 10),
        ("", "", 0..5, 1, 10),
        ("1000000", "1000000", 0..0, 1_000_000, 100),
        ("1", "1000000", 0..5, 1, 100),
        ("99999999999999999999", "1.5", 0..5, 1, 10),
    ] {
        // By the table's own order, and by one that is made.
        for order in ["created_at", "nonsense", "expires_at"] {
            let query = [("page", number), ("page_size", size), ("order_by", order)];
            let plain = page(&tenant, &ada, &query).await;
            let searched = page(&tenant, &ada, &[query[0], query[1], query[2], ("search", "@")]).await;
            assert_eq!(plain, searched);
            assert_eq!(names(&plain), all[rows.clone()], "{query:?}");
            let numbers = (&plain["total"], &plain["page"], &plain["size"]);
            assert_eq!(
                numbers,
                (&json!(5), &json!(shown_number), &json!(shown_size)),
                "{query:?}"
            );
            assert_eq!(members(&plain), ["invitations", "page", "size", "total"]);
        }
    }
}

#[tokio::test]
async fn only_of_this_organization_and_empty_at_first() {
    let tenant = Tenant::start().await;
    assert_eq!(
        page(&tenant, &tenant.admin, &[]).await,
        json!({ "invitations": [], "total": 0, "page": 1, "size": 10 })
    );
    let elsewhere = tenant.client.found(&tenant.admin, "Elsewhere").await;
    let role = tenant.client.make_role(&tenant.admin, &elsewhere, "foreign").await;
    tenant
        .client
        .invite(&tenant.admin, &elsewhere, "bob@example.com", &role)
        .await
        .expect(201);
    assert_eq!(page(&tenant, &tenant.admin, &[]).await["total"], 0);
    assert_eq!(
        page(&tenant, &tenant.admin, &[("org_id", &elsewhere)]).await["total"],
        0
    );
    // The home organization sees no further either.
    let root = tenant.client.admin().await;
    let home = tenant.client.call(Method::GET, PATH, &root).await.expect(200).json();
    assert_eq!(home["total"], 0);
    tenant.get(PATH, &root).await.expect_engine_error(403, &[]);
}

#[tokio::test]
async fn with_scope_own_one_sees_those_that_one_sent() {
    let tenant = Tenant::start().await;
    let role = tenant.role("the crowd", &[]).await;
    let zoe = tenant.member("zoe@example.com", &["user:own:write"]).await;
    tenant.invite("bob@example.com", &role).await;
    assert_eq!(page(&tenant, &zoe, &[]).await["total"], 0);
    tenant.tick();
    tenant
        .client
        .invite(&zoe, &tenant.org, "carl@example.com", &role)
        .await
        .expect(201);
    for query in [
        &[][..],
        &[("search", "@example")],
        &[("status", "pending")],
        &[("order_by", "email")],
    ] {
        let page = page(&tenant, &zoe, query).await;
        assert_eq!((names(&page), &page["total"]), (vec!["carl"], &json!(1)), "{query:?}");
        assert_eq!(page["invitations"][0]["inviter"]["id"], *user_id(&zoe));
    }
    assert_eq!(page(&tenant, &zoe, &[("search", "bob")]).await["total"], 0);
    assert_eq!(page(&tenant, &zoe, &[("search", FOUNDER)]).await["total"], 0);
    assert_eq!(page(&tenant, &tenant.admin, &[]).await["total"], 2);
}

#[tokio::test]
async fn a_role_is_shown_by_the_name_of_now_and_by_the_first_one_when_it_is_gone() {
    let tenant = Tenant::start().await;
    let role = tenant.role("the crowd", &[]).await;
    let made = tenant.invite("bob@example.com", &role).await;
    let path = format!("/api/v1/roles/{role}");
    tenant
        .call(Method::PUT, &path, &tenant.admin, &json!({ "name": "the team" }))
        .await
        .expect(201);
    for query in [&[][..], &[("search", "bob")]] {
        assert_eq!(
            page(&tenant, &tenant.admin, query).await["invitations"][0]["role"],
            json!({ "id": role, "name": "the team" })
        );
    }
    let revoke = format!("{PATH}/{}/revoke", made["id"].as_str().unwrap());
    tenant.put(&revoke, &tenant.admin).await.expect(200);
    tenant.delete(&path, &tenant.admin).await.expect(200);
    for query in [&[][..], &[("search", "bob")]] {
        assert_eq!(
            page(&tenant, &tenant.admin, query).await["invitations"][0]["role"],
            json!({ "id": role, "name": "the crowd" })
        );
    }
}

#[tokio::test]
async fn it_needs_a_permission_that_implies_reading_users() {
    let tenant = Tenant::start().await;
    for (n, (permission, status)) in [
        ("user:own:read", 200),
        ("user:all:update", 200),
        ("user:all:create", 403),
        ("role:all:write", 403),
    ]
    .into_iter()
    .enumerate()
    {
        let token = tenant.member(&format!("member{n}@example.com"), &[permission]).await;
        assert_eq!(tenant.get(PATH, &token).await.status, status, "{permission}");
    }
    tenant.get(PATH, "a.b.c").await.expect_engine_error(401, &[]);
}
