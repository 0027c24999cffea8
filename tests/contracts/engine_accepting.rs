//! accept_invitation, GET and POST.

use std::time::Duration;

use http::Method;
use rstest::rstest;
use serde_json::{Value, json};
use tests::client::{claims, user_id};
use tests::server::Table::{self, DynamoDbLocal, Embedded};
use tests::{Answer, Tenant};

use super::members;

const PATH: &str = "/api/v1/invitations/accept";
const BOB: &str = "bob@example.com";
const WEEK: Duration = Duration::from_secs(7 * 24 * 3600);
const MOMENT: Duration = Duration::from_micros(1);

async fn accept(tenant: &Tenant, method: Method, token: &str, invitation: &str) -> Answer {
    let request = tenant.client.request(method, PATH).query(&[("token", invitation)]);
    tenant.client.send(request.header("x-auth", token)).await
}

/// Invites an address into a new role that may see users: the token of the mail, and the role.
async fn invited(tenant: &Tenant, email: &str) -> (String, String) {
    tenant.tick();
    let role = tenant
        .role(&format!("{:?} role", tenant.server.clock.read()), &["user:all:read"])
        .await;
    tenant.invite(email, &role).await;
    (tenant.client.invitation_token(email).await, role)
}

async fn organizations(tenant: &Tenant, token: &str) -> usize {
    let me = tenant.client.me(token).await.expect(200).json();
    me["organizations"].as_array().unwrap().len()
}

#[rstest]
#[tokio::test]
async fn the_invited_joins_with_a_fresh_token_of_the_same_session(
    #[values(Embedded, DynamoDbLocal)] table: Table,
    #[values(Method::GET, Method::POST)] method: Method,
) {
    let Some(tenant) = Tenant::on(table).await else { return };
    let (invitation, role) = invited(&tenant, BOB).await;
    // The invited need not have had an account.
    let bob = tenant.client.join(BOB).await;
    let own = tenant.client.found(&bob, "Bob's own").await;
    tenant.server.clock.advance(Duration::from_millis(1500));
    let accepted = accept(&tenant, method, &bob, &invitation).await.expect(200).json();
    assert_eq!(members(&accepted), ["jwtToken", "message"]);
    assert_eq!(accepted["message"], "Invitation accepted successfully");
    let fresh = accepted["jwtToken"].as_str().unwrap();
    assert_ne!(fresh, bob);
    let (before, after) = (claims(&bob), claims(fresh));
    assert_eq!((&after["jti"], &after["sub"]), (&before["jti"], &before["sub"]));
    assert!(after["exp"].as_u64() > before["exp"].as_u64());
    let roles = after["user"]["roles"].as_array().unwrap();
    let mut orgs: Vec<&str> = roles.iter().map(|role| role["orgID"].as_str().unwrap()).collect();
    orgs.sort_unstable();
    let mut expected = [tenant.org.as_str(), &own];
    expected.sort_unstable();
    assert_eq!(orgs, expected);

    // The role holds at once, for the token of before as well.
    for token in [fresh, &bob] {
        let page = tenant
            .get("/api/v1/users?search_prefix=bob", token)
            .await
            .expect(200)
            .json();
        assert_eq!(page["users"][0]["roles"][0]["id"], *role);
        assert_eq!(page["users"][0]["activeSessions"], 1, "no session more");
        assert_eq!(page["users"][0]["status"], "pending", "the account is as it was");
    }
    let list = tenant
        .get("/api/v1/invitations", &tenant.admin)
        .await
        .expect(200)
        .json();
    assert_eq!(list["invitations"][0]["status"], "accepted");
    let at = list["invitations"][0]["acceptedAt"].as_str().unwrap();
    assert_eq!(at.len(), "2026-03-01T12:00:00Z".len(), "whole seconds: {at}");
    let late = tenant.server.clock.read().duration_since(at.parse().unwrap());
    assert!(late.unsigned_abs() <= Duration::from_secs(1), "{at}");
}

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
async fn it_works_once() {
    let tenant = Tenant::start().await;
    let (invitation, role) = invited(&tenant, BOB).await;
    let bob = tenant.client.join(BOB).await;
    accept(&tenant, Method::GET, &bob, &invitation).await.expect(200);
    // Also when the member has left, and for whoever asks.
    let stranger = tenant.client.join("cyd@example.com").await;
    for _ in 0..2 {
        for token in [&bob, &stranger] {
            for method in [Method::GET, Method::POST] {
                let answer = accept(&tenant, method, token, &invitation).await;
                answer.expect_engine_error(409, &["token"]);
            }
        }
        tenant
            .client
            .unbind(&tenant.admin, &tenant.org, &user_id(&bob), &role)
            .await;
    }
    assert_eq!(organizations(&tenant, &bob).await, 0);
}

