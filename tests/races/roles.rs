//! Roles: one name each, none that goes from under somebody, and no grant that is lost.

use rstest::rstest;
use shared::App;
use shared::access::grants::{self, NotBound as NotGranted};
use shared::access::removal;
use shared::access::roles::{self, NotChanged};
use shared::access::{Actor, Permission, Role};
use shared::act::Undone;
use shared::ids::RoleId;
use shared::organizations::invitations::LIFETIME;
use shared::organizations::invitations::invite::NotInvited;
use shared::organizations::members::NotBound;
use tests::Server;
use tests::server::Table::{self, DynamoDbLocal, Embedded};

use super::explorer::{Choices, Play, every, server_on, some};
use super::invitations::{accept, invite, resend, revoke};
use super::people::{succeeded, until_answered};
use super::tenants::{bind, draft, stranger, tenant, unbind};

async fn create(app: App, by: Actor, name: &'static str) -> Result<Role, Undone<NotChanged>> {
    until_answered(|| roles::create(&app, &by, draft(name))).await
}

async fn rename(app: App, by: Actor, id: RoleId, name: &'static str) -> Result<Role, Undone<NotChanged>> {
    let draft = draft(name);
    until_answered(|| roles::update(&app, &by, id, &draft)).await
}

async fn delete(app: App, by: Actor, id: RoleId) -> Result<(), Undone<NotChanged>> {
    until_answered(|| removal::delete(&app, &by, id)).await
}

async fn grant(app: App, by: Actor, id: RoleId, permission: &'static str) -> Result<(), Undone<NotGranted>> {
    let permission = Permission::parse(permission).unwrap();
    until_answered(|| grants::bind(&app, &by, id, &permission)).await
}

/// Two make a role of a name that is the same when it is compared.
async fn create_twice(server: &Server, choices: &mut Choices, faults: usize, names: [&'static str; 2]) {
    let tenant = tenant(server).await;
    let mut play = Play::new(server.app(), faults);
    let fates = [("a", names[0]), ("b", names[1])].map(|(client, name)| {
        let by = tenant.admin.clone();
        play.client(client, move |app| create(app, by, name))
    });
    let played = play.run(choices).await;

    let census = tenant.census(server).await;
    let fates = fates.map(|fate| fate.told());
    let made = succeeded(&fates, &[NotChanged::NameTaken]);
    assert!(made <= 1, "{fates:?}");
    assert!(census.roles.len() <= 2, "{census:#?}");
    assert!(fates.iter().all(Option::is_none) || census.roles.len() == 2);
    assert!(played.faulty || made == 1);
}

#[rstest]
#[case::spelled_the_same(["Clerk", "Clerk"])]
#[case::in_other_case(["Clerk", "cLERK"])]
#[case::in_another_form_of_unicode(["Caf\u{e9}", "CAFE\u{301}"])]
#[tokio::test]
async fn of_two_roles_with_a_name_one_is_made(#[case] names: [&'static str; 2]) {
    let server = server_on(Embedded).await.unwrap();
    assert_eq!(
        every(async |choices| create_twice(&server, choices, 0, names).await).await,
        2
    );
    every(async |choices| create_twice(&server, choices, 1, names).await).await;
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rival {
    /// Makes a role of the name.
    Creates,
    /// Gives another role the name.
    Renames,
    /// Gives the same role another name.
    RenamesTheSame,
    /// Removes the role.
    Deletes,
    /// Gives the role a permission.
    Grants,
    /// Gives somebody the role.
    Binds,
}

/// One gives a role a name, in the same moment as a rival comes.
async fn rename_and(server: &Server, choices: &mut Choices, faults: usize, rival: Rival) {
    let tenant = tenant(server).await;
    let role = tenant.role(server, "Clerk").await;
    let other = tenant.role(server, "Scribe").await;
    let (user, _) = stranger(server).await;
    let mut play = Play::new(server.app(), faults);
    let by = tenant.admin.clone();
    let renamed = play.client("renames", move |app| rename(app, by, role, "Notary"));
    let by = tenant.admin.clone();
    let rivalled = play.client("rival", async move |app: App| match rival {
        Rival::Creates => create(app, by, "NOTARY").await.is_ok(),
        Rival::Renames => rename(app, by, other, "notary").await.is_ok(),
        Rival::RenamesTheSame => rename(app, by, role, "Registrar").await.is_ok(),
        Rival::Deletes => delete(app, by, role).await.is_ok(),
        Rival::Grants => grant(app, by, role, "user:org:read").await.is_ok(),
        Rival::Binds => bind(app, by, user, role).await.is_ok(),
    });
    let played = play.run(choices).await;

    // The census compares roles with the claims on their names.
    let census = tenant.census(server).await;
    let now = census.roles.iter().find(|known| known.id == role);
    let renamed = [renamed.told()];
    let done = succeeded(&renamed, &[NotChanged::NameTaken, NotChanged::Unknown]) == 1;
    if played.faulty {
        return;
    }
    let rivalled = rivalled.told().unwrap();
    match rival {
        Rival::Creates | Rival::Renames => assert!(done != rivalled, "both have the name, or none"),
        Rival::RenamesTheSame => assert!(done && rivalled),
        Rival::Deletes => assert!(rivalled && now.is_none()),
        Rival::Grants => {
            assert!(done && rivalled);
            assert_eq!((now.unwrap().name.as_str(), now.unwrap().grants.len()), ("Notary", 1));
        }
        Rival::Binds => {
            assert!(done && rivalled);
            assert_eq!((now.unwrap().name.as_str(), now.unwrap().users), ("Notary", 1));
        }
    }
}

#[rstest]
#[tokio::test]
async fn a_name_is_one_roles_whoever_wants_it(
    #[values(
        Rival::Creates,
        Rival::Renames,
        Rival::RenamesTheSame,
        Rival::Deletes,
        Rival::Grants,
        Rival::Binds
    )]
    rival: Rival,
) {
    let server = server_on(Embedded).await.unwrap();
    let schedules = every(async |choices| rename_and(&server, choices, 0, rival).await).await;
    assert!(schedules >= 3, "{schedules}");
    some(15, async |choices| rename_and(&server, choices, 1, rival).await).await;
}

