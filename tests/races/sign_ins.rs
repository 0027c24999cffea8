//! Sign-in beside sign-in, beside a change of the profile, and beside guesses.

use rstest::rstest;
use shared::App;
use shared::accounts::profile::{self, Gone};
use shared::accounts::{Email, User};
use shared::act::{Failure, Undone};
use shared::config::Config;
use shared::sessions::sign_in::WrongCredentials;
use shared::sessions::{self, MAX_LIVE};
use shared::store::Record;
use tests::server::Table::{self, DynamoDbLocal, Embedded};
use tests::{PASSWORD, Server};

use super::explorer::{Choices, Play, every, server_on, some};
use super::people::{account, enter, newcomer, until_answered};

/// Several sign in to an account that has so many sessions already.
async fn enter_together(server: &Server, choices: &mut Choices, faults: usize, sessions: usize, clients: usize) {
    let email = newcomer(server).await;
    for _ in 0..sessions {
        enter(server.app().clone(), email.clone(), PASSWORD).await.unwrap();
        server.clock.advance(std::time::Duration::from_secs(1));
    }
    let mut play = Play::new(server.app(), faults);
    let fates: Vec<_> = ["a", "b", "c"][..clients]
        .iter()
        .map(|name| {
            let email = email.clone();
            play.client(name, move |app| enter(app, email, PASSWORD))
        })
        .collect();
    let played = play.run(choices).await;

    let account = account(server, &email).await;
    let now = server.app().clock.now();
    let live = account
        .sessions
        .iter()
        .filter(|session| session.is_live(&account.user, now));
    assert!(live.count() <= MAX_LIVE);
    // Every mark is a session that was opened, every session has its entry in the log, and all but the last five ended.
    let opened = account.user.sign_ins as usize;
    assert_eq!(account.sessions.len(), opened.min(MAX_LIVE));
    let log = shared::store::Query::partition(format!("ACTIVITY#{}", account.user.id));
    let log = server.app().store.query_to_end(log).await.unwrap();
    assert_eq!(
        log.iter()
            .filter(|item| item["action"].as_s().unwrap() == "login")
            .count(),
        opened
    );
    for fate in fates {
        match fate.told() {
            Some(Ok(signed_in)) => {
                let live = sessions::check(server.app(), account.user.id, signed_in.session.id)
                    .await
                    .unwrap();
                assert!(live.is_some(), "a new session ended another new one");
            }
            Some(Err(error)) => panic!("{error:?}"),
            None => assert!(played.faulty),
        }
    }
    if !played.faulty {
        assert_eq!(opened, sessions + clients);
    }
}

#[rstest]
#[case::room_for_both(3)]
#[case::room_for_one(4)]
#[case::room_for_none(5)]
#[tokio::test]
async fn five_sessions_and_no_more(#[case] sessions: usize) {
    let server = server_on(Embedded).await.unwrap();
    let schedules = every(async |choices| enter_together(&server, choices, 0, sessions, 2).await).await;
    assert!(schedules >= 20, "{schedules}");
    some(60, async |choices| {
        enter_together(&server, choices, 1, sessions, 2).await
    })
    .await;
    some(40, async |choices| {
        enter_together(&server, choices, 0, sessions, 3).await
    })
    .await;
}

#[tokio::test]
async fn five_sessions_and_no_more_on_dynamodb_local() {
    let Some(server) = server_on(DynamoDbLocal).await else {
        return;
    };
    some(10, async |choices| enter_together(&server, choices, 1, 4, 3).await).await;
}

async fn call_oneself(app: App, id: shared::ids::UserId, bio: &'static str) -> Result<(), Undone<Gone>> {
    let attempt = || profile::update(&app, id, |profile| profile.bio = bio.into());
    until_answered(attempt).await.map(drop)
}

