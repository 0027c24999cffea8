//! Named permissions: one name and one number each, and no role keeps one that is gone.

use rstest::rstest;
use serde_json::json;
use shared::App;
use shared::access::grants::{self, NotBound};
use shared::access::named::{self, Named, NotNamed};
use shared::access::{Actor, home as home_roles, removal};
use shared::act::Undone;
use shared::ids::RoleId;
use tests::Server;
use tests::server::Table::{self, DynamoDbLocal, Embedded};

use super::crowd::{CROWD, at_once, count};
use super::explorer::{Choices, Play, every, server_on, some};
use super::people::{succeeded, until_answered};
use super::tenants::{Tenant, home};

async fn create(app: App, by: Actor, name: &'static str) -> Result<Named, Undone<NotNamed>> {
    until_answered(|| named::create(&app, &by, name, "")).await
}

async fn delete(app: App, by: Actor, number: i64) -> Result<(), Undone<NotNamed>> {
    until_answered(|| named::delete(&app, &by, number)).await
}

async fn add(app: App, by: Actor, role: RoleId, number: i64) -> Result<(), Undone<NotBound>> {
    until_answered(|| grants::add_named(&app, &by, role, number)).await
}

async fn remove(app: App, by: Actor, role: RoleId, number: i64) -> Result<(), Undone<NotBound>> {
    until_answered(|| grants::remove_named(&app, &by, role, number)).await
}

