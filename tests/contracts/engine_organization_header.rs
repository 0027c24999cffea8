//! X-Organization-Id: in which organization a request acts.

use http::Method;
use rstest::rstest;
use serde_json::{Value, json};
use tests::client::user_id;
use tests::server::Table::{self, DynamoDbLocal, Embedded};
use tests::{Answer, Client};

use super::house::{HOME, House, no_identifiers, segment};

pub const ROLES: &str = "/api/v1/roles";

/// Sends a body that is no JSON, with these headers.
pub async fn send(client: &Client, method: &Method, path: &str, token: Option<&str>, org: Option<&str>) -> Answer {
    let mut request = client.request(method.clone(), path).body("{ no JSON");
    if let Some(token) = token {
        request = request.header("x-auth", token);
    }
    if let Some(org) = org {
        request = request.header("x-organization-id", org);
    }
    client.send(request).await
}

/// The names of the roles that somebody sees, where the header says so; `None` for 403.
async fn sees(client: &Client, token: &str, org: Option<&str>) -> Option<Vec<String>> {
    let answer = send(
        client,
        &Method::GET,
        &format!("{ROLES}?page_size=100"),
        Some(token),
        org,
    )
    .await;
    if answer.status == 403 {
        answer.expect_engine_error(403, &[]);
        return None;
    }
    let page = answer.expect(200).json();
    let roles = page["roles"].as_array().unwrap();
    let mut names: Vec<String> = roles
        .iter()
        .map(|role| role["name"].as_str().unwrap().to_owned())
        .collect();
    names.sort_unstable();
    Some(names)
}

fn names(names: &[&str]) -> Option<Vec<String>> {
    Some(names.iter().map(|name| (*name).to_owned()).collect())
}

#[rstest]
#[tokio::test]
async fn without_a_header_it_is_the_home_organization_or_the_only_one(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(house) = House::on(table).await else { return };
    let client = &house.client;
    let root = client.admin().await;
    let ada = client.join("ada@example.com").await;
    let id = user_id(&ada);
    let stale = [ada.clone(), String::new()];
    // Of no organization; then of one, of two, and of these and the home organization. The first token names none of
    // them, the second all that there were when it was made.
    let check = async |tokens: &[String; 2], seen: Option<Vec<String>>| {
        for token in tokens.iter().filter(|token| !token.is_empty()) {
            assert_eq!(sees(client, token, None).await, seen);
        }
    };
    let renewed = async || {
        client
            .call(Method::POST, "/api/v1/renew", &ada)
            .await
            .expect(202)
            .text()
    };
    check(&stale, None).await;

    let reader = house.role("Acme reader").await;
    house.grant(&reader, "role:org:read").await;
    house.bind(&id, &reader).await;
    let of_one = [ada.clone(), renewed().await];
    check(&of_one, names(&["Acme reader", "Admin"])).await;

    let second = client.found(&ada, "Second").await;
    let of_two = [of_one[1].clone(), renewed().await];
    check(&of_one, None).await;
    check(&of_two, None).await;

    let porter = client.make_role(&root, HOME, "Porter").await;
    client.grant(&root, HOME, &porter, "role:own:read").await.expect(200);
    client.bind(&root, HOME, &id, &porter).await.expect(200);
    let everything = names(&["Acme reader", "Admin", "Admin", "Porter", "Super Admin", "admin"]);
    let of_three = [of_two[1].clone(), renewed().await];
    check(&of_one, everything.clone()).await;
    check(&of_three, everything.clone()).await;

    // And back again.
    client.unbind(&root, HOME, &id, &porter).await.expect(200);
    check(&of_three, None).await;
    house.unbind(&id, &reader).await;
    check(&of_three, names(&["Admin"])).await;
    assert_eq!(sees(client, &of_three[1], Some(&second)).await, names(&["Admin"]));
}

