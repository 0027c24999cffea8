//! What administrators do with accounts, beside each other and beside the owners.

use rstest::rstest;
use serde_json::Value;
use shared::App;
use shared::access::edge::protection::{Administrator, Protected};
use shared::accounts::administration::labels::{self, Missing, NotLabelled, Said, Wanted};
use shared::accounts::administration::rule::{self, NotRuled};
use shared::accounts::customer::{Customer, Scope};
use shared::accounts::directory::card;
use shared::accounts::{State, User};
use shared::act::Undone;
use shared::notify::Event;
use shared::store::commit::{Step, text};
use shared::store::{Commit, Condition, Record, StoreError};
use tests::server::Table::{self, DynamoDbLocal, Embedded};
use tests::{PASSWORD, Server};

use super::explorer::{Choices, Play, every, server_on, some};
use super::lists::census_of_lists;
use super::people::{account, enter, newcomer, origin, succeeded, until_answered};

/// Somebody new with a role.
async fn somebody(server: &Server, role: &str) -> User {
    let email = newcomer(server).await;
    let before = account(server, &email).await.user;
    let user = User {
        role: role.to_owned(),
        ..before.clone()
    };
    let mut commit = Commit::<StoreError>::new();
    commit.update(user.key(), Condition::Present, [Step::Set("role", text(role))]);
    card::moved(&mut commit, &before, &user);
    server.app().store.commit(commit).await.unwrap();
    user
}

async fn now(server: &Server, user: &User) -> Customer {
    Customer::read(&server.app().store, user.id).await.unwrap().unwrap()
}

async fn set_state(app: App, by: User, uid: String, state: &'static str) -> Result<(), Undone<NotRuled>> {
    let origin = origin();
    let by = Administrator {
        user: &by,
        origin: &origin,
    };
    until_answered(|| rule::set_state(&app, by, &uid, state)).await
}

async fn give_role(app: App, by: User, uid: String, role: &'static str) -> Result<(), Undone<NotRuled>> {
    let origin = origin();
    let by = Administrator {
        user: &by,
        origin: &origin,
    };
    until_answered(|| rule::give_role(&app, by, &uid, role)).await
}

/// Somebody signs in while an administrator bans them.
async fn ban_and_enter(server: &Server, choices: &mut Choices, faults: usize) {
    let admin = somebody(server, "superadmin").await;
    let user = somebody(server, "member").await;
    let mut play = Play::new(server.app(), faults);
    let uid = user.uid.clone();
    let banned = play.client("bans", move |app| set_state(app, admin, uid, "banned"));
    let email = user.email.clone();
    let entered = play.client("signs in", move |app| enter(app, email, PASSWORD));
    let played = play.run(choices).await;

    let banned = banned.told();
    succeeded(std::slice::from_ref(&banned), &[NotRuled::NoChange]);
    let after = now(server, &user).await;
    let at = server.app().clock.now();
    let live = after.account.sessions.iter();
    let live = live.filter(|session| session.is_live(after.user(), at)).count();
    match after.user().state {
        State::Banned => assert_eq!(live, 0, "a session outlived the ban"),
        _ => assert!(played.faulty && !matches!(banned, Some(Ok(())))),
    }
    drop(entered);
}

#[rstest]
#[tokio::test]
async fn no_session_outlives_a_ban(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = server_on(table).await else { return };
    let schedules = if table == Embedded { 60 } else { 5 };
    some(schedules, async |choices| ban_and_enter(&server, choices, 0).await).await;
    some(schedules, async |choices| ban_and_enter(&server, choices, 1).await).await;
    census_of_lists(&server).await;
}

/// Two administrators give the same user another role each.
async fn two_roles(server: &Server, choices: &mut Choices, faults: usize) {
    let user = somebody(server, "member").await;
    let mut play = Play::new(server.app(), faults);
    let mut fates = Vec::new();
    for role in ["support", "trader"] {
        let (admin, uid) = (somebody(server, "superadmin").await, user.uid.clone());
        fates.push(play.client(role, move |app| give_role(app, admin, uid, role)));
    }
    let played = play.run(choices).await;

    let fates: Vec<_> = fates.into_iter().map(|fate| fate.told()).collect();
    let done = succeeded(&fates, &[NotRuled::NoChange]);
    let after = now(server, &user).await;
    let log = shared::store::Query::partition(format!("ACTIVITY#{}", user.id));
    let log = server.app().store.query_to_end(log).await.unwrap();
    let changes = log
        .iter()
        .filter(|item| item["action"].as_s().unwrap() == "change role");
    let changes = changes.count();
    assert!(done <= changes && changes <= 2, "{fates:?}");
    assert_eq!(changes > 0, after.user().role != "member");
    assert!(played.faulty || (done, changes) == (2, 2), "{fates:?}");
}

#[tokio::test]
async fn every_change_of_a_role_is_written_down() {
    let server = server_on(Embedded).await.unwrap();
    every(async |choices| two_roles(&server, choices, 0).await).await;
    some(30, async |choices| two_roles(&server, choices, 1).await).await;
    census_of_lists(&server).await;
}

