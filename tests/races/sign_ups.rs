//! Sign-up: an address belongs to one account.

use shared::App;
use shared::accounts::Email;
use shared::accounts::sign_up::{NewAccount, NoAccount, sign_up};
use shared::act::Undone;
use shared::ids::UserId;
use tests::server::Table::Embedded;
use tests::{PASSWORD, Server};

use super::explorer::{Choices, Play, every, server_on, some};
use super::lists::census_of_lists;
use super::people::{account, newcomer, origin, password, until_answered};

/// What an account consists of: user, card, two claims, password, entry in the log.
const ITEMS: usize = 6;

async fn join(app: App, email: String, name: &'static str) -> Result<UserId, Undone<NoAccount>> {
    let attempt = || {
        let new = NewAccount {
            email: Email::parse(&email).unwrap(),
            password: password(PASSWORD),
            first_name: name.into(),
            last_name: "Lovelace".into(),
        };
        let app = &app;
        async move { sign_up(app, new, &origin()).await }
    };
    until_answered(attempt).await
}

/// How many items there are in the table, but for counters.
async fn items(server: &Server) -> usize {
    server.count("NOT begins_with(pk, :value)", "TALLY#").await
}

async fn two_join(server: &Server, choices: &mut Choices, faults: usize) {
    let taken = newcomer(server).await;
    let address = taken.canonical().replace("user", "joint");
    let before = items(server).await;
    let mut play = Play::new(server.app(), faults);
    let fates = [("Ada", address.clone()), ("Grace", address.to_uppercase())]
        .map(|(name, address)| play.client(name, move |app| join(app, address, name)));
    let played = play.run(choices).await;

    let fates = fates.map(|fate| fate.told());
    let made = items(server).await - before;
    assert!(made == 0 || made == ITEMS, "{made} items");
    for fate in fates.iter().flatten() {
        assert!(
            matches!(fate, Ok(_) | Err(Undone::Refused(NoAccount::EmailTaken))),
            "{fate:?}"
        );
    }
    let won: Vec<UserId> = fates
        .iter()
        .flatten()
        .filter_map(|fate| fate.as_ref().ok().copied())
        .collect();
    assert!(won.len() <= 1, "{fates:?}");
    if fates.iter().any(Option::is_some) {
        assert_eq!(made, ITEMS);
        let account = account(server, &Email::parse(&address).unwrap()).await;
        assert!(won.is_empty() || won[0] == account.user.id);
        server.client().sign_in(&address).await;
    }
    assert!(played.faulty || won.len() == 1);
    census_of_lists(server).await;
}

#[tokio::test]
async fn of_two_who_sign_up_with_an_address_one_does() {
    let server = server_on(Embedded).await.unwrap();
    assert_eq!(every(async |choices| two_join(&server, choices, 0).await).await, 2);
    every(async |choices| two_join(&server, choices, 1).await).await;
    some(20, async |choices| two_join(&server, choices, 2).await).await;
}
