//! Password reset: one token, one new password, and nobody stays in with the old one.

use rstest::rstest;
use shared::App;
use shared::accounts::password_reset::{self, NoReset};
use shared::act::Undone;
use shared::app::Parts;
use shared::sessions;
use shared::sessions::sign_in::WrongCredentials;
use shared::store::Query;
use tests::server::Table::{self, DynamoDbLocal, Embedded};
use tests::{PASSWORD, Server};

use super::explorer::{Choices, Play, every, hasher, server_on, some};
use super::people::{account, enter, is_password, known_token, newcomer, origin, redeem, reset_token};

const NEW: [&str; 2] = ["the first of two new phrases", "the other of two new phrases"];

/// Two redeem the same token.
async fn two_redeem(server: &Server, choices: &mut Choices, faults: usize) {
    let email = newcomer(server).await;
    let token = reset_token(server, &email).await;
    let mut play = Play::new(server.app(), faults);
    let fates = [0, 1].map(|n| {
        let (email, token) = (email.clone(), token.clone());
        play.client(["first", "other"][n], move |app| redeem(app, email, token, NEW[n]))
    });
    let played = play.run(choices).await;

    let fates = fates.map(|fate| fate.told());
    let won: Vec<usize> = (0..2).filter(|n| matches!(fates[*n], Some(Ok(())))).collect();
    let account = account(server, &email).await;
    let done = account.user.session_epoch;
    assert!(done <= 1 && won.len() <= 1, "{fates:?}");
    let activity = Query::partition(format!("ACTIVITY#{}", account.user.id));
    let activity = server.app().store.query_to_end(activity).await.unwrap();
    let resets = activity
        .iter()
        .filter(|item| item["action"].as_s().unwrap() == "reset")
        .count();
    assert_eq!(resets as u64, done, "an act and its entry are one");
    let is = [
        is_password(server, &email, NEW[0]).await,
        is_password(server, &email, NEW[1]).await,
    ];
    assert_eq!(is.iter().filter(|is| **is).count() as u64, done);
    assert_eq!(is_password(server, &email, PASSWORD).await, done == 0);
    for winner in won {
        assert!(is[winner]);
    }
    // Whoever was not told of success was told that the token is not valid, and nothing else.
    for fate in fates.iter().flatten() {
        assert!(
            matches!(fate, Ok(()) | Err(Undone::Refused(NoReset::InvalidToken))),
            "{fate:?}"
        );
    }
    // Somebody who did not die found the token, or found it used.
    if fates.iter().any(Option::is_some) {
        assert_eq!(done, 1);
    }
    if !played.faulty {
        assert!(fates.iter().flatten().any(Result::is_ok));
    }
}

#[tokio::test]
async fn of_two_who_redeem_a_token_one_does() {
    let server = server_on(Embedded).await.unwrap();
    // Two calls each: 6 orders.
    assert_eq!(every(async |choices| two_redeem(&server, choices, 0).await).await, 6);
    let schedules = every(async |choices| two_redeem(&server, choices, 1).await).await;
    assert!(schedules > 60, "{schedules}");
}

#[tokio::test]
async fn of_two_who_redeem_a_token_one_does_on_dynamodb_local() {
    let Some(server) = server_on(DynamoDbLocal).await else {
        return;
    };
    every(async |choices| two_redeem(&server, choices, 0).await).await;
    some(30, async |choices| two_redeem(&server, choices, 2).await).await;
}

/// One redeems, another asks for a new token meanwhile.
async fn redeem_and_ask(server: &Server, choices: &mut Choices, faults: usize) {
    let email = newcomer(server).await;
    let token = reset_token(server, &email).await;
    let mut play = Play::new(server.app(), faults);
    let redeemed = {
        let (email, token) = (email.clone(), token.clone());
        play.client("redeems", move |app| redeem(app, email, token, NEW[0]))
    };
    let (random, newer) = known_token();
    let asked = {
        let email = email.clone();
        let adjust = |parts: &mut Parts| parts.random = random;
        play.client_with("asks", adjust, async move |app: App| {
            password_reset::request(&app, &email, &origin()).await.is_ok()
        })
    };
    let played = play.run(choices).await;

    let (redeemed, asked) = (redeemed.told(), asked.told());
    let done = account(server, &email).await.user.session_epoch;
    assert!(done <= 1);
    assert_eq!(is_password(server, &email, NEW[0]).await, done == 1);
    match &redeemed {
        Some(Ok(())) => assert_eq!(done, 1),
        Some(Err(Undone::Refused(NoReset::InvalidToken))) => assert!(done == 0 || played.faulty),
        Some(Err(error)) => panic!("{error:?}"),
        None => {}
    }
    // The old token is worth nothing now, if it was used or a newer one was sent.
    let again = redeem(server.app().clone(), email.clone(), token, NEW[1]).await;
    let still_good = done == 0 && asked != Some(true) && again.is_ok();
    assert!(
        still_good || matches!(again, Err(Undone::Refused(NoReset::InvalidToken))),
        "{again:?}"
    );
    // The newer one is as good as it was promised, whatever became of the older.
    if asked == Some(true) {
        redeem(server.app().clone(), email.clone(), newer, NEW[1])
            .await
            .unwrap();
        assert!(is_password(server, &email, NEW[1]).await);
    }
}

