//! Roles of the home organization: each gets a number of its own, and goes with its grants.

use rstest::rstest;
use serde_json::json;
use shared::App;
use shared::access::removal;
use shared::access::roles::{self, NotChanged};
use shared::access::{Actor, Role};
use shared::accounts::profile;
use shared::act::Undone;
use shared::ids::{OrgId, RoleId};
use shared::organizations::Membership;
use shared::organizations::members::NotBound;
use tests::Server;
use tests::server::Table::{self, DynamoDbLocal, Embedded};

use super::crowd::{CROWD, at_once, count};
use super::explorer::{Choices, Play, every, server_on, some};
use super::invitations::{accept, invite};
use super::people::{succeeded, until_answered};
use super::tenants::{bind, draft, home, stranger, switch_off, unbind};

async fn create(app: App, by: Actor, name: &'static str) -> Result<Role, Undone<NotChanged>> {
    until_answered(|| roles::create(&app, &by, draft(name))).await
}

async fn delete(app: App, by: Actor, id: RoleId) -> Result<(), Undone<NotChanged>> {
    until_answered(|| removal::delete_from_all(&app, &by, id)).await
}

/// Two make roles, with names that are the same or not.
async fn create_two(server: &Server, choices: &mut Choices, faults: usize, names: [&'static str; 2]) {
    let home = home(server).await;
    let before = home.census(server).await.roles.len();
    let mut play = Play::new(server.app(), faults);
    let fates = [("a", names[0]), ("b", names[1])].map(|(client, name)| {
        let by = home.admin.clone();
        play.client(client, move |app| create(app, by, name))
    });
    let played = play.run(choices).await;

    // The census finds a number that two roles have, or one that is not counted.
    let census = home.census(server).await;
    let fates = fates.map(|fate| fate.told());
    let made = succeeded(&fates, &[NotChanged::NameTaken]);
    let most = if names[0] == names[1] { 1 } else { 2 };
    assert!(census.roles.len() <= before + most);
    assert!(played.faulty || made == most, "{fates:?}");
    let mut numbers: Vec<i64> = census.roles.iter().filter_map(|role| role.number).collect();
    numbers.sort_unstable();
    // None is lost to a commit that was refused.
    assert!(
        numbers[before..].windows(2).all(|pair| pair[1] == pair[0] + 1),
        "{numbers:?}"
    );
    for role in census.roles.iter().filter(|role| names.contains(&role.name.as_str())) {
        removal::delete(server.app(), &home.admin, role.id).await.unwrap();
    }
}

#[rstest]
#[case::the_same(["Clerk", "Clerk"])]
#[case::different_ones(["Clerk", "Usher"])]
#[tokio::test]
async fn a_number_is_one_roles(#[case] names: [&'static str; 2]) {
    let server = server_on(Embedded).await.unwrap();
    every(async |choices| create_two(&server, choices, 0, names).await).await;
    some(40, async |choices| create_two(&server, choices, 1, names).await).await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn twenty_roles_at_once_have_twenty_numbers(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = server_on(table).await else { return };
    let admin = server.client().identity().admin().await;
    let answers = at_once(&server, |client, n| {
        let (admin, body) = (admin.clone(), json!({ "name": format!("Role {n}") }));
        async move { client.identity().post_by(&admin, "/roles/create", &body).await }
    })
    .await;
    assert_eq!(count(&answers, 200, &[]), CROWD);
    let census = home(&server).await.census(&server).await;
    let mut numbers: Vec<i64> = census.roles.iter().filter_map(|role| role.number).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=CROWD as i64 + 2).collect::<Vec<_>>());
}

/// Who comes while a role goes from everybody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Comer {
    /// Somebody gets it.
    Granted,
    /// One of those who have it loses it.
    Revoked,
    /// One of those who have it gets another role.
    Promoted,
    /// One of those who have it is switched off.
    SwitchedOff,
    /// One of those who have it changes the name.
    Renamed,
    /// Another administrator removes it as well.
    Deleted,
    /// Somebody is invited into it.
    Invited,
    /// Somebody accepts an invitation into it.
    Accepts,
}

