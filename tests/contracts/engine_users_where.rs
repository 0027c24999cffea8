//! list_users: who may, and in which organization.

use http::Method;
use serde_json::{Value, json};
use tests::tenant::FOUNDER;
use tests::{Answer, Tenant};

const PATH: &str = "/api/v1/users";
const HOME: &str = "00000000000000000000000000";

/// Without the header.
async fn list(tenant: &Tenant, token: &str, query: &str) -> Answer {
    tenant.client.call(Method::GET, &format!("{PATH}?{query}"), token).await
}

#[tokio::test]
async fn it_needs_a_permission_that_implies_reading_users() {
    let tenant = Tenant::start().await;
    for (n, (permission, status)) in [
        ("user:own:read", 200),
        ("user:org:write", 200),
        ("user:associated:delete", 200),
        ("user:all:update", 200),
        ("user:all:create", 403),
        ("role:all:write", 403),
        ("session:all:read", 403),
    ]
    .into_iter()
    .enumerate()
    {
        let token = tenant.member(&format!("member{n}@example.com"), &[permission]).await;
        let answer = tenant.get(PATH, &token).await;
        assert_eq!(answer.status, status, "{permission}");
        if status == 403 {
            answer.expect_engine_error(403, &[]);
        }
    }
    let nothing = tenant.member("nothing@example.com", &[]).await;
    tenant.get(PATH, &nothing).await.expect_engine_error(403, &[]);
}

#[tokio::test]
async fn without_a_token_in_force_it_is_401_before_anything_else() {
    let tenant = Tenant::start().await;
    for token in ["", "a.b.c"] {
        tenant.get(PATH, token).await.expect_engine_error(401, &[]);
        list(&tenant, token, "org_id=nonsense")
            .await
            .expect_engine_error(401, &[]);
    }
    tenant
        .client
        .call(Method::POST, "/api/v1/signout", &tenant.admin)
        .await
        .expect(200);
    tenant.get(PATH, &tenant.admin).await.expect_engine_error(401, &[]);
}

#[tokio::test]
async fn without_a_word_the_only_organization_is_meant_and_home_for_its_members() {
    let tenant = Tenant::start().await;
    let client = &tenant.client;
    assert_eq!(
        list(&tenant, &tenant.admin, "").await.expect(200).json()["users"][0]["username"],
        FOUNDER
    );
    client.found(&tenant.admin, "Second").await;
    list(&tenant, &tenant.admin, "").await.expect_engine_error(403, &[]);

    let nobody = client.join("bob@example.com").await;
    list(&tenant, &nobody, "").await.expect_engine_error(403, &[]);

    let root = client.admin().await;
    client.found(&root, "Third").await;
    let home = list(&tenant, &root, "").await.expect(200).json();
    assert_eq!(
        (&home["users"][0]["username"], &home["total"]),
        (&json!("root@example.com"), &json!(1))
    );
}

#[tokio::test]
async fn a_header_that_names_no_organization_of_ones_own_is_403() {
    let tenant = Tenant::start().await;
    let root = tenant.client.admin().await;
    let (long, lower) = ("0".repeat(10_000), tenant.org.to_lowercase());
    for org in [HOME, "01ARZ3NDEKTSV4RRFFQ69G5FAV", "0", "nonsense", "*", &long, &lower] {
        let answer = tenant
            .client
            .call_in(org, Method::GET, PATH, &tenant.admin, &Value::Null)
            .await;
        // The gateway has its own limit on headers.
        if org != long {
            answer.expect_engine_error(403, &[]);
        } else {
            assert!(answer.status.is_client_error(), "{}", answer.status);
        }
    }
    // The home organization is no wildcard.
    tenant.get(PATH, &root).await.expect_engine_error(403, &[]);
}

#[tokio::test]
async fn org_id_acts_like_the_header_where_there_is_none() {
    let tenant = Tenant::start().await;
    let client = &tenant.client;
    let second = client.found(&tenant.admin, "Second").await;
    let bob = tenant.member("bob@example.com", &["user:all:read"]).await;
    for (org, total) in [(&tenant.org, 2), (&second, 1)] {
        let page = list(&tenant, &tenant.admin, &format!("org_id={org}"))
            .await
            .expect(200)
            .json();
        assert_eq!(page["total"], total);
    }
    // It never widens access.
    list(&tenant, &bob, &format!("org_id={second}"))
        .await
        .expect_engine_error(403, &[]);
    for org in [
        "0",
        HOME,
        "7",
        "-1",
        "nonsense",
        "01ARZ3NDEKTSV4RRFFQ69G5FAV",
        &"9".repeat(10_000),
    ] {
        list(&tenant, &bob, &format!("org_id={org}"))
            .await
            .expect_engine_error(403, &[]);
    }
    list(&tenant, &bob, "org_id=").await.expect(200);

    let root = client.admin().await;
    for org in ["0", HOME] {
        let home = list(&tenant, &root, &format!("org_id={org}")).await.expect(200).json();
        assert_eq!(home["users"][0]["username"], "root@example.com", "{org}");
    }
    list(&tenant, &root, &format!("org_id={}", tenant.org))
        .await
        .expect_engine_error(403, &[]);
}

#[tokio::test]
async fn org_id_must_agree_with_the_header_or_the_list_is_empty() {
    let tenant = Tenant::start().await;
    let second = tenant.client.found(&tenant.admin, "Second").await;
    let listed = async |query: &str| {
        tenant
            .get(&format!("{PATH}?{query}"), &tenant.admin)
            .await
            .expect(200)
            .json()
    };
    assert_eq!(listed(&format!("org_id={}", tenant.org)).await["total"], 1);
    assert_eq!(listed("org_id=").await["total"], 1);
    for org in [second.as_str(), "0", "7", HOME, "nonsense"] {
        let page = listed(&format!("org_id={org}&page=2&page_size=7")).await;
        assert_eq!(
            page,
            json!({ "users": [], "total": 0, "page": 2, "page_size": 7 }),
            "{org}"
        );
    }
}
