//! Who comes to the races, and what they do there.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use shared::App;
use shared::accounts::password_reset::{self, NoReset};
use shared::accounts::profile::Profile;
use shared::accounts::{Account, Email, State, sign_up};
use shared::act::Undone;
use shared::credentials::PasswordRecord;
use shared::credentials::password::{Password, Verdict};
use shared::random::Random;
use shared::sessions::Origin;
use shared::sessions::sign_in::{Attempt, NotSignedIn, SignedIn, sign_in};
use shared::store::record::read;
use shared::store::{Commit, StoreError};
use shared::tokens::Secret;
use tests::{PASSWORD, Server};

pub fn origin() -> Origin {
    Origin::new(IpAddr::V4(Ipv4Addr::LOCALHOST), "tests")
}

pub fn password(text: &str) -> Password {
    Password::present(text.to_owned()).unwrap()
}

/// Somebody of whom nobody has heard yet, with an account.
pub async fn newcomer(server: &Server) -> Email {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let email = format!("user{}@example.com", COUNT.fetch_add(1, Ordering::Relaxed));
    let (app, email) = (server.app(), Email::parse(&email).unwrap());
    // As sign-up makes it, but without the judgement on the password, which takes longer than a schedule.
    let profile = Profile {
        first_name: "Ada".into(),
        ..Profile::default()
    };
    let user = sign_up::draft(app, &email, profile, State::Pending);
    let hash = app
        .passwords
        .hash(&password(PASSWORD), app.random.bytes())
        .await
        .unwrap();
    let mut commit = Commit::<Undone<sign_up::NoAccount>>::new();
    sign_up::create(&mut commit, app, &user, hash);
    app.store.commit(commit).await.unwrap();
    email
}

pub async fn account(server: &Server, email: &Email) -> Account {
    let store = &server.app().store;
    let [password] = store.get([PasswordRecord::key_of(email)]).await.unwrap();
    let password: PasswordRecord = read(password.unwrap()).unwrap();
    Account::read(store, password.user_id).await.unwrap().unwrap()
}

pub async fn is_password(server: &Server, email: &Email, text: &str) -> bool {
    let app = server.app();
    let [record] = app.store.get([PasswordRecord::key_of(email)]).await.unwrap();
    let record: PasswordRecord = read(record.unwrap()).unwrap();
    let verdict = app.passwords.verify(&password(text), Some(&record.hash)).await;
    matches!(verdict.unwrap(), Verdict::Right { .. })
}

/// Randomness that gives this token to the first reset that is asked for with it: reading it from a mail is slower.
pub fn known_token() -> (Random, String) {
    static SEED: AtomicU64 = AtomicU64::new(1_000_000);
    let seed = SEED.fetch_add(1, Ordering::Relaxed);
    let token = Secret::generate(&Random::seeded(seed)).expose().to_owned();
    (Random::seeded(seed), token)
}

/// Asks for a reset and returns its token.
pub async fn reset_token(server: &Server, email: &Email) -> String {
    let app = server.app();
    let (random, token) = known_token();
    let asking = App::new(app.config.clone(), app.clock.clone(), random);
    let asking = asking.with(|parts| parts.store = app.store.clone());
    password_reset::request(&asking, email, &origin()).await.unwrap();
    token
}

/// A client that got no answer asks again.
pub async fn until_answered<T, R, F>(mut attempt: impl FnMut() -> F) -> Result<T, Undone<R>>
where
    F: Future<Output = Result<T, Undone<R>>>,
{
    loop {
        match attempt().await {
            Err(undone) if matches!(undone.store_error(), Some(StoreError::Unavailable(_))) => {}
            told => return told,
        }
    }
}

pub async fn redeem(app: App, email: Email, token: String, new: &'static str) -> Result<(), Undone<NoReset>> {
    let (new, origin) = (password(new), origin());
    let attempt = || password_reset::redeem(&app, &email, Secret::presented(token.clone()), &new, &origin);
    until_answered(attempt).await
}

pub async fn enter(app: App, email: Email, text: &'static str) -> Result<SignedIn, Undone<NotSignedIn>> {
    let origin = origin();
    let attempt = || {
        let attempt = Attempt {
            username: email.canonical(),
            password: password(text),
            origin: &origin,
            or_one_time: false,
            otp: None,
        };
        sign_in(&app, attempt)
    };
    until_answered(attempt).await
}

/// How many of those who were told anything succeeded. Whoever did not was refused with `expected`.
#[track_caller]
pub fn succeeded<T: std::fmt::Debug, R: PartialEq + std::fmt::Debug>(
    fates: &[Option<Result<T, Undone<R>>>],
    expected: &[R],
) -> usize {
    for fate in fates.iter().flatten() {
        match fate {
            Ok(_) => {}
            Err(Undone::Refused(why)) => assert!(expected.contains(why), "{fates:?}"),
            Err(_) => panic!("{fates:?}"),
        }
    }
    fates.iter().flatten().filter(|fate| fate.is_ok()).count()
}