#[rstest]
#[tokio::test]
async fn what_the_header_says_counts(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(house) = House::on(table).await else { return };
    let client = &house.client;
    let root = client.admin().await;
    house.role("Clerk").await;
    let second = client.found(&house.owner, "Second").await;
    let porter = client.make_role(&root, HOME, "Porter").await;
    client
        .bind(&root, HOME, &user_id(&house.owner), &porter)
        .await
        .expect(200);
    let fresh = client.sign_in("owner@example.com").await;
    for token in [&house.owner, &fresh] {
        assert_eq!(sees(client, token, Some(&house.org)).await, names(&["Admin", "Clerk"]));
        assert_eq!(sees(client, token, Some(&second)).await, names(&["Admin"]));
        // In the home organization there is no permission; that one has it elsewhere does not help.
        assert_eq!(sees(client, token, Some(HOME)).await, None);
        assert_eq!(sees(client, token, None).await, None);
    }
}

#[tokio::test]
async fn a_header_that_names_nothing_of_ones_own_is_never_replaced() {
    let house = House::new().await;
    let client = &house.client;
    let root = client.admin().await;
    let stranger = client.join("stranger@example.com").await;
    let foreign = client.found(&stranger, "Foreign").await;
    let mut orgs: Vec<String> = no_identifiers(&house.org)
        .into_iter()
        .filter(|id| id.bytes().all(|byte| byte.is_ascii_graphic()) && id != HOME)
        .collect();
    orgs.extend([
        foreign,
        user_id(&house.owner),
        format!("{},{}", house.org, house.org),
        format!("\"{}\"", house.org),
        segment(&format!("{} ", house.org)),
        "undefined".to_owned(),
    ]);
    for org in &orgs {
        // Whether there is such an organization is not told.
        for token in [&house.owner, &root] {
            let answer = send(client, &Method::GET, ROLES, Some(token), Some(org)).await;
            let body = answer.expect_engine_error(403, &[]).json();
            let unknown = send(
                client,
                &Method::GET,
                ROLES,
                Some(token),
                Some("01ARZ3NDEKTSV4RRFFQ69G5FAV"),
            )
            .await;
            assert_eq!(body, unknown.json(), "{org:.40}");
        }
    }
    for bytes in [&b"\xff\xfe"[..], b"\xe2\x82\xac", &house.org.as_bytes()[..25]] {
        let request = client.request(Method::GET, ROLES).header("x-auth", &house.owner);
        let request = request.header("x-organization-id", http::HeaderValue::from_bytes(bytes).unwrap());
        client.send(request).await.expect_engine_error(403, &[]);
    }
    // The home organization's administrator has no power inside others.
    assert_eq!(sees(client, &root, Some(&house.org)).await, None);
    let made = client
        .call_in(&house.org, Method::POST, ROLES, &root, &json!({ "name": "Mole" }))
        .await;
    made.expect_engine_error(403, &[]);
}

#[tokio::test]
async fn a_route_that_asks_for_no_permission_does_not_look_at_it() {
    let house = House::new().await;
    let client = &house.client;
    let detail = format!("/api/v1/organizations/{}", house.org);
    for org in ["nonsense", HOME, "01ARZ3NDEKTSV4RRFFQ69G5FAV"] {
        client
            .call_in(org, Method::GET, "/api/v1/me", &house.owner, &Value::Null)
            .await
            .expect(200);
        client
            .call_in(org, Method::GET, &detail, &house.owner, &Value::Null)
            .await
            .expect(200);
        client
            .call_in(org, Method::POST, "/api/v1/renew", &house.owner, &Value::Null)
            .await
            .expect(202);
        let body = json!({ "name": "Another", "email": "office@example.com" });
        client
            .call_in(org, Method::POST, "/api/v1/organizations", &house.owner, &body)
            .await
            .expect(200);
        let path = "/api/v1/invitations/accept?token=unknown";
        let accepted = client.call_in(org, Method::GET, path, &house.owner, &Value::Null).await;
        accepted.expect_engine_error(400, &["token"]);
    }
    let token = client.sign_in("owner@example.com").await;
    client
        .call_in("nonsense", Method::POST, "/api/v1/signout", &token, &Value::Null)
        .await
        .expect(200);
}
