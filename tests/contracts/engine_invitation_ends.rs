//! resend_invitation and revoke_invitation in both spellings.

use std::time::Duration;

use http::Method;
use rstest::rstest;
use serde_json::{Value, json};
use tests::client::user_id;
use tests::server::Table::{self, DynamoDbLocal, Embedded};
use tests::tenant::FOUNDER;
use tests::{Answer, Tenant};

const PATH: &str = "/api/v1/invitations";
const BOB: &str = "bob@example.com";
const REVOKED: &str = "Invitation revoked successfully";
const WEEK: Duration = Duration::from_secs(7 * 24 * 3600);
const SPELLINGS: [Method; 2] = [Method::PUT, Method::DELETE];

fn id(invitation: &Value) -> &str {
    invitation["id"].as_str().unwrap()
}

async fn resend(tenant: &Tenant, token: &str, id: &str) -> Answer {
    let path = format!("{PATH}/{id}/resend");
    tenant.call(Method::POST, &path, token, &Value::Null).await
}

async fn revoke(tenant: &Tenant, method: &Method, token: &str, id: &str) -> Answer {
    let path = match *method {
        Method::PUT => format!("{PATH}/{id}/revoke"),
        _ => format!("{PATH}/{id}"),
    };
    tenant.call(method.clone(), &path, token, &Value::Null).await
}

/// All invitations, the newest first.
async fn list(tenant: &Tenant) -> Vec<Value> {
    let page = tenant
        .get(&format!("{PATH}?page_size=100"), &tenant.admin)
        .await
        .expect(200)
        .json();
    page["invitations"].as_array().unwrap().clone()
}

/// Identifiers that no invitation of the organization has.
async fn unknown_ids(tenant: &Tenant) -> Vec<String> {
    let elsewhere = tenant.client.found(&tenant.admin, "Elsewhere").await;
    let role = tenant.client.make_role(&tenant.admin, &elsewhere, "foreign").await;
    let foreign = tenant
        .client
        .invite(&tenant.admin, &elsewhere, BOB, &role)
        .await
        .expect(201)
        .json();
    let own = tenant.role("any role", &[]).await;
    let lower = id(&tenant.invite("eve@example.com", &own).await).to_lowercase();
    vec![
        id(&foreign).to_owned(),
        "01ARZ3NDEKTSV4RRFFQ69G5FAV".to_owned(),
        tenant.org.clone(),
        own,
        lower,
        "0".to_owned(),
        "nonsense".to_owned(),
        "%00".to_owned(),
        "x".repeat(10_000),
    ]
}

#[tokio::test]
async fn one_that_is_not_there_is_404_but_400_where_it_is_deleted() {
    let tenant = Tenant::start().await;
    for id in unknown_ids(&tenant).await {
        resend(&tenant, &tenant.admin, &id)
            .await
            .expect_engine_error(404, &["invitation_id"]);
        revoke(&tenant, &Method::PUT, &tenant.admin, &id)
            .await
            .expect_engine_error(404, &["invitation_id"]);
        revoke(&tenant, &Method::DELETE, &tenant.admin, &id)
            .await
            .expect_engine_error(400, &["invitation_id"]);
    }
    for row in list(&tenant).await {
        assert_eq!(row["status"], "pending");
    }
    let nameless = tenant.delete(&format!("{PATH}/"), &tenant.admin).await;
    nameless.expect(404);
}

#[rstest]
#[tokio::test]
async fn a_revoked_one_stops_working_at_once(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(tenant) = Tenant::on(table).await else { return };
    let role = tenant.role("the crowd", &[]).await;
    let bob = tenant.client.join(BOB).await;
    // Whoever has the permission may, whoever invited.
    let cyd = tenant.member("cyd@example.com", &["user:all:write"]).await;
    for method in SPELLINGS {
        let made = tenant.invite(BOB, &role).await;
        let token = tenant.client.invitation_token(BOB).await;
        let mails = tenant.client.mails(BOB).await.len();
        tenant.tick();
        revoke(&tenant, &method, &cyd, id(&made)).await.expect_message(REVOKED);
        tenant
            .client
            .accept(&bob, &token)
            .await
            .expect_engine_error(406, &["token"]);
        assert_eq!(tenant.client.mails(BOB).await.len(), mails, "no mail");
        let listed = list(&tenant).await;
        assert_eq!((id(&listed[0]), &listed[0]["status"]), (id(&made), &json!("revoked")));
        for again in SPELLINGS {
            let answer = revoke(&tenant, &again, &tenant.admin, id(&made)).await;
            answer.expect_engine_error(400, &["invitation"]);
        }
        resend(&tenant, &tenant.admin, id(&made))
            .await
            .expect_engine_error(400, &["invitation"]);
    }
}

#[tokio::test]
async fn one_that_was_accepted_is_neither_revoked_nor_resent() {
    let tenant = Tenant::start().await;
    let role = tenant.role("the crowd", &[]).await;
    let made = tenant.invite(BOB, &role).await;
    let bob = tenant.client.join(BOB).await;
    let token = tenant.client.invitation_token(BOB).await;
    tenant.client.accept(&bob, &token).await.expect(200);
    for method in SPELLINGS {
        revoke(&tenant, &method, &tenant.admin, id(&made))
            .await
            .expect_engine_error(400, &["invitation"]);
    }
    resend(&tenant, &tenant.admin, id(&made))
        .await
        .expect_engine_error(400, &["invitation"]);
    assert_eq!(list(&tenant).await[0]["status"], "accepted");
    // Not after the member has left, either.
    tenant
        .client
        .unbind(&tenant.admin, &tenant.org, &user_id(&bob), &role)
        .await
        .expect(200);
    resend(&tenant, &tenant.admin, id(&made))
        .await
        .expect_engine_error(400, &["invitation"]);
}

