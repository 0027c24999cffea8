//! The end of all other sessions beside a sign-in, and beside another such end.

use rstest::rstest;
use shared::App;
use shared::act::Undone;
use shared::ids::UserId;
use shared::sessions::manage::{self, Unknown};
use shared::sessions::sign_in::SignedIn;
use shared::sessions::{self, Live, MAX_LIVE, Session};
use shared::store::StoreError;
use tests::server::Table::{self, DynamoDbLocal, Embedded};
use tests::{PASSWORD, Server};

use super::explorer::{Choices, Play, every, server_on, some};
use super::people::{account, enter, newcomer, origin, succeeded, until_answered};

/// Ends all sessions of the user but the one that asks.
async fn end_others(app: App, by: Live) -> Result<(), Undone<Unknown>> {
    let origin = origin();
    until_answered(async || {
        let ended: Result<(), StoreError> = manage::revoke_others(&app, &by, &origin, by.user.id, None).await;
        ended.map_err(Undone::<Unknown>::from)
    })
    .await
}

async fn is_live(server: &Server, user: UserId, session: &Session) -> bool {
    sessions::check(server.app(), user, session.id).await.unwrap().is_some()
}

/// One with two sessions signs in a third time while the first session ends all others.
async fn enter_and_end(server: &Server, choices: &mut Choices, faults: usize, before: usize) {
    let email = newcomer(server).await;
    let mut had: Vec<SignedIn> = Vec::new();
    for _ in 0..before {
        server.clock.advance(std::time::Duration::from_secs(1));
        had.push(enter(server.app().clone(), email.clone(), PASSWORD).await.unwrap());
    }
    let mine = had.pop().unwrap();
    let (user, session) = (mine.user.id, mine.session.clone());
    let by = Live {
        user: mine.user,
        session: mine.session,
    };
    let mut play = Play::new(server.app(), faults);
    let ended = play.client("ends others", move |app| end_others(app, by));
    let entered = {
        let email = email.clone();
        play.client("signs in", move |app| enter(app, email, PASSWORD))
    };
    let played = play.run(choices).await;

    let (ended, entered) = (ended.told(), entered.told());
    assert!(is_live(server, user, &session).await, "the session that asks stays");
    if ended.is_some() {
        assert_eq!(succeeded(&[ended], &[]), 1);
        for other in &had {
            assert!(!is_live(server, user, &other.session).await, "an old session lives on");
        }
    }
    let account = account(server, &email).await;
    let now = server.app().clock.now();
    let live = account.sessions.iter().filter(|one| one.is_live(&account.user, now));
    assert!(live.count() <= MAX_LIVE);
    if !played.faulty {
        let entered = entered.unwrap().unwrap().session;
        // Each client's last commit is the one that was made.
        let last = |name: &str| {
            let of_client = |line: &String| line.starts_with(name) && line.contains(": commit");
            played.lines().iter().rposition(of_client).unwrap()
        };
        let came_later = last("signs in") > last("ends others");
        assert_eq!(is_live(server, user, &entered).await, came_later);
        assert_eq!(account.user.session_epoch, 1);
    }
}

#[rstest]
#[case::of_two_sessions(2)]
#[case::of_five_sessions(5)]
#[tokio::test]
async fn whoever_signs_in_before_the_end_of_all_others_is_out(#[case] before: usize) {
    let server = server_on(Embedded).await.unwrap();
    let schedules = every(async |choices| enter_and_end(&server, choices, 0, before).await).await;
    assert!(schedules >= 6, "{schedules}");
    some(20, async |choices| enter_and_end(&server, choices, 1, before).await).await;
}

/// Two sessions of one user, each of which ends all others.
async fn end_each_other(server: &Server, choices: &mut Choices, faults: usize) {
    let email = newcomer(server).await;
    let mut mine = Vec::new();
    for _ in 0..2 {
        server.clock.advance(std::time::Duration::from_secs(1));
        mine.push(enter(server.app().clone(), email.clone(), PASSWORD).await.unwrap());
    }
    let user = mine[0].user.id;
    let mut play = Play::new(server.app(), faults);
    let mut fates = Vec::new();
    for (name, one) in ["a", "b"].into_iter().zip(&mine) {
        let by = Live {
            user: one.user.clone(),
            session: one.session.clone(),
        };
        fates.push(play.client(name, move |app| end_others(app, by)));
    }
    let played = play.run(choices).await;

    let fates: Vec<_> = fates.into_iter().map(|fate| fate.told()).collect();
    succeeded(&fates, &[]);
    let a = is_live(server, user, &mine[0].session).await;
    let b = is_live(server, user, &mine[1].session).await;
    assert!(
        !(a && b) || fates.iter().all(Option::is_none),
        "neither has ended the other"
    );
    assert!(played.faulty || !(a && b));
}

#[rstest]
#[tokio::test]
async fn two_who_end_each_other_do_not_both_stay(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = server_on(table).await else { return };
    if table == Embedded {
        every(async |choices| end_each_other(&server, choices, 0).await).await;
    }
    let schedules = if table == Embedded { 20 } else { 10 };
    some(schedules, async |choices| end_each_other(&server, choices, 1).await).await;
}
