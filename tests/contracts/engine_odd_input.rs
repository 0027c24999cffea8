//! Whatever is sent to organizations, users, invitations and sessions, the answer is one of the surface's own.

use http::Method;
use serde_json::{Value, json};
use tests::client::{claims, user_id};
use tests::{Answer, Tenant};

/// Identifiers in paths, where `{}` is.
const PATHS: [(Method, &str); 9] = [
    (Method::GET, "/api/v1/organizations/{}"),
    (Method::PUT, "/api/v1/users/{}/activate"),
    (Method::PUT, "/api/v1/users/{}/deactivate"),
    (Method::POST, "/api/v1/invitations/{}/resend"),
    (Method::PUT, "/api/v1/invitations/{}/revoke"),
    (Method::DELETE, "/api/v1/invitations/{}"),
    (Method::GET, "/api/v1/sessions/users/{}"),
    (Method::DELETE, "/api/v1/sessions/users/{}"),
    (Method::DELETE, "/api/v1/users/{}/sessions"),
];

const LISTS: [&str; 3] = ["/api/v1/users", "/api/v1/invitations", "/api/v1/invitations/accept"];

/// An answer of the surface: no server error, and an error is an object of the one shape.
#[track_caller]
fn is_ours(answer: &Answer, what: &str) {
    let status = answer.status.as_u16();
    assert!(status < 500, "{what}: {status} {}", answer.text());
    if status >= 400 {
        let body = answer.json();
        assert!(
            body["message"].is_string() && body["errors"].is_object(),
            "{what}: {body}"
        );
    }
}

#[tokio::test]
async fn identifiers_of_any_kind() {
    let tenant = Tenant::start().await;
    let role = tenant.role("the crowd", &[]).await;
    let invitation = tenant.invite("bob@example.com", &role).await;
    let session = claims(&tenant.admin)["jti"].as_str().unwrap().to_owned();
    let root = user_id(&tenant.client.admin().await);
    let (long, ulid) = ("A".repeat(10_000), "8ZZZZZZZZZZZZZZZZZZZZZZZZZ".to_owned());
    let odd = [
        "01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "0",
        "-1",
        "null",
        "undefined",
        "%20",
        "%00",
        "%ff",
        "%2e%2e",
        "%2f",
        "%F0%9F%98%80",
        "'%20OR%20'1'='1",
        "ORG%23x",
        "*",
        &long,
        &ulid,
        &role,
        &root,
        &tenant.org,
        &session,
        invitation["id"].as_str().unwrap(),
    ];
    for (method, pattern) in PATHS {
        for id in odd {
            if id == tenant.org && pattern.contains("organizations")
                || pattern.contains("invitations") && invitation["id"] == *id
            {
                continue;
            }
            let path = pattern.replace("{}", id);
            let answer = tenant.call(method.clone(), &path, &tenant.admin, &Value::Null).await;
            is_ours(&answer, &format!("{method} {path}"));
            // Sessions of nobody are none, and ending them is no error; everything else is not there.
            let nothing_to_do = pattern.contains("sessions");
            assert!(
                answer.status.is_client_error() || nothing_to_do,
                "{method} {path}: {}",
                answer.status
            );
        }
    }
    tenant.get("/api/v1/users", &tenant.admin).await.expect(200);
}

#[tokio::test]
async fn queries_of_any_kind() {
    let tenant = Tenant::start().await;
    let (long, many) = ("a".repeat(10_000), "page=1&".repeat(1000));
    for path in LISTS {
        for query in [
            "%00=%00",
            "page=%ff&page_size=%ff&search=%ff&search_prefix=%ff&role_id=%ff&org_id=%ff&status=%ff&token=%ff",
            "page=9223372036854775807&page_size=9223372036854775807",
            "page=-9223372036854775808",
            "page[]=1&page_size[x]=2",
            "search=%00&search_prefix=%00&role_id=%00",
            "search=%F0%9F%98%80&search_prefix=%F0%9F%98%80",
            "search=(((%5B%5B%5B&search_prefix=.*%2B%3F",
            "status=%25&order_by=%25&order_dir=%25",
            "&&&===&",
            &long,
            &format!("search={long}&search_prefix={long}&role_id={long}&status={long}&token={long}"),
            &many,
        ] {
            let answer = tenant.get(&format!("{path}?{query}"), &tenant.admin).await;
            is_ours(&answer, &format!("{path}?{}", &query[..query.len().min(60)]));
        }
    }
}