#[tokio::test]
async fn one_that_is_overdue_is_not_revoked() {
    let mut tenant = Tenant::start().await;
    let role = tenant.role("the crowd", &[]).await;
    let made = tenant.invite(BOB, &role).await;
    tenant.server.clock.advance(WEEK);
    tenant.sign_in_again().await;
    for method in SPELLINGS {
        revoke(&tenant, &method, &tenant.admin, id(&made))
            .await
            .expect_engine_error(400, &["invitation"]);
    }
    assert_eq!(list(&tenant).await[0]["status"], "expired");
}

#[rstest]
#[tokio::test]
async fn an_open_one_is_resent_as_it_is(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(mut tenant) = Tenant::on(table).await else {
        return;
    };
    let role = tenant.role("the crowd", &[]).await;
    let made = tenant.invite(BOB, &role).await;
    let cyd = tenant.member("cyd@example.com", &["user:all:write"]).await;
    tenant.tick();
    // The inviter stays who it was, whoever resends.
    assert_eq!(resend(&tenant, &cyd, id(&made)).await.expect(200).json(), made);
    tenant.server.clock.advance(WEEK - Duration::from_secs(1));
    tenant.sign_in_again().await;
    assert_eq!(resend(&tenant, &tenant.admin, id(&made)).await.expect(200).json(), made);
    assert_eq!(list(&tenant).await, [made]);
    tenant.server.clock.advance(Duration::from_secs(1));
    assert_eq!(
        list(&tenant).await[0]["status"],
        "expired",
        "resending prolongs nothing"
    );
}

#[rstest]
#[tokio::test]
async fn an_overdue_one_is_replaced_by_whoever_resends_it(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(tenant) = Tenant::on(table).await else { return };
    let role = tenant.role("the crowd", &[]).await;
    let made = tenant.invite(BOB, &role).await;
    let old_token = tenant.client.invitation_token(BOB).await;
    tenant
        .member("cyd@example.com", &["user:all:write", "user:all:read"])
        .await;
    tenant.server.clock.advance(WEEK);
    let cyd = tenant.client.sign_in("cyd@example.com").await;
    let fresh = resend(&tenant, &cyd, id(&made)).await.expect(200).json();
    assert_eq!(
        fresh,
        json!({
            "id": fresh["id"],
            "email": BOB,
            "status": "pending",
            "role": { "id": role, "name": "the crowd" },
            "inviter": { "id": user_id(&cyd), "username": "cyd@example.com" },
            "createdAt": "2026-03-08T12:00:00Z",
            "expiresAt": "2026-03-15T12:00:00Z",
        })
    );
    let page = tenant.get(PATH, &cyd).await.expect(200).json();
    let rows = page["invitations"].as_array().unwrap();
    assert_eq!(rows[0], fresh);
    assert_eq!((id(&rows[1]), &rows[1]["status"]), (id(&made), &json!("expired")));
    assert_eq!(rows[1]["inviter"]["username"], FOUNDER);

    let bob = tenant.client.join(BOB).await;
    tenant
        .client
        .accept(&bob, &old_token)
        .await
        .expect_engine_error(406, &["token"]);
    let token = tenant.client.invitation_token(BOB).await;
    assert_ne!(token, old_token);
    // While the new one is open the old one has no successor but it.
    resend(&tenant, &cyd, id(&made))
        .await
        .expect_engine_error(400, &["email"]);
    tenant.client.accept(&bob, &token).await.expect(200);
    resend(&tenant, &cyd, id(&made))
        .await
        .expect_engine_error(400, &["email"]);
}

#[tokio::test]
async fn one_whose_invitee_became_a_member_otherwise_is_not_resent() {
    let tenant = Tenant::start().await;
    let role = tenant.role("the crowd", &[]).await;
    let made = tenant.invite(BOB, &role).await;
    let bob = tenant.client.join(BOB).await;
    tenant.bind(&bob, &role).await;
    resend(&tenant, &tenant.admin, id(&made))
        .await
        .expect_engine_error(400, &["email"]);
    revoke(&tenant, &Method::PUT, &tenant.admin, id(&made))
        .await
        .expect_message(REVOKED);
}

#[tokio::test]
async fn of_an_acceptance_and_a_revocation_at_the_same_moment_one_happens() {
    let tenant = Tenant::start().await;
    let role = tenant.role("the crowd", &[]).await;
    let bob = tenant.client.join(BOB).await;
    let made = tenant.invite(BOB, &role).await;
    let token = tenant.client.invitation_token(BOB).await;
    let (accepted, revoked) = tokio::join!(
        tenant.client.accept(&bob, &token),
        revoke(&tenant, &Method::PUT, &tenant.admin, id(&made))
    );
    let is_member = !tenant.client.me(&bob).await.json()["organizations"]
        .as_array()
        .unwrap()
        .is_empty();
    match (accepted.status.as_u16(), revoked.status.as_u16()) {
        (200, 400) => assert!(is_member),
        (406, 200) => assert!(!is_member),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn one_whose_role_is_gone_is_not_resent() {
    let mut tenant = Tenant::start().await;
    let role = tenant.role("the crowd", &[]).await;
    let made = tenant.invite(BOB, &role).await;
    tenant.server.clock.advance(WEEK);
    tenant.sign_in_again().await;
    tenant
        .delete(&format!("/api/v1/roles/{role}"), &tenant.admin)
        .await
        .expect(200);
    resend(&tenant, &tenant.admin, id(&made))
        .await
        .expect_engine_error(400, &["role_id"]);
    // Its address is free for another role.
    let other = tenant.role("the others", &[]).await;
    tenant.invite(BOB, &other).await;
    assert_eq!(list(&tenant).await.len(), 2);
}