#[rstest]
#[tokio::test]
async fn it_works_once_at_the_same_moment(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(tenant) = Tenant::on(table).await else { return };
    let (invitation, _) = invited(&tenant, BOB).await;
    let bob = tenant.client.join(BOB).await;
    let tries = (0..6).map(|_| accept(&tenant, Method::GET, &bob, &invitation));
    let mut statuses: Vec<u16> = futures_util::future::join_all(tries)
        .await
        .iter()
        .map(|answer| answer.status.as_u16())
        .collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409, 409, 409, 409, 409]);
    let roles = tenant.get("/api/v1/roles", &tenant.admin).await.expect(200).json();
    assert_eq!(roles["roles"][1]["userCount"], 1);
}

#[rstest]
#[tokio::test]
async fn it_is_open_for_exactly_seven_days(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(tenant) = Tenant::on(table).await else { return };
    let (in_time, _) = invited(&tenant, BOB).await;
    let role = tenant.role("another role", &[]).await;
    tenant.invite("cyd@example.com", &role).await;
    let late = tenant.client.invitation_token("cyd@example.com").await;
    tenant.client.sign_up(BOB).await;
    tenant.client.sign_up("cyd@example.com").await;
    tenant.server.clock.advance(WEEK - MOMENT);
    let (bob, cyd) = (
        tenant.client.sign_in(BOB).await,
        tenant.client.sign_in("cyd@example.com").await,
    );
    accept(&tenant, Method::GET, &bob, &in_time).await.expect(200);
    tenant.server.clock.advance(MOMENT);
    for method in [Method::GET, Method::POST] {
        accept(&tenant, method, &cyd, &late)
            .await
            .expect_engine_error(406, &["token"]);
    }
    assert_eq!(organizations(&tenant, &cyd).await, 0);
    // Whoever follows an old link is told the same for weeks.
    tenant.server.clock.advance(4 * WEEK);
    let cyd = tenant.client.sign_in("cyd@example.com").await;
    accept(&tenant, Method::GET, &cyd, &late)
        .await
        .expect_engine_error(406, &["token"]);
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
async fn addresses_are_compared_without_their_case() {
    let tenant = Tenant::start().await;
    for (invited_as, account) in [
        ("Bob@Example.COM", "bob@example.com"),
        ("carl@example.com", "CARL@EXAMPLE.COM"),
        (" dora@example.com ", "Dora@example.com"),
        ("ÉVE@example.com", "éve@example.com"),
    ] {
        let (invitation, _) = invited(&tenant, invited_as).await;
        let token = tenant.client.join(account).await;
        accept(&tenant, Method::GET, &token, &invitation).await.expect(200);
        assert_eq!(organizations(&tenant, &token).await, 1, "{account}");
    }
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

#[tokio::test]
async fn no_organization_is_named() {
    let tenant = Tenant::start().await;
    for (n, org) in ["nonsense", "00000000000000000000000000", "01ARZ3NDEKTSV4RRFFQ69G5FAV"]
        .into_iter()
        .enumerate()
    {
        let email = format!("guest{n}@example.com");
        let (invitation, _) = invited(&tenant, &email).await;
        let token = tenant.client.join(&email).await;
        let path = format!("{PATH}?token={invitation}");
        tenant
            .client
            .call_in(org, Method::GET, &path, &token, &Value::Null)
            .await
            .expect(200);
        assert_eq!(organizations(&tenant, &token).await, 1);
    }
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
