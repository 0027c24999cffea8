//! A password changed with the old one: beside itself, beside a sign-in with the old one, and beside a reset by mail.

use shared::App;
use shared::accounts::password_change::{self, Change, NotChanged, Standard};
use shared::accounts::password_reset::NoReset;
use shared::accounts::registration::MIN_PASSWORD;
use shared::act::Undone;
use shared::ids::UserId;
use shared::sessions;
use shared::sessions::sign_in::WrongCredentials;
use tests::server::Table::{DynamoDbLocal, Embedded};
use tests::{PASSWORD, Server};

use super::explorer::{Choices, Play, every, server_on, some};
use super::people::{
    account, enter, is_password, newcomer, origin, password, redeem, reset_token, succeeded, until_answered,
};

const NEW: [&str; 2] = ["the first of two new phrases", "the other of two new phrases"];

async fn change(app: App, user: UserId, new: &'static str) -> Result<(), Undone<NotChanged>> {
    let origin = origin();
    let attempt = || {
        let change = Change {
            user,
            old: Some(password(PASSWORD)),
            new: password(new),
            standard: Standard::House {
                min_length: MIN_PASSWORD,
            },
            keep: None,
        };
        password_change::change(&app, change, &origin)
    };
    until_answered(attempt).await
}

async fn two_change(server: &Server, choices: &mut Choices, faults: usize) {
    let email = newcomer(server).await;
    let user = account(server, &email).await.user.id;
    let mut play = Play::new(server.app(), faults);
    let fates = [0, 1].map(|n| play.client(["first", "other"][n], move |app| change(app, user, NEW[n])));
    let played = play.run(choices).await;

    let fates = fates.map(|fate| fate.told());
    let won = succeeded(&fates, &[NotChanged::WrongCredentials]);
    let done = account(server, &email).await.user.session_epoch;
    assert!(won as u64 <= done && done <= 1, "{fates:?}");
    let is = [
        is_password(server, &email, NEW[0]).await,
        is_password(server, &email, NEW[1]).await,
    ];
    assert_eq!(is.iter().filter(|is| **is).count() as u64, done);
    assert_eq!(is_password(server, &email, PASSWORD).await, done == 0);
    for (fate, is) in fates.iter().zip(is) {
        assert!(is || !matches!(fate, Some(Ok(()))));
    }
    assert!(played.faulty || won == 1, "{fates:?}");
}

#[tokio::test]
async fn of_two_who_change_a_password_one_does() {
    let server = server_on(Embedded).await.unwrap();
    every(async |choices| two_change(&server, choices, 0).await).await;
    some(60, async |choices| two_change(&server, choices, 1).await).await;
}

#[tokio::test]
async fn of_two_who_change_a_password_one_does_on_dynamodb_local() {
    let Some(server) = server_on(DynamoDbLocal).await else {
        return;
    };
    some(20, async |choices| two_change(&server, choices, 1).await).await;
}

async fn change_and_enter(server: &Server, choices: &mut Choices, faults: usize) {
    let email = newcomer(server).await;
    let user = account(server, &email).await.user.id;
    let mut play = Play::new(server.app(), faults);
    let changed = play.client("changes", move |app| change(app, user, NEW[0]));
    let entered = {
        let email = email.clone();
        play.client("signs in", move |app| enter(app, email, PASSWORD))
    };
    let _played = play.run(choices).await;

    let (changed, entered) = (changed.told(), entered.told());
    let account = account(server, &email).await;
    let done = account.user.session_epoch;
    assert!(done == 1 || !matches!(changed, Some(Ok(()))));
    let now = server.app().clock.now();
    let live = account
        .sessions
        .iter()
        .filter(|session| session.is_live(&account.user, now));
    assert!(done == 0 || live.count() == 0, "a session outlives the change");
    match entered {
        Some(Ok(signed_in)) => {
            let checked = sessions::check(server.app(), user, signed_in.session.id).await.unwrap();
            assert_eq!(checked.is_some(), done == 0);
        }
        Some(Err(Undone::Refused(WrongCredentials))) => assert_eq!(done, 1),
        Some(Err(error)) => panic!("{error:?}"),
        None => {}
    }
}

#[tokio::test]
async fn nobody_stays_in_with_the_password_of_before() {
    let server = server_on(Embedded).await.unwrap();
    every(async |choices| change_and_enter(&server, choices, 0).await).await;
    some(60, async |choices| change_and_enter(&server, choices, 1).await).await;
}

/// The owner resets by mail what somebody who knows the old password changes: the owner has it in the end.
async fn change_and_redeem(server: &Server, choices: &mut Choices, faults: usize) {
    let email = newcomer(server).await;
    let user = account(server, &email).await.user.id;
    let token = reset_token(server, &email).await;
    let mut play = Play::new(server.app(), faults);
    let changed = play.client("changes", move |app| change(app, user, NEW[0]));
    let redeemed = {
        let email = email.clone();
        play.client("redeems", move |app| redeem(app, email, token, NEW[1]))
    };
    let played = play.run(choices).await;

    let (changed, redeemed) = ([changed.told()], [redeemed.told()]);
    succeeded(&changed, &[NotChanged::WrongCredentials]);
    let won = succeeded(&redeemed, &[NoReset::InvalidToken]);
    assert!(played.faulty || won == 1, "{redeemed:?}");
    assert!(won == 0 || is_password(server, &email, NEW[1]).await, "{changed:?}");
    assert!(redeemed[0].is_none() || !is_password(server, &email, PASSWORD).await);
}

#[tokio::test]
async fn a_reset_by_mail_has_the_last_word() {
    let server = server_on(Embedded).await.unwrap();
    every(async |choices| change_and_redeem(&server, choices, 0).await).await;
    some(60, async |choices| change_and_redeem(&server, choices, 1).await).await;
}
