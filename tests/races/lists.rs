//! What must be so after whatever happened for lists of users to be right: every user has its card, every profile its entries,
//! and what is counted is what is there.

use std::collections::BTreeMap;

use rstest::rstest;
use shared::App;
use shared::accounts::User;
use shared::accounts::customer::labels::PRIVATE;
use shared::accounts::customer::profiles::{self, Details, NotWritten};
use shared::accounts::customer::{KycProfile, Label};
use shared::accounts::directory::Card;
use shared::accounts::directory::card::{Cell, USERS};
use shared::accounts::directory::profiles::{Entry, PROFILES};
use shared::act::Undone;
use shared::bootstrap::bootstrap;
use shared::ids::UserId;
use shared::store::commit::{Step, int, text as value};
use shared::store::query::Range;
use shared::store::record::read;
use shared::store::{Commit, Condition, Item, Key, Record, StoreError};
use tests::Server;
use tests::server::Table::{self, DynamoDbLocal, Embedded};

use super::census::text;
use super::explorer::{Choices, Play, server_on, some};
use super::people::until_answered;
use super::tenants::{Tenant, actor, stranger, switch_off, tenant};

fn of_kind<R: Record>(items: &[Item]) -> Vec<R> {
    let wanted = items.iter().filter(|item| text(item, "kind") == R::KIND);
    wanted.map(|item| read(item.clone()).unwrap()).collect()
}

fn counted(names: impl Iterator<Item = String>) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    for name in names {
        *counts.entry(name).or_default() += 1;
    }
    counts
}

/// Compares what lists know with what is there.
pub async fn census_of_lists(server: &Server) {
    let (items, store) = (server.dump().await, &server.app().store);
    let users: Vec<User> = of_kind(&items);
    assert!(users.iter().all(|user| user.is_listed), "{users:#?}");
    let known: BTreeMap<UserId, Card> = of_kind(&items)
        .into_iter()
        .map(|card: Card| (card.user_id, card))
        .collect();
    let wanted = users.iter().map(|user| (user.id, Card::of(user))).collect();
    assert_eq!(known, wanted, "cards");
    for item in items.iter().filter(|item| text(item, "kind") == Card::KIND) {
        let card: Card = read(item.clone()).unwrap();
        let places = [card.gsi1(), card.gsi2()].map(Option::unwrap);
        let shown = ["gsi1", "gsi2"].map(|index| {
            let part = |name: &str| text(item, &format!("{index}{name}")).to_owned();
            Key::new(part("pk"), part("sk"))
        });
        assert_eq!(shown, places, "where indexes show {card:?}");
    }
    let cells = counted(users.iter().map(|user| Cell::of(user).name()));
    assert_eq!(USERS.read(store, Range::All).await.unwrap(), cells, "users by cell");

    let labels: Vec<Label> = of_kind(&items);
    let pairs = counted(labels.iter().filter(|label| label.is_private()).map(Label::pair));
    assert_eq!(PRIVATE.read(store, Range::All).await.unwrap(), pairs, "private labels");

    let profiles: Vec<KycProfile> = of_kind(&items);
    assert_eq!(PROFILES.read(store).await.unwrap(), profiles.len() as u64, "profiles");
    let entries: BTreeMap<String, Entry> = of_kind(&items)
        .into_iter()
        .map(|entry: Entry| (entry.profile_id.clone(), entry))
        .collect();
    assert_eq!(entries.len(), profiles.len(), "{entries:?}");
    for profile in &profiles {
        let facts = &entries[&profile.id].facts;
        let said = [&facts.first_name, &facts.last_name, &facts.country];
        let details = &profile.details;
        assert_eq!(said, [&details.first_name, &details.last_name, &details.country]);
    }
}

/// Submits what a customer told.
async fn submit(app: App, user: UserId, first_name: &str) -> Result<KycProfile, Undone<NotWritten>> {
    let details = Details {
        first_name: Some(first_name.into()),
        country: Some("GB".into()),
        ..Details::default()
    };
    until_answered(|| profiles::create(&app, user, details.clone(), true)).await
}

/// Two profiles of one customer, whose account is switched off meanwhile.
async fn submit_and_be_switched_off(server: &Server, tenant: &Tenant, choices: &mut Choices, faults: usize) {
    let (user, _) = tenant.member(server, tenant.system).await;
    let mut play = Play::new(server.app(), faults);
    let written = ["Ada", "Augusta"].map(|name| play.client(name, move |app| submit(app, user, name)));
    let by = actor(server, tenant.admin.user.id, tenant.org).await;
    let switched = play.client("admin", move |app| switch_off(app, by, user));
    let played = play.run(choices).await;

    let switched = switched.told().map(|told| told.is_ok());
    assert!(played.faulty || switched == Some(true), "{switched:?}");
    let written = written.map(|fate| matches!(fate.told(), Some(Ok(_))));
    assert!(written != [true; 2], "two profiles wait at once");
    census_of_lists(server).await;
}

