//! Activation: a code lets an account in once, whoever else is at it; and an address belongs to one registration.

use std::sync::atomic::{AtomicU32, Ordering};

use shared::App;
use shared::accounts::activation::{self, NotActivated};
use shared::accounts::profile::Profile;
use shared::accounts::registration::register;
use shared::accounts::sign_up::{self, NewAccount, NoAccount};
use shared::accounts::{Email, State, User};
use shared::act::Undone;
use shared::ids::UserId;
use shared::store::{Commit, Query};
use shared::tokens::Secret;
use tests::server::Table::{DynamoDbLocal, Embedded};
use tests::{PASSWORD, Server};

use super::explorer::{Choices, Play, every, server_on, some};
use super::lists::census_of_lists;
use super::people::{account, enter, origin, password, succeeded, until_answered};

pub const CODE: &str = "0123456789abcdef0123456789abcdef";

/// Somebody who waits for the activation, with this code.
pub async fn waiting(server: &Server) -> User {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let email = format!("waiting{}@example.com", COUNT.fetch_add(1, Ordering::Relaxed));
    let app = server.app();
    let email = Email::parse(&email).unwrap();
    let user = sign_up::draft(app, &email, Profile::of_name("Ada"), State::Unactivated);
    let hash = app
        .passwords
        .hash(&password(PASSWORD), app.random.bytes())
        .await
        .unwrap();
    let keyring = app.keys.get().await.unwrap();
    let mut commit = Commit::<Undone<NoAccount>>::new();
    sign_up::create(&mut commit, app, &user, hash);
    activation::ask(&mut commit, app, &keyring, &user, &Secret::presented(CODE.into())).unwrap();
    app.store.commit(commit).await.unwrap();
    user
}

pub async fn activate(app: App, user: UserId, code: &'static str) -> Result<(), Undone<NotActivated>> {
    let (code, origin) = (Secret::presented(code.into()), origin());
    until_answered(|| activation::activate(&app, user, &code, &origin)).await
}

/// How often the log says that the account was activated.
async fn confirmed(server: &Server, user: UserId) -> usize {
    let log = Query::partition(format!("ACTIVITY#{user}"));
    let log = server.app().store.query_to_end(log).await.unwrap();
    let acts = log.iter().filter(|item| item["action"].as_s().unwrap() == "confirm");
    acts.count()
}

async fn two_activate(server: &Server, choices: &mut Choices, faults: usize) {
    let user = waiting(server).await;
    let mut play = Play::new(server.app(), faults);
    let fates = ["opens", "opens too"].map(|name| play.client(name, move |app| activate(app, user.id, CODE)));
    let played = play.run(choices).await;

    let fates = fates.map(|fate| fate.told());
    let won = succeeded(&fates, &[NotActivated]);
    let done = confirmed(server, user.id).await;
    let after = account(server, &user.email).await.user;
    assert!(won <= done && done <= 1, "{fates:?}");
    assert_eq!(after.state == State::Active, done == 1);
    assert_eq!(after.email_confirmed_at.is_some(), done == 1);
    if fates.iter().any(Option::is_some) {
        assert_eq!(done, 1);
    }
    assert!(played.faulty || won == 1, "{fates:?}");
}

#[tokio::test]
async fn a_code_activates_once() {
    let server = server_on(Embedded).await.unwrap();
    every(async |choices| two_activate(&server, choices, 0).await).await;
    some(60, async |choices| two_activate(&server, choices, 1).await).await;
    some(20, async |choices| two_activate(&server, choices, 2).await).await;
    census_of_lists(&server).await;
}

#[tokio::test]
async fn a_code_activates_once_on_dynamodb_local() {
    let Some(server) = server_on(DynamoDbLocal).await else {
        return;
    };
    some(20, async |choices| two_activate(&server, choices, 0).await).await;
    some(20, async |choices| two_activate(&server, choices, 1).await).await;
    census_of_lists(&server).await;
}

/// The right code beside two wrong ones, after three that were wrong: the fifth voids it.
async fn guess(server: &Server, choices: &mut Choices) {
    let user = waiting(server).await;
    for _ in 0..3 {
        activate(server.app().clone(), user.id, "wrong").await.unwrap_err();
    }
    let mut play = Play::new(server.app(), 0);
    let guesses = ["guesses", "guesses too"].map(|name| play.client(name, move |app| activate(app, user.id, "wrong")));
    let opened = play.client("opens", move |app| activate(app, user.id, CODE));
    let played = play.run(choices).await;
    for guess in guesses {
        assert!(matches!(guess.told().unwrap(), Err(Undone::Refused(NotActivated))));
    }
    // Whoever opens it commits last; who counted before can be read off the schedule.
    let before = played
        .lines()
        .iter()
        .take_while(|line| !line.starts_with("opens Pass: commit"));
    let before = before
        .filter(|line| line.contains("guesses") && line.contains(": commit"))
        .count();
    assert_eq!(opened.told().unwrap().is_ok(), before < 2);
}

#[tokio::test]
async fn the_fifth_wrong_code_voids_the_right_one() {
    let server = server_on(Embedded).await.unwrap();
    some(60, async |choices| guess(&server, choices).await).await;
}