/// Who comes while a role is removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Comer {
    /// Somebody gets it.
    Bound,
    /// Somebody is invited into it.
    Invited,
    /// Somebody accepts an invitation into it.
    Accepts,
    /// The only invitation into it is revoked.
    Revoked,
    /// The only member loses it.
    Unbound,
    /// An overdue invitation into it is sent again.
    Resent,
    /// Another administrator removes it as well, while an overdue invitation into it is not written off yet.
    DeletedOverdue,
}

async fn delete_and(server: &Server, choices: &mut Choices, faults: usize, comer: Comer) {
    let tenant = tenant(server).await;
    let role = tenant.role(server, "Clerk").await;
    let (user, email) = stranger(server).await;
    let invited = match comer {
        Comer::Accepts | Comer::Revoked | Comer::Resent | Comer::DeletedOverdue => {
            Some(tenant.invite(server, &email, role).await)
        }
        _ => None,
    };
    if comer == Comer::Unbound {
        tenant.bind(server, user, role).await;
    }
    if matches!(comer, Comer::Resent | Comer::DeletedOverdue) {
        server.clock.advance(LIFETIME);
    }
    let (id, token) = invited.clone().unzip();
    let mut play = Play::new(server.app(), faults);
    let by = tenant.admin.clone();
    let deleted = play.client("deletes", move |app| delete(app, by, role));
    let by = tenant.admin.clone();
    let came = play.client("comes", async move |app: App| match comer {
        Comer::Bound => succeeded(
            &[Some(bind(app, by, user, role).await)],
            &[NotBound::UnknownRole, NotBound::AlreadyBound],
        ),
        Comer::Invited => succeeded(
            &[Some(invite(app, by, email, role).await)],
            &[NotInvited::UnknownRole, NotInvited::AlreadyInvited],
        ),
        Comer::Resent => succeeded(
            &[Some(resend(app, by, id.unwrap()).await)],
            &[NotInvited::UnknownRole, NotInvited::AlreadyInvited],
        ),
        Comer::Accepts => usize::from(accept(app, user, token.unwrap()).await.is_ok()),
        Comer::Revoked => usize::from(revoke(app, by, id.unwrap()).await.is_ok()),
        Comer::Unbound => usize::from(unbind(app, by, user, role).await.is_ok()),
        Comer::DeletedOverdue => succeeded(&[Some(delete(app, by, role).await)], &[NotChanged::Unknown]),
    });
    let played = play.run(choices).await;

    // The census finds a member or an invitation whose role is gone.
    let census = tenant.census(server).await;
    let is_there = census.roles.iter().any(|known| known.id == role);
    let deleted = [deleted.told()];
    let refusals = [NotChanged::HasMembers, NotChanged::HasInvitations, NotChanged::Unknown];
    let gone = succeeded(&deleted, &refusals) == 1;
    assert!(!gone || !is_there);
    if played.faulty {
        return;
    }
    let came = came.told().unwrap() == 1;
    match comer {
        Comer::Bound | Comer::Invited | Comer::Resent => {
            assert!(gone != came, "{deleted:?}");
            assert_eq!(gone, !is_there);
        }
        Comer::Accepts => assert!(came && !gone && is_there),
        Comer::Revoked | Comer::Unbound => assert!(came && gone != is_there),
        Comer::DeletedOverdue => {
            assert!(came != gone && !is_there, "{deleted:?}");
            assert_eq!(census.statuses(), ["expired"]);
        }
    }
}

