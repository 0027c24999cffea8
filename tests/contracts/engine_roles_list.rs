//! list_roles.

use std::time::Duration;

use http::Method;
use rstest::rstest;
use serde_json::{Value, json};
use tests::client::user_id;
use tests::server::Table::{self, DynamoDbLocal, Embedded};

use super::house::{HOME, House};
use super::members;

const ROLES: &str = "/api/v1/roles";

/// The names on a page.
fn names(page: &Value) -> Vec<&str> {
    let roles = page["roles"].as_array().unwrap();
    roles.iter().map(|role| role["name"].as_str().unwrap()).collect()
}

/// What a list that begins so shows to the administrator.
async fn begins(house: &House, prefix: &str) -> Value {
    let request = house.client.request(Method::GET, ROLES).header("x-auth", &house.owner);
    let request = request.header("x-organization-id", &house.org);
    let answer = house.client.send(request.query(&[("role_name", prefix)])).await;
    answer.expect(200).json()
}

#[rstest]
#[tokio::test]
async fn a_page_shows_every_member(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(house) = House::on(table).await else { return };
    let answer = house.get(ROLES).await.expect(200);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    let page = answer.json();
    assert_eq!(members(&page), ["page", "roles", "size", "total"]);
    assert_eq!(
        (&page["page"], &page["size"], &page["total"]),
        (&json!(1), &json!(10), &json!(1))
    );
    let role = &page["roles"][0];
    assert_eq!(members(role), ["description", "extraAttrs", "id", "name", "userCount"]);
    assert_eq!(
        (&role["name"], &role["extraAttrs"], &role["userCount"]),
        (&json!("Admin"), &Value::Null, &json!(1))
    );
    assert!(role["id"].as_str().is_some_and(|id| id.len() == 26) && role["description"].is_string());
}

#[rstest]
#[tokio::test]
async fn pages_follow_each_other_from_the_oldest_role_on(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(house) = House::on(table).await else { return };
    let mut all = vec!["Admin".to_owned()];
    for number in 0..12 {
        house.server.clock.advance(Duration::from_millis(1));
        // Not in the order of their names.
        let name = format!("Role {}", (number * 5) % 12);
        house.role(&name).await;
        all.push(name);
    }
    let admin = house.client.admin().await;
    for size in [1, 5, 13, 100] {
        let mut shown = Vec::new();
        for page in 1..=13_usize.div_ceil(size) + 1 {
            let path = format!("{ROLES}?page={page}&page_size={size}");
            let answer = house.get(&path).await.expect(200).json();
            assert_eq!(
                (&answer["total"], &answer["page"], &answer["size"]),
                (&json!(13), &json!(page), &json!(size))
            );
            shown.extend(names(&answer).into_iter().map(str::to_owned));
            // With a filter that lets everything but the Admin through.
            let filtered = house.get(&format!("{path}&role_name=role")).await.expect(200).json();
            assert_eq!(filtered["total"], 12);
            let from = (1 + (page - 1) * size).min(all.len());
            assert_eq!(names(&filtered), all[from..(from + size).min(all.len())]);
        }
        assert_eq!(shown, all, "pages of {size}");
        // The home organization, whose own roles are older, lists them in the same order.
        let path = format!("{ROLES}?page_size=100");
        let everywhere = house
            .client
            .call_in(HOME, Method::GET, &path, &admin, &Value::Null)
            .await;
        let everywhere = everywhere.expect(200).json();
        assert_eq!(
            (&names(&everywhere)[..2], everywhere["total"].as_u64()),
            (&["admin", "Super Admin"][..], Some(15))
        );
        assert_eq!(names(&everywhere)[2..], all);
    }
}

#[tokio::test]
async fn roles_of_one_moment_have_an_order_too() {
    let house = House::new().await;
    for number in 0..9 {
        house.role(&format!("Role {number}")).await;
    }
    let id = |role: &Value| role["id"].as_str().unwrap().to_owned();
    let whole: Vec<String> = house.roles().await.iter().map(id).collect();
    assert!(whole.is_sorted(), "{whole:?}");
    let mut paged = Vec::new();
    for page in 1..=5 {
        let answer = house
            .get(&format!("{ROLES}?page={page}&page_size=2"))
            .await
            .expect(200)
            .json();
        paged.extend(answer["roles"].as_array().unwrap().iter().map(id));
    }
    assert_eq!(paged, whole);
}

