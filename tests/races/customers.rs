//! What customers have: a code makes a number theirs once, a number belongs to one, and limits hold.

use std::sync::atomic::{AtomicU64, Ordering};

use rstest::rstest;
use shared::App;
use shared::accounts::customer::documents::{self, NotKept, Submission, Upload};
use shared::accounts::customer::phones::{self, NotDone, PhoneNumber};
use shared::accounts::customer::{Customer, Scope};
use shared::accounts::{Email, User};
use shared::act::Undone;
use shared::credentials::api_key::manage::{self, By};
use shared::credentials::totp::enrolment;
use shared::ids::UserId;
use shared::random::Random;
use shared::store::commit::{Step, int};
use shared::store::{Commit, Condition, Record, StoreError};
use tests::server::Table::{self, DynamoDbLocal, Embedded};
use tests::{Codes, Server};

use super::explorer::{Choices, Play, every, hasher, server_on, some};
use super::lists::census_of_lists;
use super::people::{account, newcomer, origin, succeeded, until_answered};

/// A number that nobody has noted yet.
fn number() -> PhoneNumber {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    PhoneNumber::parse(&format!("+4479460{:05}", count % 100_000)).unwrap()
}

/// Notes a number and says which code was sent to it.
async fn noted(server: &Server, user: UserId, number: &PhoneNumber) -> String {
    static SEED: AtomicU64 = AtomicU64::new(2_000_000);
    let seed = SEED.fetch_add(1, Ordering::Relaxed);
    let app = server.app();
    let asking = App::new(app.config.clone(), app.clock.clone(), Random::seeded(seed));
    let asking = asking.with(|parts| parts.store = app.store.clone());
    phones::add(&asking, user, number).await.unwrap();
    format!("{:05}", u64::from_be_bytes(Random::seeded(seed).bytes()) % 100_000)
}

async fn verify(app: App, user: UserId, number: PhoneNumber, code: String) -> Result<(), Undone<NotDone>> {
    let origin = origin();
    until_answered(|| phones::verify(&app, user, &number, &code, &origin)).await
}

async fn customer(server: &Server, user: UserId) -> Customer {
    Customer::read(&server.app().store, user).await.unwrap().unwrap()
}

async fn user_of(server: &Server, email: &Email) -> UserId {
    account(server, email).await.user.id
}

/// The same code twice at the same moment.
async fn two_verify(server: &Server, choices: &mut Choices, faults: usize) {
    let user = user_of(server, &newcomer(server).await).await;
    let number = number();
    let code = noted(server, user, &number).await;
    let mut play = Play::new(server.app(), faults);
    let fates = ["first", "other"].map(|name| {
        let (number, code) = (number.clone(), code.clone());
        play.client(name, move |app| verify(app, user, number, code))
    });
    let played = play.run(choices).await;

    let fates = fates.map(|fate| fate.told());
    let won = succeeded(&fates, &[NotDone::WrongCode, NotDone::Taken]);
    let after = customer(server, user).await;
    let done = usize::from(after.phones[0].validated_at.is_some());
    assert!(won <= done, "{fates:?}");
    assert_eq!(after.label(Scope::Private, "phone").is_some(), done == 1);
    assert!(played.faulty || won == 1, "{fates:?}");
}

#[rstest]
#[tokio::test]
async fn a_code_makes_a_number_ones_own_once(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = server_on(table).await else { return };
    let schedules = if table == Embedded { 30 } else { 5 };
    some(schedules, async |choices| two_verify(&server, choices, 0).await).await;
    some(schedules, async |choices| two_verify(&server, choices, 1).await).await;
    census_of_lists(&server).await;
}

/// Two customers, each with a code of their own for the same number.
async fn two_claim(server: &Server, choices: &mut Choices, faults: usize) {
    let number = number();
    let mut play = Play::new(server.app(), faults);
    let (mut users, mut fates) = (Vec::new(), Vec::new());
    for name in ["ada", "bob"] {
        let user = user_of(server, &newcomer(server).await).await;
        let code = noted(server, user, &number).await;
        let number = number.clone();
        fates.push(play.client(name, move |app| verify(app, user, number, code)));
        users.push(user);
    }
    let played = play.run(choices).await;

    let fates: Vec<_> = fates.into_iter().map(|fate| fate.told()).collect();
    let mut owners = 0;
    for (user, fate) in users.into_iter().zip(&fates) {
        let after = customer(server, user).await;
        let is_owner = after.phones[0].validated_at.is_some();
        assert!(is_owner || !matches!(fate, Some(Ok(()))), "{fates:?}");
        assert_eq!(after.label(Scope::Private, "phone").is_some(), is_owner);
        owners += usize::from(is_owner);
    }
    assert!(owners <= 1, "{fates:?}");
    assert!(played.faulty || owners == 1, "{fates:?}");
}

