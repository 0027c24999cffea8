//! accept_invitation: who may not, and what that is answered with.

use http::Method;
use serde_json::json;
use tests::Tenant;
use tests::client::user_id;

use super::engine_accepting::{BOB, PATH, WEEK, accept, invited, organizations};

#[tokio::test]
async fn without_a_token_that_is_known_it_is_400() {
    let tenant = Tenant::start().await;
    let (invitation, _) = invited(&tenant, BOB).await;
    let bob = tenant.client.join(BOB).await;
    let (long, padded, cut) = ("A".repeat(10_000), format!("{invitation}="), &invitation[..42]);
    let (upper, blank) = (invitation.to_uppercase(), format!(" {invitation}"));
    for method in [Method::GET, Method::POST] {
        for wrong in [
            "", "nonsense", "\0", "%00", "ÄÖÜ", "../x", &long, &padded, cut, &upper, &blank,
        ] {
            let answer = accept(&tenant, method.clone(), &bob, wrong).await;
            answer.expect_engine_error(400, &["token"]);
        }
        for path in [
            PATH.to_owned(),
            format!("{PATH}?Token={invitation}"),
            format!("{PATH}?token=%ff"),
        ] {
            tenant
                .client
                .call(method.clone(), &path, &bob)
                .await
                .expect_engine_error(400, &["token"]);
        }
    }
    // It is not read from a body.
    let body = json!({ "token": invitation });
    let answer = tenant.client.call_with(Method::POST, PATH, &bob, &body).await;
    answer.expect_engine_error(400, &["token"]);
    // None of it used the invitation up.
    accept(&tenant, Method::GET, &bob, &invitation).await.expect(200);
}

#[tokio::test]
async fn another_account_is_417_and_uses_nothing_up() {
    let tenant = Tenant::start().await;
    let (invitation, _) = invited(&tenant, BOB).await;
    let bob = tenant.client.join(BOB).await;
    let root = tenant.client.admin().await;
    for email in [
        "bob@example.org",
        "bob+1@example.com",
        "b.ob@example.com",
        "bob@sub.example.com",
    ] {
        let token = tenant.client.join(email).await;
        for method in [Method::GET, Method::POST] {
            let answer = accept(&tenant, method, &token, &invitation).await;
            answer.expect_engine_error(417, &["email"]);
        }
        assert_eq!(organizations(&tenant, &token).await, 0);
    }
    // Not even an administrator in somebody's place, a member as little as a stranger.
    for token in [&tenant.admin, &root] {
        accept(&tenant, Method::GET, token, &invitation)
            .await
            .expect_engine_error(417, &["email"]);
    }
    accept(&tenant, Method::GET, &bob, &invitation).await.expect(200);
}

#[tokio::test]
async fn a_member_already_is_400() {
    let tenant = Tenant::start().await;
    let (invitation, _) = invited(&tenant, BOB).await;
    let bob = tenant.client.join(BOB).await;
    let role = tenant.role("another role", &[]).await;
    tenant.bind(&bob, &role).await;
    for method in [Method::GET, Method::POST] {
        accept(&tenant, method, &bob, &invitation)
            .await
            .expect_engine_error(400, &["user"]);
    }
    // It is open still: whoever leaves may accept it.
    tenant
        .client
        .unbind(&tenant.admin, &tenant.org, &user_id(&bob), &role)
        .await
        .expect(200);
    accept(&tenant, Method::GET, &bob, &invitation).await.expect(200);
}

