//! Administrators who change barong's tables at the same moment: no change is lost, of equal rules one is made, and nobody is
//! locked out by two changes of which neither would do it alone.

use std::collections::BTreeSet;
use std::net::IpAddr;

use http::Method;
use rstest::rstest;
use shared::App;
use shared::access::edge::kept::{self, Current};
use shared::access::edge::permission::manage::{self as rows, NotChanged as RowNotChanged};
use shared::access::edge::restriction::manage::{self as rules, NotChanged as RuleNotChanged};
use shared::access::edge::restriction::{RESTRICTION_NUMBERS, Taken};
use shared::access::edge::{Action, Category, Permission, Restriction, Scope, Verb};
use shared::act::Undone;
use shared::store::record::read;
use shared::store::{Query, Record as _};
use tests::server::Table::{self, DynamoDbLocal, Embedded};
use tests::{Administrator, Server};

use super::explorer::{Choices, Play, every, server_on, some};
use super::people::{succeeded, until_answered};

const CALLER: &str = "192.0.2.1";

/// What the table has, after everything in it was compared with everything else.
async fn tables(server: &Server) -> (Vec<Permission>, Vec<Restriction>) {
    let app = server.app();
    let tables = Current::read(app).await.unwrap().tables;
    let claims = app
        .store
        .query_to_end(Query::partition("EDGE").begins("TAKEN#"))
        .await
        .unwrap();
    let claims: BTreeSet<_> = claims
        .into_iter()
        .map(|item| {
            let claim: Taken = read(item).unwrap();
            (claim.key().sk, claim.id)
        })
        .collect();
    let wanted: BTreeSet<_> = tables
        .rules
        .iter()
        .map(|rule| (rule.claim().key().sk, rule.id))
        .collect();
    assert_eq!(claims, wanted, "what rules are about");
    let [numbers] = app.store.get([RESTRICTION_NUMBERS.key()]).await.unwrap();
    let next = RESTRICTION_NUMBERS.next(numbers.as_ref()).unwrap();
    assert_eq!(next.in_use(), tables.rules.len() as i64, "numbers in use");
    // What is remembered is what is there.
    let query = Query::partition("EDGE").begins(Permission::PREFIX);
    let there = app.store.query_to_end(query).await.unwrap();
    assert_eq!(there.len(), tables.permissions.len());
    (tables.permissions.clone(), tables.rules.clone())
}

async fn change(app: App, id: i64, wanted: rows::Wanted) -> Result<Permission, Undone<RowNotChanged>> {
    until_answered(|| rows::update(&app, id, &wanted)).await
}

async fn remove(app: App, id: i64) -> Result<(), Undone<RowNotChanged>> {
    until_answered(|| rows::delete(&app, id)).await
}

async fn restrict(app: App, draft: rules::Draft) -> Result<Restriction, Undone<RuleNotChanged>> {
    let ip: IpAddr = CALLER.parse().unwrap();
    until_answered(|| rules::create(&app, ip, &draft)).await
}

/// One gives a row another verb, the other another path.
async fn change_twice(server: &Server, choices: &mut Choices, faults: usize) {
    let row = server.permit("member get api/v2/x accept").await;
    let mut play = Play::new(server.app(), faults);
    let verb = rows::Wanted {
        verb: Some(Verb::Put),
        ..rows::Wanted::default()
    };
    let path = rows::Wanted {
        path: Some("api/v2/y".into()),
        ..rows::Wanted::default()
    };
    let fates = [
        play.client("verb", move |app| change(app, row.id, verb)),
        play.client("path", move |app| change(app, row.id, path)),
    ];
    let played = play.run(choices).await;

    let fates = fates.map(|fate| fate.told());
    let done = succeeded(&fates, &[]);
    let (rows, _) = tables(server).await;
    let now = rows.iter().find(|known| known.id == row.id).unwrap();
    assert!(fates[0].is_none() || now.verb == Verb::Put, "{fates:?} {now:?}");
    assert!(fates[1].is_none() || now.path == "api/v2/y", "{fates:?} {now:?}");
    assert!(played.faulty || done == 2);
    rows::delete(server.app(), row.id).await.unwrap();
}

