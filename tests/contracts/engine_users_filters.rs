//! list_users: searching and filtering.

use std::time::Duration;

use http::Method;
use serde_json::json;
use tests::Tenant;
use tests::client::user_id;
use tests::tenant::FOUNDER;

use super::engine_users::{PATH, crowd, names, page};

#[tokio::test]
async fn search_prefix_is_the_beginning_of_an_address_or_a_name_whatever_the_case() {
    let tenant = Tenant::start().await;
    crowd(&tenant).await;
    for (prefix, found) in [
        ("bob", &["dora@other.example", "bob@example.com"][..]),
        ("BOB", &["dora@other.example", "bob@example.com"]),
        ("z", &["dora@other.example", "bob@example.com"]),
        ("zimm", &["bob@example.com"]),
        ("von l", &["Carl_50%@example.com"]),
        ("VON LINNÉ", &["Carl_50%@example.com"]),
        ("évelyne", &["eve@example.com"]),
        ("carl_", &["Carl_50%@example.com"]),
        ("50%", &["eve@example.com"]),
        // Not somewhere in the middle, and no wildcards.
        ("example", &[]),
        ("immer", &[]),
        ("%", &[]),
        ("_", &[]),
        ("_ob", &[]),
        ("b%b", &[]),
        ("bo*", &[]),
        ("' OR 1=1", &[]),
    ] {
        let request = tenant
            .client
            .request(Method::GET, PATH)
            .query(&[("search_prefix", prefix)]);
        let request = request
            .header("x-auth", &tenant.admin)
            .header("x-organization-id", &tenant.org);
        let page = tenant.client.send(request).await.expect(200).json();
        assert_eq!(names(&page), found, "{prefix}");
        assert_eq!(page["total"], found.len(), "{prefix}");
    }
    let long = page(&tenant, &format!("search_prefix={}", "b".repeat(10_000))).await;
    assert_eq!(names(&long), [""; 0]);
    assert_eq!(page(&tenant, "search_prefix=").await["total"], 5);
}

#[tokio::test]
async fn a_search_finds_the_name_of_now() {
    let tenant = Tenant::start().await;
    let role = tenant.role("the crowd", &[]).await;
    let bob = tenant.named("bob@example.com", "Robert", "Zimmer", &role).await;
    let form = reqwest::multipart::Form::new().text("lastName", "Marley");
    tenant.client.update_profile(&bob, form).await.expect(200);
    assert_eq!(names(&page(&tenant, "search_prefix=mar").await), ["bob@example.com"]);
    assert_eq!(page(&tenant, "search_prefix=zim").await["total"], 0);
}

#[tokio::test]
async fn status_filters_and_an_unknown_one_does_not() {
    let tenant = Tenant::start().await;
    let role = tenant.role("the crowd", &[]).await;
    for (name, acts) in [
        ("bob", &["activate"][..]),
        ("cyd", &["deactivate"]),
        ("dan", &["activate", "deactivate"]),
    ] {
        tenant.server.clock.advance(Duration::from_secs(1));
        let token = tenant.named(&format!("{name}@example.com"), name, "x", &role).await;
        for act in acts {
            let path = format!("{PATH}/{}/{act}", user_id(&token));
            tenant.put(&path, &tenant.admin).await.expect(200);
        }
    }
    for (status, found) in [
        ("active", &["bob@example.com"][..]),
        ("inactive", &["dan@example.com", "cyd@example.com"]),
        ("pending", &[FOUNDER]),
        (
            "banned",
            &["dan@example.com", "cyd@example.com", "bob@example.com", FOUNDER],
        ),
        (
            "ACTIVE",
            &["dan@example.com", "cyd@example.com", "bob@example.com", FOUNDER],
        ),
        ("", &["dan@example.com", "cyd@example.com", "bob@example.com", FOUNDER]),
    ] {
        let page = page(&tenant, &format!("status={status}")).await;
        assert_eq!(names(&page), found, "{status}");
        assert_eq!(page["total"], found.len());
        for user in page["users"].as_array().unwrap() {
            let shown = user["status"].as_str().unwrap();
            assert!(shown == status || found.len() == 4, "{shown}");
        }
    }
}

#[tokio::test]
async fn role_id_is_an_identifier_or_else_a_name_whatever_the_case() {
    let tenant = Tenant::start().await;
    let crowd = crowd(&tenant).await;
    let empty = tenant.role("nobody's", &[]).await;
    let other = tenant.client.found(&tenant.admin, "Elsewhere").await;
    let foreign = tenant.client.make_role(&tenant.admin, &other, "foreign").await;
    for (role, total) in [
        (crowd.as_str(), 4),
        ("the crowd", 4),
        ("THE CROWD", 4),
        ("the crow", 0),
        ("the%20crowd", 4),
        ("admin", 1),
        (&empty, 0),
        (&foreign, 0),
        ("foreign", 0),
        ("01ARZ3NDEKTSV4RRFFQ69G5FAV", 0),
        (&"x".repeat(10_000), 0),
        ("%25", 0),
        ("", 5),
    ] {
        let role = role.replace(' ', "%20");
        assert_eq!(
            page(&tenant, &format!("role_id={role}")).await["total"],
            total,
            "{role}"
        );
    }
    let both = page(
        &tenant,
        &format!("role_id={crowd}&search_prefix=bob&status=pending&page_size=1"),
    )
    .await;
    assert_eq!((names(&both), &both["total"]), (vec!["dora@other.example"], &json!(2)));
}