/// Somebody signs in while the account is activated: before, nobody gets in.
async fn activate_and_enter(server: &Server, choices: &mut Choices, faults: usize) {
    let user = waiting(server).await;
    let mut play = Play::new(server.app(), faults);
    let opened = play.client("opens", move |app| activate(app, user.id, CODE));
    let email = user.email.clone();
    let entered = play.client("signs in", move |app| enter(app, email, PASSWORD));
    let _played = play.run(choices).await;

    let (opened, entered) = (opened.told(), entered.told());
    let account = account(server, &user.email).await;
    if matches!(opened, Some(Ok(()))) {
        assert_eq!(account.user.state, State::Active);
    }
    if let Some(Ok(_)) = &entered {
        assert_eq!(
            account.user.state,
            State::Active,
            "somebody is in who was not activated"
        );
    }
    assert_eq!(account.sessions.len() as u64, account.user.sign_ins);
    assert!(account.user.state == State::Active || account.sessions.is_empty());
}

#[tokio::test]
async fn nobody_is_in_before_the_activation() {
    let server = server_on(Embedded).await.unwrap();
    every(async |choices| activate_and_enter(&server, choices, 0).await).await;
    some(40, async |choices| activate_and_enter(&server, choices, 1).await).await;
}

async fn join(app: App, email: Email, name: &'static str) -> Result<(), Undone<NoAccount>> {
    let attempt = || {
        let new = NewAccount {
            email: email.clone(),
            password: password(PASSWORD),
            first_name: name.into(),
            last_name: String::new(),
        };
        let app = &app;
        async move { register(app, new, false, &origin()).await }
    };
    until_answered(attempt).await
}

/// How many activation mails were written.
async fn mails(server: &Server) -> usize {
    server.count("begins_with(pk, :value)", "OUTBOX#").await
}

/// Two register the same address; with `lapsed` there is a registration already, of which nothing is to be expected.
async fn two_register(server: &Server, choices: &mut Choices, faults: usize, lapsed: bool) {
    let old = waiting(server).await;
    let email = match lapsed {
        true => old.email.clone(),
        false => Email::parse(&old.email.canonical().replace("waiting", "joint")).unwrap(),
    };
    if lapsed {
        for _ in 0..5 {
            activate(server.app().clone(), old.id, "wrong").await.unwrap_err();
        }
    }
    let before = mails(server).await;
    let mut play = Play::new(server.app(), faults);
    let fates = ["Grace", "Augusta"].map(|name| {
        let email = email.clone();
        play.client(name, move |app| join(app, email, name))
    });
    let played = play.run(choices).await;

    let fates = fates.map(|fate| fate.told());
    let won = succeeded(&fates, &[NoAccount::EmailTaken]);
    let sent = mails(server).await - before;
    assert!(won <= sent && sent <= 1, "{fates:?}");
    if fates.iter().any(Option::is_some) {
        assert_eq!(sent, 1);
        let user = account(server, &email).await.user;
        assert_eq!(user.state, State::Unactivated);
        assert_eq!(user.id == old.id, lapsed);
        for (fate, name) in fates.iter().zip(["Grace", "Augusta"]) {
            assert!(!matches!(fate, Some(Ok(()))) || user.profile.first_name == name);
        }
    }
    assert!(played.faulty || won == 1, "{fates:?}");
}

#[tokio::test]
async fn of_two_who_register_an_address_one_does() {
    let server = server_on(Embedded).await.unwrap();
    for lapsed in [false, true] {
        some(20, async |choices| two_register(&server, choices, 0, lapsed).await).await;
        some(20, async |choices| two_register(&server, choices, 1, lapsed).await).await;
    }
    census_of_lists(&server).await;
}

/// Somebody activates with a code that is void for want of a guess while another registers anew: one of them has it.
async fn register_and_guess(server: &Server, choices: &mut Choices) {
    let old = waiting(server).await;
    for _ in 0..4 {
        activate(server.app().clone(), old.id, "wrong").await.unwrap_err();
    }
    let mut play = Play::new(server.app(), 0);
    let guessed = play.client("guesses", move |app| activate(app, old.id, "wrong"));
    let opened = play.client("opens", move |app| activate(app, old.id, CODE));
    let email = old.email.clone();
    let joined = play.client("registers", move |app| join(app, email, "Grace"));
    let _played = play.run(choices).await;
    assert!(guessed.told().unwrap().is_err());
    let (opened, joined) = (opened.told().unwrap(), joined.told().unwrap());
    let user = account(server, &old.email).await.user;
    assert!(opened.is_err() || joined.is_err(), "both have the account");
    assert_eq!(user.state == State::Active, opened.is_ok());
    assert_eq!(user.profile.first_name == "Grace", joined.is_ok());
}

#[tokio::test]
async fn an_account_that_was_activated_is_nobody_elses() {
    let server = server_on(Embedded).await.unwrap();
    some(60, async |choices| register_and_guess(&server, choices).await).await;
    census_of_lists(&server).await;
}