#[rstest]
#[tokio::test]
async fn a_role_never_goes_from_under_somebody(
    #[values(
        Comer::Bound,
        Comer::Invited,
        Comer::Accepts,
        Comer::Revoked,
        Comer::Unbound,
        Comer::Resent,
        Comer::DeletedOverdue
    )]
    comer: Comer,
) {
    let server = server_on(Embedded).await.unwrap();
    match comer {
        // Hundreds of orders: some of them will do.
        Comer::DeletedOverdue | Comer::Resent => {
            some(60, async |choices| delete_and(&server, choices, 0, comer).await).await
        }
        _ => assert!(every(async |choices| delete_and(&server, choices, 0, comer).await).await >= 3),
    }
    some(20, async |choices| delete_and(&server, choices, 1, comer).await).await;
}

#[tokio::test]
async fn a_role_never_goes_from_under_somebody_on_dynamodb_local() {
    let Some(server) = server_on(DynamoDbLocal).await else {
        return;
    };
    for comer in [Comer::Bound, Comer::Invited, Comer::DeletedOverdue] {
        some(4, async |choices| delete_and(&server, choices, 1, comer).await).await;
    }
}

/// Several give a role permissions, and one takes another away.
async fn grant_together(server: &Server, choices: &mut Choices, faults: usize, given: &[&'static str]) {
    let tenant = tenant(server).await;
    let role = tenant.role(server, "Clerk").await;
    let mut play = Play::new(server.app(), faults);
    let mut fates = Vec::new();
    for (client, permission) in ["a", "b", "c"].into_iter().zip(given.iter().copied()) {
        let by = tenant.admin.clone();
        fates.push((
            permission,
            play.client(client, move |app| grant(app, by, role, permission)),
        ));
    }
    let played = play.run(choices).await;

    // The census finds a permission that was granted twice.
    let census = tenant.census(server).await;
    let role = census.roles.iter().find(|known| known.id == role).unwrap();
    let has = |wanted: &str| role.permissions().any(|had| Some(had) == Permission::parse(wanted));
    let fates: Vec<_> = fates
        .into_iter()
        .map(|(permission, fate)| (permission, fate.told()))
        .collect();
    let told: Vec<_> = fates.iter().filter(|(_, fate)| fate.is_some()).collect();
    assert!(told.iter().all(|(permission, _)| has(permission)), "{fates:?} {role:?}");
    let fates: Vec<_> = fates.into_iter().map(|(_, fate)| fate).collect();
    let done = succeeded(&fates, &[NotGranted::AlreadyBound]);
    assert!(done <= role.grants.len());
    assert!(played.faulty || done == role.grants.len(), "{fates:?} {role:?}");
}

/// The middle one differs in the case of its resource only, which is the same permission.
const SAME: [&str; 2] = ["invoice:org:read", "INVOICE:org:read"];
const DIFFERENT: [&str; 3] = ["invoice:org:read", "invoice:org:update", "user:own:read"];

#[rstest]
#[case::the_same(&SAME, 1)]
#[case::two_different_ones(&DIFFERENT[..2], 2)]
#[tokio::test]
async fn no_permission_is_lost_or_given_twice(#[case] given: &'static [&'static str], #[case] least: usize) {
    let server = server_on(Embedded).await.unwrap();
    let schedules = every(async |choices| grant_together(&server, choices, 0, given).await).await;
    assert!(schedules >= 6 && given.len() >= least, "{schedules}");
    some(15, async |choices| grant_together(&server, choices, 1, given).await).await;
}

#[rstest]
#[tokio::test]
async fn three_permissions_at_once_are_all_there(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = server_on(table).await else { return };
    let schedules = if table == Embedded { 20 } else { 8 };
    some(schedules, async |choices| {
        grant_together(&server, choices, 0, &DIFFERENT).await
    })
    .await;
    some(schedules, async |choices| {
        grant_together(&server, choices, 1, &DIFFERENT).await
    })
    .await;
}
