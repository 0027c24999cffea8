//! public-reset-password and users-reset-password.

use std::time::Duration;

use rstest::rstest;
use serde_json::{Value, json};
use shared::accounts::State;
use tests::identity::{NOBODY, uid_of};
use tests::server::Table::{self, DynamoDbLocal, Embedded};
use tests::{PASSWORD, Server};

const ADA: &str = "ada@example.com";
const NEW: &str = "a different long phrase";

fn body(uid: &str) -> Value {
    json!({ "user_uid": uid, "old_password": PASSWORD, "new_password": NEW })
}

#[rstest]
#[tokio::test]
async fn sets_the_password_with_the_old_one_and_ends_all_sessions(
    #[values(Embedded, DynamoDbLocal)] table: Table,
    #[values("/public/reset-password", "/users/reset-password")] path: &str,
) {
    let Some(server) = Server::on(table).await else { return };
    let (client, identity) = (server.client(), server.client().identity());
    let register = json!({ "name": "Ada", "email": ADA, "password": PASSWORD, "reset_password": true });
    identity.post("/public/register", &register).await.expect(200);
    let link = identity.link(ADA).await;
    identity.activate(&link).await.expect(200);
    let (token, engine) = (identity.sign_in(ADA, PASSWORD).await, client.sign_in(ADA).await);
    server.clock.advance(Duration::from_secs(1));

    identity
        .post(path, &body(&link.uid))
        .await
        .expect_said(200, "Password Reset");
    assert!(!identity.is_live(&token).await);
    client.me(&engine).await.expect(401);
    identity
        .authenticate(ADA, PASSWORD)
        .await
        .expect_said(401, "Invalid Credentials");
    client.sign_in_with(ADA, PASSWORD).await.expect(401);
    client.sign_in_with(ADA, NEW).await.expect(200);
    let answer = identity.authenticate(ADA, NEW).await.expect(200).json();
    assert_eq!(answer["reset_password"], false, "the mark is gone");
    // The owner is told.
    assert_eq!(client.mails(ADA).await[0]["subject"], "Your password was changed");
}

#[rstest]
#[tokio::test]
async fn an_unknown_uid_and_a_wrong_password_are_the_same_401(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let identity = server.client().identity();
    let (uid, token) = identity.join(ADA).await;
    for (uid, old, new) in [
        (NOBODY, PASSWORD, NEW),
        (&uid, "wrong", NEW),
        (&uid, &PASSWORD.to_uppercase(), NEW),
        (&uid, &"x".repeat(2000), NEW),
        // Whether a password leans on its owner's name is judged for the owner only.
        (&uid, "wrong", "lovelace-ada"),
        (NOBODY, PASSWORD, "lovelace-ada"),
    ] {
        let answer = identity.reset_password(uid, old, new).await;
        answer.expect_said(401, "Error Registering");
    }
    assert!(identity.is_live(&token).await);
    identity.sign_in(ADA, PASSWORD).await;
}

#[rstest]
#[case::malformed_uid(json!({ "user_uid": "abc" }))]
#[case::a_ulid(json!({ "user_uid": "01KAQ7QWZ8E4R6T2Y9V1C3B5NM" }))]
#[case::no_uid(json!({ "user_uid": null }))]
#[case::no_old(json!({ "old_password": null }))]
#[case::empty_old(json!({ "old_password": "" }))]
#[case::no_new(json!({ "new_password": null }))]
#[case::empty_new(json!({ "new_password": "" }))]
#[case::short(json!({ "new_password": "s3cretx" }))]
#[case::common(json!({ "new_password": "password123" }))]
#[case::personal(json!({ "new_password": "lovelace-ada" }))]
#[case::endless(json!({ "new_password": "x".repeat(2000) }))]
#[case::unchanged(json!({ "new_password": PASSWORD }))]
#[tokio::test]
async fn what_cannot_be_set_is_400(#[case] changes: Value) {
    let server = Server::start().await;
    let identity = server.client().identity();
    let (uid, token) = identity.join(ADA).await;
    let mut body = body(&uid);
    for (name, value) in changes.as_object().unwrap() {
        body[name] = value.clone();
    }
    identity
        .post("/public/reset-password", &body)
        .await
        .expect_said(400, "Error Registering");
    assert!(identity.is_live(&token).await);
}

#[rstest]
#[case(json!({ "user_uid": 1, "old_password": PASSWORD, "new_password": NEW }))]
#[case(json!({ "user_uid": NOBODY, "old_password": true, "new_password": NEW }))]
#[case(json!([]))]
#[tokio::test]
async fn a_wrong_type_is_an_invalid_request(#[case] body: Value) {
    let server = Server::start().await;
    let answer = server.client().identity().post("/public/reset-password", &body).await;
    answer.expect_said(400, "Invalid Request");
}

