//! The first client is there when the server starts, and its secret is written nowhere.

use rstest::rstest;
use shared::clients::first::{self, FirstClient};
use shared::clients::{self, ClientId, Lifetimes};
use tests::server::{CLIENT_ID, CLIENT_SECRET};
use tests::{Server, Table};

#[rstest]
#[tokio::test]
async fn it_is_made_once_and_knows_its_secret(#[values(Table::Embedded, Table::DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let app = server.app();
    assert!(matches!(
        server.local.first_client,
        FirstClient::Made { made_up_secret: None }
    ));
    assert!(matches!(first::bootstrap(app).await.unwrap(), FirstClient::Known));
    let id = ClientId::parse(CLIENT_ID).unwrap();
    let client = clients::find(&app.store, &id).await.unwrap().unwrap();
    assert_eq!((client.number, client.lifetimes), (1, Lifetimes::default()));
    let keyring = app.keys.get().await.unwrap();
    assert!(client.is_proved_by(&keyring, CLIENT_SECRET).unwrap());
    for wrong in ["", "x", CLIENT_ID, &CLIENT_SECRET.to_uppercase()] {
        assert!(!client.is_proved_by(&keyring, wrong).unwrap(), "{wrong:?}");
    }
    let stranger = ClientId::parse("stranger").unwrap();
    assert!(clients::find(&app.store, &stranger).await.unwrap().is_none());
    assert!(!format!("{:?}", server.dump().await).contains(CLIENT_SECRET));
}

/// There is no secret that anybody knows: without configuration one is made up (ASVS 6.3.2).
#[tokio::test]
async fn a_secret_is_made_up_where_none_is_given() {
    let server = Server::setup().env("BOOTSTRAP_CLIENT_SECRET", "").start().await;
    let FirstClient::Made {
        made_up_secret: Some(secret),
    } = &server.local.first_client
    else {
        panic!("{:?}", server.local.first_client)
    };
    assert!(!format!("{secret:?}").contains(secret.expose()));
    let app = server.app();
    let id = ClientId::parse(CLIENT_ID).unwrap();
    let client = clients::find(&app.store, &id).await.unwrap().unwrap();
    let keyring = app.keys.get().await.unwrap();
    assert!(client.is_proved_by(&keyring, secret.expose()).unwrap());
}

/// Of servers that start at the same moment one makes it.
#[tokio::test]
async fn two_servers_make_one() {
    let server = Server::start().await;
    let app = server.app();
    let mut commit = shared::store::Commit::<shared::store::StoreError>::new();
    let id = ClientId::parse(CLIENT_ID).unwrap();
    for key in [clients::NUMBERS.key(), clients::Client::key_of(&id)] {
        commit.delete(key, shared::store::Condition::Present);
    }
    commit.delete(
        shared::store::Key::new(clients::Client::PARTITION, "NUMBER#1"),
        shared::store::Condition::Present,
    );
    app.store.commit(commit).await.unwrap();
    let (one, other) = futures_util::future::join(first::bootstrap(app), first::bootstrap(app)).await;
    let made = |outcome: Result<FirstClient, _>| matches!(outcome.unwrap(), FirstClient::Made { .. });
    assert!(made(one) ^ made(other));
}
