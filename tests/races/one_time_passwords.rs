//! One-time passwords: what an administrator stored opens one session, and so does a code that was mailed.

use rstest::rstest;
use shared::App;
use shared::accounts::Email;
use shared::act::Undone;
use shared::clients::manage::By;
use shared::clients::proof::Credentials;
use shared::clients::sign_in::{NotLetIn, at_once};
use shared::credentials::one_time_password;
use shared::sessions::sign_in::Attempt;
use shared::tokens::arc::{ArcDevice, Issued};
use tests::Server;
use tests::server::Table::{self, DynamoDbLocal, Embedded};
use tests::server::{ADMIN, CLIENT_ID, CLIENT_SECRET};

use super::explorer::{Choices, Play, every, server_on, some};
use super::people::{account, newcomer, origin, password, succeeded, until_answered};

const STORED: &str = "471100";

async fn entrust(server: &Server, email: &Email) {
    let admin = account(server, &Email::parse(ADMIN).unwrap()).await.user.id;
    let by = By {
        user: admin,
        origin: &origin(),
    };
    let app = server.app();
    one_time_password::entrust(app, by, email.canonical(), STORED)
        .await
        .unwrap();
}

async fn enter(app: App, email: Email) -> Result<Issued, Undone<NotLetIn>> {
    let (origin, device) = (
        origin(),
        ArcDevice {
            user_agent: "tests".into(),
            device_id: None,
        },
    );
    let client = Credentials {
        id: CLIENT_ID.into(),
        secret: Some(CLIENT_SECRET.to_owned().into()),
    };
    let attempt = || async {
        let attempt = Attempt {
            username: email.canonical(),
            password: password(STORED),
            origin: &origin,
            or_one_time: true,
            otp: None,
        };
        at_once(&app, &attempt, &client, &device).await
    };
    until_answered(attempt).await
}

/// Two sign in with the one-time password that was stored once.
async fn two_enter(server: &Server, choices: &mut Choices, faults: usize) {
    let email = newcomer(server).await;
    entrust(server, &email).await;
    let mut play = Play::new(server.app(), faults);
    let fates = ["first", "other"].map(|name| {
        let email = email.clone();
        play.client(name, move |app| enter(app, email))
    });
    let played = play.run(choices).await;

    let fates = fates.map(|fate| fate.told());
    let won = succeeded(&fates, &[NotLetIn::WrongCredentials]);
    let sessions = account(server, &email).await.sessions.len();
    assert!(won <= sessions && sessions <= 1, "{sessions} sessions: {fates:?}");
    assert!(played.faulty || won == 1, "{fates:?}");
    // Nobody after them gets in by it, whoever got no answer; and where all died before, somebody does.
    let late = enter(server.app().clone(), email.clone()).await;
    assert_eq!(late.is_ok(), sessions == 0, "{late:?}");
}

#[rstest]
#[tokio::test]
async fn what_is_stored_opens_one_session(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = server_on(table).await else { return };
    if table == Embedded {
        every(async |choices| two_enter(&server, choices, 0).await).await;
    }
    let schedules = if table == Embedded { 40 } else { 10 };
    some(schedules, async |choices| two_enter(&server, choices, 1).await).await;
}

/// One signs in with it while the administrator stores it anew: two one-time passwords, two sessions at most, and the newer one
/// works as long as nobody has used it.
async fn enter_and_store(server: &Server, choices: &mut Choices) {
    let email = newcomer(server).await;
    entrust(server, &email).await;
    let admin = account(server, &Email::parse(ADMIN).unwrap()).await.user.id;
    let mut play = Play::new(server.app(), 0);
    let (entering, storing) = (email.clone(), email.clone());
    let entered = play.client("enters", move |app| enter(app, entering));
    let stored = play.client("stores", move |app| async move {
        let by = By {
            user: admin,
            origin: &origin(),
        };
        one_time_password::entrust(&app, by, storing.canonical(), STORED)
            .await
            .is_ok()
    });
    let played = play.run(choices).await;

    assert_eq!(stored.told(), Some(true));
    let won = succeeded(&[entered.told()], &[NotLetIn::WrongCredentials]);
    let again = enter(server.app().clone(), email.clone()).await.is_ok();
    let once_more = enter(server.app().clone(), email).await.is_ok();
    // In two orders: stored anew before it was used, which makes one; or after, which makes two.
    assert!(won == 1 || again, "{:?}", played.lines());
    assert!(!once_more, "{:?}", played.lines());
}

#[tokio::test]
async fn a_newer_one_takes_the_place_of_the_older() {
    let server = server_on(Embedded).await.unwrap();
    every(async |choices| enter_and_store(&server, choices).await).await;
}
