//! What belongs to one alone: the short identifier of an account, and the clientId of an OAuth client.

use std::sync::atomic::{AtomicU64, Ordering};

use rstest::rstest;
use shared::App;
use shared::accounts::Email;
use shared::accounts::sign_up::{NewAccount, NoAccount, sign_up};
use shared::act::Undone;
use shared::clients::manage::{self, By, NotDone};
use shared::clients::{Client, ClientId, ClientSecret, ClientType, Draft, Lifetimes};
use shared::ids::UserId;
use shared::random::Random;
use tests::server::ADMIN;
use tests::server::Table::{self, DynamoDbLocal, Embedded};
use tests::{PASSWORD, Server};

use super::explorer::{Choices, Play, every, server_on, some};
use super::people::{account, newcomer, origin, password, succeeded, until_answered};

/// A number that no other play has.
fn fresh() -> u64 {
    static COUNT: AtomicU64 = AtomicU64::new(3_000_000);
    COUNT.fetch_add(1, Ordering::Relaxed)
}

async fn join(app: App, email: Email) -> Result<UserId, Undone<NoAccount>> {
    let attempt = || {
        let new = NewAccount {
            email: email.clone(),
            password: password(PASSWORD),
            first_name: "Ada".into(),
            last_name: "Lovelace".into(),
        };
        let app = &app;
        async move { sign_up(app, new, &origin()).await }
    };
    until_answered(attempt).await
}

/// Two draw the same identifiers, as by chance two once will: each gets an account, and one of them draws again.
async fn two_draw_the_same(server: &Server, choices: &mut Choices, faults: usize) {
    let (taken, seed) = (newcomer(server).await, fresh());
    let mut play = Play::new(server.app(), faults);
    let (mut emails, mut fates) = (Vec::new(), Vec::new());
    for name in ["ada", "grace"] {
        let email = Email::parse(&taken.canonical().replace("user", name)).unwrap();
        emails.push(email.clone());
        let same = |parts: &mut shared::app::Parts| parts.random = Random::seeded(seed);
        fates.push(play.client_with(name, same, move |app| join(app, email)));
    }
    let played = play.run(choices).await;

    let (mut ids, mut uids) = (Vec::new(), Vec::new());
    for (email, fate) in emails.iter().zip(fates) {
        // Whoever died may have been too early; whoever lives was answered.
        match fate.told() {
            Some(told) => {
                let user = account(server, email).await.user;
                // The answer that got lost was a success.
                let taken = |told: &_| matches!(told, Err(Undone::Refused(NoAccount::EmailTaken)));
                assert!(
                    told.as_ref().is_ok_and(|id| *id == user.id) || played.faulty && taken(&told),
                    "{told:?}"
                );
                ids.push(user.id);
                uids.push(user.uid);
            }
            None => assert!(played.faulty),
        }
    }
    if let ([a, b], [c, d]) = (&ids[..], &uids[..]) {
        assert!(
            a != b && c != d,
            "two accounts share an identifier: {:?}",
            played.lines()
        );
    }
}

#[tokio::test]
async fn two_accounts_never_share_an_identifier() {
    let server = server_on(Embedded).await.unwrap();
    every(async |choices| two_draw_the_same(&server, choices, 0).await).await;
    some(40, async |choices| two_draw_the_same(&server, choices, 1).await).await;
}

async fn make(app: App, by: UserId, id: ClientId) -> Result<Client, Undone<NotDone>> {
    let draft = Draft {
        client_id: id,
        secret: ClientSecret::parse("a secret of the client"),
        other: None,
        redirect_url: None,
        lifetimes: Lifetimes::default(),
        client_type: ClientType::Private,
    };
    let origin = origin();
    let by = By {
        user: by,
        origin: &origin,
    };
    until_answered(|| manage::create(&app, by, &draft)).await
}

/// Two administrators make a client of the same name.
async fn two_make(server: &Server, choices: &mut Choices, faults: usize) {
    let admin = account(server, &Email::parse(ADMIN).unwrap()).await.user.id;
    let id = ClientId::parse(&format!("client {}", fresh())).unwrap();
    let mut play = Play::new(server.app(), faults);
    let fates = ["first", "other"].map(|name| {
        let id = id.clone();
        play.client(name, move |app| make(app, admin, id))
    });
    let played = play.run(choices).await;

    let fates = fates.map(|fate| fate.told());
    let won = succeeded(&fates, &[NotDone::Taken]);
    let clients = manage::list(server.app()).await.unwrap();
    let made: Vec<&Client> = clients.iter().filter(|client| client.client_id == id).collect();
    assert!(won <= made.len() && made.len() <= 1, "{fates:?}");
    assert!(played.faulty || won == 1, "{fates:?}");
    for client in made {
        let found = manage::find(server.app(), client.number).await.unwrap().unwrap();
        assert_eq!(found.client_id, id, "a client is found by its number");
        let by = By {
            user: admin,
            origin: &origin(),
        };
        manage::delete(server.app(), by, client.number).await.unwrap();
    }
}

#[rstest]
#[tokio::test]
async fn a_client_id_is_one_clients(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = server_on(table).await else { return };
    if table == Embedded {
        every(async |choices| two_make(&server, choices, 0).await).await;
    }
    let schedules = if table == Embedded { 40 } else { 10 };
    some(schedules, async |choices| two_make(&server, choices, 1).await).await;
}
