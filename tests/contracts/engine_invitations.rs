//! invite_user. What becomes of invitations is in `engine_invitation_ends.rs`, and the mail in `engine_invitation_mail.rs`.

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

fn id(invitation: &Value) -> &str {
    invitation["id"].as_str().unwrap()
}

async fn resend(tenant: &Tenant, id: &str) -> Answer {
    let path = format!("{PATH}/{id}/resend");
    tenant.call(Method::POST, &path, &tenant.admin, &Value::Null).await
}

/// In the spelling `PUT` or `DELETE`.
async fn revoke(tenant: &Tenant, method: &Method, id: &str) -> Answer {
    let path = match *method {
        Method::PUT => format!("{PATH}/{id}/revoke"),
        _ => format!("{PATH}/{id}"),
    };
    tenant.call(method.clone(), &path, &tenant.admin, &Value::Null).await
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

#[rstest]
#[tokio::test]
async fn is_answered_as_it_is_listed(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(tenant) = Tenant::on(table).await else { return };
    let role = tenant.role("the crowd", &[]).await;
    tenant.server.clock.advance(Duration::from_millis(1999));
    let made = tenant.invite(" Bob@Example.com ", &role).await;
    assert_eq!(
        made,
        json!({
            "id": made["id"],
            "email": "Bob@Example.com",
            "status": "pending",
            "role": { "id": role, "name": "the crowd" },
            "inviter": { "id": user_id(&tenant.admin), "username": FOUNDER },
            "createdAt": made["createdAt"],
            "expiresAt": made["expiresAt"],
        })
    );
    assert_eq!(id(&made).len(), 26);
    let time = |member: &str| made[member].as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
    assert_eq!(time("expiresAt").duration_since(time("createdAt")).unsigned_abs(), WEEK);
    assert_eq!(
        made["createdAt"].as_str().unwrap().len(),
        "2026-03-01T12:00:01Z".len(),
        "whole seconds"
    );
    assert_eq!(list(&tenant).await, [made]);
}

#[tokio::test]
async fn what_is_wrong_is_400_and_named() {
    let tenant = Tenant::start().await;
    let role = tenant.role("the crowd", &[]).await;
    let elsewhere = tenant.client.found(&tenant.admin, "Elsewhere").await;
    let foreign = tenant.client.make_role(&tenant.admin, &elsewhere, "foreign").await;
    let long = "x".repeat(10_000);
    let invite = async |body: &Value| tenant.call(Method::POST, PATH, &tenant.admin, body).await;
    for email in [
        json!(null),
        json!(""),
        json!(" "),
        json!("bob"),
        json!("bob@"),
        json!("@example.com"),
        json!("a b@c.example"),
        json!("b@c.example,d@e.example"),
        json!(format!("{long}@example.com")),
        json!("b@c.example\r\nBcc: d@e.example"),
    ] {
        invite(&json!({ "email": email, "roleId": role }))
            .await
            .expect_engine_error(400, &["email"]);
    }
    for role in [
        "",
        "nonsense",
        "01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "the crowd",
        &tenant.org,
        &foreign,
        &long,
    ] {
        invite(&json!({ "email": BOB, "roleId": role }))
            .await
            .expect_engine_error(400, &["role_id"]);
    }
    invite(&json!({ "email": BOB }))
        .await
        .expect_engine_error(400, &["role_id"]);
    invite(&json!({})).await.expect_engine_error(400, &["email", "role_id"]);
    for (member, wrong) in [
        ("email", json!(7)),
        ("email", json!([BOB])),
        ("roleId", json!({})),
        ("roleId", json!(true)),
    ] {
        let mut body = json!({ "email": BOB, "roleId": role });
        body[member] = wrong;
        invite(&body).await.expect_engine_error(400, &[member]);
    }
    for body in ["", "{", "[]", "7"] {
        let request = tenant
            .client
            .request(Method::POST, PATH)
            .header("x-auth", &tenant.admin);
        let request = request.header("x-organization-id", &tenant.org).body(body);
        tenant.client.send(request).await.expect_engine_error(400, &[]);
    }
    assert_eq!(list(&tenant).await, [Value::Null; 0]);
    assert!(tenant.client.mails(BOB).await.is_empty());
}

#[tokio::test]
async fn a_member_is_not_invited_whatever_the_case_of_the_address() {
    let tenant = Tenant::start().await;
    let role = tenant.role("the crowd", &[]).await;
    for email in [FOUNDER, "ADA@Example.com", " ada@example.com "] {
        let answer = tenant.client.invite(&tenant.admin, &tenant.org, email, &role).await;
        answer.expect_engine_error(400, &["email"]);
    }
}

#[rstest]
#[tokio::test]
async fn an_address_has_one_open_invitation_of_an_organization(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(mut tenant) = Tenant::on(table).await else {
        return;
    };
    let role = tenant.role("the crowd", &[]).await;
    let other = tenant.role("the others", &[]).await;
    let first = tenant.invite(BOB, &role).await;
    for (email, role) in [(BOB, &role), ("BOB@example.com", &role), (BOB, &other)] {
        let answer = tenant.client.invite(&tenant.admin, &tenant.org, email, role).await;
        answer.expect_engine_error(400, &["email"]);
    }
    // Another organization may.
    let elsewhere = tenant.client.found(&tenant.admin, "Elsewhere").await;
    let foreign = tenant.client.make_role(&tenant.admin, &elsewhere, "foreign").await;
    tenant
        .client
        .invite(&tenant.admin, &elsewhere, BOB, &foreign)
        .await
        .expect(201);

    tenant.server.clock.advance(WEEK - Duration::from_micros(1));
    tenant.sign_in_again().await;
    let answer = tenant.client.invite(&tenant.admin, &tenant.org, BOB, &role).await;
    answer.expect_engine_error(400, &["email"]);
    tenant.server.clock.advance(Duration::from_micros(1));
    let second = tenant.invite(BOB, &other).await;
    assert_ne!(id(&first), id(&second));
    let listed = list(&tenant).await;
    let statuses: Vec<_> = listed
        .iter()
        .map(|row| (id(row), row["status"].as_str().unwrap()))
        .collect();
    assert_eq!(statuses, [(id(&second), "pending"), (id(&first), "expired")]);
}

#[tokio::test]
async fn of_two_invitations_at_the_same_moment_one_is_made() {
    let tenant = Tenant::start().await;
    let role = tenant.role("the crowd", &[]).await;
    let invite = || tenant.client.invite(&tenant.admin, &tenant.org, BOB, &role);
    let answers = tokio::join!(invite(), invite(), invite());
    let mut statuses = [
        answers.0.status.as_u16(),
        answers.1.status.as_u16(),
        answers.2.status.as_u16(),
    ];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 400, 400]);
    assert_eq!(list(&tenant).await.len(), 1);
    assert_eq!(tenant.client.mails(BOB).await.len(), 1);
}

