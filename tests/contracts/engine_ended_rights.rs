//! Tokens that were issued before somebody was switched off, or got a new password.

use std::time::Duration;

use http::Method;
use rstest::rstest;
use serde_json::Value;
use tests::PASSWORD;
use tests::server::Table::{self, DynamoDbLocal, Embedded};

use super::engine_live_rights::{ROLES, claimed, reads_roles, renew};
use super::house::House;

/// A token that is refused wherever it is shown.
async fn is_over(house: &House, token: &str) {
    for (method, path) in [
        (Method::GET, ROLES),
        (Method::GET, "/api/v1/me"),
        (Method::POST, "/api/v1/renew"),
        (Method::POST, "/api/v1/user/authorize"),
        (Method::GET, "/api/v1/invitations/accept?token=x"),
        (Method::POST, "/api/v1/organizations"),
        (Method::POST, "/api/v1/signout"),
    ] {
        let answer = house.by(token, method, path, &Value::Null).await;
        answer.expect_engine_error(401, &[]);
    }
}

#[rstest]
#[tokio::test]
async fn deactivation_ends_every_token_for_good(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(house) = House::on(table).await else { return };
    let ada = house.member("ada", &["role:org:read"]).await;
    let second = house.client.sign_in("ada@example.com").await;
    let renewed = renew(&house, &second).await;
    for token in [&ada.token, &second, &renewed] {
        assert!(reads_roles(&house, token).await);
    }
    let switch = async |to: &str| {
        let path = format!("/api/v1/users/{}/{to}", ada.id);
        house.call(Method::PUT, &path, &Value::Null).await.expect(200);
    };
    switch("deactivate").await;
    for token in [&ada.token, &second, &renewed] {
        is_over(&house, token).await;
    }
    let refused = house.client.sign_in_with("ada@example.com", PASSWORD).await;
    refused.expect_engine_error(401, &[]);
    // Being switched on again brings no session back.
    switch("activate").await;
    for token in [&ada.token, &second, &renewed] {
        is_over(&house, token).await;
    }
    let fresh = house.client.sign_in("ada@example.com").await;
    assert!(reads_roles(&house, &fresh).await);
}

#[tokio::test]
async fn being_switched_off_in_one_of_two_organizations_acts_in_that_one() {
    let house = House::new().await;
    let ada = house.member("ada", &["role:org:read"]).await;
    let second = house.client.found(&ada.token, "Second").await;
    let named = renew(&house, &ada.token).await;
    let switch = async |to: &str| {
        let path = format!("/api/v1/users/{}/{to}", ada.id);
        house.call(Method::PUT, &path, &Value::Null).await.expect(200);
    };
    switch("deactivate").await;
    for token in [&ada.token, &named] {
        assert!(!reads_roles(&house, token).await);
        let elsewhere = house
            .client
            .call_in(&second, Method::GET, ROLES, token, &Value::Null)
            .await;
        elsewhere.expect(200);
        house.client.me(token).await.expect(200);
    }
    // What clients read in a token is what holds.
    assert_eq!(claimed(&renew(&house, &named).await), ["Admin"]);
    assert_eq!(claimed(&house.client.sign_in("ada@example.com").await), ["Admin"]);
    switch("activate").await;
    for token in [&ada.token, &named] {
        assert!(reads_roles(&house, token).await);
    }
    assert_eq!(claimed(&renew(&house, &named).await).len(), 2);
}

#[rstest]
#[tokio::test]
async fn a_new_password_ends_every_token(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(house) = House::on(table).await else { return };
    let ada = house.member("ada", &["role:org:read"]).await;
    let named = renew(&house, &ada.token).await;
    house.server.clock.advance(Duration::from_secs(1));
    let reset = house.client.reset_token("ada@example.com").await;
    assert!(reads_roles(&house, &named).await, "asking for it ends nothing");
    let changed = house
        .client
        .change_password(&reset, "ada@example.com", "quite another long phrase")
        .await;
    changed.expect(200);
    for token in [&ada.token, &named] {
        is_over(&house, token).await;
    }
    let fresh = house
        .client
        .sign_in_with("ada@example.com", "quite another long phrase")
        .await;
    assert!(reads_roles(&house, &fresh.expect(200).text()).await, "the roles stay");
}
