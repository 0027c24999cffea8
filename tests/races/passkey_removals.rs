//! Removing a passkey beside a sign-in with it, and beside another removal.

use shared::App;
use shared::accounts::User;
use shared::act::Undone;
use shared::credentials::passkey::Passkey;
use shared::credentials::passkey::manage::{self, Unknown};
use shared::credentials::passkey::register::{self, NotAdded};
use shared::sessions::sign_in::WrongCredentials;
use tests::Server;
use tests::authenticator::Credential;
use tests::server::Table::Embedded;

use super::explorer::{Choices, Play, every, server_on, some};
use super::passkeys::{Owner, add, answer};
use super::people::{origin, succeeded, until_answered};

async fn remove(app: App, user: User, number: u64) -> Result<(), Undone<Unknown>> {
    let origin = origin();
    until_answered(|| manage::remove(&app, &user, &origin, number)).await
}

/// The owner removes a passkey while somebody signs in with it.
async fn remove_and_answer(server: &Server, choices: &mut Choices, faults: usize) {
    let (owner, credential, passkey) = Owner::with_passkey(server, true).await;
    let response = owner.sign(server, &credential).await;
    let mut play = Play::new(server.app(), faults);
    let user = owner.user.clone();
    let removed = play.client("removes", move |app| remove(app, user, passkey.number));
    let entered = play.client("signs in", move |app| answer(app, response));
    let played = play.run(choices).await;

    let (removed, entered) = ([removed.told()], [entered.told()]);
    let won = succeeded(&entered, &[WrongCredentials]);
    let gone = succeeded(&removed, &[Unknown]);
    assert!(won <= owner.opened(server).await);
    assert!(played.faulty || gone == 1, "{removed:?}");
    if removed[0].is_some() {
        // A late sign-in does not bring it back, and the credential is free again.
        assert!(owner.passkeys(server).await.is_empty());
        passkey_again(&owner, server, &credential).await;
        assert_eq!(owner.passkeys(server).await.len(), 1);
    }
}

#[tokio::test]
async fn a_removed_passkey_is_not_brought_back_by_a_sign_in() {
    let server = server_on(Embedded).await.unwrap();
    every(async |choices| remove_and_answer(&server, choices, 0).await).await;
    some(40, async |choices| remove_and_answer(&server, choices, 1).await).await;
}

/// The same credential, registered anew.
async fn passkey_again(owner: &Owner, server: &Server, credential: &Credential) -> Passkey {
    let options = owner.options(server).await;
    let response = owner.authenticator.register_as(&options, credential);
    add(server.app().clone(), owner.user.clone(), response).await.unwrap()
}

/// Two tabs remove a passkey; in one of them the credential is then registered anew.
async fn remove_twice_and_add(server: &Server, choices: &mut Choices, faults: usize) {
    let (owner, credential, passkey) = Owner::with_passkey(server, true).await;
    let mut play = Play::new(server.app(), faults);
    let (user, number) = (owner.user.clone(), passkey.number);
    let removed = play.client("removes", move |app| remove(app, user, number));
    let (user, authenticator) = (owner.user.clone(), owner.authenticator.clone());
    let added = play.client("removes and adds", async move |app: App| {
        let removed = remove(app.clone(), user.clone(), number).await;
        assert!(matches!(removed, Ok(()) | Err(Undone::Refused(Unknown))), "{removed:?}");
        let options = until_answered(|| register::begin(&app, &user)).await?;
        let options = serde_json::to_value(options).unwrap();
        add(app, user, authenticator.register_as(&options, &credential)).await
    });
    let played = play.run(choices).await;

    succeeded(&[removed.told()], &[Unknown]);
    let added = [added.told()];
    let won = succeeded(&added, &[NotAdded::UnknownChallenge]);
    let passkeys = owner.passkeys(server).await;
    if added[0].is_some() {
        assert_eq!(passkeys.len(), 1, "{added:?}");
        assert_ne!(passkeys[0].number, passkey.number);
    }
    assert!(played.faulty || won == 1);
}

#[tokio::test]
async fn removing_does_not_reach_a_passkey_that_came_later() {
    let server = server_on(Embedded).await.unwrap();
    every(async |choices| remove_twice_and_add(&server, choices, 0).await).await;
    some(40, async |choices| remove_twice_and_add(&server, choices, 1).await).await;
}