#[tokio::test]
async fn no_change_of_a_row_is_lost() {
    let server = server_on(Embedded).await.unwrap();
    every(async |choices| change_twice(&server, choices, 0).await).await;
    some(20, async |choices| change_twice(&server, choices, 1).await).await;
}

async fn restrict_twice(server: &Server, choices: &mut Choices, faults: usize, values: [&'static str; 2]) {
    let mut play = Play::new(server.app(), faults);
    let fates = [("a", values[0]), ("b", values[1])].map(|(client, value)| {
        let draft = rules::Draft {
            category: Category::Blacklist,
            scope: Scope::IpSubnet,
            value: value.into(),
            code: None,
            is_enabled: true,
        };
        play.client(client, move |app| restrict(app, draft))
    });
    let played = play.run(choices).await;

    let fates = fates.map(|fate| fate.told());
    let done = succeeded(&fates, &[RuleNotChanged::Taken]);
    let (_, rules) = tables(server).await;
    let made: Vec<_> = rules.iter().filter(|rule| rule.is_enabled).collect();
    assert!(made.len() <= 1, "{made:?}");
    assert!(played.faulty || done == 1, "{fates:?}");
    assert!(fates.iter().all(Option::is_none) || made.len() == 1, "{fates:?}");
    for rule in made {
        server.lift(rule).await;
    }
}

#[rstest]
#[case::spelled_the_same(["198.51.100.0/24", "198.51.100.0/24"])]
#[case::spelled_otherwise(["198.51.100.0/24", "198.51.100.77/24"])]
#[tokio::test]
async fn of_two_rules_about_the_same_one_is_made(#[case] values: [&'static str; 2]) {
    let server = server_on(Embedded).await.unwrap();
    every(async |choices| restrict_twice(&server, choices, 0, values).await).await;
    some(20, async |choices| restrict_twice(&server, choices, 1, values).await).await;
}

/// Two rows let superadmins rule; each of two administrators removes one, or makes it worth nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Other {
    /// Removes the other row.
    Removes,
    /// Removes the same row.
    RemovesTheSame,
    /// Turns the other row into one that keeps out.
    Drops,
}

async fn remove_the_last(server: &Server, choices: &mut Choices, faults: usize, other: Other) {
    let (rows, _) = tables(server).await;
    // Row 1 of the seed, or what took its place in the schedule before.
    let ruling = |rows: &[Permission]| -> Vec<i64> {
        let rules = |row: &&Permission| {
            (row.role.as_str(), row.verb, row.action) == ("superadmin", Verb::All, Action::Accept)
                && row.path == "api/v2"
        };
        rows.iter().filter(rules).map(|row| row.id).collect()
    };
    let one = ruling(&rows)[0];
    let another = server.permit("superadmin all api/v2 accept").await.id;
    let mut play = Play::new(server.app(), faults);
    let first = play.client("a", move |app| remove(app, one));
    let second = play.client("b", async move |app| match other {
        Other::Removes => remove(app, another).await,
        Other::RemovesTheSame => remove(app, one).await,
        Other::Drops => {
            let wanted = rows::Wanted {
                action: Some(Action::Drop),
                ..rows::Wanted::default()
            };
            change(app, another, wanted).await.map(drop)
        }
    });
    let played = play.run(choices).await;

    let fates = [first.told(), second.told()];
    let done = succeeded(&fates, &[RowNotChanged::LocksOut, RowNotChanged::Unknown]);
    let (rows, _) = tables(server).await;
    let left = ruling(&rows);
    assert!(!left.is_empty(), "nobody rules any more: {fates:?}");
    // A row that keeps superadmins out cannot be made while only one lets them in, and is no way to get rid of it.
    let drops = |row: &Permission| row.role == "superadmin" && row.action == Action::Drop;
    assert!(!rows.iter().any(drops), "{fates:?}");
    if !played.faulty {
        assert_eq!((done, left.len()), (1, 1), "{fates:?}");
    }
    for spare in left.into_iter().skip(1) {
        rows::delete(server.app(), spare).await.unwrap();
    }
}

