//! switch-token, and tokens for another tenant by token-refresh.

use http::Method;
use rstest::rstest;
use serde_json::{Value, json};
use shared::ids::{AsUuid, OrgId};
use tests::arc::Pair;
use tests::server::Table::{self, DynamoDbLocal, Embedded};
use tests::{Answer, Arc, Server};

const ADA: &str = "ada@example.com";
const HOME: &str = "00000000-0000-0000-0000-000000000000";

async fn switch(arc: &Arc, pair: &Pair, tenant: &str) -> Answer {
    let body = json!({ "refreshToken": pair.refresh, "tenantId": tenant });
    arc.call(Method::POST, "/auth/switch-token", &pair.access, &body).await
}

fn tenant_of(org: &str) -> String {
    AsUuid(OrgId::parse(org).unwrap()).to_string()
}

#[rstest]
#[tokio::test]
async fn a_member_goes_over_to_another_tenant_and_back(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let arc = server.client().arc();
    let first = arc.join(ADA).await;
    let engine = arc.0.sign_in(ADA).await;
    let tenant = tenant_of(&arc.0.found(&engine, "Acme").await);
    let there = switch(&arc, &first, &tenant).await.expect_pair();
    arc.me(&first.access).await.expect_said_by_check(401, "TokenRevoked");
    let me = arc.me(&there.access).await.expect(200).json();
    assert_eq!(
        (&me["tenantId"], &me["defaultTenantId"]),
        (&json!(tenant), &json!(HOME))
    );
    assert_eq!(me["role"], "Admin");
    assert!(me["permissions"].as_array().unwrap().contains(&json!("user:all:write")));
    // The next pair stays there.
    let next = arc.refresh(&there).await.expect_pair();
    let me = arc.me(&next.access).await.expect(200).json();
    assert_eq!((&me["tenantId"], &me["role"]), (&json!(tenant), &json!("Admin")));
    let body = json!({ "refreshToken": next.refresh, "tenantId": HOME });
    let back = arc
        .call(Method::POST, "/auth/token-refresh", &next.access, &body)
        .await
        .expect_pair();
    let me = arc.me(&back.access).await.expect(200).json();
    assert_eq!((&me["tenantId"], &me["role"]), (&json!(HOME), &json!("Default")));
}

#[tokio::test]
async fn nobody_goes_where_they_do_not_belong() {
    let server = Server::start().await;
    let arc = server.client().arc();
    let (mine, other) = (arc.join(ADA).await, arc.join("bob@example.com").await);
    let bob = arc.0.sign_in("bob@example.com").await;
    let strange = tenant_of(&arc.0.found(&bob, "Strangers").await);
    for tenant in [strange.as_str(), "no uuid", "019ae5e0-7d6e-4ae7-9c41-8e5d0a7b3f26"] {
        switch(&arc, &mine, tenant)
            .await
            .expect_said_by_handler(401, "UserDoesNotExist");
    }
    let call = async |body: Value| arc.call(Method::POST, "/auth/switch-token", &mine.access, &body).await;
    for nothing in [Value::Null, json!("")] {
        let mut body = json!({ "refreshToken": mine.refresh });
        if !nothing.is_null() {
            body["tenantId"] = nothing;
        }
        call(body).await.expect_said_by_handler(400, "Tenant ID is required");
    }
    let body = json!({ "refreshToken": "garbage", "tenantId": HOME });
    call(body).await.expect_said_by_handler(401, "Token Expired");
    let body = json!({ "refreshToken": other.refresh, "tenantId": HOME });
    call(body).await.expect_said_by_handler(401, "Token Invalid");
    call(json!({ "tenantId": 1 }))
        .await
        .expect_violations(&[("", "required"), ("/tenantId", "type")]);
    let body = json!({ "refreshToken": mine.refresh, "tenantId": HOME });
    arc.post("/auth/switch-token", &body)
        .await
        .expect_said_by_handler(401, "Bearer realm=\"Users\"");
    arc.me(&mine.access).await.expect(200);
    arc.me(&other.access).await.expect(200);
}

/// Permissions of this surface are the home organization's: nobody makes themselves one elsewhere.
#[tokio::test]
async fn the_administrator_is_one_at_home_only() {
    let server = Server::start().await;
    let arc = server.client().arc();
    let root = arc.0.admin().await;
    let tenant = tenant_of(&arc.0.found(&root, "Acme").await);
    let pair = arc.admin().await;
    arc.call(Method::GET, "/auth-clients", &pair.access, &Value::Null)
        .await
        .expect(200);
    let there = switch(&arc, &pair, &tenant).await.expect_pair();
    let answer = arc
        .call(Method::GET, "/auth-clients", &there.access, &Value::Null)
        .await;
    answer.expect_said_by_handler(403, "NotAllowedAccess");
}
