//! Identity-server keeps an administrator who can sign in, whoever takes the role from whom, and whoever is switched off.

use http::Method;
use rstest::rstest;
use serde_json::json;
use shared::App;
use shared::access::{Actor, Office};
use shared::accounts::State;
use shared::accounts::activation::NotActivated;
use shared::ids::{OrgId, RoleId, UserId};
use shared::organizations::members::NotBound;
use shared::organizations::membership::MemberState;
use shared::organizations::suspension::{self, NotSwitched};
use tests::Server;
use tests::identity::ADMIN_ROLE;
use tests::server::Table::{self, DynamoDbLocal, Embedded};

use super::activations::{CODE, activate, waiting};
use super::crowd::{at_once, count};
use super::explorer::{Choices, Play, server_on, some};
use super::lists::census_of_lists;
use super::people::{succeeded, until_answered};
use super::tenants::{Tenant, actor, bind, home, switch_off, unbind};

const ROLE: RoleId = RoleId::IDENTITY_ADMIN;

/// The home organization with two administrators of identity-server, of whom its first administrator is none.
struct Stage {
    home: Tenant,
    pair: [Actor; 2],
}

impl Stage {
    async fn set(server: &Server) -> Self {
        let home = home(server).await;
        let mut pair = Vec::new();
        for _ in 0..2 {
            let (user, _) = home.member(server, ROLE).await;
            pair.push(actor(server, user, OrgId::HOME).await);
        }
        let root = home.admin.user.id;
        unbind(server.app().clone(), home.admin.clone(), root, ROLE)
            .await
            .unwrap();
        Self {
            home,
            pair: pair.try_into().unwrap(),
        }
    }