#[tokio::test]
async fn a_newer_token_is_not_harmed_by_an_older_one() {
    let server = server_on(Embedded).await.unwrap();
    assert_eq!(
        every(async |choices| redeem_and_ask(&server, choices, 0).await).await,
        6
    );
    every(async |choices| redeem_and_ask(&server, choices, 1).await).await;
}

/// One redeems, another signs in with the old password meanwhile; with `kib`, the hash is outdated for the one who signs in.
async fn redeem_and_enter(server: &Server, choices: &mut Choices, faults: usize, kib: u32) {
    let email = newcomer(server).await;
    let token = reset_token(server, &email).await;
    let mut play = Play::new(server.app(), faults);
    let redeemed = {
        let email = email.clone();
        play.client("redeems", move |app| redeem(app, email, token, NEW[0]))
    };
    let entered = {
        let email = email.clone();
        let adjust = |parts: &mut Parts| parts.passwords = hasher(kib);
        play.client_with("signs in", adjust, move |app| enter(app, email, PASSWORD))
    };
    let _played = play.run(choices).await;

    let (redeemed, entered) = (redeemed.told(), entered.told());
    let app = server.app();
    let account = account(server, &email).await;
    let done = account.user.session_epoch;
    if matches!(redeemed, Some(Ok(()))) {
        assert_eq!(done, 1);
    }
    assert_eq!(is_password(server, &email, NEW[0]).await, done == 1);
    assert_eq!(is_password(server, &email, PASSWORD).await, done == 0);
    let now = app.clock.now();
    let live = account
        .sessions
        .iter()
        .filter(|session| session.is_live(&account.user, now))
        .count();
    assert!(done == 0 || live == 0, "{live} sessions outlive the reset");
    assert_eq!(account.sessions.len() as u64, account.user.sign_ins);
    match entered {
        Some(Ok(signed_in)) => {
            let checked = sessions::check(app, account.user.id, signed_in.session.id)
                .await
                .unwrap();
            assert_eq!(checked.is_some(), done == 0);
        }
        Some(Err(Undone::Refused(WrongCredentials))) => assert_eq!(done, 1),
        Some(Err(error)) => panic!("{error:?}"),
        None => {}
    }
    // The new password lets in.
    if done == 1 {
        enter(app.clone(), email.clone(), NEW[0]).await.unwrap();
    }
}

#[rstest]
#[case::current(16)]
#[case::outdated(32)]
#[tokio::test]
async fn nobody_stays_in_with_the_old_password(#[case] kib: u32) {
    let server = server_on(Embedded).await.unwrap();
    let schedules = every(async |choices| redeem_and_enter(&server, choices, 0, kib).await).await;
    assert!(schedules >= 10, "{schedules}");
    if kib == 16 {
        let schedules = every(async |choices| redeem_and_enter(&server, choices, 1, kib).await).await;
        assert!(schedules > 100, "{schedules}");
    }
    some(30, async |choices| redeem_and_enter(&server, choices, 2, kib).await).await;
}

/// Wrong tokens and the right one: after five wrong ones the right one is worth nothing, in whatever order they come.
async fn guess(server: &Server, choices: &mut Choices) {
    let email = newcomer(server).await;
    let token = reset_token(server, &email).await;
    let wrong = "0".repeat(32);
    for _ in 0..3 {
        redeem(server.app().clone(), email.clone(), wrong.clone(), NEW[1])
            .await
            .unwrap_err();
    }
    let mut play = Play::new(server.app(), 0);
    let guesses = ["guesses", "guesses too"].map(|name| {
        let (email, wrong) = (email.clone(), wrong.clone());
        play.client(name, move |app| redeem(app, email, wrong, NEW[1]))
    });
    let redeemed = {
        let email = email.clone();
        play.client("redeems", move |app| redeem(app, email, token, NEW[0]))
    };
    let played = play.run(choices).await;
    for guess in guesses {
        assert!(matches!(
            guess.told().unwrap(),
            Err(Undone::Refused(NoReset::InvalidToken))
        ));
    }
    // The redeemer's commit is its last call; who counted before it can be read off the schedule.
    let counted_before = played
        .lines()
        .iter()
        .take_while(|line| !line.starts_with("redeems Pass: commit"));
    let counted_before = counted_before
        .filter(|line| line.contains("guesses") && line.contains(": commit"))
        .count();
    assert_eq!(redeemed.told().unwrap().is_ok(), counted_before < 2);
}

#[tokio::test]
async fn the_fifth_wrong_token_voids_the_right_one() {
    let server = server_on(Embedded).await.unwrap();
    // Two calls each of three: 6! / (2! 2! 2!).
    assert_eq!(every(async |choices| guess(&server, choices).await).await, 90);
}

#[rstest]
#[tokio::test]
async fn an_overdue_token_is_worth_nothing_though_it_is_there(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = server_on(table).await else { return };
    let email = newcomer(&server).await;
    let token = reset_token(&server, &email).await;
    server.clock.advance(password_reset::LIFETIME);
    let tried = redeem(server.app().clone(), email.clone(), token, NEW[0]).await;
    assert!(
        matches!(tried, Err(Undone::Refused(NoReset::InvalidToken))),
        "{tried:?}"
    );
    let kept = Query::partition(email.partition()).begins("RESET");
    assert_eq!(server.app().store.query(kept).await.unwrap().items.len(), 1);
    assert!(is_password(&server, &email, PASSWORD).await);
}