#[tokio::test]
async fn after_revocation_or_leaving_a_new_one_is_allowed() {
    let tenant = Tenant::start().await;
    let role = tenant.role("the crowd", &[]).await;
    let first = tenant.invite(BOB, &role).await;
    revoke(&tenant, &Method::PUT, id(&first)).await.expect_message(REVOKED);
    tenant.tick();
    tenant.invite(BOB, &role).await;
    let bob = tenant.client.join(BOB).await;
    let token = tenant.client.invitation_token(BOB).await;
    tenant.client.accept(&bob, &token).await.expect(200);
    let again = tenant.client.invite(&tenant.admin, &tenant.org, BOB, &role).await;
    again.expect_engine_error(400, &["email"]);
    tenant
        .client
        .unbind(&tenant.admin, &tenant.org, &user_id(&bob), &role)
        .await
        .expect(200);
    tenant.tick();
    tenant.invite(BOB, &role).await;
    let token = tenant.client.invitation_token(BOB).await;
    tenant.client.accept(&bob, &token).await.expect(200);
}

#[tokio::test]
async fn nobody_invites_into_more_than_they_may_themselves() {
    let tenant = Tenant::start().await;
    let admin_role = tenant.client.role_named(&tenant.admin, &tenant.org, "Admin").await;
    let more = tenant.role("sessions", &["session:all:read"]).await;
    let wider = tenant.role("all users", &["user:all:write"]).await;
    let same = tenant.role("own users", &["user:org:update"]).await;
    let bob = tenant.member(BOB, &["user:org:write"]).await;
    for (role, may) in [(&admin_role, false), (&more, false), (&wider, false), (&same, true)] {
        let answer = tenant.client.invite(&bob, &tenant.org, "cyd@example.com", role).await;
        if may {
            answer.expect(201);
        } else {
            answer.expect_engine_error(403, &["role_id"]);
        }
    }
    // An administrator may invite into anything; whoever may not, does not resend it either.
    let made = tenant.invite("dan@example.com", &admin_role).await;
    let path = format!("{PATH}/{}/resend", id(&made));
    tenant
        .call(Method::POST, &path, &bob, &Value::Null)
        .await
        .expect_engine_error(403, &["role_id"]);
    tenant.tick();
    resend(&tenant, id(&made)).await.expect(200);
    assert_eq!(tenant.client.mails("dan@example.com").await.len(), 2);
}

#[tokio::test]
async fn all_of_it_needs_a_permission_that_implies_writing_users() {
    let tenant = Tenant::start().await;
    let role = tenant.role("the crowd", &[]).await;
    for (n, (permission, may)) in [
        ("user:own:write", true),
        ("user:all:write", true),
        ("user:all:create", false),
        ("user:all:update", false),
        ("user:all:delete", false),
        ("role:all:write", false),
    ]
    .into_iter()
    .enumerate()
    {
        let token = tenant.member(&format!("member{n}@example.com"), &[permission]).await;
        let made = tenant.invite(&format!("guest{n}@example.com"), &role).await;
        let body = json!({ "email": format!("other{n}@example.com"), "roleId": role });
        for (method, path, body, status) in [
            (Method::POST, PATH.to_owned(), &body, 201),
            (Method::POST, format!("{PATH}/{}/resend", id(&made)), &Value::Null, 200),
            (Method::PUT, format!("{PATH}/{}/revoke", id(&made)), &Value::Null, 200),
            (Method::DELETE, format!("{PATH}/{}", id(&made)), &Value::Null, 400),
        ] {
            tenant
                .call(method.clone(), &path, "a.b.c", body)
                .await
                .expect_engine_error(401, &[]);
            let answer = tenant.call(method, &path, &token, body).await;
            if may {
                answer.expect(status);
            } else {
                answer.expect_engine_error(403, &[]);
            }
        }
    }
}

/// Before the body is looked at: whoever may not invite is not told what is wrong with it.
#[tokio::test]
async fn permission_comes_before_the_body() {
    let tenant = Tenant::start().await;
    let bob = tenant.member(BOB, &[]).await;
    tenant
        .call(Method::POST, PATH, &bob, &json!({}))
        .await
        .expect_engine_error(403, &[]);
    tenant
        .call(Method::POST, PATH, "a.b.c", &json!({}))
        .await
        .expect_engine_error(401, &[]);
}
