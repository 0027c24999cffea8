//! identity.users.email.generate_code and .confirm_code.

use std::time::Duration;

use rstest::rstest;
use serde_json::json;
use shared::accounts::State;
use shared::ids::UserId;
use shared::store::record::read;
use tests::barong::{OTHER, STRONG};
use tests::server::Table::{self, DynamoDbLocal, Embedded};
use tests::server::{ADMIN, ADMIN_PASSWORD};
use tests::{PASSWORD, Server};

const ADA: &str = "Ada@Example.com";
const ASK: &str = "/identity/users/email/generate_code";
const CONFIRM: &str = "/identity/users/email/confirm_code";

async fn id_of(server: &Server, uid: &str) -> UserId {
    let [claim] = server
        .app()
        .store
        .get([shared::accounts::user::UidClaim::key_of(uid)])
        .await
        .unwrap();
    read::<shared::accounts::user::UidClaim>(claim.unwrap())
        .unwrap()
        .user_id
}

#[rstest]
#[tokio::test]
async fn confirms_an_address_and_opens_a_session(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let (client, barong) = (server.client(), server.client().barong());
    let first = barong.sign_up(ADA).await;
    let token = barong.confirmation(ADA).await.unwrap();
    server.clock.advance(Duration::from_secs(60));
    let session = barong.confirm(&token).await.expect_session(201);
    assert_eq!(session.uid, first.uid);
    assert_ne!(session.cookie, first.cookie);
    let label = json!({
        "key": "email", "value": "verified", "scope": "private",
        "created_at": "2026-03-01T12:01:00Z", "updated_at": "2026-03-01T12:01:00Z",
    });
    let user = &session.user;
    assert_eq!(
        (&user["state"], &user["level"], &user["labels"]),
        (&json!("active"), &json!(1), &json!([label]))
    );
    assert_eq!(user["updated_at"], "2026-03-01T12:01:00Z");
    for (name, member) in [("system.user.email.confirmed", "user"), ("model.label.created", "user")] {
        assert_eq!(
            barong.events(name).await[0]["record"][member]["uid"],
            session.uid,
            "{name}"
        );
    }
    // It is one account: engine sees it active as well.
    client.sign_in_with(ADA, STRONG).await.expect(200);
    assert_eq!(barong.sign_in(ADA).await.user["labels"][0]["key"], "email");
    // Active comes before used.
    barong
        .confirm(&token)
        .await
        .expect_keys(422, &["identity.user.active_or_doesnt_exist"]);
}

/// Somebody lost the label again: what was used stays used, what was not works.
#[tokio::test]
async fn a_token_works_once_and_an_older_one_as_well_as_a_newer() {
    let server = Server::start().await;
    let barong = server.client().barong();
    let session = barong.sign_up(ADA).await;
    let older = barong.confirmation(ADA).await.unwrap();
    server.clock.advance(Duration::from_secs(1));
    barong
        .post(ASK, &[("email", "ada@example.com")])
        .await
        .expect_json(201, &json!(201));
    let newer = barong.confirmation(ADA).await.unwrap();
    assert_ne!(older, newer);
    barong.confirm(&older).await.expect_session(201);
    super::set_state(&server, id_of(&server, &session.uid).await, State::Pending).await;
    barong
        .confirm(&older)
        .await
        .expect_keys(422, &["identity.user.utilized_token"]);
    barong.confirm(&newer).await.expect_session(201);
}

#[rstest]
#[case(State::Banned)]
#[case(State::Locked)]
#[case(State::Deleted)]
#[case(State::Inactive)]
#[tokio::test]
async fn who_is_shut_out_confirms_nothing(#[case] state: State) {
    let server = Server::start().await;
    let (client, barong) = (server.client(), server.client().barong());
    let session = barong.sign_up(ADA).await;
    let token = barong.confirmation(ADA).await.unwrap();
    super::set_state(&server, id_of(&server, &session.uid).await, state).await;
    let answer = barong
        .confirm(&token)
        .await
        .expect_keys(422, &["identity.user.active_or_doesnt_exist"]);
    assert_eq!(answer.header("set-cookie"), None);
    let mails = client.mails(ADA).await.len();
    barong.post(ASK, &[("email", ADA)]).await.expect(201);
    assert_eq!(client.mails(ADA).await.len(), mails);
}

#[tokio::test]
async fn what_is_no_token_of_this_kind() {
    let server = Server::start().await;
    let barong = server.client().barong();
    barong.sign_up(ADA).await;
    let token = barong.confirmation(ADA).await.unwrap();
    let (content, signature) = token.rsplit_once('.').unwrap();
    let mut bent = signature.to_owned();
    bent.replace_range(..1, if bent.starts_with('A') { "B" } else { "A" });
    let engine = server.client().sign_in_with(ADA, STRONG).await.expect(200).text();
    for (wrong, word) in [
        ("x", "segments"),
        ("a.b", "segments"),
        ("a.b.c", "segments"),
        (&format!("{content}.{bent}"), "raised"),
        (&engine, "raised"),
        (&barong.reset_token(ADA).await, "reset"),
    ] {
        barong
            .confirm(wrong)
            .await
            .expect_keys(422, &[&format!("jwt.decode_and_verify.{word}")]);
    }
    barong
        .post(CONFIRM, &[])
        .await
        .expect_keys(422, &["identity.user.missing_token", "identity.user.empty_token"]);
    barong
        .post(CONFIRM, &[("token", " ")])
        .await
        .expect_keys(422, &["identity.user.empty_token"]);
    server.clock.advance(Duration::from_secs(3599));
    let answer = barong.confirm(&token).await;
    answer.expect_session(201);
}

