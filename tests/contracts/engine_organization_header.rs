//! X-Organization-Id, and the order in which a guarded route looks at a request.

use http::Method;
use rstest::rstest;
use serde_json::{Value, json};
use tests::client::user_id;
use tests::server::Table::{self, DynamoDbLocal, Embedded};
use tests::{Answer, Client};

use super::house::{HOME, House, no_identifiers, segment};

const ROLES: &str = "/api/v1/roles";

/// Every route that asks for a permission, and which one. What stands for an identifier names nothing.
fn guarded() -> Vec<(Method, String, &'static str)> {
    let nothing = "01ARZ3NDEKTSV4RRFFQ69G5FAV";
    let session = "6b8f9a1e-3c5d-4e7f-8a9b-0c1d2e3f4a5b";
    let route = |method: Method, path: &str, permission| (method, format!("/api/v1{path}"), permission);
    vec![
        route(Method::GET, "/users", "user:*:read"),
        route(Method::PUT, &format!("/users/{nothing}/activate"), "user:*:update"),
        route(Method::PUT, &format!("/users/{nothing}/deactivate"), "user:*:update"),
        route(Method::GET, "/roles", "role:*:read"),
        route(Method::POST, "/roles", "role:*:write"),
        route(Method::PUT, &format!("/roles/{nothing}"), "role:*:write"),
        route(Method::DELETE, &format!("/roles/{nothing}"), "role:*:delete"),
        route(Method::POST, &format!("/roles/{nothing}/permissions"), "role:*:read"),
        route(Method::GET, &format!("/roles/{nothing}/permissions"), "role:*:read"),
        route(Method::POST, "/roles/bind-permission", "role:*:write"),
        route(Method::POST, "/roles/unbind-permission", "role:*:write"),
        route(Method::POST, "/roles/bind-user", "user:*:update"),
        route(Method::POST, "/roles/unbind-user", "user:*:update"),
        route(Method::POST, "/permissions", "permission:all:write"),
        route(Method::GET, "/master-data/actions", "masterdata:*:read"),
        route(Method::GET, "/master-data/resources", "masterdata:*:read"),
        route(Method::GET, "/master-data/scopes", "masterdata:*:read"),
        route(Method::GET, "/invitations", "user:*:read"),
        route(Method::POST, "/invitations", "user:*:write"),
        route(Method::POST, &format!("/invitations/{nothing}/resend"), "user:*:write"),
        route(Method::PUT, &format!("/invitations/{nothing}/revoke"), "user:*:write"),
        route(Method::DELETE, &format!("/invitations/{nothing}"), "user:*:write"),
        route(Method::GET, &format!("/sessions/users/{nothing}"), "session:all:read"),
        route(Method::DELETE, &format!("/sessions/{session}"), "session:all:delete"),
        route(
            Method::DELETE,
            &format!("/sessions/users/{nothing}"),
            "session:all:delete",
        ),
        route(
            Method::DELETE,
            &format!("/users/{nothing}/sessions"),
            "session:all:delete",
        ),
    ]
}

/// Sends a body that is no JSON, with these headers.
async fn send(client: &Client, method: &Method, path: &str, token: Option<&str>, org: Option<&str>) -> Answer {
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

#[tokio::test]
async fn token_then_organization_then_permission_then_body() {
    let house = House::new().await;
    let client = &house.client;
    let stranger = client.join("stranger@example.com").await;
    let nobody = house.member("nobody", &["inventory:all:write"]).await;
    let over = client.join("over@example.com").await;
    client.call(Method::POST, "/api/v1/signout", &over).await.expect(200);
    for (method, path, permission) in guarded() {
        // No token in force: whatever else there is.
        for token in [None, Some(""), Some("a.b.c"), Some("nonsense"), Some(over.as_str())] {
            for org in [None, Some(house.org.as_str()), Some("nonsense")] {
                let answer = send(client, &method, &path, token, org).await;
                answer.expect_engine_error(401, &[]);
            }
        }
        // No organization, or none that one belongs to, and no permission: before the body and what the path names.
        for (token, org) in [
            (&stranger, None),
            (&stranger, Some(house.org.as_str())),
            (&house.owner, Some("nonsense")),
            (&house.owner, Some(HOME)),
            (&nobody.token, None),
            (&nobody.token, Some(house.org.as_str())),
        ] {
            let answer = send(client, &method, &path, Some(token), org).await;
            let answer = answer.expect_engine_error(403, &[]).json();
            let named = answer["message"].as_str().unwrap().contains(permission);
            assert_eq!(named, *token == nobody.token, "{method} {path}: {answer}");
        }
        // Then the body: the administrator comes so far, everywhere but at the catalogue.
        let answer = send(client, &method, &path, Some(&house.owner), None).await;
        let reached = permission != "permission:all:write";
        assert_eq!(answer.status != 403, reached, "{method} {path}: {}", answer.text());
        assert!(answer.status.as_u16() < 500 && answer.status != 401, "{method} {path}");
    }
}

#[tokio::test]
async fn a_route_wants_its_permission_and_is_content_with_it() {
    let house = House::new().await;
    let client = &house.client;
    // In the home organization, where every permission may be granted.
    let root = client.admin().await;
    let role = client.make_role(&root, HOME, "Probe").await;
    let probe = client.join("probe@example.com").await;
    client.bind(&root, HOME, &user_id(&probe), &role).await.expect(200);
    // What is asked for is satisfied by these.
    let satisfies = |granted: &str, asked: &str| match asked {
        "read" => ["read", "write", "update", "delete"].contains(&granted),
        asked => granted == asked || granted == "write",
    };
    for resource in ["user", "role", "session", "masterdata", "permission"] {
        for action in ["read", "write", "create", "update", "delete"] {
            for scope in ["all", "org"] {
                let permission = format!("{resource}:{scope}:{action}");
                client.grant(&root, HOME, &role, &permission).await.expect(200);
                for (method, path, asked) in guarded() {
                    let [on, within, what] = asked.split(':').collect::<Vec<_>>().try_into().unwrap();
                    let enough = on == resource && satisfies(action, what) && (within == "*" || scope == "all");
                    let answer = send(client, &method, &path, Some(&probe), Some(HOME)).await;
                    let status = answer.status.as_u16();
                    assert_eq!(
                        status != 403,
                        enough,
                        "{permission}: {method} {path}: {}",
                        answer.text()
                    );
                    assert!(status < 500 && status != 401, "{method} {path}: {}", answer.text());
                }
                let body = super::house::binding(&role, &permission);
                let unbind = "/api/v1/roles/unbind-permission";
                client
                    .call_in(HOME, Method::POST, unbind, &root, &body)
                    .await
                    .expect(200);
            }
        }
    }
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
    let everything = names(&["Acme reader", "Admin", "Admin", "Porter", "Super Admin"]);
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

#[tokio::test]
async fn an_answer_of_a_guarded_route_tells_to_renew() {
    let house = House::new().await;
    for (path, status) in [(ROLES, 200), ("/api/v1/roles/unknown/permissions", 404)] {
        let answer = house.get(path).await.expect(status);
        assert_eq!(answer.header("x-renew-token"), Some("true"), "{path}");
    }
    let answer = send(&house.client, &Method::GET, ROLES, None, None).await.expect(401);
    assert_eq!(answer.header("x-renew-token"), None);
}
