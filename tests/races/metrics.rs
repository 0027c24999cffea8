//! What is counted by day is what was written down, whatever happens at the same moment and whoever's answer gets lost.

use shared::App;
use shared::accounts::Email;
use shared::activity::{Activity, Outcome, metrics};
use shared::sessions::browser::{self, NotOpened};
use shared::sessions::sign_in::Attempt;
use shared::store::record::read;
use tests::server::Table::{DynamoDbLocal, Embedded};
use tests::{PASSWORD, Server};

use super::explorer::{Choices, Play, server_on, some};
use super::people::{newcomer, origin, password, until_answered};

/// Compares the counters with the entries, and says how many sign-ins there were, and how many that failed.
async fn counted(server: &Server) -> (u64, u64) {
    let counts = metrics::read(server.app(), None, None).await.unwrap();
    let items = server.dump().await.into_iter();
    let entries = items.filter(|item| item["kind"].as_s().unwrap() == "activity");
    let entries: Vec<Activity> = entries.map(|item| read(item).unwrap()).collect();
    let many = |topic: &str, actions: &[&str], outcome: Outcome| {
        let is = |entry: &&Activity| {
            entry.topic == topic && actions.contains(&entry.action.as_str()) && entry.outcome == outcome
        };
        entries.iter().filter(is).count() as u64
    };
    let sum = |days: &std::collections::BTreeMap<String, u64>| days.values().sum::<u64>();
    let (logins, failed) = (sum(&counts.logins), sum(&counts.failed_logins));
    assert_eq!(logins, many("session", &["login"], Outcome::Succeed), "{counts:?}");
    assert_eq!(failed, many("session", &["login"], Outcome::Failed), "{counts:?}");
    let sign_ups = many("account", &["create", "signup"], Outcome::Succeed);
    assert_eq!(sum(&counts.sign_ups), sign_ups, "{counts:?}");
    (logins, failed)
}

async fn enter(app: App, email: Email, text: &'static str) -> bool {
    let origin = origin();
    let attempt = || {
        let attempt = Attempt {
            username: email.canonical(),
            password: password(text),
            origin: &origin,
            or_one_time: false,
            otp: None,
        };
        browser::sign_in(&app, attempt)
    };
    match until_answered(attempt).await {
        Ok(_) => true,
        Err(shared::act::Undone::Refused(NotOpened::WrongCredentials)) => false,
        Err(other) => panic!("{other:?}"),
    }
}

async fn enter_twice(server: &Server, choices: &mut Choices, faults: usize, texts: [&'static str; 2]) {
    let email = newcomer(server).await;
    let before = counted(server).await;
    let mut play = Play::new(server.app(), faults);
    let fates = [("a", texts[0]), ("b", texts[1])].map(|(client, text)| {
        let email = email.clone();
        play.client(client, move |app| enter(app, email, text))
    });
    let played = play.run(choices).await;
    let told = fates.map(|fate| fate.told());
    let after = counted(server).await;
    let (entered, failed) = (after.0 - before.0, after.1 - before.1);
    let many = |wanted: bool| told.iter().filter(|told| **told == Some(wanted)).count() as u64;
    assert!(entered >= many(true) && failed >= many(false), "{told:?}");
    assert!(
        played.faulty || (entered, failed) == (many(true), many(false)),
        "{told:?}"
    );
}

#[tokio::test]
async fn what_is_counted_was_written_down() {
    let server = server_on(Embedded).await.unwrap();
    some(25, async |choices| {
        enter_twice(&server, choices, 0, [PASSWORD, "wrong"]).await
    })
    .await;
    some(25, async |choices| {
        enter_twice(&server, choices, 1, [PASSWORD, "wrong"]).await
    })
    .await;
    some(10, async |choices| {
        enter_twice(&server, choices, 1, [PASSWORD, PASSWORD]).await
    })
    .await;
}

#[tokio::test]
async fn what_is_counted_was_written_down_on_dynamodb_local() {
    let Some(server) = server_on(DynamoDbLocal).await else {
        return;
    };
    some(4, async |choices| {
        enter_twice(&server, choices, 1, ["wrong", "wrong"]).await
    })
    .await;
}