#[tokio::test]
async fn what_is_no_page_is_the_first_one() {
    let house = House::new().await;
    for (query, page, size, shown) in [
        ("page=0", 1, 10, 1),
        ("page=-1", 1, 10, 1),
        ("page=two&page_size=many", 1, 10, 1),
        ("page=&page_size=", 1, 10, 1),
        ("page=1.5&page_size=1e2", 1, 10, 1),
        ("page_size=0", 1, 10, 1),
        ("page_size=-5", 1, 10, 1),
        ("page=99999999999999999999&page_size=99999999999999999999", 1, 10, 1),
        ("page=%FF&page_size=%00", 1, 10, 1),
        ("page[]=2&page_size[]=2", 1, 10, 1),
        ("PAGE=2", 1, 10, 1),
        ("&&&=&page", 1, 10, 1),
        ("page=2", 2, 10, 0),
        ("page=1000000", 1_000_000, 10, 0),
        ("page=1000000&page_size=1000000", 1_000_000, 100, 0),
        ("page_size=1000000", 1, 100, 1),
        ("page_size=101", 1, 100, 1),
        ("page=9223372036854775807&page_size=100", i64::MAX, 100, 0),
    ] {
        for filter in ["", "&role_name=a"] {
            let answer = house.get(&format!("{ROLES}?{query}{filter}")).await.expect(200).json();
            assert_eq!(
                (&answer["page"], &answer["size"], &answer["total"]),
                (&json!(page), &json!(size), &json!(1)),
                "{query}{filter}"
            );
            assert_eq!(names(&answer).len(), shown, "{query}{filter}");
        }
    }
}

#[rstest]
#[tokio::test]
async fn a_name_is_searched_by_what_it_begins_with(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(mut house) = House::on(table).await else {
        return;
    };
    for name in [
        "100% sure",
        "1000 mice",
        "a_bc",
        "abbc",
        "dev 1",
        "dev 1#2",
        "Team A",
        "Teamwork",
        "ÄRZTE",
        "back\\slash",
    ] {
        house.server.clock.advance(Duration::from_millis(1));
        house.role(name).await;
    }
    let cases: &[(&str, &[&str])] = &[
        ("a", &["Admin", "a_bc", "abbc"]),
        ("ADM", &["Admin"]),
        ("admin", &["Admin"]),
        ("admins", &[]),
        ("dmin", &[]),
        ("100", &["100% sure", "1000 mice"]),
        ("100%", &["100% sure"]),
        ("%", &[]),
        ("%dmin", &[]),
        ("_", &[]),
        ("a_", &["a_bc"]),
        ("a_b", &["a_bc"]),
        ("a.b", &[]),
        ("*", &[]),
        ("a*", &[]),
        ("?dmin", &[]),
        ("back\\", &["back\\slash"]),
        ("\\", &[]),
        ("dev 1", &["dev 1", "dev 1#2"]),
        ("dev 1#", &["dev 1#2"]),
        ("dev 1#0", &[]),
        ("team", &["Team A", "Teamwork"]),
        ("team ", &["Team A"]),
        ("ärz", &["ÄRZTE"]),
        ("a\u{308}rz", &["ÄRZTE"]),
        ("' OR 1=1 --", &[]),
        ("\0", &[]),
        ("\u{10ffff}", &[]),
    ];
    for (prefix, found) in cases {
        let page = begins(&house, prefix).await;
        assert_eq!(names(&page), *found, "{prefix:?}");
        assert_eq!(page["total"], found.len(), "{prefix:?}");
    }
    assert_eq!(
        begins(&house, "").await["total"],
        11,
        "nothing to search for is no filter"
    );
    let all = house.get(&format!("{ROLES}?role_name=%FF%FE")).await.expect(200).json();
    assert_eq!(all["total"], 0, "no text is the beginning of no name");
    for long in ["x".repeat(10_000), "\u{fdfa}".repeat(300)] {
        assert_eq!(begins(&house, &long).await["total"], 0);
    }
    // The home organization searches the names of all.
    (house.owner, house.org) = (house.client.admin().await, HOME.to_owned());
    for (prefix, found) in cases {
        let page = begins(&house, prefix).await;
        let total = page["total"].as_u64().unwrap();
        let mut others = names(&page);
        // The home organization's own, which makes an administrator of identity-server.
        others.retain(|name| *name != "admin");
        assert_eq!(others, *found, "{prefix:?}");
        assert_eq!(names(&page).len(), usize::try_from(total).unwrap(), "{prefix:?}");
    }
    assert_eq!(names(&begins(&house, "super").await), ["Super Admin"]);
}

