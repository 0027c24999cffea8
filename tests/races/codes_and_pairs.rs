//! Codes and pairs of tokens: one code one session, one pair one successor, whoever comes at the same moment.

use http::Method;
use rstest::rstest;
use serde_json::json;
use shared::App;
use shared::act::Undone;
use shared::clients::code::{self, Exchange, NotExchanged};
use shared::clients::proof::Credentials;
use shared::clients::sign_in::at_once;
use shared::sessions::refresh::{NotRefreshed, Renewal, renew};
use shared::sessions::sign_in::Attempt;
use shared::sessions::{self, Session};
use shared::tokens::Secret;
use shared::tokens::arc::{ArcClaims, ArcDevice, Issued};
use tests::server::Table::{self, DynamoDbLocal, Embedded};
use tests::server::{CLIENT_ID, CLIENT_SECRET};
use tests::{PASSWORD, Server};

use super::crowd::{at_once as crowd, count};
use super::explorer::{Choices, Play, every, server_on, some};
use super::people::{account, newcomer, origin, password, succeeded, until_answered};

fn device() -> ArcDevice {
    ArcDevice {
        user_agent: "tests".into(),
        device_id: None,
    }
}

fn credentials() -> Credentials {
    Credentials {
        id: CLIENT_ID.into(),
        secret: Some(CLIENT_SECRET.to_owned().into()),
    }
}

async fn code_of(server: &Server, email: &str) -> Secret {
    let origin = origin();
    let attempt = Attempt {
        username: email,
        password: password(PASSWORD),
        origin: &origin,
        or_one_time: false,
        otp: None,
    };
    code::ask(server.app(), &attempt, &credentials(), None).await.unwrap()
}

async fn pair_of(server: &Server, email: &str) -> Issued {
    let origin = origin();
    let attempt = Attempt {
        username: email,
        password: password(PASSWORD),
        origin: &origin,
        or_one_time: false,
        otp: None,
    };
    at_once(server.app(), &attempt, &credentials(), &device())
        .await
        .unwrap()
}

async fn exchange(app: App, code: Secret) -> Result<Issued, Undone<NotExchanged>> {
    let origin = origin();
    let wanted = Exchange {
        code: &code,
        client_id: CLIENT_ID,
        verifier: None,
        device: device(),
        origin: &origin,
    };
    until_answered(|| code::exchange(&app, &wanted)).await
}

async fn refresh(app: App, access: String, refresh: String) -> Result<Issued, Undone<NotRefreshed>> {
    let (origin, refresh) = (origin(), Secret::presented(refresh));
    let wanted = Renewal {
        refresh_token: &refresh,
        access_token: Some(&access),
        tenant: None,
        device: device(),
        origin: &origin,
    };
    until_answered(|| renew(&app, &wanted)).await
}

/// Whether the session of a pair is in force with it.
async fn is_live(server: &Server, pair: &Issued) -> bool {
    let app = server.app();
    let keyring = app.keys.get().await.unwrap();
    let claims = ArcClaims::check(&keyring, &app.config.arc_issuer, app.clock.now(), &pair.access_token).unwrap();
    let live = sessions::check(app, claims.user.id.0, claims.sid).await.unwrap();
    live.and_then(|live| live.session.pair)
        .is_some_and(|pair| pair.access == claims.jti)
}

/// Two exchange the same code.
async fn two_exchange(server: &Server, choices: &mut Choices, faults: usize) {
    let email = newcomer(server).await;
    let code = code_of(server, email.canonical()).await;
    let mut play = Play::new(server.app(), faults);
    let fates = ["first", "other"].map(|name| {
        let code = code.clone();
        play.client(name, move |app| exchange(app, code))
    });
    let played = play.run(choices).await;
    let fates = fates.map(|fate| fate.told());
    let won = succeeded(&fates, &[NotExchanged::Spent]);
    assert!(won <= 1, "{fates:?}");
    let sessions: Vec<Session> = account(server, &email).await.sessions;
    assert!(sessions.len() <= 1, "one code, one session");
    if !played.faulty {
        assert_eq!(won, 1);
        // The one who came second has ended the session of the first.
        assert!(sessions.is_empty(), "{:?}", played.lines());
    }
    assert!(matches!(
        exchange(server.app().clone(), code).await,
        Err(Undone::Refused(NotExchanged::Spent)) | Ok(_)
    ));
}

