//! signin_google and signin_facebook: with what a program got from a provider.

use rstest::rstest;
use serde_json::{Value, json};
use shared::accounts::State;
use tests::provider::{Person, Provider, Twist};
use tests::server::Table::{self, DynamoDbLocal, Embedded};
use tests::{Answer, Server};

use super::{set_state, user_of};

const GOOGLE: &str = "/api/v1/signin/google";
const FACEBOOK: &str = "/api/v1/signin/facebook";

async fn at_home_on(table: Table) -> Option<(Provider, Server)> {
    let provider = Provider::start().await;
    let setup = provider.serves(Server::setup());
    let setup = setup.with(|parts| parts.federation.web.within = std::time::Duration::from_millis(500));
    let server = setup.start_on(table).await?;
    Some((provider, server))
}

async fn at_home() -> (Provider, Server) {
    at_home_on(Embedded).await.unwrap()
}

async fn with_google(provider: &Provider, server: &Server) -> Answer {
    let body = json!({ "idToken": provider.id_token(), "accessToken": "not looked at" });
    server.client().post(GOOGLE, &body).await
}

async fn with_facebook(provider: &Provider, server: &Server) -> Answer {
    let body = json!({ "accessToken": provider.access_token() });
    server.client().post(FACEBOOK, &body).await
}

#[rstest]
#[tokio::test]
async fn an_account_is_made_once_and_found_by_its_subject(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some((provider, server)) = at_home_on(table).await else {
        return;
    };
    let answer = with_google(&provider, &server).await.expect(202);
    assert_eq!(answer.header("content-type"), Some("text/plain; charset=utf-8"));
    let token = answer.text();
    let me = server.client().me(&token).await.expect(200).json();
    assert_eq!(
        (&me["username"], &me["isSocialAccount"]),
        (&json!("ada@example.com"), &json!(true))
    );
    assert_eq!(me["profile"]["firstName"], "Ada");
    assert_eq!(me["profile"]["lastName"], "Lovelace");
    // The same subject at another provider is somebody else.
    provider.vouches_for(Person::new("4711", "grace@example.com"));
    let other = with_facebook(&provider, &server).await.expect(202).text();
    assert_ne!(user_of(&token), user_of(&other));
    provider.vouches_for(Person::new("4711", "third@example.com"));
    assert_eq!(
        user_of(&with_google(&provider, &server).await.expect(202).text()),
        user_of(&token)
    );
    assert_eq!(
        user_of(&with_facebook(&provider, &server).await.expect(202).text()),
        user_of(&other)
    );
}

#[tokio::test]
async fn the_two_surfaces_know_the_same_account() {
    let (provider, server) = at_home().await;
    server.receives_people_at(tests::traveller::HOME).await;
    let pair = server.traveller().signs_in(&server, "/auth/google").await;
    let token = with_google(&provider, &server).await.expect(202).text();
    assert_eq!(user_of(&token), super::arc_social::owner_of(&pair.access));
}

#[rstest]
#[case(Twist::WrongIssuer)]
#[case(Twist::WrongAudience)]
#[case(Twist::OthersToken)]
#[case(Twist::Unsigned)]
#[case(Twist::PublicKeyAsSecret)]
#[case(Twist::KeyInToken)]
#[case(Twist::Expired)]
#[case(Twist::NotYet)]
#[case(Twist::OtherKey)]
#[case(Twist::UnknownKey)]
#[case(Twist::NoKeyName)]
#[case(Twist::NoSubject)]
#[tokio::test]
async fn an_id_token_that_is_not_googles_for_us_is_refused(#[case] twist: Twist) {
    let (provider, server) = at_home().await;
    provider.twists(twist);
    let refused = with_google(&provider, &server).await;
    refused.expect_engine_error(400, &["idToken"]);
}