#[rstest]
#[tokio::test]
async fn of_two_who_claim_a_number_one_gets_it(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = server_on(table).await else { return };
    let schedules = if table == Embedded { 40 } else { 5 };
    some(schedules, async |choices| two_claim(&server, choices, 0).await).await;
    some(schedules, async |choices| two_claim(&server, choices, 1).await).await;
}

/// Codes that are on, and the code that was not used for that.
async fn enrolled(server: &Server, user: &User) -> Codes {
    let app = server.app();
    let shown = enrolment::begin(app, user, &origin(), |_| {}).await.unwrap();
    let codes = Codes::scan(&shown.png);
    let code = codes.now(server);
    enrolment::enable(app, user.id, &code, None, &origin()).await.unwrap();
    codes
}

/// Two make a key where there is room for one.
async fn two_make_keys(server: &Server, choices: &mut Choices, faults: usize) {
    let user = account(server, &newcomer(server).await).await.user;
    let codes = enrolled(server, &user).await;
    let mut commit = Commit::<StoreError>::new();
    let most = i64::try_from(manage::MOST).unwrap();
    commit.update(user.key(), Condition::Present, [Step::Set("api_keys", int(most - 1))]);
    server.app().store.commit(commit).await.unwrap();
    let mut play = Play::new(server.app(), faults);
    let fates = [-1, 1].map(|steps| {
        let (code, user) = (codes.then(server, steps), user.id);
        play.client(if steps < 0 { "first" } else { "other" }, async move |app: App| {
            let origin = origin();
            let by = By {
                user,
                code: &code,
                origin: &origin,
            };
            until_answered(|| async { manage::create(&app, by, &[]).await.map(drop) }).await
        })
    });
    let played = play.run(choices).await;

    let fates = fates.map(|fate| fate.told());
    let made = manage::list(server.app(), user.id).await.unwrap().len();
    assert!(made <= 1, "{made} keys: {fates:?}");
    assert!(played.faulty || made == 1, "{fates:?}");
    assert_eq!(
        customer(server, user.id).await.user().api_keys,
        manage::MOST - 1 + made as u64
    );
}

#[rstest]
#[tokio::test]
async fn there_are_a_hundred_keys_at_most(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = server_on(table).await else { return };
    let schedules = if table == Embedded { 20 } else { 5 };
    some(schedules, async |choices| two_make_keys(&server, choices, 0).await).await;
    some(schedules, async |choices| two_make_keys(&server, choices, 1).await).await;
}

fn passport() -> Submission {
    Submission {
        doc_type: "Passport".into(),
        doc_number: "1".into(),
        doc_expire: Some("2030-12-31".parse().unwrap()),
        doc_category: None,
        identificator: None,
        metadata: None,
        uploads: vec![Upload {
            name: "a.png".into(),
            bytes: tests::picture::png(),
        }],
    }
}

/// Two upload a document where there is room for one.
async fn two_upload(server: &Server, choices: &mut Choices, faults: usize) {
    let user = user_of(server, &newcomer(server).await).await;
    let mut play = Play::new(server.app(), faults);
    let fates = ["first", "other"].map(|name| {
        play.client(name, async move |app: App| {
            until_answered(|| documents::create(&app, user, passport())).await
        })
    });
    let played = play.run(choices).await;

    let fates = fates.map(|fate| fate.told());
    let won = succeeded(&fates, &[NotKept::LimitWillBeReached]);
    let kept = customer(server, user).await.documents;
    assert!(won <= kept.len() && kept.len() <= 1, "{fates:?}");
    for document in kept {
        let file = server.data_dir().join("files/documents").join(&document.file);
        assert!(file.exists(), "a document without its file");
    }
    assert!(played.faulty || won == 1, "{fates:?}");
}

#[tokio::test]
async fn no_two_documents_take_the_last_place() {
    let setup = Server::setup().env("BARONG_DOC_NUM_LIMIT", "1");
    let server = setup.with(|parts| parts.passwords = hasher(16)).start().await;
    every(async |choices| two_upload(&server, choices, 0).await).await;
    some(30, async |choices| two_upload(&server, choices, 1).await).await;
    census_of_lists(&server).await;
}