#[tokio::test]
async fn of_two_who_exchange_a_code_one_does() {
    let server = server_on(Embedded).await.unwrap();
    every(async |choices| two_exchange(&server, choices, 0).await).await;
    some(60, async |choices| two_exchange(&server, choices, 1).await).await;
}

#[tokio::test]
async fn of_two_who_exchange_a_code_one_does_on_dynamodb_local() {
    let Some(server) = server_on(DynamoDbLocal).await else {
        return;
    };
    some(20, async |choices| two_exchange(&server, choices, 1).await).await;
}

/// Two exchange the same pair, as two tabs do: both get the same successor.
async fn two_refresh(server: &Server, choices: &mut Choices, faults: usize) {
    let email = newcomer(server).await;
    let pair = pair_of(server, email.canonical()).await;
    let (access, token) = (pair.access_token.clone(), pair.refresh_token.expose().to_owned());
    let mut play = Play::new(server.app(), faults);
    let fates = ["first", "other"].map(|name| {
        let (access, token) = (access.clone(), token.clone());
        play.client(name, move |app| refresh(app, access, token))
    });
    let _played = play.run(choices).await;
    let mut told: Vec<Issued> = Vec::new();
    for fate in fates {
        match fate.told() {
            Some(Ok(issued)) => told.push(issued),
            Some(Err(undone)) => panic!("{undone:?}"),
            None => {}
        }
    }
    // Whoever asks once more within the moment gets it as well, also where an answer got lost.
    told.push(refresh(server.app().clone(), access, token).await.unwrap());
    assert!(!is_live(server, &pair).await);
    for issued in &told {
        assert_eq!(issued.access_token, told[0].access_token);
        assert_eq!(issued.refresh_token.expose(), told[0].refresh_token.expose());
        assert!(is_live(server, issued).await);
    }
}

#[tokio::test]
async fn of_two_who_refresh_both_get_the_same_pair() {
    let server = server_on(Embedded).await.unwrap();
    every(async |choices| two_refresh(&server, choices, 0).await).await;
    some(80, async |choices| two_refresh(&server, choices, 1).await).await;
}

#[tokio::test]
async fn of_two_who_refresh_both_get_the_same_pair_on_dynamodb_local() {
    let Some(server) = server_on(DynamoDbLocal).await else {
        return;
    };
    some(20, async |choices| two_refresh(&server, choices, 1).await).await;
}