#[tokio::test]
async fn an_organization_sees_its_own_roles_and_the_home_organization_those_of_all() {
    let house = House::new().await;
    house.role("Clerk").await;
    house.server.clock.advance(Duration::from_millis(1));
    let second = house.client.found(&house.owner, "Second").await;
    house.server.clock.advance(Duration::from_millis(1));
    house.client.make_role(&house.owner, &second, "Porter").await;
    let admin = house.client.admin().await;
    let list = async |org: &str, token: &str, query: &str| {
        let path = format!("{ROLES}{query}");
        let answer = house.client.call_in(org, Method::GET, &path, token, &Value::Null).await;
        answer.expect(200).json()
    };
    let own = list(&house.org, &house.owner, "").await;
    assert_eq!((names(&own), own["total"].as_u64()), (vec!["Admin", "Clerk"], Some(2)));
    let others = list(&second, &house.owner, "").await;
    assert_eq!(
        (names(&others), others["total"].as_u64()),
        (vec!["Admin", "Porter"], Some(2))
    );
    let filtered = list(&second, &house.owner, "?role_name=c").await;
    assert_eq!(filtered["total"], 0);
    let all = list(HOME, &admin, "").await;
    let mut all_names = names(&all);
    all_names.sort_unstable();
    assert_eq!(all_names, ["Admin", "Admin", "Clerk", "Porter", "Super Admin", "admin"]);
    assert_eq!(all["total"], 6);
    assert_eq!(list(HOME, &admin, "?role_name=admin").await["total"], 3);
    // What goes is gone from both.
    let clerk = own["roles"][1]["id"].as_str().unwrap();
    let gone = house
        .call(Method::DELETE, &format!("{ROLES}/{clerk}"), &Value::Null)
        .await;
    gone.expect(200);
    assert_eq!(list(HOME, &admin, "").await["total"], 5);
    assert_eq!(list(HOME, &admin, "?role_name=clerk").await["total"], 0);
    assert_eq!(list(&house.org, &house.owner, "").await["total"], 1);
}

#[rstest]
#[tokio::test]
async fn a_role_counts_the_users_who_have_it(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(house) = House::on(table).await else { return };
    let ada = house.member("ada", &[]).await;
    let bob = house.client.join("bob@example.com").await;
    let count = async |role: &str| {
        let roles = house.roles().await;
        let role = roles.iter().find(|listed| listed["id"] == role).unwrap();
        role["userCount"].as_u64().unwrap()
    };
    let other = house.role("Another").await;
    assert_eq!((count(&ada.role).await, count(&other).await), (1, 0));
    house.bind(&user_id(&bob), &ada.role).await;
    house.bind(&ada.id, &other).await;
    assert_eq!((count(&ada.role).await, count(&other).await), (2, 1));
    // What is refused is not counted.
    let again = house.client.bind(&house.owner, &house.org, &ada.id, &other).await;
    again.expect_engine_error(409, &["Error"]);
    assert_eq!(count(&other).await, 1);
    house.unbind(&ada.id, &other).await;
    let again = house.client.unbind(&house.owner, &house.org, &ada.id, &other).await;
    again.expect_engine_error(409, &["Error"]);
    assert_eq!((count(&ada.role).await, count(&other).await), (2, 0));
    // An invitation is nobody yet; an acceptance is.
    let invited = house
        .client
        .invite(&house.owner, &house.org, "eve@example.com", &other)
        .await;
    invited.expect(201);
    assert_eq!(count(&other).await, 0);
    let eve = house.client.join("eve@example.com").await;
    let link = house.client.invitation_token("eve@example.com").await;
    house.client.accept(&eve, &link).await.expect(200);
    assert_eq!(count(&other).await, 1);
}
