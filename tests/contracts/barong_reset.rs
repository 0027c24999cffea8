//! identity.users.password.generate_code and .confirm_code.

use std::time::Duration;

use http::Method;
use rstest::rstest;
use serde_json::json;
use shared::accounts::State;
use tests::Server;
use tests::barong::{OTHER, STRONG};
use tests::server::Table::{self, DynamoDbLocal, Embedded};

const ADA: &str = "Ada@Example.com";
const ASK: &str = "/identity/users/password/generate_code";
const RESET: &str = "/identity/users/password/confirm_code";

#[rstest]
#[tokio::test]
async fn sets_a_password_and_ends_all_sessions(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let (client, barong) = (server.client(), server.client().barong());
    let session = barong.sign_up(ADA).await;
    let engine = client.sign_in_with(ADA, STRONG).await.expect(200).text();
    let token = barong.reset_token("ada@example.com").await;
    let asked = &barong.events("system.user.password.reset.token").await[0]["record"];
    assert_eq!(
        (&asked["user"]["uid"], &asked["token"]),
        (&json!(session.uid), &json!(token))
    );

    barong.reset(&token, OTHER).await.expect_json(201, &json!(201));
    barong
        .call(Method::DELETE, "/identity/sessions", &session.cookie)
        .await
        .expect(404);
    client.me(&engine).await.expect(401);
    barong.enter(ADA, STRONG).await.expect(401);
    let again = barong.enter(ADA, OTHER).await.expect_session(201);
    assert_eq!(
        again.user["state"], "pending",
        "an address is confirmed by nothing else"
    );
    assert_eq!(barong.events("system.user.password.reset").await.len(), 1);
    let subjects: Vec<_> = client
        .mails(ADA)
        .await
        .iter()
        .map(|mail| mail["subject"].clone())
        .collect();
    assert!(subjects.contains(&json!("Your password was changed")), "{subjects:?}");
    barong
        .reset(&token, STRONG)
        .await
        .expect_keys(422, &["identity.user.utilized_token"]);
}

#[tokio::test]
async fn the_newest_token_counts_whoever_asked_for_it() {
    let server = Server::start().await;
    let (client, barong) = (server.client(), server.client().barong());
    barong.sign_up(ADA).await;
    let older = barong.reset_token(ADA).await;
    server.clock.advance(Duration::from_secs(1));
    let newer = barong.reset_token(ADA).await;
    for _ in 0..6 {
        barong
            .reset(&older, OTHER)
            .await
            .expect_keys(422, &["identity.user.utilized_token"]);
    }
    // However often the old one is tried, the new one works.
    barong.reset(&newer, OTHER).await.expect(201);
    // And one of another surface voids it as well.
    server.clock.advance(Duration::from_secs(1));
    let newest = barong.reset_token(ADA).await;
    server.clock.advance(Duration::from_secs(1));
    client.reset_token(&ADA.to_lowercase()).await;
    barong
        .reset(&newest, STRONG)
        .await
        .expect_keys(422, &["identity.user.utilized_token"]);
}

#[rstest]
#[case(&[], &["missing_pass_token", "empty_reset_password_token", "missing_password", "empty_password",
    "missing_confirm_password", "empty_confirm_password"])]
#[case(&[("reset_password_token", ""), ("password", " "), ("confirm_password", "")],
    &["empty_reset_password_token", "empty_password", "empty_confirm_password"])]
#[case(&[("reset_password_token", "x"), ("password", STRONG), ("confirm_password", OTHER)], &["passwords_doesnt_match"])]
#[tokio::test]
async fn what_is_missing_empty_or_different(#[case] form: &[(&str, &str)], #[case] problems: &[&str]) {
    let server = Server::start().await;
    let keys: Vec<String> = problems
        .iter()
        .map(|problem| format!("identity.user.{problem}"))
        .collect();
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    server.client().barong().post(RESET, form).await.expect_keys(422, &keys);
}

#[tokio::test]
async fn what_is_no_token_of_this_kind() {
    let server = Server::start().await;
    let barong = server.client().barong();
    barong.sign_up(ADA).await;
    let confirmation = barong.confirmation(ADA).await.unwrap();
    let token = barong.reset_token(ADA).await;
    let (content, _) = token.rsplit_once('.').unwrap();
    for (wrong, word) in [
        ("x", "segments"),
        ("a.b.c", "segments"),
        (&format!("{content}.AAAA"), "raised"),
        (&confirmation, "confirmation"),
    ] {
        barong
            .reset(wrong, OTHER)
            .await
            .expect_keys(422, &[&format!("jwt.decode_and_verify.{word}")]);
    }
    server.clock.advance(Duration::from_secs(3600));
    barong
        .reset(&token, OTHER)
        .await
        .expect_keys(422, &["jwt.decode_and_verify.expired"]);
}

#[rstest]
#[case("password", "password.requirements")]
#[case("Password1", "password.weak")]
#[case(
    "Tecohvi0-Ab3-Ab3-Ab3-Ab3-Ab3-Ab3-Ab3-Ab3-Ab3-Ab3-Ab3-Ab3-Ab3-Ab3-Ab3-Ab3-Ab3",
    "password.too_long"
)]
#[tokio::test]
async fn a_password_that_is_no_good_uses_no_token(#[case] password: &str, #[case] key: &str) {
    let server = Server::start().await;
    let barong = server.client().barong();
    barong.sign_up(ADA).await;
    let token = barong.reset_token(ADA).await;
    for _ in 0..6 {
        barong.reset(&token, password).await.expect_keys(422, &[key]);
    }
    barong.sign_in(ADA).await;
    barong.reset(&token, OTHER).await.expect(201);
}

/// In whatever state: whoever reads the mail may set a password, and is let in or not as before.
#[rstest]
#[case(State::Banned, "banned")]
#[case(State::Locked, "not_active")]
#[tokio::test]
async fn a_state_stays_what_it_is(#[case] state: State, #[case] key: &str) {
    let server = Server::start().await;
    let (client, barong) = (server.client(), server.client().barong());
    barong.sign_up(ADA).await;
    let id = super::user_of(&client.sign_in_with(ADA, STRONG).await.expect(200).text());
    super::set_state(&server, id, state).await;
    let token = barong.reset_token(ADA).await;
    barong.reset(&token, OTHER).await.expect(201);
    barong
        .enter(ADA, OTHER)
        .await
        .expect_keys(401, &[&format!("identity.session.{key}")]);
}

#[rstest]
#[case("nobody@example.com")]
#[case("not an address")]
#[tokio::test]
async fn whether_there_is_such_an_account_is_not_told(#[case] email: &str) {
    let server = Server::start().await;
    let barong = server.client().barong();
    barong
        .post(ASK, &[("email", email)])
        .await
        .expect_json(201, &json!(201));
    assert_eq!(server.client().mails(email).await.len(), 0);
    assert!(barong.events("system.user.password.reset.token").await.is_empty());
    barong
        .post(ASK, &[])
        .await
        .expect_keys(422, &["identity.user.missing_email", "identity.user.empty_email"]);
}

#[tokio::test]
async fn mails_to_one_address_are_limited() {
    let server = Server::setup()
        .env("THROTTLE", "on")
        .env("THROTTLE_RESET_ACCOUNT", "2/3600")
        .start()
        .await;
    let barong = server.client().barong();
    barong.forget("nobody@example.com").await.expect(201);
    barong.forget("Nobody@example.com").await.expect(201);
    barong
        .forget("nobody@example.com")
        .await
        .expect_keys(429, &["identity.session.too_many_requests"]);
}
