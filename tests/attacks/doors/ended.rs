//! What a credential stands for has ended: by its owner, by an administrator, by what the owner changed. What else that
//! ended is refused as well, and what it does not end is written down and still good.

use std::sync::Arc;

use http::Method;
use serde_json::{Value, json};
use tests::barong::{OTHER, STRONG};
use tests::client::claims;
use tests::identity::uid_of;
use tests::owner::step;

use super::arc;
use super::house::{CLIENT, HOME, House};
use super::operation::Operation;
use super::sweep::{Fate, Refusal, Sweep};
use super::warden::{By, Warden};

/// All that goes by a session.
const SESSIONS: [By; 5] = [By::Engine, By::Identity, By::Arc, By::Cookie, By::Token];
/// All that goes by an API key.
const KEYS: [By; 2] = [By::Key, By::KeyToken];

/// Something is done, after which these have come to an end, and all others have not.
async fn ends(warden: &Warden, fate: Fate, ended: &[By], what: &str) -> usize {
    let mut sweep = Sweep::begin(warden).await;
    sweep.all_refused(ended, fate, what).await;
    let tried = sweep.tried;
    for by in SESSIONS.into_iter().chain(KEYS).filter(|by| !ended.contains(by)) {
        let shows = match by {
            By::Engine => "get_me",
            By::Identity => "users-find",
            By::Arc => "me",
            _ => "resource.users.me.get",
        };
        let answer = warden.asks(shows, by).await;
        assert_eq!(answer.status, 200, "{what}, and {by:?} has ended: {}", answer.text());
    }
    tried
}

/// An owner does this by that, which ends these.
async fn done(house: &Arc<House>, acts: &[(&str, By, &[By])]) -> usize {
    let mut tried = 0;
    for (id, by, ended) in acts {
        let warden = Warden::of(house, id).await;
        let answer = warden.asks(id, *by).await;
        assert!(answer.status.is_success(), "{id}: {}", answer.text());
        tried += ends(&warden, Fate::Ended, ended, id).await;
    }
    tried
}

#[tokio::test]
async fn a_session_that_its_owner_ends_is_over_for_every_door() {
    let house = House::start().await;
    let mut tried = done(
        &house,
        &[
            ("signout", By::Engine, &[By::Engine]),
            ("logout", By::Arc, &[By::Arc]),
            ("google-logout", By::Arc, &[By::Arc]),
            ("keycloak-logout", By::Arc, &[By::Arc]),
            ("identity.sessions.destroy", By::Cookie, &[By::Cookie, By::Token]),
        ],
    )
    .await;
    // The next pair revokes the one before, which gets the same pair once more for a moment.
    let warden = Warden::of(&house, "pair").await;
    warden.asks(arc::REFRESH, By::Arc).await.expect(200);
    let mut sweep = Sweep::begin(&warden).await;
    for operation in Operation::guarded().filter(|o| o.own() == [By::Arc] && o.id != arc::REFRESH) {
        let shown = warden.shown_to(operation, By::Arc);
        let refusal = Refusal::of(operation, &shown, Fate::Ended);
        sweep.refused(operation, &shown, &refusal, "after the next pair").await;
    }
    sweep.unchanged("after the next pair").await;
    tried += sweep.tried;
    assert!(tried >= 229, "{tried}");
}

#[tokio::test]
async fn a_session_that_an_administrator_ends_is_over_for_every_door() {
    let house = House::start().await;
    let client = house.server.client();
    let end = async |path: String| {
        let answer = client
            .call_in(HOME, Method::DELETE, &path, &house.root, &Value::Null)
            .await;
        answer.expect(200);
    };
    let mut tried = 0;
    let warden = Warden::of(&house, "one").await;
    for (by, session) in [
        (By::Engine, claims(&warden.engine)["jti"].clone()),
        (By::Identity, claims(&warden.identity)["jti"].clone()),
    ] {
        end(format!("/api/v1/sessions/{}", session.as_str().unwrap())).await;
        let mut sweep = Sweep::begin(&warden).await;
        sweep.all_refused(&[by], Fate::Ended, "ended by an administrator").await;
        tried += sweep.tried;
    }
    for (name, path) in [
        ("all", "/api/v1/users/{}/sessions"),
        ("every", "/api/v1/sessions/users/{}"),
    ] {
        let warden = Warden::of(&house, name).await;
        end(path.replace("{}", &warden.id)).await;
        tried += ends(&warden, Fate::Ended, &SESSIONS, path).await;
    }
    assert!(tried >= 436, "{tried}");
}