#[rstest]
#[tokio::test]
async fn what_changes_at_once_is_listed_as_it_is_then(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = server_on(table).await else { return };
    let tenant = tenant(&server).await;
    let schedules = if table == Embedded { 15 } else { 3 };
    for faults in [0, 1] {
        some(schedules, async |choices| {
            submit_and_be_switched_off(&server, &tenant, choices, faults).await;
        })
        .await;
    }
}

/// Makes the table what it was before there were lists.
async fn make_older(server: &Server) {
    let always = Condition::Always;
    for item in server.dump().await {
        let key = Key::new(text(&item, "pk"), text(&item, "sk"));
        let mut commit = Commit::<StoreError>::new();
        match text(&item, "kind") {
            "card" | "profile entry" | "profile names" | "complete lists" => commit.delete(key, always.clone()),
            "tally" if !key.pk.starts_with("TALLY#ROLES") => commit.delete(key, always.clone()),
            "user" => commit.update(key, always.clone(), [Step::Remove("is_listed")]),
            "label" => {
                let places = ["gsi1pk", "gsi1sk", "gsi2pk", "gsi2sk"].map(Step::Remove);
                commit.update(key, always.clone(), places)
            }
            _ => continue,
        };
        server.app().store.commit(commit).await.unwrap();
    }
}

/// Two servers start on an older table, where somebody goes on with what they do.
async fn start_twice(server: &Server, choices: &mut Choices, faults: usize) {
    let (user, _) = stranger(server).await;
    submit(server.app().clone(), user, "Ada").await.unwrap();
    make_older(server).await;
    let (other, _) = stranger(server).await;
    let mut play = Play::new(server.app(), faults);
    let started = ["one", "two"].map(|name| {
        let start = async |app: App| bootstrap(&app).await.is_ok();
        play.client(name, start)
    });
    let written = [user, other].map(|user| play.client("customer", move |app| submit(app, user, "Augusta")));
    let played = play.run(choices).await;
    let started = started.map(|fate| fate.told());
    assert!(played.faulty || started == [Some(true); 2], "{started:?}");
    drop(written);
    // Whatever was cut off is done by the next one.
    bootstrap(server.app()).await.unwrap();
    census_of_lists(server).await;
}

#[tokio::test]
async fn an_older_table_gets_what_lists_need() {
    let server = server_on(Embedded).await.unwrap();
    for faults in [0, 1] {
        some(3, async |choices| start_twice(&server, choices, faults).await).await;
    }
}

#[tokio::test]
async fn an_older_table_gets_what_lists_need_on_dynamodb_local() {
    let Some(server) = server_on(DynamoDbLocal).await else {
        return;
    };
    some(2, async |choices| start_twice(&server, choices, 1).await).await;
}

/// A census that sees nothing proves nothing: each of these disturbances is seen.
#[tokio::test]
async fn the_census_of_lists_sees_what_is_wrong() {
    let server = server_on(Embedded).await.unwrap();
    let app = server.app();
    census_of_lists(&server).await;
    let users: Vec<User> = of_kind(&server.dump().await);
    let user = &users[0];
    let (cell, pair) = (Cell::of(user).name(), "email#verified");
    let shard = user.id.mark() % 16;
    let disturbances = [
        (user.key(), Step::Set("level", int(3))),
        (user.key(), Step::Set("role", value("member"))),
        (user.key(), Step::Set("updated_at", value("2030-01-01T00:00:00Z"))),
        (user.key(), Step::Set("is_listed", shared::store::commit::flag(false))),
        (Card::key_of(user.id), Step::Set("state", value("banned"))),
        (
            Card::key_of(user.id),
            Step::Set("gsi1pk", value("USERS#member#active#1")),
        ),
        (Card::key_of(user.id), Step::Set("gsi2sk", value("2030"))),
        (
            Key::new("TALLY#USERS", format!("{cell}~{shard}")),
            Step::Add("count", 1),
        ),
        (
            Key::new("TALLY#LABELS", format!("{pair}~{shard}")),
            Step::Add("count", -1),
        ),
        (
            Key::new(format!("TALLY#PROFILES#{shard}"), "COUNT"),
            Step::Add("count", 1),
        ),
    ];
    for (key, step) in disturbances {
        let [before] = app.store.get([key.clone()]).await.unwrap();
        let (name, back) = match &step {
            Step::Add(name, by) => (*name, Step::Add(name, -by)),
            Step::Set(name, _) => match before.unwrap().get(*name) {
                Some(known) => (*name, Step::Set(name, known.clone())),
                None => (*name, Step::Remove(name)),
            },
            other => panic!("{other:?}"),
        };
        let write = async |step: Step| {
            let mut commit = Commit::<StoreError>::new();
            commit.update(key.clone(), Condition::Always, [step]);
            app.store.commit(commit).await.unwrap();
        };
        write(step).await;
        let found = std::panic::AssertUnwindSafe(census_of_lists(&server));
        let found = futures_util::FutureExt::catch_unwind(found).await;
        assert!(found.is_err(), "{name} of {key:?} was not seen");
        write(back).await;
    }
    census_of_lists(&server).await;
}