/// Token known, still acceptable, address matches, not a member yet: of several reasons the first one is told.
#[tokio::test]
async fn the_checks_have_an_order() {
    let mut tenant = Tenant::start().await;
    let role = tenant.role("another role", &[]).await;
    let stranger = tenant.client.join("eve@example.com").await;
    let (expiring, _) = invited(&tenant, "expiring@example.com").await;
    tenant.server.clock.advance(WEEK);
    tenant.sign_in_again().await;
    let (accepted, _) = invited(&tenant, "accepted@example.com").await;
    let token = tenant.client.join("accepted@example.com").await;
    accept(&tenant, Method::GET, &token, &accepted).await.expect(200);
    let made = tenant.invite("revoked@example.com", &role).await;
    let revoked = tenant.client.invitation_token("revoked@example.com").await;
    let path = format!("/api/v1/invitations/{}/revoke", made["id"].as_str().unwrap());
    tenant.put(&path, &tenant.admin).await.expect(200);
    let (open, _) = invited(&tenant, "open@example.com").await;

    assert_eq!(user_id(&stranger).len(), 26);
    let stranger = tenant.client.sign_in("eve@example.com").await;
    // The administrator is the wrong account, and a member; the stranger only the wrong account.
    for token in [&stranger, &tenant.admin] {
        for (invitation, status, key) in [
            ("unknown", 400, "token"),
            (&expiring, 406, "token"),
            (&revoked, 406, "token"),
            (&accepted, 409, "token"),
            (&open, 417, "email"),
        ] {
            let answer = accept(&tenant, Method::GET, token, invitation).await;
            answer.expect_engine_error(status, &[key]);
        }
    }
    // A member, of whom the invitation is over.
    accept(&tenant, Method::GET, &token, &accepted)
        .await
        .expect_engine_error(409, &["token"]);
    // And first of all whoever asks must be signed in.
    for invitation in ["", "unknown", &expiring, &revoked, &accepted, &open] {
        for token in ["", "a.b.c"] {
            accept(&tenant, Method::GET, token, invitation)
                .await
                .expect_engine_error(401, &[]);
        }
    }
}

/// A link or a page of somebody else's must not accept in anybody's name.
#[tokio::test]
async fn the_callers_token_counts_in_a_header_only() {
    let tenant = Tenant::start().await;
    let (invitation, _) = invited(&tenant, BOB).await;
    let bob = tenant.client.join(BOB).await;
    for method in [Method::GET, Method::POST] {
        let path = format!("{PATH}?token={invitation}&auth={bob}&access_token={bob}");
        let request = tenant
            .client
            .request(method, &path)
            .header("cookie", format!("auth={bob}"));
        tenant.client.send(request).await.expect_engine_error(401, &[]);
    }
    // The mailed token is no proof of who calls.
    accept(&tenant, Method::GET, &invitation, &invitation)
        .await
        .expect_engine_error(401, &[]);
    let request = tenant
        .client
        .request(Method::GET, PATH)
        .query(&[("token", &invitation)]);
    let request = request.header("authorization", format!("Bearer {bob}"));
    tenant.client.send(request).await.expect(200);
}

#[tokio::test]
async fn a_session_that_has_ended_does_not_accept() {
    let tenant = Tenant::start().await;
    let (invitation, _) = invited(&tenant, BOB).await;
    let bob = tenant.client.join(BOB).await;
    tenant
        .client
        .call(Method::POST, "/api/v1/signout", &bob)
        .await
        .expect(200);
    accept(&tenant, Method::GET, &bob, &invitation)
        .await
        .expect_engine_error(401, &[]);
    let bob = tenant.client.sign_in(BOB).await;
    accept(&tenant, Method::GET, &bob, &invitation).await.expect(200);
}

/// There is an end to how many organizations one belongs to: accepting and founding say so.
#[tokio::test]
async fn whoever_belongs_to_as_many_organizations_as_anybody_may_is_409() {
    let tenant = Tenant::start().await;
    let (invitation, _) = invited(&tenant, BOB).await;
    let bob = tenant.client.join(BOB).await;
    let body = json!({ "name": "One of many", "email": "office@example.com" });
    let create = async || {
        tenant
            .client
            .call_with(Method::POST, "/api/v1/organizations", &bob, &body)
            .await
    };
    for _ in 0..80 {
        create().await.expect(200);
    }
    create().await.expect_engine_error(409, &["Error"]);
    accept(&tenant, Method::GET, &bob, &invitation)
        .await
        .expect_engine_error(409, &["user"]);
    assert_eq!(organizations(&tenant, &bob).await, 80);
}