#[tokio::test]
async fn a_new_password_or_factor_ends_every_session_for_every_door() {
    let house = House::start().await;
    let client = house.server.client();
    let (of_arc, barong, identity) = (client.arc(), client.barong(), client.identity());
    let mut tried = 0;
    for surface in ["engine", "barong", "arc", "identity-server"] {
        let warden = Warden::of(&house, surface).await;
        let (email, uid) = (&warden.email, uid_of(&warden.id));
        let answer = match surface {
            "engine" => {
                let token = client.reset_token(email).await;
                client.change_password(&token, email, OTHER).await
            }
            "barong" => barong.reset(&barong.reset_token(email).await, OTHER).await,
            "arc" => of_arc.reset(&of_arc.reset_token(email).await, OTHER).await,
            _ => identity.reset_password(&uid, STRONG, OTHER).await,
        };
        assert!(answer.status.is_success(), "{surface}: {}", answer.text());
        tried += ends(&warden, Fate::Ended, &SESSIONS, surface).await;
    }
    // On barong, the session in which it was changed goes on, and that in which codes were switched on.
    let others = [By::Engine, By::Identity, By::Arc];
    let acts: [(_, _, &[By]); 2] = [
        ("change-password", By::Arc, &SESSIONS),
        ("resource.users.password", By::Cookie, &others),
    ];
    tried += done(&house, &acts).await;
    let warden = Warden::of(&house, "factor").await;
    warden.asked_for_codes(false).await;
    warden.owner().enrol(&house.server).await;
    tried += ends(&warden, Fate::Ended, &others, "codes were switched on").await;
    assert!(tried >= 1_100, "{tried}");
}

#[tokio::test]
async fn a_key_or_mail_that_has_ended_opens_no_door() {
    let house = House::start().await;
    let mut tried = 0;
    for (fate, name) in [(Fate::Ended, "inactive"), (Fate::Gone, "deleted")] {
        let warden = Warden::of(&house, name).await;
        // An app, whose codes are asked for.
        warden.asked_for_codes(false).await;
        let owner = warden.owner();
        let codes = owner.enrol(&house.server).await;
        step(&house.server);
        let code = codes.now(&house.server);
        let path = format!("/api_keys/{}", warden.key.kid);
        match fate {
            Fate::Gone => owner.delete(&path, &[("totp_code", &code)]).await.expect(204),
            _ => owner
                .patch(&path, &[("totp_code", &code), ("state", name)])
                .await
                .expect(200),
        };
        let mut sweep = Sweep::begin(&warden).await;
        sweep.all_refused(&KEYS, fate, name).await;
        tried += sweep.tried;
    }
    let warden = Warden::of(&house, "codes").await;
    let uid = warden.cookie.uid.as_str();
    house
        .admin
        .put("/users", &[("uid", uid), ("otp", "false")])
        .await
        .expect(200);
    tried += ends(&warden, Fate::Ended, &KEYS, "codes were switched off").await;
    // A mail makes one account.
    warden.asks("sign-up-create-user", By::Mailed).await.expect(200);
    let mut sweep = Sweep::begin(&warden).await;
    sweep
        .all_refused(&[By::Mailed], Fate::Gone, "the account was made")
        .await;
    tried += sweep.tried;
    assert!(tried >= 347, "{tried}");
}

#[tokio::test]
async fn tokens_of_a_client_that_was_removed_open_no_door() {
    let house = House::start().await;
    let mut warden = Warden::of(&house, "warden").await;
    // The app is one that nobody has.
    warden.asked_for_codes(false).await;
    let client = house.server.client();
    let body = json!({
        "client_id": CLIENT, "client_secret": "one secret", "username": warden.email, "password": STRONG,
    });
    warden.pair = client.post("/auth/login-token", &body).await.expect_pair();
    let managing = house.server.managing().await;
    let path = format!("/auth-clients/{}", house.client_number);
    managing.call(Method::DELETE, &path, &Value::Null).await.expect(204);
    let mut sweep = Sweep::begin(&warden).await;
    for operation in Operation::guarded().filter(|operation| operation.own() == [By::Arc]) {
        let shown = warden.shown_to(operation, By::Arc);
        let refusal = match operation.id == arc::REFRESH {
            true => arc::said(401, &json!("Client Invalid")),
            false => Refusal::of(operation, &shown, Fate::Ended),
        };
        sweep.refused(operation, &shown, &refusal, "of a removed client").await;
    }
    sweep.unchanged("of a removed client").await;
    assert!(sweep.tried >= 19, "{}", sweep.tried);
}