/// Unchanged as Unicode sees it: another keyboard's spelling is the same password.
#[tokio::test]
async fn another_spelling_is_no_other_password() {
    let server = Server::start().await;
    let identity = server.client().identity();
    let (uid, _) = identity.join(ADA).await;
    identity
        .reset_password(&uid, PASSWORD, "caf\u{e9} in the evening")
        .await
        .expect(200);
    let answer = identity
        .reset_password(&uid, "caf\u{e9} in the evening", "cafe\u{301} in the evening")
        .await;
    answer.expect_said(400, "Error Registering");
}

/// Whoever waits for the activation may change the password, and waits on.
#[rstest]
#[case(State::Unactivated, 200)]
#[case(State::Pending, 200)]
#[case(State::Active, 200)]
#[case(State::Inactive, 401)]
#[case(State::Locked, 401)]
#[case(State::Banned, 401)]
#[case(State::Deleted, 401)]
#[tokio::test]
async fn an_account_that_is_switched_off_keeps_its_password(#[case] state: State, #[case] status: u16) {
    let server = Server::start().await;
    let identity = server.client().identity();
    let token = server.client().join(ADA).await;
    let id = super::user_of(&token);
    super::set_state(&server, id, state).await;
    let answer = identity.reset_password(&uid_of(&id.to_string()), PASSWORD, NEW).await;
    answer.expect(status);
    if state == State::Unactivated {
        identity
            .authenticate(ADA, NEW)
            .await
            .expect_said(403, "User Not Active");
    }
}

#[tokio::test]
async fn guesses_at_one_account_are_limited_together_with_those_at_sign_in() {
    let setup = Server::setup()
        .env("THROTTLE", "on")
        .env("THROTTLE_SIGNIN_ACCOUNT", "4/900");
    let server = setup.start().await;
    let identity = server.client().identity();
    let (uid, _) = identity.join(ADA).await;
    let guess = async |uid: &str| identity.reset_password(uid, "wrong", NEW).await.status.as_u16();
    assert_eq!([guess(&uid).await, guess(&uid).await], [401, 401]);
    identity.authenticate(ADA, "wrong").await.expect(401);
    assert_eq!([guess(&uid).await, guess(&uid).await], [401, 429]);
    let answer = identity.reset_password(&uid, PASSWORD, NEW).await;
    assert!(
        answer
            .expect_said(429, "Too Many Requests")
            .header("retry-after")
            .is_some()
    );
    identity.authenticate(ADA, PASSWORD).await.expect(429);
    // An account that does not exist is limited in the same way.
    let nobody = [(); 5].map(|()| NOBODY);
    let mut told = Vec::new();
    for uid in nobody {
        told.push(guess(uid).await);
    }
    assert_eq!(told, [401, 401, 401, 401, 429]);
    // In the next window a success gives the attempts back.
    server.clock.advance(Duration::from_secs(900));
    assert_eq!(guess(&uid).await, 401);
    identity.reset_password(&uid, PASSWORD, NEW).await.expect(200);
    for _ in 0..4 {
        identity.authenticate(ADA, "wrong").await.expect(401);
    }
}

#[tokio::test]
async fn guesses_from_one_client_are_limited() {
    let setup = Server::setup()
        .env("THROTTLE", "on")
        .env("THROTTLE_SIGNIN_ADDRESS", "3/900");
    let server = setup.start().await;
    let identity = server.client().identity();
    for (n, status) in [401, 401, 401, 429].into_iter().enumerate() {
        let uid = format!("{}{n}", &NOBODY[..NOBODY.len() - 1]);
        identity.reset_password(&uid, PASSWORD, NEW).await.expect(status);
    }
}

/// The mark goes with whatever sets another password.
#[tokio::test]
async fn a_reset_by_mail_clears_the_mark_as_well() {
    let server = Server::start().await;
    let (client, identity) = (server.client(), server.client().identity());
    let register = json!({ "name": "Ada", "email": ADA, "password": PASSWORD, "reset_password": true });
    identity.post("/public/register", &register).await.expect(200);
    identity.activate(&identity.link(ADA).await).await.expect(200);
    let token = client.reset_token(ADA).await;
    client.change_password(&token, ADA, NEW).await.expect(200);
    let answer = identity.authenticate(ADA, NEW).await.expect(200).json();
    assert_eq!(answer["reset_password"], false);
}
