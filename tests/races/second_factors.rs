//! Codes of an authenticator app: one code one session, and no session without one.

use std::time::Duration;

use rstest::rstest;
use serde_json::json;
use shared::App;
use shared::accounts::Email;
use shared::act::Undone;
use shared::credentials::totp::WrongCode;
use shared::credentials::totp::enrolment::{self, NotDone};
use shared::ids::UserId;
use shared::sessions::sign_in::{Attempt, NotSignedIn, SignedIn, sign_in};
use tests::server::Table::{self, DynamoDbLocal, Embedded};
use tests::{Codes, PASSWORD, Server};

use super::crowd::{at_once, count};
use super::explorer::{Choices, Play, every, server_on, some};
use super::people::{account, newcomer, origin, password, succeeded, until_answered};

/// Somebody who was shown a secret.
async fn shown(server: &Server) -> (Email, UserId, Codes) {
    let email = newcomer(server).await;
    let user = account(server, &email).await.user;
    let enrolment = enrolment::begin(server.app(), &user, &origin(), |_| {}).await;
    (email, user.id, Codes::scan(&enrolment.unwrap().png))
}

/// Somebody whose codes are on, with a code that is good now.
async fn enrolled(server: &Server) -> (Email, UserId, String) {
    let (email, id, codes) = shown(server).await;
    enable(server.app().clone(), id, codes.now(server)).await.unwrap();
    server.clock.advance(Duration::from_secs(30));
    (email, id, codes.now(server))
}

async fn enable(app: App, id: UserId, code: String) -> Result<(), Undone<NotDone>> {
    let origin = origin();
    until_answered(|| enrolment::enable(&app, id, &code, None, &origin)).await
}

async fn enter(app: App, email: Email, otp: Option<String>) -> Result<SignedIn, Undone<NotSignedIn>> {
    let origin = origin();
    until_answered(|| {
        let attempt = Attempt {
            username: email.canonical(),
            password: password(PASSWORD),
            origin: &origin,
            or_one_time: false,
            otp: otp.as_deref(),
        };
        sign_in(&app, attempt)
    })
    .await
}

/// Several sign in with the same code.
async fn enter_with_one_code(server: &Server, choices: &mut Choices, faults: usize, clients: usize) {
    let (email, _, code) = enrolled(server).await;
    let mut play = Play::new(server.app(), faults);
    let fates: Vec<_> = ["a", "b", "c"][..clients]
        .iter()
        .map(|name| {
            let (email, code) = (email.clone(), code.clone());
            play.client(name, move |app| enter(app, email, Some(code)))
        })
        .collect();
    let played = play.run(choices).await;
    let fates: Vec<_> = fates.into_iter().map(|fate| fate.told()).collect();
    let won = succeeded(&fates, &[NotSignedIn::Otp(WrongCode::Used)]);
    let opened = account(server, &email).await.user.sign_ins;
    assert!(won <= 1 && opened <= 1, "{:?}", played.lines());
    if !played.faulty {
        assert_eq!((won, opened), (1, 1), "{:?}", played.lines());
    }
    // Whoever was cut off gets in with the next code.
    let again = enter(server.app().clone(), email, Some(code)).await;
    match opened {
        0 => assert!(again.is_ok()),
        _ => assert!(matches!(again, Err(Undone::Refused(NotSignedIn::Otp(WrongCode::Used))))),
    }
}

#[tokio::test]
async fn a_code_opens_one_session() {
    let server = server_on(Embedded).await.unwrap();
    let schedules = every(async |choices| enter_with_one_code(&server, choices, 0, 2).await).await;
    assert!(schedules >= 20, "{schedules}");
    some(60, async |choices| enter_with_one_code(&server, choices, 1, 2).await).await;
    some(30, async |choices| enter_with_one_code(&server, choices, 0, 3).await).await;
}

#[tokio::test]
async fn a_code_opens_one_session_on_dynamodb_local() {
    let Some(server) = server_on(DynamoDbLocal).await else {
        return;
    };
    some(10, async |choices| enter_with_one_code(&server, choices, 1, 2).await).await;
}

/// One switches the codes on while another signs in without one.
async fn enable_and_enter(server: &Server, choices: &mut Choices, faults: usize) {
    let (email, id, codes) = shown(server).await;
    let code = codes.now(server);
    let mut play = Play::new(server.app(), faults);
    let enabled = play.client("enables", move |app| enable(app, id, code));
    let entered = {
        let email = email.clone();
        play.client("enters", move |app| enter(app, email, None))
    };
    let played = play.run(choices).await;
    let (enabled, entered) = (enabled.told(), entered.told());
    let account = account(server, &email).await;
    let on = account.user.two_factor;
    assert_eq!(on, account.totp.is_some_and(|totp| totp.record.is_active()));
    if !played.faulty {
        assert!(on && matches!(enabled, Some(Ok(()))), "{enabled:?}");
        assert!(matches!(
            entered,
            Some(Ok(_) | Err(Undone::Refused(NotSignedIn::MissingOtp)))
        ));
    }
    if on {
        let now = server.app().clock.now();
        let live = account
            .sessions
            .iter()
            .filter(|session| session.is_live(&account.user, now));
        assert_eq!(live.count(), 0, "{:?}", played.lines());
    }
}

#[tokio::test]
async fn no_session_slips_in_while_codes_are_switched_on() {
    let server = server_on(Embedded).await.unwrap();
    every(async |choices| enable_and_enter(&server, choices, 0).await).await;
    some(60, async |choices| enable_and_enter(&server, choices, 1).await).await;
}

/// Two switch the codes on with the same code.
async fn enable_twice(server: &Server, choices: &mut Choices, faults: usize) {
    let (email, id, codes) = shown(server).await;
    let code = codes.now(server);
    let mut play = Play::new(server.app(), faults);
    let fates = ["first", "other"].map(|name| {
        let code = code.clone();
        play.client(name, move |app| enable(app, id, code))
    });
    let played = play.run(choices).await;
    let fates = fates.map(|fate| fate.told());
    let won = succeeded(&fates, &[NotDone::AlreadyEnabled]);
    let epoch = account(server, &email).await.user.session_epoch;
    assert!(won <= 1 && epoch <= 1, "{:?}", played.lines());
    if !played.faulty {
        assert_eq!((won, epoch), (1, 1));
    }
}

#[tokio::test]
async fn codes_are_switched_on_once() {
    let server = server_on(Embedded).await.unwrap();
    every(async |choices| enable_twice(&server, choices, 0).await).await;
    some(40, async |choices| enable_twice(&server, choices, 1).await).await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn one_code_of_twenty(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = server_on(table).await else { return };
    let (email, _, code) = enrolled(&server).await;
    let answers = at_once(&server, |client, _| {
        let body = json!({ "username": email.canonical(), "password": PASSWORD, "otpCode": code });
        async move { client.post("/api/v1/signin", &body).await }
    })
    .await;
    assert_eq!(count(&answers, 200, &[401]), 1);
    assert_eq!(account(&server, &email).await.user.sign_ins, 1);
}

/// A second step of arc, taken twenty times with one code.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn one_second_step_of_twenty(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = server_on(table).await else { return };
    let (email, _, code) = enrolled(&server).await;
    server.client().arc().code(email.canonical()).await;
    let answers = at_once(&server, |client, _| {
        let (email, code) = (email.clone(), code.clone());
        async move { client.arc().verify_otp(email.canonical(), &code).await }
    })
    .await;
    assert_eq!(count(&answers, 200, &[400, 401]), 1);
}
