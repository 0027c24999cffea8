//! keycloak-logout and google-logout: as logout, and the provider is told.

use http::Method;
use rstest::rstest;
use serde_json::{Value, json};
use tests::arc::Pair;
use tests::provider::{Provider, SECRET, Twist, US};
use tests::{Answer, Server};

use super::arc_social::{at_home, owner_of};

const KEYCLOAK: &str = "/keycloak/logout";
const GOOGLE: &str = "/google/logout";

async fn log_out(server: &Server, path: &str, pair: &Pair) -> Answer {
    let body = json!({ "refreshToken": pair.refresh });
    server
        .client()
        .arc()
        .call(Method::POST, path, &pair.access, &body)
        .await
}

#[tokio::test]
async fn a_provider_is_told_that_its_session_has_ended() {
    let (provider, server) = at_home().await;
    let pair = server.traveller().signs_in(&server, "/auth/keycloak").await;
    let answer = log_out(&server, KEYCLOAK, &pair).await.expect(200).json();
    let key = owner_of(&pair.access);
    let key = serde_json::to_value(shared::ids::AsUuid(key)).unwrap();
    assert_eq!(answer, json!({ "success": true, "key": key }));
    let [told] = &provider.forms("/logout")[..] else {
        panic!()
    };
    assert!(told["refresh_token"].starts_with("refresh-of-"), "{told:?}");
    assert_eq!(
        (told["client_id"].as_str(), told["client_secret"].as_str()),
        (US, SECRET)
    );
    log_out(&server, KEYCLOAK, &pair)
        .await
        .expect_said_by_check(401, "TokenRevoked");

    provider.vouches_for(tests::provider::Person::new("4711", "grace@example.com"));
    let pair = server.traveller().signs_in(&server, "/auth/google").await;
    log_out(&server, GOOGLE, &pair).await.expect(200);
    let [told] = &provider.forms("/revoke")[..] else {
        panic!()
    };
    assert!(told["token"].starts_with("refresh-of-"), "{told:?}");
    assert_eq!(told.len(), 1, "{told:?}");
}

#[tokio::test]
async fn also_after_the_pair_was_exchanged() {
    let (provider, server) = at_home().await;
    let pair = server.traveller().signs_in(&server, "/auth/keycloak").await;
    let next = server.client().arc().refresh(&pair).await.expect_pair();
    log_out(&server, KEYCLOAK, &next).await.expect(200);
    assert_eq!(provider.forms("/logout").len(), 1);
}

#[rstest]
#[case(KEYCLOAK)]
#[case(GOOGLE)]
#[tokio::test]
async fn sessions_of_others_end_as_well(#[case] path: &str) {
    let (provider, server) = at_home().await;
    let arc = server.client().arc();
    let by_password = arc.join("grace@example.com").await;
    let by_facebook = server.traveller().signs_in(&server, "/auth/facebook").await;
    for pair in [by_password, by_facebook] {
        log_out(&server, path, &pair).await.expect(200);
        arc.me(&pair.access).await.expect_said_by_check(401, "TokenRevoked");
    }
    assert!(provider.forms("/logout").is_empty() && provider.forms("/revoke").is_empty());
    // Where no provider is configured at all.
    let server = Server::start().await;
    let pair = server.client().arc().join("grace@example.com").await;
    log_out(&server, path, &pair).await.expect(200);
}

#[rstest]
#[case::it_fails(Twist::Fails)]
#[case::it_refuses(Twist::Refuses)]
#[case::it_sends_elsewhere(Twist::SendsElsewhere)]
#[case::it_says_nothing(Twist::Slow)]
#[tokio::test]
async fn a_failure_there_changes_nothing(#[case] twist: Twist) {
    let provider = Provider::start().await;
    let setup = provider.serves(Server::setup());
    let setup = setup.with(|parts| parts.federation.web.within = std::time::Duration::from_millis(300));
    let server = setup.start().await;
    server.receives_people_at(tests::traveller::HOME).await;
    let pair = server.traveller().signs_in(&server, "/auth/keycloak").await;
    provider.twists(twist);
    log_out(&server, KEYCLOAK, &pair).await.expect(200);
    assert_eq!(provider.forms("/logout").len(), 1);
    server.client().arc().me(&pair.access).await.expect(401);
}

#[rstest]
#[case(KEYCLOAK)]
#[case(GOOGLE)]
#[tokio::test]
async fn what_is_refused(#[case] path: &str) {
    let (provider, server) = at_home().await;
    let arc = server.client().arc();
    let provider_path = if path == GOOGLE {
        "/auth/google"
    } else {
        "/auth/keycloak"
    };
    let pair = server.traveller().signs_in(&server, provider_path).await;
    let other = arc.join("grace@example.com").await;
    let call = async |token: &str, body: &Value| arc.call(Method::POST, path, token, body).await;
    let body = json!({ "refreshToken": pair.refresh });
    arc.post(path, &body)
        .await
        .expect_said_by_handler(401, r#"Bearer realm="Users""#);
    call("nonsense", &body).await.expect_said_by_check(401, "TokenExpired");
    call(&pair.access, &Value::Null)
        .await
        .expect_said_by_handler(422, "TokenMissing");
    call(&pair.access, &json!({ "refreshToken": "" }))
        .await
        .expect_said_by_handler(422, "TokenMissing");
    let odd = call(&pair.access, &json!({ "refreshToken": 1, "more": 1 })).await;
    odd.expect_violations(&[("", "additionalProperties"), ("/refreshToken", "type")]);
    let unknown = json!({ "refreshToken": "0".repeat(64) });
    call(&pair.access, &unknown)
        .await
        .expect_said_by_handler(401, "Token Expired");
    let foreign = json!({ "refreshToken": other.refresh });
    call(&pair.access, &foreign)
        .await
        .expect_said_by_handler(401, "Token Invalid");
    assert!(provider.forms("/logout").is_empty() && provider.forms("/revoke").is_empty());
    arc.me(&pair.access).await.expect(200);
}
