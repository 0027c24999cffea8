//! Twenty clients at the same moment in one organization, over HTTP, on both engines.

use http::Method;
use rstest::rstest;
use serde_json::{Value, json};
use shared::ids::{OrgId, UserId};
use tests::client::user_id;
use tests::server::Table::{self, DynamoDbLocal, Embedded};
use tests::{Client, Server};

use super::census::{Census, census};
use super::crowd::{CROWD, at_once, count};
use super::explorer::server_on;

/// The home organization's.
const ROLES_ELSEWHERE: u64 = 2;

async fn census_of(server: &Server, org: &str) -> Census {
    census(server, OrgId::parse(org).unwrap(), ROLES_ELSEWHERE).await
}

/// Somebody with a new organization: token and organization.
async fn founder(client: &Client) -> (String, String) {
    let token = client.join("boss@example.com").await;
    let org = client.found(&token, "Acme").await;
    (client.sign_in("boss@example.com").await, org)
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn one_invitation_one_acceptance(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = server_on(table).await else { return };
    let client = server.client();
    let (boss, org) = founder(&client).await;
    let role = client.make_role(&boss, &org, "Clerk").await;
    client.invite(&boss, &org, "ada@example.com", &role).await.expect(201);
    let invitation = client.invitation_token("ada@example.com").await;
    let sessions = [
        client.join("ada@example.com").await,
        client.sign_in("ada@example.com").await,
    ];
    let answers = at_once(&server, |client, n| {
        let (token, invitation) = (sessions[n % 2].clone(), invitation.clone());
        async move { client.accept(&token, &invitation).await }
    })
    .await;
    assert_eq!(count(&answers, 200, &[409]), 1);
    for answer in answers.into_iter().filter(|answer| answer.status == 409) {
        answer.expect_engine_error(409, &["token"]);
    }
    let census = census_of(&server, &org).await;
    assert_eq!((census.statuses(), census.members.len()), (vec!["accepted"], 2));
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn one_of_the_last_two_administrators_stays(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = server_on(table).await else { return };
    let client = server.client();
    let (boss, org) = founder(&client).await;
    let system = client.role_named(&boss, &org, "Admin").await;
    let deputy = client.join("deputy@example.com").await;
    client.bind(&boss, &org, &user_id(&deputy), &system).await.expect(200);
    let deputy = client.sign_in("deputy@example.com").await;
    // From each other, and from themselves.
    let pairs = [(&boss, &deputy), (&deputy, &boss), (&boss, &boss), (&deputy, &deputy)];
    let answers = at_once(&server, |client, n| {
        let (by, whom) = pairs[n % 4];
        let (by, whom, org, system) = (by.clone(), user_id(whom), org.clone(), system.clone());
        async move { client.unbind(&by, &org, &whom, &system).await }
    })
    .await;
    assert_eq!(count(&answers, 200, &[403, 409]), 1);
    let census = census_of(&server, &org).await;
    assert_eq!((census.organization.admins, census.members.len()), (1, 1));
    let left = [&boss, &deputy].map(|token| UserId::parse(&user_id(token)).unwrap());
    assert_eq!(left.iter().filter(|user| census.member(**user).is_some()).count(), 1);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn one_name_one_role(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = server_on(table).await else { return };
    let (boss, org) = founder(&server.client()).await;
    let names = ["Clerk", "CLERK", "clerk", " Clerk "];
    let answers = at_once(&server, |client, n| {
        let (boss, org, body) = (boss.clone(), org.clone(), json!({ "name": names[n % 4] }));
        async move { client.call_in(&org, Method::POST, "/api/v1/roles", &boss, &body).await }
    })
    .await;
    assert_eq!(count(&answers, 201, &[409]), 1);
    for answer in answers.into_iter().filter(|answer| answer.status == 409) {
        answer.expect_engine_error(409, &["name"]);
    }
    assert_eq!(census_of(&server, &org).await.roles.len(), 2);
}

/// Each gets a role of the same organization in the same moment: nobody is lost and nobody is counted twice.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn twenty_join_at_once(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = server_on(table).await else { return };
    let client = server.client();
    let (boss, org) = founder(&client).await;
    let role = client.make_role(&boss, &org, "Clerk").await;
    let mut users = Vec::new();
    for n in 0..CROWD {
        users.push(user_id(&client.join(&format!("clerk{n}@example.com")).await));
    }
    let answers = at_once(&server, |client, n| {
        let (boss, org, role, user) = (boss.clone(), org.clone(), role.clone(), users[n].clone());
        async move { client.bind(&boss, &org, &user, &role).await }
    })
    .await;
    assert_eq!(count(&answers, 200, &[]), CROWD);
    let census = census_of(&server, &org).await;
    assert_eq!(census.members.len(), CROWD + 1);
    let page = client
        .call_in(&org, Method::GET, "/api/v1/users", &boss, &Value::Null)
        .await;
    assert_eq!(page.expect(200).json()["total"], CROWD + 1);
}