#[tokio::test]
async fn bodies_where_none_is_wanted_are_ignored() {
    let tenant = Tenant::start().await;
    for (method, pattern) in PATHS {
        let path = pattern.replace("{}", "01ARZ3NDEKTSV4RRFFQ69G5FAV");
        let plain = tenant.call(method.clone(), &path, &tenant.admin, &Value::Null).await;
        let body = json!({ "id": tenant.org, "status": "active", "roles": ["Admin"] });
        let with_body = tenant.call(method.clone(), &path, &tenant.admin, &body).await;
        assert_eq!(
            (plain.status, plain.bytes),
            (with_body.status, with_body.bytes),
            "{method} {path}"
        );
    }
}

#[tokio::test]
async fn other_methods_are_405_and_other_paths_404() {
    let tenant = Tenant::start().await;
    for (method, path) in [
        (Method::DELETE, "/api/v1/organizations"),
        (Method::PUT, "/api/v1/organizations/x"),
        (Method::POST, "/api/v1/users"),
        (Method::POST, "/api/v1/users/x/activate"),
        (Method::GET, "/api/v1/users/x/deactivate"),
        (Method::PATCH, "/api/v1/invitations"),
        (Method::GET, "/api/v1/invitations/x/resend"),
        (Method::POST, "/api/v1/invitations/x/revoke"),
        (Method::DELETE, "/api/v1/invitations/x/revoke"),
        (Method::POST, "/api/v1/sessions/users/x"),
        (Method::PUT, "/api/v1/users/x/sessions"),
        (Method::POST, "/org-logo/x"),
    ] {
        let answer = tenant.call(method.clone(), path, &tenant.admin, &Value::Null).await;
        assert_eq!(answer.status, 405, "{method} {path}");
        is_ours(&answer, path);
    }
    for path in [
        "/api/v1/organizations/",
        "/api/v1/users/x",
        "/api/v1/users/x/activate/y",
        "/api/v1/users//activate",
        "/api/v1/invitations/",
        "/api/v1/invitations//resend",
        "/api/v1/sessions",
        "/api/v1/sessions/users/",
    ] {
        let answer = tenant.get(path, &tenant.admin).await;
        is_ours(&answer, path);
        assert!(matches!(answer.status.as_u16(), 404 | 405), "{path}: {}", answer.status);
    }
}

#[tokio::test]
async fn a_body_of_more_than_1_mib_is_413() {
    let tenant = Tenant::start().await;
    let large = format!("{{\"email\": \"{}\"}}", "x".repeat(1024 * 1024));
    for path in ["/api/v1/organizations", "/api/v1/invitations"] {
        let request = tenant
            .client
            .request(Method::POST, path)
            .header("x-auth", &tenant.admin);
        let answer = tenant.client.send(request.body(large.clone())).await;
        answer.expect_engine_error(413, &[]);
    }
}

/// Tokens live for one hour, so every one of them is within its last hour.
#[tokio::test]
async fn every_operation_tells_a_client_to_renew() {
    let tenant = Tenant::start().await;
    for (path, status) in [
        (format!("/api/v1/organizations/{}", tenant.org), 200),
        ("/api/v1/organizations/nonsense".to_owned(), 404),
        ("/api/v1/users".to_owned(), 200),
        ("/api/v1/invitations".to_owned(), 200),
        ("/api/v1/invitations/accept".to_owned(), 400),
        ("/api/v1/sessions/users/nonsense".to_owned(), 200),
    ] {
        let answer = tenant.get(&path, &tenant.admin).await.expect(status);
        assert_eq!(answer.header("x-renew-token"), Some("true"), "{path}");
        let answer = tenant.get(&path, "a.b.c").await.expect(401);
        assert_eq!(answer.header("x-renew-token"), None, "{path}");
    }
}