/// A thief comes with an old pair while its owner refreshes: the session is over, whoever is faster.
async fn theft(server: &Server, choices: &mut Choices) {
    let email = newcomer(server).await;
    let old = pair_of(server, email.canonical()).await;
    let spoken = |pair: &Issued| (pair.access_token.clone(), pair.refresh_token.expose().to_owned());
    let (access, token) = spoken(&old);
    let second = refresh(server.app().clone(), access.clone(), token.clone())
        .await
        .unwrap();
    let (next_access, next_token) = spoken(&second);
    let third = refresh(server.app().clone(), next_access, next_token).await.unwrap();
    let (now_access, now_token) = spoken(&third);
    let mut play = Play::new(server.app(), 0);
    let thief = play.client("thief", move |app| refresh(app, access, token));
    let owner = play.client("owner", move |app| refresh(app, now_access, now_token));
    let _played = play.run(choices).await;
    assert!(matches!(thief.told(), Some(Err(Undone::Refused(NotRefreshed::Ended)))));
    let owner = owner.told().unwrap();
    assert!(account(server, &email).await.sessions.is_empty());
    match owner {
        Ok(issued) => assert!(!is_live(server, &issued).await),
        Err(Undone::Refused(why)) => assert_eq!(why, NotRefreshed::Ended),
        Err(other) => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_thief_and_the_owner_at_the_same_moment() {
    let server = server_on(Embedded).await.unwrap();
    every(async |choices| theft(&server, choices).await).await;
}

/// A pair is exchanged while all sessions end: nothing of it outlives that.
async fn refresh_and_reset(server: &Server, choices: &mut Choices, faults: usize) {
    let email = newcomer(server).await;
    let pair = pair_of(server, email.canonical()).await;
    let reset = super::people::reset_token(server, &email).await;
    let (access, token) = (pair.access_token.clone(), pair.refresh_token.expose().to_owned());
    let mut play = Play::new(server.app(), faults);
    let refreshed = play.client("refreshes", move |app| refresh(app, access, token));
    let redeemed = {
        let email = email.clone();
        play.client("resets", move |app| {
            super::people::redeem(app, email, reset, "a different long phrase")
        })
    };
    let _played = play.run(choices).await;
    let done = matches!(redeemed.told(), Some(Ok(()))) || account(server, &email).await.user.session_epoch == 1;
    if let Some(Ok(issued)) = refreshed.told()
        && done
    {
        assert!(!is_live(server, &issued).await);
    }
    if done {
        assert!(!is_live(server, &pair).await);
    }
}

#[tokio::test]
async fn no_refresh_outlives_a_new_password() {
    let server = server_on(Embedded).await.unwrap();
    every(async |choices| refresh_and_reset(&server, choices, 0).await).await;
    some(60, async |choices| refresh_and_reset(&server, choices, 1).await).await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn one_code_one_pair(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = server_on(table).await else { return };
    let arc = server.client().arc();
    arc.0.sign_up("ada@example.com").await;
    let code = arc.code("ada@example.com").await;
    let answers = crowd(&server, |client, _| {
        let code = code.clone();
        async move { client.arc().exchange(&code).await }
    })
    .await;
    assert_eq!(count(&answers, 200, &[401]), 1);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn one_pair_one_successor(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = server_on(table).await else { return };
    let arc = server.client().arc();
    let pair = arc.join("ada@example.com").await;
    let answers = crowd(&server, |client, _| {
        let pair = pair.clone();
        async move { client.arc().refresh(&pair).await }
    })
    .await;
    assert_eq!(
        count(&answers, 200, &[503]),
        answers.iter().filter(|answer| answer.status == 200).count()
    );
    let pairs: Vec<_> = answers
        .into_iter()
        .filter(|answer| answer.status == 200)
        .map(tests::Answer::expect_pair)
        .collect();
    assert!(pairs.iter().all(|next| *next == pairs[0]) && !pairs.is_empty());
    arc.me(&pairs[0].access).await.expect(200);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn one_sign_up_token_one_account(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = server_on(table).await else { return };
    let arc = server.client().arc();
    let token = arc.sign_up_token("ada@example.com").await;
    let answers = crowd(&server, |client, _| {
        let token = token.clone();
        async move { client.arc().create_user(&token, "ada@example.com", PASSWORD).await }
    })
    .await;
    assert_eq!(count(&answers, 200, &[400, 401]), 1);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn one_reset_token_one_password(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = server_on(table).await else { return };
    let arc = server.client().arc();
    let pair = arc.join("ada@example.com").await;
    let token = arc.reset_token("ada@example.com").await;
    let answers = crowd(&server, |client, n| {
        let (token, pair) = (token.clone(), pair.clone());
        async move {
            match n % 4 {
                // Some go on refreshing meanwhile.
                3 => client.arc().refresh(&pair).await,
                _ => {
                    client
                        .arc()
                        .reset(&token, &format!("a different long phrase {n}"))
                        .await
                }
            }
        }
    })
    .await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 204).count(), 1);
    arc.me(&pair.access).await.expect(401);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_password_changed_while_others_refresh(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = server_on(table).await else { return };
    let arc = server.client().arc();
    let (mine, other) = (arc.join("ada@example.com").await, arc.sign_in("ada@example.com").await);
    let answers = crowd(&server, |client, n| {
        let (mine, other) = (mine.clone(), other.clone());
        async move {
            let body = json!({
                "refreshToken": mine.refresh, "username": "ada@example.com", "oldPassword": PASSWORD,
                "password": format!("a different long phrase {n}"),
            });
            match n % 2 {
                0 => client.arc().refresh(&other).await,
                _ => {
                    client
                        .arc()
                        .call(Method::PATCH, "/auth/change-password", &mine.access, &body)
                        .await
                }
            }
        }
    })
    .await;
    let changed = answers
        .iter()
        .skip(1)
        .step_by(2)
        .filter(|answer| answer.status == 200)
        .count();
    assert_eq!(changed, 1);
    for answer in answers.iter().step_by(2).filter(|answer| answer.status == 200) {
        let pair = answer.clone().expect_pair();
        arc.me(&pair.access).await.expect_said_by_check(401, "TokenRevoked");
    }
}