/// One changes the profile, another signs in, and with `both` a third changes another part of the profile.
async fn change_and_enter(server: &Server, choices: &mut Choices, faults: usize, both: bool) {
    let email = newcomer(server).await;
    let id = account(server, &email).await.user.id;
    let mut play = Play::new(server.app(), faults);
    let changed = play.client("changes", move |app| call_oneself(app, id, "mathematician"));
    let entered = {
        let email = email.clone();
        play.client("signs in", move |app| enter(app, email, PASSWORD))
    };
    let country = both.then(|| {
        play.client("moves", async move |app: App| {
            profile::update(&app, id, |profile| profile.country = "England".into())
                .await
                .is_ok()
        })
    });
    let played = play.run(choices).await;

    let account = account(server, &email).await;
    let (changed, entered) = (changed.told(), entered.told());
    assert!(changed.as_ref().is_none_or(Result::is_ok), "{changed:?}");
    assert!(entered.as_ref().is_none_or(Result::is_ok), "{entered:?}");
    let User {
        profile,
        sign_ins,
        last_sign_in,
        ..
    } = account.user;
    assert_eq!(profile.first_name, "Ada");
    if changed.is_some() {
        assert_eq!(profile.bio, "mathematician");
    }
    if let Some(country) = country {
        assert_eq!((country.told(), profile.country.as_str()), (Some(true), "England"));
    }
    assert_eq!(account.sessions.len() as u64, sign_ins);
    assert_eq!(last_sign_in.is_some(), sign_ins > 0);
    if entered.is_some() {
        assert!(sign_ins >= 1);
    }
    if !played.faulty {
        assert_eq!(sign_ins, 1);
    }
}

#[tokio::test]
async fn neither_a_profile_nor_a_sign_in_is_lost() {
    let server = server_on(Embedded).await.unwrap();
    let schedules = every(async |choices| change_and_enter(&server, choices, 0, false).await).await;
    assert!(schedules >= 10, "{schedules}");
    every(async |choices| change_and_enter(&server, choices, 1, false).await).await;
    some(30, async |choices| change_and_enter(&server, choices, 0, true).await).await;
}

/// Three guess a password of which two guesses are allowed.
async fn guess_together(server: &Server, choices: &mut Choices, faults: usize) {
    let email: Email = newcomer(server).await;
    let mut play = Play::new(server.app(), faults);
    let fates = ["a", "b", "c"].map(|name| {
        let email = email.clone();
        let adjust = |parts: &mut shared::app::Parts| parts.config.limits = limits();
        play.client_with(name, adjust, move |app| enter(app, email, "a guess that is wrong"))
    });
    let played = play.run(choices).await;
    let fates = fates.map(|fate| fate.told());
    let judged = fates
        .iter()
        .filter(|fate| matches!(fate, Some(Err(Undone::Refused(WrongCredentials)))))
        .count();
    let sent_away = fates
        .iter()
        .filter(|fate| matches!(fate, Some(Err(Undone::Failed(Failure::Throttled(_))))))
        .count();
    assert_eq!(judged + sent_away, fates.iter().flatten().count(), "{fates:?}");
    assert!(judged <= 2, "{judged} guesses were judged");
    if !played.faulty {
        assert_eq!(judged, 2);
    }
}

fn limits() -> Option<shared::http::throttle::Limits> {
    let config = Config::from_lookup(|name| (name == "THROTTLE_SIGNIN_ACCOUNT").then(|| "2/900".to_owned()));
    config.unwrap().limits.map(|limits| shared::http::throttle::Limits {
        // All schedules come from the same address.
        signin_address: shared::http::throttle::Limit {
            count: 1_000_000,
            seconds: 900,
        },
        ..limits
    })
}

#[rstest]
#[tokio::test]
async fn no_order_of_guesses_makes_more_of_them(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = server_on(table).await else { return };
    let schedules = if table == Embedded { 60 } else { 20 };
    some(schedules, async |choices| guess_together(&server, choices, 0).await).await;
    some(schedules, async |choices| guess_together(&server, choices, 1).await).await;
}

#[rstest]
#[tokio::test]
async fn an_overdue_session_is_worth_nothing_though_it_is_there(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = server_on(table).await else { return };
    let email = newcomer(&server).await;
    let signed_in = enter(server.app().clone(), email, PASSWORD).await.unwrap();
    let session = signed_in.session;
    let check = async || {
        sessions::check(server.app(), signed_in.user.id, session.id)
            .await
            .unwrap()
            .is_some()
    };
    server
        .clock
        .advance(sessions::LIFETIME - std::time::Duration::from_millis(1));
    assert!(check().await);
    server.clock.advance(std::time::Duration::from_millis(1));
    assert!(!check().await);
    let [item] = server.app().store.get([session.key()]).await.unwrap();
    let ttl: i64 = item.unwrap()["expires_at"].as_n().unwrap().parse().unwrap();
    assert_eq!(ttl, session.valid_until.as_second());
}
