//! Tokens of barong's mails: an address is confirmed once, and of two resets the newest counts, once.

use std::time::Duration;

use shared::App;
use shared::accounts::confirmation::{self, NotConfirmed};
use shared::accounts::customer::{Customer, Scope};
use shared::accounts::mailed_reset::{self, NotReset};
use shared::accounts::{Email, State};
use shared::act::Undone;
use shared::ids::UserId;
use shared::store::Query;
use shared::tokens::mailed::{Mailed, Purpose};
use tests::barong::{OTHER, STRONG};
use tests::server::Table::{DynamoDbLocal, Embedded};
use tests::{PASSWORD, Server};

use super::explorer::{Choices, Play, every, server_on, some};
use super::people::{account, is_password, newcomer, origin, password, succeeded, until_answered};

/// How often the log says that this was done to an account.
async fn noted(server: &Server, user: UserId, action: &str) -> usize {
    let log = Query::partition(format!("ACTIVITY#{user}"));
    let log = server.app().store.query_to_end(log).await.unwrap();
    log.iter()
        .filter(|item| item["action"].as_s().unwrap() == action)
        .count()
}

async fn confirm(app: App, token: String) -> Result<(), Undone<NotConfirmed>> {
    let origin = origin();
    until_answered(|| async { confirmation::confirm(&app, &token, &origin).await.map(drop) }).await
}

/// Two confirm one address, with the same token or with two.
async fn two_confirm(server: &Server, choices: &mut Choices, tokens: usize, faults: usize) {
    let email = newcomer(server).await;
    let (app, user) = (server.app(), account(server, &email).await.user);
    let keyring = app.keys.get().await.unwrap();
    let token = || {
        let mailed = Mailed::new(app, Purpose::Confirmation, &user, None);
        mailed.sign(&keyring, app.clock.now()).unwrap().expose().to_owned()
    };
    let first = token();
    let second = if tokens == 1 { first.clone() } else { token() };
    let mut play = Play::new(app, faults);
    let fates = [("confirms", first), ("confirms too", second)];
    let fates = fates.map(|(name, token)| play.client(name, move |app| confirm(app, token)));
    let played = play.run(choices).await;

    let fates = fates.map(|fate| fate.told());
    let won = succeeded(&fates, &[NotConfirmed::ActiveOrUnknown, NotConfirmed::Used]);
    let done = noted(server, user.id, "confirm").await;
    assert!(won <= done && done <= 1, "{fates:?}");
    let customer = Customer::read(&app.store, user.id).await.unwrap().unwrap();
    assert_eq!(customer.user().state == State::Active, done == 1);
    assert_eq!(u8::try_from(done).unwrap(), customer.user().level);
    assert_eq!(customer.label(Scope::Private, "email").is_some(), done == 1);
    if fates.iter().any(Option::is_some) {
        assert_eq!(done, 1);
    }
    assert!(played.faulty || won == 1, "{fates:?}");
}

#[tokio::test]
async fn an_address_is_confirmed_once() {
    let server = server_on(Embedded).await.unwrap();
    some(60, async |choices| two_confirm(&server, choices, 1, 0).await).await;
    some(60, async |choices| two_confirm(&server, choices, 2, 0).await).await;
    some(60, async |choices| two_confirm(&server, choices, 1, 2).await).await;
}

#[tokio::test]
async fn an_address_is_confirmed_once_on_dynamodb_local() {
    let Some(server) = server_on(DynamoDbLocal).await else {
        return;
    };
    some(20, async |choices| two_confirm(&server, choices, 1, 1).await).await;
}

async fn reset(app: App, token: String, new: &'static str) -> Result<(), Undone<NotReset>> {
    let (new, origin) = (password(new), origin());
    until_answered(|| mailed_reset::redeem(&app, &token, &new, &origin)).await
}

async fn token_of(server: &Server, email: &Email) -> String {
    // The mailbox keeps the newest mails, and tells them by their time.
    server.clock.advance(Duration::from_millis(1));
    server.client().barong().reset_token(email.typed()).await
}

/// Two redeem the same token.
async fn two_reset(server: &Server, choices: &mut Choices, faults: usize) {
    let email = newcomer(server).await;
    let token = token_of(server, &email).await;
    let mut play = Play::new(server.app(), faults);
    let fates = [("first", STRONG), ("other", OTHER)];
    let fates = fates.map(|(name, new)| {
        let token = token.clone();
        play.client(name, move |app| reset(app, token, new))
    });
    let played = play.run(choices).await;

    let fates = fates.map(|fate| fate.told());
    let won = succeeded(&fates, &[NotReset::Used]);
    let account = account(server, &email).await;
    let done = usize::try_from(account.user.session_epoch).unwrap();
    assert!(won <= done && done <= 1, "{fates:?}");
    assert_eq!(noted(server, account.user.id, "reset").await, done);
    let is = [
        is_password(server, &email, STRONG).await,
        is_password(server, &email, OTHER).await,
    ];
    assert_eq!(is.iter().filter(|is| **is).count(), done);
    assert_eq!(is_password(server, &email, PASSWORD).await, done == 0);
    for (fate, is) in fates.iter().zip(is) {
        assert!(!matches!(fate, Some(Ok(()))) || is, "{fates:?}");
    }
    assert!(played.faulty || won == 1, "{fates:?}");
}

#[tokio::test]
async fn a_reset_is_done_once() {
    let server = server_on(Embedded).await.unwrap();
    every(async |choices| two_reset(&server, choices, 0).await).await;
    some(30, async |choices| two_reset(&server, choices, 1).await).await;
}

/// One redeems, another asks for a newer token meanwhile: the newer one works, whatever became of the older.
async fn redeem_and_ask(server: &Server, choices: &mut Choices) {
    let email = newcomer(server).await;
    let older = token_of(server, &email).await;
    // The newest mail is told from the older one by its time.
    server.clock.advance(Duration::from_millis(1));
    let mut play = Play::new(server.app(), 0);
    let redeemed = {
        let older = older.clone();
        play.client("redeems", move |app| reset(app, older, STRONG))
    };
    let asked = {
        let email = email.clone();
        play.client("asks", async move |app: App| {
            mailed_reset::request(&app, &email, &origin()).await.is_ok()
        })
    };
    let _played = play.run(choices).await;

    assert!(asked.told().unwrap());
    let redeemed = redeemed.told().unwrap();
    assert!(
        matches!(redeemed, Ok(()) | Err(Undone::Refused(NotReset::Used))),
        "{redeemed:?}"
    );
    assert_eq!(is_password(server, &email, STRONG).await, redeemed.is_ok());
    let again = reset(server.app().clone(), older, OTHER).await;
    assert!(matches!(again, Err(Undone::Refused(NotReset::Used))), "{again:?}");
    let newer = server.client().barong().newest_reset(email.typed()).await.unwrap();
    reset(server.app().clone(), newer, OTHER).await.unwrap();
    assert!(is_password(server, &email, OTHER).await);
}

#[tokio::test]
async fn a_newer_reset_is_not_harmed_by_an_older_one() {
    let server = server_on(Embedded).await.unwrap();
    every(async |choices| redeem_and_ask(&server, choices).await).await;
}