async fn delete_and(server: &Server, choices: &mut Choices, faults: usize, comer: Comer) {
    let home = home(server).await;
    let (role, other) = (home.role(server, "Clerk").await, home.role(server, "Usher").await);
    // One has nothing else, one another role as well.
    let (member, _) = home.member(server, role).await;
    let (second, _) = home.member(server, role).await;
    home.bind(server, second, other).await;
    let (user, email) = stranger(server).await;
    let invited = match comer {
        Comer::Accepts => Some(home.invite(server, &email, role).await.1),
        _ => None,
    };
    let mut play = Play::new(server.app(), faults);
    let by = home.admin.clone();
    let deleted = play.client("deletes", move |app| delete(app, by, role));
    let by = home.admin.clone();
    let came = play.client("comes", async move |app: App| match comer {
        Comer::Granted => succeeded(
            &[Some(bind(app, by, user, role).await)],
            &[NotBound::UnknownRole, NotBound::AlreadyBound],
        ),
        Comer::Revoked => succeeded(
            &[Some(unbind(app, by, member, role).await)],
            &[NotBound::UnknownRole, NotBound::UnknownUser, NotBound::NotThere],
        ),
        Comer::Promoted => succeeded(&[Some(bind(app, by, member, other).await)], &[NotBound::AlreadyBound]),
        Comer::SwitchedOff => usize::from(switch_off(app, by, member).await.is_ok()),
        Comer::Renamed => {
            let change = |profile: &mut profile::Profile| profile.first_name = "Augusta".into();
            usize::from(until_answered(|| profile::update(&app, member, change)).await.is_ok())
        }
        Comer::Deleted => succeeded(&[Some(delete(app, by, role).await)], &[NotChanged::Unknown]),
        Comer::Invited => usize::from(invite(app, by, email, role).await.is_ok()),
        Comer::Accepts => usize::from(accept(app, user, invited.unwrap()).await.is_ok()),
    });
    let played = play.run(choices).await;

    let deleted = [deleted.told()];
    let gone = succeeded(&deleted, &[NotChanged::Unknown]) == 1;
    let came = came.told();
    if played.faulty {
        // Whoever died leaves the rest to the same call once more. What it gave has ended before.
        let [item] = server.app().store.get([Role::key_of(OrgId::HOME, role)]).await.unwrap();
        let again = delete(server.app().clone(), home.admin.clone(), role).await;
        assert!(item.is_none() || again.is_ok(), "{again:?}");
    } else {
        match comer {
            // Who comes while the other is not through helps, and has done it as well.
            Comer::Deleted => assert!(gone || came == Some(1)),
            Comer::Promoted | Comer::Renamed => assert!(gone && came == Some(1)),
            _ => assert!(gone, "{deleted:?}"),
        }
    }
    // The census finds a member whose role is gone, one without a role, and what is counted wrong.
    let census = home.census(server).await;
    assert!(census.roles.iter().all(|known| known.id != role), "{census:#?}");
    let has = |user, role: RoleId| {
        census
            .member(user)
            .is_some_and(|known: &Membership| known.role_ids.contains(&role))
    };
    assert!(has(second, other));
    if comer == Comer::Promoted && came == Some(1) {
        assert!(has(member, other));
    }
    delete(server.app().clone(), home.admin.clone(), other).await.unwrap();
    home.census(server).await;
}

#[rstest]
#[tokio::test]
async fn a_role_goes_from_everybody_whoever_comes(
    #[values(
        Comer::Granted,
        Comer::Revoked,
        Comer::Promoted,
        Comer::SwitchedOff,
        Comer::Renamed,
        Comer::Deleted,
        Comer::Invited,
        Comer::Accepts
    )]
    comer: Comer,
) {
    let server = server_on(Embedded).await.unwrap();
    some(30, async |choices| delete_and(&server, choices, 0, comer).await).await;
    some(30, async |choices| delete_and(&server, choices, 1, comer).await).await;
}

#[tokio::test]
async fn a_role_goes_from_everybody_on_dynamodb_local() {
    let Some(server) = server_on(DynamoDbLocal).await else {
        return;
    };
    for comer in [Comer::Granted, Comer::Promoted, Comer::Deleted, Comer::Accepts] {
        some(4, async |choices| delete_and(&server, choices, 1, comer).await).await;
    }
}

/// Twenty grant a role to as many while it goes.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn nobody_keeps_a_role_that_goes_in_a_crowd(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = server_on(table).await else { return };
    let identity = server.client().identity();
    let admin = identity.admin().await;
    let (clerk, _) = identity.make_role(&admin, "Clerk").await;
    let mut users = Vec::new();
    for n in 0..CROWD {
        let email = format!("user{n}@example.com");
        server.client().sign_up(&email).await;
        let user = identity.authenticate(&email, tests::PASSWORD).await.expect(200).json();
        users.push(user["uid"].as_str().unwrap().to_owned());
    }
    let answers = at_once(&server, |client, n| {
        let (admin, clerk, user) = (admin.clone(), clerk.clone(), users[n].clone());
        async move {
            let identity = client.identity();
            match n {
                7 => identity.delete_by(&admin, &format!("/roles/{clerk}")).await,
                _ => identity.grant(&admin, clerk, &user).await,
            }
        }
    })
    .await;
    // Whoever meets all the others too often is asked to come again.
    count(&answers, 200, &[404, 503]);
    let again = identity.delete_by(&admin, &format!("/roles/{clerk}")).await;
    assert!([200, 404].contains(&again.status.as_u16()));
    home(&server).await.census(&server).await;
}