#[rstest]
#[tokio::test]
async fn somebody_always_rules(#[values(Other::Removes, Other::RemovesTheSame, Other::Drops)] other: Other) {
    let server = server_on(Embedded).await.unwrap();
    every(async |choices| remove_the_last(&server, choices, 0, other).await).await;
    some(20, async |choices| remove_the_last(&server, choices, 1, other).await).await;
}

/// One takes the caller's address off the whitelist, the other closes the door to everybody else.
async fn close_the_door(server: &Server, choices: &mut Choices, faults: usize) {
    let white = server.restrict(&format!("whitelist ip {CALLER} 401")).await;
    let ip: IpAddr = CALLER.parse().unwrap();
    let mut play = Play::new(server.app(), faults);
    let lifted = play.client("lifts", async move |app: App| {
        until_answered(|| rules::delete(&app, ip, white.id)).await
    });
    let closed = play.client("closes", async move |app: App| {
        let draft = rules::Draft {
            category: Category::Maintenance,
            scope: Scope::All,
            value: "everybody".into(),
            code: None,
            is_enabled: true,
        };
        restrict(app, draft).await.map(drop)
    });
    let played = play.run(choices).await;

    let fates = [lifted.told(), closed.told()];
    let done = succeeded(
        &fates,
        &[RuleNotChanged::LocksOut, RuleNotChanged::Unknown, RuleNotChanged::Taken],
    );
    let (_, rules) = tables(server).await;
    let tables = Current::read(server.app()).await.unwrap().tables;
    assert_eq!(tables.restrictions.keeping_out(ip, None, true), None, "{fates:?}");
    assert!(played.faulty || done == 1, "{fates:?}");
    for rule in rules.iter().filter(|rule| rule.is_enabled) {
        server.lift(rule).await;
    }
}

#[tokio::test]
async fn nobody_is_locked_out_by_two() {
    let server = server_on(Embedded).await.unwrap();
    every(async |choices| close_the_door(&server, choices, 0).await).await;
    some(20, async |choices| close_the_door(&server, choices, 1).await).await;
}

#[tokio::test]
async fn changes_at_the_same_moment_on_dynamodb_local() {
    let Some(server) = server_on(DynamoDbLocal).await else {
        return;
    };
    some(3, async |choices| change_twice(&server, choices, 1).await).await;
    some(3, async |choices| {
        restrict_twice(&server, choices, 1, ["198.51.100.0/24"; 2]).await
    })
    .await;
    some(3, async |choices| {
        remove_the_last(&server, choices, 0, Other::Removes).await
    })
    .await;
    some(3, async |choices| close_the_door(&server, choices, 0).await).await;
}

/// Two servers over one table: what an administrator changes at one acts on the next request at the other.
#[rstest]
#[tokio::test]
async fn a_change_acts_at_every_server(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let store = server.app().store.clone();
    let other = Server::setup().with(move |parts| parts.store = store).start().await;
    let admin = Administrator::first(&server).await;
    let member = server.client().barong().join("ada@example.com").await;
    let levels = "api/v2/barong/admin/levels";
    let there = async || other.client().ask(Method::GET, levels, &member).await;
    there().await.expect(401);
    let row = [
        ("role", "member"),
        ("verb", "get"),
        ("path", levels),
        ("action", "accept"),
    ];
    for _ in 0..3 {
        admin.post("/permissions", &row).await.expect(201);
        there().await.expect_token();
        let page = admin.get("/permissions?page=2").await.expect(200).json();
        let id = page.as_array().unwrap().last().unwrap()["id"].to_string();
        admin
            .put("/permissions", &[("id", &id), ("action", "drop")])
            .await
            .expect(200);
        there().await.expect_keys(401, &["authz.invalid_permission"]);
        admin.delete("/permissions", &[("id", &id)]).await.expect(204);
        there().await.expect(401);
    }
    let rule = [
        ("category", "blacklist"),
        ("scope", "ip_subnet"),
        ("value", "198.51.100.0/24"),
        ("state", "disabled"),
    ];
    admin.post("/restrictions", &rule).await.expect(201);
    let [version] = other.app().store.get([kept::version_key()]).await.unwrap();
    let known = other
        .app()
        .edge
        .tables(&other.app().store, version.as_ref())
        .await
        .unwrap();
    assert_eq!(known.rules.len(), 7);
}