/// Two superadmins take each other's role.
async fn each_other(server: &Server, choices: &mut Choices, faults: usize) {
    let (a, b) = (
        somebody(server, "superadmin").await,
        somebody(server, "superadmin").await,
    );
    let mut play = Play::new(server.app(), faults);
    let fates = [("a", a.clone(), b.clone()), ("b", b.clone(), a.clone())].map(|(name, by, of)| {
        let uid = of.uid;
        play.client(name, move |app| give_role(app, by, uid, "member"))
    });
    let played = play.run(choices).await;

    let fates = fates.map(|fate| fate.told());
    let beaten = [NotRuled::NoChange, NotRuled::Protected(Protected::NotInOffice)];
    let done = succeeded(&fates, &beaten);
    let mut left = 0;
    for user in [&a, &b] {
        left += usize::from(now(server, user).await.user().role == "superadmin");
    }
    assert!(left >= 1, "nobody is left: {fates:?}");
    assert!(played.faulty || (done, left) == (1, 1), "{fates:?}");
}

#[rstest]
#[tokio::test]
async fn of_two_who_take_each_others_role_one_stays(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = server_on(table).await else { return };
    let schedules = if table == Embedded { 60 } else { 5 };
    some(schedules, async |choices| each_other(&server, choices, 0).await).await;
    some(schedules, async |choices| each_other(&server, choices, 1).await).await;
    census_of_lists(&server).await;
}

/// Somebody becomes a superadmin while an administrator who is none bans them.
async fn promote_and_ban(server: &Server, choices: &mut Choices, faults: usize) {
    let (superadmin, admin) = (somebody(server, "superadmin").await, somebody(server, "admin").await);
    let user = somebody(server, "member").await;
    let mut play = Play::new(server.app(), faults);
    let uid = user.uid.clone();
    let promoted = play.client("promotes", move |app| give_role(app, superadmin, uid, "superadmin"));
    let uid = user.uid.clone();
    let banned = play.client("bans", move |app| set_state(app, admin, uid, "banned"));
    let played = play.run(choices).await;

    let fates = [promoted.told(), banned.told()];
    let beaten = [NotRuled::NoChange, NotRuled::Protected(Protected::Superadmin)];
    succeeded(&fates, &beaten);
    let after = now(server, &user).await;
    assert!(played.faulty || after.user().role == "superadmin");
    // What other systems were told of the ban says whose it was.
    let keyring = server.app().keys.get().await.unwrap();
    let items = server.dump().await.into_iter();
    let events = items.filter(|item| item["kind"].as_s().unwrap() == "event");
    let records = events.map(|item| Event::of_item(item).unwrap().told(&keyring).unwrap());
    let of_user = records.filter(|told: &Value| told["record"]["user"]["uid"] == user.uid.as_str());
    for told in of_user.filter(|told| told["record"]["changes"].get("state").is_some()) {
        assert_eq!(
            told["record"]["user"]["role"], "member",
            "a superadmin was banned: {fates:?}"
        );
    }
}

#[tokio::test]
async fn nobody_bans_a_superadmin_by_being_quick() {
    let server = server_on(Embedded).await.unwrap();
    some(40, async |choices| promote_and_ban(&server, choices, 0).await).await;
    some(20, async |choices| promote_and_ban(&server, choices, 1).await).await;
    census_of_lists(&server).await;
}

async fn put_label(
    app: App,
    by: User,
    uid: String,
    (key, value): (&'static str, &'static str),
) -> Result<(), Undone<NotLabelled>> {
    let origin = origin();
    let by = Administrator {
        user: &by,
        origin: &origin,
    };
    let wanted = Wanted {
        uid: &uid,
        key,
        scope: "private",
    };
    let said = Said {
        value,
        description: None,
    };
    until_answered(|| labels::update(&app, by, wanted, said, Missing::Made)).await
}

/// Two labels that decide together how far somebody is known.
async fn two_labels(server: &Server, choices: &mut Choices, faults: usize, pairs: [(&'static str, &'static str); 2]) {
    let user = somebody(server, "member").await;
    let mut play = Play::new(server.app(), faults);
    let mut fates = Vec::new();
    for (name, pair) in ["a", "b"].into_iter().zip(pairs) {
        let (admin, uid) = (somebody(server, "superadmin").await, user.uid.clone());
        fates.push(play.client(name, move |app| put_label(app, admin, uid, pair)));
    }
    let played = play.run(choices).await;

    let fates: Vec<_> = fates.into_iter().map(|fate| fate.told()).collect();
    let done = succeeded(&fates, &[]);
    let after = now(server, &user).await;
    let rules = &server.app().config.customers.rules;
    assert_eq!(after.user().level, rules.level(&after.labels), "{fates:?}");
    assert_eq!(
        after.user().state,
        rules.state(State::Pending, &[], &after.labels),
        "{fates:?}"
    );
    assert!(played.faulty || done == 2, "{fates:?}");
    if !played.faulty {
        let held = pairs.iter().any(|(key, value)| {
            let label = after.label(Scope::Private, key);
            label.is_some_and(|label| label.value == *value)
        });
        assert!(held, "{fates:?}");
    }
}

#[rstest]
#[case::of_two_keys([("email", "verified"), ("phone", "verified")])]
#[case::of_one_key([("email", "verified"), ("email", "rejected")])]
#[tokio::test]
async fn level_and_state_are_what_the_labels_say(#[case] pairs: [(&'static str, &'static str); 2]) {
    let server = server_on(Embedded).await.unwrap();
    every(async |choices| two_labels(&server, choices, 0, pairs).await).await;
    some(30, async |choices| two_labels(&server, choices, 1, pairs).await).await;
    census_of_lists(&server).await;
}
