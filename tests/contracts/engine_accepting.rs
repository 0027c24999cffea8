//! accept_invitation, GET and POST.

use std::time::Duration;

use http::Method;
use rstest::rstest;
use serde_json::Value;
use tests::client::{claims, user_id};
use tests::server::Table::{self, DynamoDbLocal, Embedded};
use tests::{Answer, Tenant};

use super::members;

pub const PATH: &str = "/api/v1/invitations/accept";
pub const BOB: &str = "bob@example.com";
pub const WEEK: Duration = Duration::from_secs(7 * 24 * 3600);
const MOMENT: Duration = Duration::from_micros(1);

pub async fn accept(tenant: &Tenant, method: Method, token: &str, invitation: &str) -> Answer {
    let request = tenant.client.request(method, PATH).query(&[("token", invitation)]);
    tenant.client.send(request.header("x-auth", token)).await
}

/// Invites an address into a new role that may see users: the token of the mail, and the role.
pub async fn invited(tenant: &Tenant, email: &str) -> (String, String) {
    tenant.tick();
    let role = tenant
        .role(&format!("{:?} role", tenant.server.clock.read()), &["user:all:read"])
        .await;
    tenant.invite(email, &role).await;
    (tenant.client.invitation_token(email).await, role)
}

pub async fn organizations(tenant: &Tenant, token: &str) -> usize {
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

#[rstest]
#[tokio::test]
async fn whoever_is_given_the_role_at_the_same_moment_has_it_once(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(tenant) = Tenant::on(table).await else { return };
    let (invitation, role) = invited(&tenant, BOB).await;
    let bob = tenant.client.join(BOB).await;
    let id = user_id(&bob);
    let (accepted, bound) = tokio::join!(
        accept(&tenant, Method::GET, &bob, &invitation),
        tenant.client.bind(&tenant.admin, &tenant.org, &id, &role)
    );
    let statuses = (accepted.status.as_u16(), bound.status.as_u16());
    assert!(matches!(statuses, (200, 409) | (400, 200)), "{statuses:?}");
    let page = tenant
        .get("/api/v1/users?search_prefix=bob", &tenant.admin)
        .await
        .expect(200)
        .json();
    assert_eq!(page["users"][0]["roles"].as_array().unwrap().len(), 1);
    let roles = tenant.get("/api/v1/roles", &tenant.admin).await.expect(200).json();
    let counted = roles["roles"].as_array().unwrap().iter().find(|row| row["id"] == *role);
    assert_eq!(counted.unwrap()["userCount"], 1);
    assert_eq!(organizations(&tenant, &bob).await, 1);
}