#[tokio::test]
async fn a_token_for_another_application_is_refused() {
    let (provider, server) = at_home().await;
    for twist in [
        Twist::OtherApplication,
        Twist::InvalidToken,
        Twist::Expired,
        Twist::NoSubject,
    ] {
        provider.twists(twist);
        with_facebook(&provider, &server).await.expect_engine_error(401, &[]);
    }
    provider.twists(None);
    let unknown = server
        .client()
        .post(FACEBOOK, &json!({ "accessToken": "made up" }))
        .await;
    unknown.expect_engine_error(401, &[]);
    assert!(
        server
            .dump()
            .await
            .iter()
            .all(|item| !item["pk"].as_s().unwrap().starts_with("IDP#"))
    );
}

#[rstest]
#[case(GOOGLE, "idToken")]
#[case(FACEBOOK, "accessToken")]
#[tokio::test]
async fn a_body_that_cannot_be_read(#[case] path: &str, #[case] member: &str) {
    let (_provider, server) = at_home().await;
    let client = server.client();
    client.post_text(path, "{").await.expect_engine_error(400, &[]);
    client.post_text(path, "").await.expect_engine_error(400, &[]);
    client.post(path, &json!({})).await.expect_engine_error(400, &[member]);
    client
        .post(path, &json!({ member: null }))
        .await
        .expect_engine_error(400, &[member]);
    client
        .post(path, &json!({ member: 1 }))
        .await
        .expect_engine_error(400, &[member]);
    let nonsense = client.post(path, &json!({ member: "nonsense" })).await;
    assert!(nonsense.status == 400 || nonsense.status == 401, "{}", nonsense.text());
}

#[rstest]
#[case(GOOGLE)]
#[case(FACEBOOK)]
#[tokio::test]
async fn a_provider_that_is_not_configured_is_not_there(#[case] path: &str) {
    let server = Server::start().await;
    let client = server.client();
    for body in [json!({}), json!({ "idToken": "x", "accessToken": "x" }), Value::Null] {
        client.post(path, &body).await.expect_engine_error(404, &[]);
    }
    client.post_text(path, "{").await.expect_engine_error(404, &[]);
    client.get(path).await.expect_engine_error(405, &[]);
}

#[tokio::test]
async fn an_address_of_somebody_else_or_of_nobody() {
    let (provider, server) = at_home().await;
    server.client().sign_up("ADA@example.com").await;
    with_google(&provider, &server).await.expect_engine_error(401, &[]);
    with_facebook(&provider, &server).await.expect_engine_error(401, &[]);
    for person in [
        Person::new("1", "new@example.com").verified(json!(false)),
        Person::new("1", "new@example.com").without_email(),
    ] {
        provider.vouches_for(person);
        with_google(&provider, &server).await.expect_engine_error(401, &[]);
        with_facebook(&provider, &server).await.expect_engine_error(401, &[]);
    }
}

#[tokio::test]
async fn an_account_that_may_not_sign_in_may_not_here() {
    let (provider, server) = at_home().await;
    let token = with_google(&provider, &server).await.expect(202).text();
    set_state(&server, user_of(&token), State::Inactive).await;
    with_google(&provider, &server).await.expect_engine_error(401, &[]);
}

#[rstest]
#[case::it_fails(Twist::Fails)]
#[case::it_says_nothing(Twist::Slow)]
#[tokio::test]
async fn a_provider_that_does_not_answer(#[case] twist: Twist) {
    let (provider, server) = at_home().await;
    let token = provider.id_token();
    provider.twists(twist);
    let body = json!({ "idToken": token });
    server.client().post(GOOGLE, &body).await.expect_engine_error(503, &[]);
    with_facebook(&provider, &server).await.expect_engine_error(503, &[]);
}

#[tokio::test]
async fn attempts_from_one_client_are_limited() {
    let provider = Provider::start().await;
    let setup = provider.serves(Server::setup()).env("THROTTLE", "on");
    let server = setup.env("THROTTLE_SOCIAL_ADDRESS", "2/900").start().await;
    with_google(&provider, &server).await.expect(202);
    server
        .client()
        .post(FACEBOOK, &json!({ "accessToken": "x" }))
        .await
        .expect(401);
    with_google(&provider, &server).await.expect_engine_error(429, &[]);
}
