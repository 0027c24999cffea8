//! The outbox: a message leaves once, whoever delivers it, and leaves after all when whoever delivers it dies.

use rstest::rstest;
use shared::App;
use shared::accounts::Email;
use shared::clock::ClockHand;
use shared::config::TableConfig;
use shared::notify::mailbox::Mailbox;
use shared::notify::mailer::{Delivery, LEASE, Outlet, deliver};
use shared::notify::{Channel, Message, NotifyError, Stage, Template};
use shared::store::record::read;
use shared::store::{Commit, StoreError, schema};
use tests::Server;
use tests::server::Table::{self, DynamoDbLocal, Embedded};
use tests::server::fresh_name;

use super::explorer::{Choices, Play, every, server_on, some};

/// A message in the outbox.
async fn written(app: &App, to: &Email) -> String {
    let keyring = app.keys.get().await.unwrap();
    let message = Message::mail(app, &keyring, to, &Template::PasswordChanged).unwrap();
    let mut commit = Commit::<StoreError>::new();
    commit.create(&message);
    app.store.commit(commit).await.unwrap();
    message.id
}

async fn stage(app: &App, id: &str) -> Stage {
    let [item] = app.store.get([Message::key_of(id)]).await.unwrap();
    read::<Message>(item.unwrap()).unwrap().stage
}

/// Two mailers meet the same message.
async fn two_deliver(app: &App, clock: &ClockHand, choices: &mut Choices, faults: usize) {
    let to = Email::parse("ada@example.com").unwrap();
    let id = written(app, &to).await;
    // Each has a mailbox of its own, so that it is seen who sent.
    let directory = tempfile::tempdir().unwrap();
    let boxes = ["first", "other"].map(|name| Mailbox::new(directory.path().join(name)));
    let mut play = Play::new(app, faults);
    let fates = [0, 1].map(|n| {
        let (id, outlet) = (id.clone(), Outlet::Mailbox(boxes[n].clone()));
        play.client(["first", "other"][n], async move |app: App| {
            deliver(&app, &outlet, &id).await
        })
    });
    let played = play.run(choices).await;
    let fates = fates.map(|fate| fate.told());
    let sent = async || {
        let mut sent = 0;
        for mailbox in &boxes {
            sent += mailbox.list(Channel::Mail, None).await.unwrap().len();
        }
        sent
    };
    let told = fates
        .iter()
        .filter(|fate| matches!(fate, Some(Ok(Delivery::Sent))))
        .count();
    assert!(told <= sent().await && sent().await <= 1, "{fates:?}");
    for fate in fates.iter().flatten() {
        let known = matches!(
            fate,
            Ok(_) | Err(NotifyError::UnderWay | NotifyError::Store(StoreError::Unavailable(_)))
        );
        assert!(known, "{fate:?}");
    }
    if !played.faulty {
        assert_eq!((told, stage(app, &id).await), (1, Stage::Sent));
    }

    // Whatever became of the two: within a lease nobody else sends, and after it the message is on its way for sure.
    let again = async |name: &str| {
        let outlet = Outlet::Mailbox(Mailbox::new(directory.path().join(name)));
        deliver(app, &outlet, &id).await
    };
    let before = stage(app, &id).await;
    if before == Stage::Sending {
        assert!(matches!(again("third").await, Err(NotifyError::UnderWay)));
        clock.advance(LEASE);
    }
    let late = again("third").await.unwrap();
    assert_eq!(late == Delivery::Sent, before != Stage::Sent, "{before:?}");
    assert_eq!(stage(app, &id).await, Stage::Sent);
    assert_eq!(again("fourth").await.unwrap(), Delivery::Nothing);
    // Twice at the worst, and that only where a mailer died, or lost its answer, between sending and saying so.
    let late = usize::from(late == Delivery::Sent);
    assert!((1..=1 + usize::from(played.faulty)).contains(&(sent().await + late)));
}

/// A table at the server's engine of which its own mailer knows nothing.
async fn quiet(server: &Server) -> App {
    let app = server.app();
    let mut config = app.config.clone();
    config.table = TableConfig::Named {
        name: fresh_name(),
        create: false,
    };
    let app = App::new(config, app.clock.clone(), app.random.clone());
    let table = app.store.table();
    schema::create_table(table.client().await, table.name()).await.unwrap();
    app
}

#[tokio::test]
async fn of_two_mailers_one_sends() {
    let server = server_on(Embedded).await.unwrap();
    let app = quiet(&server).await;
    every(async |choices| two_deliver(&app, &server.clock, choices, 0).await).await;
    every(async |choices| two_deliver(&app, &server.clock, choices, 1).await).await;
}

#[rstest]
#[tokio::test]
async fn of_two_unlucky_mailers_one_sends(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = server_on(table).await else { return };
    let app = quiet(&server).await;
    some(40, async |choices| two_deliver(&app, &server.clock, choices, 2).await).await;
}
