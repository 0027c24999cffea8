//! All routes that ask for a permission: in which order they look at a request, and what they ask for.

use http::Method;
use tests::client::user_id;

use super::engine_organization_header::{ROLES, send};
use super::house::{HOME, House};

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
            for org in [None, Some("nonsense")] {
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
                    // Of what another resource or a narrower scope does, the strongest action says enough.
                    if action != "write" && (on != resource || (scope == "org" && within == "*")) {
                        continue;
                    }
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