#[tokio::test]
async fn a_token_ends_after_an_hour() {
    let server = Server::start().await;
    let barong = server.client().barong();
    barong.sign_up(ADA).await;
    let token = barong.confirmation(ADA).await.unwrap();
    server.clock.advance(Duration::from_secs(3600));
    barong
        .confirm(&token)
        .await
        .expect_keys(422, &["jwt.decode_and_verify.expired"]);
}

/// Whoever asks learns nothing: not by the answer, and not by the mailbox of somebody else.
#[rstest]
#[case("nobody@example.com")]
#[case("active@example.com")]
#[case("not an address")]
#[tokio::test]
async fn whether_there_is_such_an_account_is_not_told(#[case] email: &str) {
    let server = Server::start().await;
    let (client, barong) = (server.client(), server.client().barong());
    barong.join("active@example.com").await;
    let before = client.mails(email).await.len();
    barong
        .post(ASK, &[("email", email)])
        .await
        .expect_json(201, &json!(201));
    assert_eq!(client.mails(email).await.len(), before);
    barong
        .post(ASK, &[])
        .await
        .expect_keys(422, &["identity.user.missing_email", "identity.user.empty_email"]);
    barong
        .post(ASK, &[("email", "")])
        .await
        .expect_keys(422, &["identity.user.empty_email"]);
}

/// A mail alone opens nothing where a code is asked for.
#[tokio::test]
async fn an_account_with_codes_is_confirmed_and_not_signed_in() {
    let server = Server::start().await;
    let barong = server.client().barong();
    let session = barong.sign_up(ADA).await;
    let token = barong.confirmation(ADA).await.unwrap();
    let id = id_of(&server, &session.uid).await;
    let secret = super::barong_codes::switch_on(&server, id).await;
    let answer = barong.confirm(&token).await.expect(201);
    assert_eq!(answer.header("set-cookie"), None);
    assert_eq!(
        (&answer.json()["state"], &answer.json()["otp"]),
        (&json!("active"), &json!(true))
    );
    assert!(answer.json().get("csrf_token").is_none());
    drop(secret);
}

#[tokio::test]
async fn mails_to_one_address_are_limited() {
    let server = Server::setup()
        .env("THROTTLE", "on")
        .env("THROTTLE_REGISTER_ACCOUNT", "2/3600")
        .start()
        .await;
    let barong = server.client().barong();
    for email in ["nobody@example.com", "NOBODY@example.com"] {
        barong.post(ASK, &[("email", email)]).await.expect(201);
    }
    let answer = barong.post(ASK, &[("email", "nobody@example.com")]).await;
    answer.expect_keys(429, &["identity.session.too_many_requests"]);
}

/// A confirmation by one password's owner leaves the password as it is.
#[tokio::test]
async fn a_confirmation_sets_no_password() {
    let server = Server::start().await;
    let barong = server.client().barong();
    barong.join(ADA).await;
    barong.enter(ADA, OTHER).await.expect(401);
    barong.sign_in(ADA).await;
}

/// Mail arrives wherever it is shown: an activation of identity-server, a sign-up of arc, and the first administrator.
#[tokio::test]
async fn whoever_confirmed_on_another_surface_has_the_label_as_well() {
    let server = Server::start().await;
    let (client, barong) = (server.client(), server.client().barong());
    client.identity().join("ada@example.com").await;
    let token = client.arc().sign_up_token("bob@example.com").await;
    client
        .arc()
        .create_user(&token, "bob@example.com", PASSWORD)
        .await
        .expect(200);
    for (email, password, role) in [
        ("ada@example.com", PASSWORD, "member"),
        ("bob@example.com", PASSWORD, "member"),
        (ADMIN, ADMIN_PASSWORD, "superadmin"),
    ] {
        let user = barong.enter(email, password).await.expect_session(201).user;
        let label = &user["labels"][0];
        assert_eq!(
            (&label["key"], &label["value"], &label["scope"]),
            (&json!("email"), &json!("verified"), &json!("private"))
        );
        assert_eq!(
            (&user["role"], &user["level"], &user["state"]),
            (&json!(role), &json!(1), &json!("active")),
            "{email}"
        );
    }
    assert_eq!(
        barong.events("model.label.created").await.len(),
        1,
        "who is made with it was never without"
    );
    assert_eq!(
        barong.events("model.user.updated").await[0]["record"]["changes"]["state"],
        "unactivated"
    );
}