    /// Puts everything back, so that the next schedule finds the same.
    async fn strike(self, server: &Server) {
        let (app, by) = (server.app(), &self.home.admin);
        bind(app.clone(), by.clone(), by.user.id, ROLE).await.unwrap();
        for user in self.pair.map(|actor| actor.user.id) {
            // Whoever lost the role is no member any more.
            let _lost = unbind(app.clone(), by.clone(), user, ROLE).await;
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rival {
    /// Takes the role from the other.
    Revokes,
    /// Engine's administrator switches the other off.
    SwitchesOff,
}

async fn take_both(server: &Server, choices: &mut Choices, faults: usize, rival: Rival) {
    let stage = Stage::set(server).await;
    let [one, other] = stage.pair.clone();
    let (of_one, of_other) = (one.user.id, other.user.id);
    let root = stage.home.admin.clone();
    let mut play = Play::new(server.app(), faults);
    let revoked = play.client("revokes", move |app| unbind(app, one, of_other, ROLE));
    let rivalled = play.client("rival", async move |app: App| match rival {
        Rival::Revokes => succeeded(
            &[Some(unbind(app, other, of_one, ROLE).await)],
            &[NotBound::LastAdmin, NotBound::UnknownUser],
        ),
        Rival::SwitchesOff => succeeded(
            &[Some(switch_off(app, root, of_one).await)],
            &[NotSwitched::LastAdmin, NotSwitched::Already],
        ),
    });
    let played = play.run(choices).await;

    // The census counts administrators, and finds it wrong when there is none.
    let census = stage.home.census(server).await;
    let revoked = [revoked.told()];
    let done = succeeded(
        &revoked,
        &[NotBound::LastAdmin, NotBound::UnknownUser, NotBound::NotThere],
    );
    if !played.faulty {
        assert_eq!(done + rivalled.told().unwrap(), 1, "{revoked:?}");
        assert_eq!(census.organization.identity_admins, 1);
    }
    stage.strike(server).await;
}

#[rstest]
#[tokio::test]
async fn of_the_last_two_one_stays(#[values(Rival::Revokes, Rival::SwitchesOff)] rival: Rival) {
    let server = server_on(Embedded).await.unwrap();
    some(40, async |choices| take_both(&server, choices, 0, rival).await).await;
    some(20, async |choices| take_both(&server, choices, 1, rival).await).await;
    census_of_lists(&server).await;
}

#[tokio::test]
async fn of_the_last_two_one_stays_on_dynamodb_local() {
    let Some(server) = server_on(DynamoDbLocal).await else {
        return;
    };
    for rival in [Rival::Revokes, Rival::SwitchesOff] {
        some(8, async |choices| take_both(&server, choices, 1, rival).await).await;
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Meanwhile {
    /// Gets the role while it waits for its activation.
    Granted,
    /// Loses it.
    Revoked,
    /// Is switched off in the home organization.
    SwitchedOff,
}

/// Somebody is activated, which makes an administrator of whoever has the role, at the same moment as something else.
async fn activate_and(server: &Server, choices: &mut Choices, faults: usize, meanwhile: Meanwhile) {
    let home = home(server).await;
    let user = waiting(server).await.id;
    let clerk = home.role(server, "Clerk").await;
    home.bind(server, user, clerk).await;
    if meanwhile != Meanwhile::Granted {
        home.bind(server, user, ROLE).await;
    }
    let by = home.admin.clone();
    let mut play = Play::new(server.app(), faults);
    let activated = play.client("activates", move |app| activate(app, user, CODE));
    let other = play.client("meanwhile", async move |app: App| match meanwhile {
        Meanwhile::Granted => bind(app, by, user, ROLE).await.is_ok(),
        Meanwhile::Revoked => unbind(app, by, user, ROLE).await.is_ok(),
        Meanwhile::SwitchedOff => {
            let off = until_answered(|| suspension::switch(&app, &by, user, MemberState::Inactive)).await;
            off.is_ok()
        }
    });
    let played = play.run(choices).await;

    let census = home.census(server).await;
    let member = census.member(user).expect("a member");
    let activated = succeeded(&[activated.told()], &[NotActivated]) == 1;
    if !played.faulty {
        let other = other.told().unwrap();
        match meanwhile {
            Meanwhile::Granted | Meanwhile::Revoked => {
                assert!(activated && other);
                assert_eq!(member.holds(Office::Identity), meanwhile == Meanwhile::Granted);
                assert_eq!(member.who.account_state, State::Active);
            }
            // Who is switched off first cannot be activated.
            Meanwhile::SwitchedOff => assert!(activated || other),
        }
    }
    leave(server, &home, user, [ROLE, clerk]).await;
}

async fn leave(server: &Server, home: &Tenant, user: UserId, roles: [RoleId; 2]) {
    let app = server.app();
    for role in roles {
        let _lost = unbind(app.clone(), home.admin.clone(), user, role).await;
    }
    shared::access::removal::delete(app, &home.admin, roles[1])
        .await
        .unwrap();
}

#[rstest]
#[tokio::test]
async fn who_is_activated_is_counted_whatever_happens_meanwhile(
    #[values(Meanwhile::Granted, Meanwhile::Revoked, Meanwhile::SwitchedOff)] meanwhile: Meanwhile,
) {
    let server = server_on(Embedded).await.unwrap();
    some(40, async |choices| activate_and(&server, choices, 0, meanwhile).await).await;
    some(20, async |choices| activate_and(&server, choices, 1, meanwhile).await).await;
    census_of_lists(&server).await;
}

/// Ten pairs of administrators revoke each other, over HTTP.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_crowd_that_revokes_leaves_one(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = server_on(table).await else { return };
    let identity = server.client().identity();
    let admin = identity.admin().await;
    let root = tests::identity::uid_of(&tests::client::user_id(&server.client().admin().await));
    let (ada, token) = identity.join("ada@example.com").await;
    identity.grant(&admin, ADMIN_ROLE, &ada).await.expect(200);
    let answers = at_once(&server, |client, n| {
        let (token, of) = match n % 2 {
            0 => (token.clone(), root.clone()),
            _ => (admin.clone(), ada.clone()),
        };
        let body = json!({ "role_id": ADMIN_ROLE, "user_uid": of });
        async move {
            client
                .identity()
                .call(Method::POST, "/roles/revoke", &token, &body)
                .await
        }
    })
    .await;
    assert_eq!(count(&answers, 200, &[403, 404]), 1);
    home(&server).await.census(&server).await;
}