async fn create_two(server: &Server, choices: &mut Choices, faults: usize, names: [&'static str; 2]) {
    let home = home(server).await;
    let mut play = Play::new(server.app(), faults);
    let fates = [("a", names[0]), ("b", names[1])].map(|(client, name)| {
        let by = home.admin.clone();
        play.client(client, move |app| create(app, by, name))
    });
    let played = play.run(choices).await;

    let fates = fates.map(|fate| fate.told());
    let made = succeeded(&fates, &[NotNamed::NameTaken]);
    let all = named::list(server.app()).await.unwrap();
    let most = if names[0].eq_ignore_ascii_case(names[1]) { 1 } else { 2 };
    assert!(all.len() <= most, "{all:?}");
    assert!(played.faulty || made == most, "{fates:?}");
    assert!(
        all.windows(2).all(|pair| pair[1].number == pair[0].number + 1),
        "{all:?}"
    );
    for known in all {
        named::delete(server.app(), &home.admin, known.number).await.unwrap();
    }
}

#[rstest]
#[case::the_same(["ReadBooks", "READbooks"])]
#[case::different_ones(["ReadBooks", "WriteBooks"])]
#[tokio::test]
async fn a_name_and_a_number_are_one_permissions(#[case] names: [&'static str; 2]) {
    let server = server_on(Embedded).await.unwrap();
    every(async |choices| create_two(&server, choices, 0, names).await).await;
    some(40, async |choices| create_two(&server, choices, 1, names).await).await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn twenty_permissions_at_once_have_twenty_numbers(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = server_on(table).await else { return };
    let admin = server.client().identity().admin().await;
    let answers = at_once(&server, |client, n| {
        let (admin, body) = (admin.clone(), json!({ "name": format!("p{n}") }));
        async move { client.identity().post_by(&admin, "/permissions/create", &body).await }
    })
    .await;
    assert_eq!(count(&answers, 200, &[]), CROWD);
    let all = named::list(server.app()).await.unwrap();
    let numbers: Vec<i64> = all.iter().map(|known| known.number).collect();
    assert_eq!(numbers, (1..=CROWD as i64).collect::<Vec<_>>());
}

/// Who comes while a permission goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Comer {
    /// A role gets it.
    Adds,
    /// A role loses it.
    Removes,
    /// A role that has it goes.
    DeletesRole,
    /// Another administrator removes it as well.
    Deletes,
    /// Somebody makes another one of the name.
    Creates,
}

/// The roles of the table that give a permission by this name.
async fn givers(server: &Server, name: &str) -> Vec<RoleId> {
    let all = home_roles::roles(server.app()).await.unwrap().into_iter();
    let giving = all.filter(|(role, _)| role.grants.iter().any(|grant| grant.permission == name));
    giving.map(|(role, _)| role.id).collect()
}

async fn delete_and(server: &Server, choices: &mut Choices, faults: usize, comer: Comer, roles: usize) {
    let home: Tenant = home(server).await;
    let (app, by) = (server.app(), &home.admin);
    let number = named::create(app, by, "ReadBooks", "").await.unwrap().number;
    let mut having = Vec::new();
    for n in 0..roles {
        let role = home.role(server, &format!("Clerk {n}")).await;
        grants::add_named(app, by, role, number).await.unwrap();
        having.push(role);
    }
    let late = home.role(server, "Usher").await;
    let mut play = Play::new(app, faults);
    let (first, actor) = (having[0], by.clone());
    let deleted = play.client("deletes", move |app| delete(app, actor, number));
    let actor = by.clone();
    let came = play.client("comes", async move |app: App| match comer {
        Comer::Adds => succeeded(
            &[Some(add(app, actor, late, number).await)],
            &[NotBound::UnknownPermission, NotBound::AlreadyBound],
        ),
        Comer::Removes => succeeded(&[Some(remove(app, actor, first, number).await)], &[NotBound::NotThere]),
        Comer::DeletesRole => usize::from(
            until_answered(|| removal::delete_from_all(&app, &actor, first))
                .await
                .is_ok(),
        ),
        Comer::Deletes => succeeded(&[Some(delete(app, actor, number).await)], &[NotNamed::Unknown]),
        Comer::Creates => succeeded(&[Some(create(app, actor, "ReadBooks").await)], &[NotNamed::NameTaken]),
    });
    let played = play.run(choices).await;

    let deleted = [deleted.told()];
    let gone = succeeded(&deleted, &[NotNamed::Unknown]) == 1;
    let came = came.told();
    let again = delete(app.clone(), by.clone(), number).await;
    if !played.faulty {
        // Nothing was left to do.
        assert!(
            again.is_err() && (gone || comer == Comer::Deletes),
            "{deleted:?} {again:?}"
        );
        assert!(comer != Comer::Deletes || usize::from(gone) + came.unwrap() == 1);
    }
    // No role keeps it, not even by its name, so that one who is called so later is given to nobody.
    assert_eq!(givers(server, "ReadBooks").await, []);
    let named = named::list(app).await.unwrap();
    assert!(named.iter().all(|known| known.number != number), "{named:?}");
    for known in named {
        named::delete(app, by, known.number).await.unwrap();
    }
    for role in having.into_iter().chain([late]) {
        let _gone = removal::delete_from_all(app, by, role).await;
    }
    home.census(server).await;
}

#[rstest]
#[tokio::test]
async fn no_role_keeps_a_permission_that_is_gone(
    #[values(Comer::Adds, Comer::Removes, Comer::DeletesRole, Comer::Deletes, Comer::Creates)] comer: Comer,
) {
    let server = server_on(Embedded).await.unwrap();
    some(30, async |choices| delete_and(&server, choices, 0, comer, 2).await).await;
    some(20, async |choices| delete_and(&server, choices, 1, comer, 2).await).await;
    // More than one commit changes.
    some(6, async |choices| delete_and(&server, choices, 1, comer, 12).await).await;
}

#[tokio::test]
async fn no_role_keeps_a_permission_that_is_gone_on_dynamodb_local() {
    let Some(server) = server_on(DynamoDbLocal).await else {
        return;
    };
    for comer in [Comer::Adds, Comer::Deletes] {
        some(4, async |choices| delete_and(&server, choices, 1, comer, 2).await).await;
    }
    some(2, async |choices| {
        delete_and(&server, choices, 1, Comer::Adds, 12).await
    })
    .await;
}
