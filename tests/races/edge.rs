//! Barong's edge: links that let addresses in, and changes of the tables in every process.

use std::time::Duration;

use http::Method;
use rstest::rstest;
use shared::App;
use shared::access::edge::whitelink::{self, NotLetIn};
use shared::access::edge::{Restriction, kept};
use shared::act::Undone;
use shared::credentials::api_key::{Kid, nonce};
use shared::store::Query;
use shared::store::record::read;
use shared::tokens::Secret;
use tests::Server;
use tests::edge::ME;
use tests::server::Table::{self, DynamoDbLocal, Embedded};

use super::explorer::{Choices, Play, every, server_on, some};
use super::people::{succeeded, until_answered};

/// Rules that let somebody in.
async fn let_in(server: &Server) -> Vec<Restriction> {
    let rules = Query::partition("EDGE").begins(Restriction::PREFIX);
    let rules = server.app().store.query_to_end(rules).await.unwrap();
    let rules = rules.into_iter().map(|item| read::<Restriction>(item).unwrap());
    rules.filter(|rule| rule.is_enabled).collect()
}

async fn use_link(app: App, token: Secret, ip: &'static str) -> Result<(), Undone<NotLetIn>> {
    until_answered(|| whitelink::use_link(&app, &token, ip.parse().unwrap())).await
}

async fn use_by_two(server: &Server, choices: &mut Choices, faults: usize, ips: [&'static str; 2]) {
    let token = whitelink::create(server.app(), Duration::from_secs(60)).await.unwrap();
    let mut play = Play::new(server.app(), faults);
    let fates = [("a", ips[0]), ("b", ips[1])].map(|(client, ip)| {
        let token = token.clone();
        play.client(client, move |app| use_link(app, token, ip))
    });
    let played = play.run(choices).await;

    let fates = fates.map(|fate| fate.told());
    let done = succeeded(&fates, &[NotLetIn::AlreadyIn]);
    let rules = let_in(server).await;
    let most = if ips[0] == ips[1] { 1 } else { 2 };
    assert!(rules.len() <= most, "{rules:?}");
    assert!(played.faulty || done == most, "{fates:?}");
    assert!(rules.len() >= done, "{fates:?} {rules:?}");
    let mut numbers: Vec<i64> = rules.iter().map(|rule| rule.id).collect();
    numbers.dedup();
    assert_eq!(numbers.len(), rules.len());
    for rule in &rules {
        server.lift(rule).await;
    }
}

#[rstest]
#[case::the_same(["192.0.2.1", "192.0.2.1"])]
#[case::different_ones(["192.0.2.1", "192.0.2.2"])]
#[tokio::test]
async fn a_link_lets_an_address_in_once(#[case] ips: [&'static str; 2]) {
    let server = server_on(Embedded).await.unwrap();
    every(async |choices| use_by_two(&server, choices, 0, ips).await).await;
    some(30, async |choices| use_by_two(&server, choices, 1, ips).await).await;
}

/// Two requests with one nonce of one key, where each works once.
async fn spend_by_two(server: &Server, choices: &mut Choices, faults: usize) {
    let app = server.app();
    let (kid, at) = (Kid::generate(&app.random), app.clock.now().as_millisecond());
    let mut play = Play::new(app, faults);
    let fates = ["first", "second"].map(|client| {
        let kid = kid.clone();
        play.client(client, move |app| async move { nonce::spend(&app, &kid, at).await })
    });
    let played = play.run(choices).await;
    let fates = fates.map(|fate| fate.told());
    let passed = fates.iter().filter(|fate| matches!(fate, Some(Ok(true)))).count();
    assert!(passed <= 1 && (played.faulty || passed == 1), "{fates:?}");
    assert!(!nonce::spend(app, &kid, at).await.unwrap() || played.faulty && passed == 0);
}

#[tokio::test]
async fn a_nonce_works_once_whoever_comes_first() {
    let server = server_on(Embedded).await.unwrap();
    every(async |choices| spend_by_two(&server, choices, 0).await).await;
    every(async |choices| spend_by_two(&server, choices, 1).await).await;
}

/// Another process over the same table, which has decided before.
fn another_process(server: &Server) -> App {
    let mut config = server.app().config.clone();
    config.table = shared::config::TableConfig::Named {
        name: server.app().store.table().name().to_owned(),
        create: false,
    };
    App::new(config, server.app().clock.clone(), server.app().random.clone())
}

/// Whoever asks after a change is answered by it, whichever process is asked and whatever it remembers.
#[rstest]
#[tokio::test]
async fn a_change_acts_on_the_next_request_in_every_process(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let client = server.client();
    let session = client.barong().join("ada@example.com").await;
    let other = another_process(&server);
    let users = shared::access::edge::EdgePath::parse("api/v2/barong/admin/users").unwrap();
    let may = async |app: &App| {
        let [version] = app.store.get([kept::version_key()]).await.unwrap();
        let tables = app.edge.tables(&app.store, version.as_ref()).await.unwrap();
        format!("{:?}", tables.verdict("member", "GET", &users)) == "Granted"
    };
    assert!(!may(&other).await);
    client.ask(Method::GET, ME, &session).await.expect_token();
    for n in 0..5 {
        server
            .permit(&format!("member get api/v2/barong/admin/users accept {n}"))
            .await;
        let drop = n % 2 == 1;
        assert!(may(&other).await);
        client.ask(Method::GET, users.as_str(), &session).await.expect_token();
        if drop {
            server.permit("member get api/v2/barong/admin/users drop").await;
            assert!(!may(&other).await);
            client.ask(Method::GET, users.as_str(), &session).await.expect(401);
            return;
        }
    }
}

/// Decisions at the same moment as a change are answered by the one or the other, and all after it by it.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn decisions_beside_a_change_are_whole(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let client = server.client();
    let session = client.barong().join("ada@example.com").await;
    let asking = (0..20).map(|_| client.ask(Method::GET, ME, &session));
    let (answers, rule) = futures_util::join!(
        futures_util::future::join_all(asking),
        server.restrict("maintenance all everybody 471")
    );
    for answer in answers {
        assert!([200, 471].contains(&answer.status.as_u16()), "{}", answer.text());
    }
    client.ask(Method::GET, ME, &session).await.expect(471);
    server.lift(&rule).await;
    client.ask(Method::GET, ME, &session).await.expect_token();
}
