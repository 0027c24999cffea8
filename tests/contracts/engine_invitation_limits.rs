//! Attempt limits of invite_user and resend_invitation.

use std::time::Duration;

use http::Method;
use rstest::rstest;
use serde_json::Value;
use tests::client::user_id;
use tests::server::Table::{self, DynamoDbLocal, Embedded};
use tests::{Answer, Server, Tenant};

const PATH: &str = "/api/v1/invitations";
const BOB: &str = "bob@example.com";

/// A tenant where one variable sets a limit, and all limits hold.
async fn limited(table: Table, name: &str, limit: &str) -> Option<Tenant> {
    let setup = Server::setup().env("THROTTLE", "on").env(name, limit);
    Some(Tenant::of(setup.start_on(table).await?).await)
}

async fn resend(tenant: &Tenant, token: &str, id: &str) -> Answer {
    tenant.tick();
    let path = format!("{PATH}/{id}/resend");
    tenant.call(Method::POST, &path, token, &Value::Null).await
}

/// 429; after how many seconds to try again.
fn too_many(answer: Answer) -> Duration {
    let answer = answer.expect_engine_error(429, &[]);
    let seconds = answer.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=3600).contains(&seconds), "{seconds}");
    Duration::from_secs(seconds)
}

#[rstest]
#[tokio::test]
async fn one_user_sends_so_many_invitations(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(mut tenant) = limited(table, "THROTTLE_INVITE_ACCOUNT", "3/3600").await else {
        return;
    };
    let role = tenant.role("the crowd", &[]).await;
    let zoe = tenant.member("zoe@example.com", &["user:all:write"]).await;
    let invite = async |tenant: &Tenant, token: &str, name: &str| {
        let email = format!("{name}@example.com");
        tenant.client.invite(token, &tenant.org, &email, &role).await
    };
    // The notice that Zoe has a role was the first mail. Invitations that are refused count for nothing.
    for _ in 0..3 {
        tenant
            .client
            .invite(&tenant.admin, &tenant.org, "nonsense", &role)
            .await
            .expect(400);
        invite(&tenant, &tenant.admin, "zoe").await.expect(400);
    }
    invite(&tenant, &tenant.admin, "first").await.expect(201);
    invite(&tenant, &tenant.admin, "second").await.expect(201);
    let wait = too_many(invite(&tenant, &tenant.admin, "third").await);
    assert!(tenant.client.mails("third@example.com").await.is_empty());
    let listed = tenant.get(PATH, &tenant.admin).await.expect(200).json();
    assert_eq!(listed["total"], 2);
    // In whatever organization; but each user by itself.
    let elsewhere = tenant.client.found(&tenant.admin, "Elsewhere").await;
    let foreign = tenant.client.make_role(&tenant.admin, &elsewhere, "foreign").await;
    too_many(tenant.client.invite(&tenant.admin, &elsewhere, BOB, &foreign).await);
    // A role that one gives is a mail as well, unless one gives it to oneself.
    let (zoes, mine) = (user_id(&zoe), user_id(&tenant.admin));
    too_many(tenant.client.bind(&tenant.admin, &elsewhere, &zoes, &foreign).await);
    tenant
        .client
        .bind(&tenant.admin, &elsewhere, &mine, &foreign)
        .await
        .expect(200);
    invite(&tenant, &zoe, "third").await.expect(201);

    tenant.server.clock.advance(wait);
    tenant.sign_in_again().await;
    invite(&tenant, &tenant.admin, "fourth").await.expect(201);
}

#[rstest]
#[tokio::test]
async fn one_invitation_is_mailed_again_so_often(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(mut tenant) = limited(table, "THROTTLE_RESEND_INVITATION", "2/3600").await else {
        return;
    };
    let role = tenant.role("the crowd", &[]).await;
    let zoe = tenant.member("zoe@example.com", &["user:all:write"]).await;
    let made = tenant.invite(BOB, &role).await;
    let other = tenant.invite("cyd@example.com", &role).await;
    let id = made["id"].as_str().unwrap();
    resend(&tenant, &tenant.admin, id).await.expect(200);
    resend(&tenant, &zoe, id).await.expect(200);
    // Whoever asks.
    let wait = too_many(resend(&tenant, &tenant.admin, id).await);
    too_many(resend(&tenant, &zoe, id).await);
    assert_eq!(tenant.client.mails(BOB).await.len(), 3);
    resend(&tenant, &tenant.admin, other["id"].as_str().unwrap())
        .await
        .expect(200);
    tenant.server.clock.advance(wait);
    tenant.sign_in_again().await;
    resend(&tenant, &tenant.admin, id).await.expect(200);
    assert_eq!(tenant.client.mails(BOB).await.len(), 4);
}

#[tokio::test]
async fn without_throttling_there_is_no_limit() {
    let server = Server::setup()
        .env("THROTTLE_INVITE_ACCOUNT", "1/3600")
        .env("THROTTLE_RESEND_INVITATION", "1/3600")
        .start()
        .await;
    let tenant = Tenant::of(server).await;
    let role = tenant.role("the crowd", &[]).await;
    for n in 0..3 {
        let made = tenant.invite(&format!("guest{n}@example.com"), &role).await;
        for _ in 0..3 {
            resend(&tenant, &tenant.admin, made["id"].as_str().unwrap())
                .await
                .expect(200);
        }
    }
}
