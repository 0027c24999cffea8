//! What is too old by itself, to the second.

use std::time::Duration;

use http::HeaderMap;
use http::header::COOKIE;
use shared::sessions::{Session, cookie};
use shared::store::record::read;
use shared::store::{Commit, StoreError};

use super::arc;
use super::house::House;
use super::operation::Operation;
use super::sweep::{Fate, Refusal, Sweep};
use super::warden::{By, Shown, Warden};

/// After so many seconds these are too old.
const STAGES: [(u64, &[By]); 4] = [
    (6, &[By::Key]),
    (900, &[By::Arc]),
    (1800, &[By::Identity, By::Mailed, By::Cookie]),
    (3600, &[By::Engine, By::Token, By::KeyToken]),
];

/// When a refresh token is too old.
const REFRESH: u64 = 86_400;

/// What does nothing and is good a second before. A cookie would become younger by it, and a key has a new nonce then.
const GOOD: [(By, &str); 6] = [
    (By::Engine, "get_me"),
    (By::Identity, "users-find"),
    (By::Arc, "me"),
    (By::Mailed, "sign-up-verify-token"),
    (By::Token, "resource.users.me.get"),
    (By::KeyToken, "resource.users.me.get"),
];

#[tokio::test]
async fn what_is_too_old_opens_no_door() {
    let house = House::start().await;
    let (warden, clock) = (Warden::of(&house, "warden").await, &house.server.clock);
    // An API key is as old as its nonce.
    let key = warden.shown(By::Key, &house.server);
    let session = session_of_cookie(&warden).await;
    let (mut tried, mut passed) = (0, 0);
    for (seconds, too_old) in STAGES {
        clock.advance(Duration::from_secs(seconds - passed - 1));
        for (by, id) in GOOD.into_iter().filter(|(by, _)| too_old.contains(by)) {
            warden.asks(id, by).await.expect(200);
        }
        clock.advance(Duration::from_secs(1));
        passed = seconds;
        let mut sweep = Sweep::begin(&warden).await;
        for operation in Operation::guarded() {
            // It has a time of its own.
            if operation.id == arc::REFRESH {
                continue;
            }
            for by in operation.own().iter().filter(|own| too_old.contains(own)) {
                let shown = match by {
                    By::Key => key.clone(),
                    by => warden.shown_to(operation, *by),
                };
                let refusal = Refusal::of(operation, &shown, Fate::Expired);
                let what = format!("after {seconds} s by {by:?}");
                sweep.refused(operation, &shown, &refusal, &what).await;
                // Who comes too late ends the session.
                if refusal == super::barong::said(401, "authz.client_session_mismatch") {
                    again(&warden, &session).await;
                }
            }
        }
        sweep.unchanged(&format!("after {seconds} s")).await;
        tried += sweep.tried;
    }
    let wanted: usize = Operation::guarded().map(|operation| operation.own().len()).sum();
    assert_eq!(tried, wanted - 1, "every credential at every door");
}

/// The one door for an access token that has ended: while the refresh token has not, and no longer.
#[tokio::test]
async fn an_old_pair_is_exchanged_while_its_refresh_token_lives() {
    let house = House::start().await;
    let refresh = Operation::named(arc::REFRESH);
    let (early, late) = (Warden::of(&house, "early").await, Warden::of(&house, "late").await);
    house.server.clock.advance(Duration::from_secs(REFRESH - 1));
    early.asks(arc::REFRESH, By::Arc).await.expect(200);
    house.server.clock.advance(Duration::from_secs(1));
    let mut sweep = Sweep::begin(&late).await;
    let shown = late.shown_to(refresh, By::Arc);
    let refusal = Refusal::of(refresh, &shown, Fate::Expired);
    sweep.refused(refresh, &shown, &refusal, "after a day").await;
    sweep.unchanged("after a day").await;
}

async fn session_of_cookie(warden: &Warden) -> Session {
    let app = warden.house.server.app();
    let Shown { headers, .. } = warden.shown(By::Cookie, &warden.house.server);
    let (_, value) = headers.into_iter().find(|(name, _)| *name == "cookie").unwrap();
    let presented = cookie::Presented::of(app, &HeaderMap::from_iter([(COOKIE, value.parse().unwrap())])).unwrap();
    let [session] = app
        .store
        .get([Session::key_of(presented.user, presented.session)])
        .await
        .unwrap();
    read(session.unwrap()).unwrap()
}

/// Begins a session once more as it was.
async fn again(warden: &Warden, session: &Session) {
    let mut commit = Commit::<StoreError>::new();
    commit.create(session);
    warden.house.server.app().store.commit(commit).await.unwrap();
}
