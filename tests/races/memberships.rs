//! Members: the last administrator stays, a role is given once, and copies follow.

use rstest::rstest;
use shared::App;
use shared::access::Actor;
use shared::accounts::{State, User, profile};
use shared::act::Undone;
use shared::ids::{RoleId, UserId};
use shared::organizations::members::NotBound;
use shared::organizations::membership::MemberState;
use shared::organizations::suspension::NotSwitched;
use shared::store::record::read;
use tests::Server;
use tests::server::Table::{self, DynamoDbLocal, Embedded};

use super::explorer::{Choices, Play, every, server_on, some};
use super::invitations::accept;
use super::lists::census_of_lists;
use super::people::{succeeded, until_answered};
use super::tenants::{bind, stranger, switch_off, tenant, tenant_of, unbind};

/// How the last two administrators are taken away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// Each takes the role from the other.
    EachOther,
    /// Each gives it up.
    Oneself,
    /// One takes the role from the other, who switches the first off.
    RoleAndSwitch,
    /// Each switches the other off.
    SwitchEachOther,
    /// Each switches itself off, and with it the account.
    SwitchOneself,
    /// The same, where both belong to another organization as well: only the membership is switched off.
    SwitchMembership,
}

impl Way {
    /// What `by` does to itself or to the `other`; says why it was not done.
    async fn take_away(self, app: App, by: Actor, other: UserId, system: RoleId, first: bool) -> Result<(), String> {
        let whom = match self {
            Way::EachOther | Way::RoleAndSwitch | Way::SwitchEachOther => other,
            Way::Oneself | Way::SwitchOneself | Way::SwitchMembership => by.user.id,
        };
        match self {
            Way::EachOther | Way::Oneself => unbind(app, by, whom, system).await.map_err(in_short),
            Way::RoleAndSwitch if first => unbind(app, by, whom, system).await.map_err(in_short),
            _ => switch_off(app, by, whom).await.map_err(in_short),
        }
    }
}

fn in_short<R: std::fmt::Debug>(undone: Undone<R>) -> String {
    match undone {
        Undone::Refused(why) => format!("{why:?}"),
        Undone::Failed(failure) => panic!("{failure:?}"),
    }
}

async fn take_away_both(server: &Server, choices: &mut Choices, faults: usize, way: Way) {
    let mut tenant = tenant(server).await;
    let system = tenant.system;
    let (ann, bob) = (tenant.admin.clone(), tenant.second_admin(server).await);
    let (a, b) = (ann.user.id, bob.user.id);
    if way == Way::SwitchMembership {
        for user in [a, b] {
            tenant_of(server, user).await;
        }
        tenant.recount(server).await;
    }
    let mut play = Play::new(server.app(), faults);
    let fates = [("ann", ann, b), ("bob", bob, a)]
        .map(|(name, by, other)| play.client(name, move |app| way.take_away(app, by, other, system, name == "ann")));
    let played = play.run(choices).await;

    let census = tenant.census(server).await;
    assert_eq!(
        census.organization.admins,
        if played.faulty { census.organization.admins } else { 1 }
    );
    let fates = fates.map(|fate| fate.told());
    let done = fates.iter().flatten().filter(|fate| fate.is_ok()).count();
    assert!(done <= 1, "{fates:?}");
    // Who asks again after its answer got lost finds it done.
    let refusals = fates.iter().flatten().filter_map(|fate| fate.as_ref().err());
    for refusal in refusals {
        let again = played.faulty && ["NotThere", "UnknownUser", "Already"].contains(&refusal.as_str());
        assert!(refusal == "LastAdmin" || again, "{fates:?}");
    }
    assert!(played.faulty || done == 1, "{fates:?}");
}

#[rstest]
#[case::each_from_the_other(Way::EachOther)]
#[case::each_from_itself(Way::Oneself)]
#[case::one_by_role_and_one_by_state(Way::RoleAndSwitch)]
#[case::each_switches_the_other_off(Way::SwitchEachOther)]
#[case::each_switches_itself_off(Way::SwitchOneself)]
#[case::each_switches_its_membership_off(Way::SwitchMembership)]
#[tokio::test]
async fn of_the_last_two_administrators_one_stays(#[case] way: Way) {
    let server = server_on(Embedded).await.unwrap();
    let schedules = every(async |choices| take_away_both(&server, choices, 0, way).await).await;
    assert!(schedules >= 6, "{schedules}");
    some(20, async |choices| take_away_both(&server, choices, 1, way).await).await;
}

#[tokio::test]
async fn of_the_last_two_administrators_one_stays_on_dynamodb_local() {
    let Some(server) = server_on(DynamoDbLocal).await else {
        return;
    };
    some(8, async |choices| {
        take_away_both(&server, choices, 1, Way::RoleAndSwitch).await;
    })
    .await;
}

/// Two administrators give the same role to the same user, who is a stranger or has another role.
async fn bind_twice(server: &Server, choices: &mut Choices, faults: usize, stranger_to_it: bool) {
    let tenant = tenant(server).await;
    let other = tenant.second_admin(server).await;
    let role = tenant.role(server, "Clerk").await;
    let (user, _) = match stranger_to_it {
        true => stranger(server).await,
        false => {
            let had = tenant.role(server, "Scribe").await;
            tenant.member(server, had).await
        }
    };
    let mut play = Play::new(server.app(), faults);
    let fates = [("a", tenant.admin.clone()), ("b", other)]
        .map(|(name, by)| play.client(name, move |app| bind(app, by, user, role)));
    let played = play.run(choices).await;

    let census = tenant.census(server).await;
    let fates = fates.map(|fate| fate.told());
    let done = succeeded(&fates, &[NotBound::AlreadyBound]);
    assert!(done <= 1, "{fates:?}");
    let holds = census
        .member(user)
        .is_some_and(|member| member.role_ids.contains(&role));
    assert!(holds || fates.iter().all(Option::is_none));
    assert!(played.faulty || done == 1);
}

#[rstest]
#[case::a_stranger(true)]
#[case::a_member(false)]
#[tokio::test]
async fn a_role_is_given_once(#[case] stranger_to_it: bool) {
    let server = server_on(Embedded).await.unwrap();
    let schedules = every(async |choices| bind_twice(&server, choices, 0, stranger_to_it).await).await;
    assert!(schedules >= 6, "{schedules}");
    some(20, async |choices| {
        bind_twice(&server, choices, 1, stranger_to_it).await
    })
    .await;
}

/// Two administrators give two roles to a stranger, or take the only two roles of a member away.
async fn two_roles(server: &Server, choices: &mut Choices, faults: usize, giving: bool) {
    let tenant = tenant(server).await;
    let other = tenant.second_admin(server).await;
    let (a, b) = (tenant.role(server, "Clerk").await, tenant.role(server, "Scribe").await);
    let (user, _) = stranger(server).await;
    if !giving {
        tenant.bind(server, user, a).await;
        tenant.bind(server, user, b).await;
    }
    let mut play = Play::new(server.app(), faults);
    let fates = [("a", tenant.admin.clone(), a), ("b", other, b)].map(|(name, by, role)| {
        play.client(name, async move |app: App| match giving {
            true => bind(app, by, user, role).await,
            false => unbind(app, by, user, role).await,
        })
    });
    let played = play.run(choices).await;

    let census = tenant.census(server).await;
    let roles = census.member(user).map_or(Vec::new(), |member| member.role_ids.clone());
    let fates = fates.map(|fate| fate.told());
    let done = succeeded(
        &fates,
        &[NotBound::AlreadyBound, NotBound::NotThere, NotBound::UnknownUser],
    );
    for (fate, role) in fates.iter().zip([a, b]) {
        assert!(fate.is_none() || roles.contains(&role) == giving, "{fates:?} {roles:?}");
    }
    assert!(played.faulty || done == 2, "{fates:?}");
}

#[rstest]
#[case::given(true)]
#[case::taken(false)]
#[tokio::test]
async fn two_roles_at_once_are_both(#[case] giving: bool) {
    let server = server_on(Embedded).await.unwrap();
    every(async |choices| two_roles(&server, choices, 0, giving).await).await;
    some(20, async |choices| two_roles(&server, choices, 1, giving).await).await;
}

/// Somebody takes another name while an administrator makes it a member, or takes its only role.
async fn bind_and_rename(server: &Server, choices: &mut Choices, faults: usize, joining: bool) {
    let tenant = tenant(server).await;
    let role = tenant.role(server, "Clerk").await;
    let (user, _) = match joining {
        true => stranger(server).await,
        false => tenant.member(server, role).await,
    };
    let mut play = Play::new(server.app(), faults);
    let by = tenant.admin.clone();
    let bound = play.client("binds", async move |app: App| match joining {
        true => bind(app, by, user, role).await,
        false => unbind(app, by, user, role).await,
    });
    let renamed = play.client("renames", async move |app: App| {
        let attempt = || profile::update(&app, user, |profile| profile.last_name = "Byron".into());
        until_answered(attempt).await
    });
    let played = play.run(choices).await;

    // The census compares the copy with the user.
    let census = tenant.census(server).await;
    let [item] = server.app().store.get([User::key_of(user)]).await.unwrap();
    let now: User = read(item.unwrap()).unwrap();
    if let Some(told) = renamed.told() {
        assert_eq!((told.is_ok(), now.profile.last_name.as_str()), (true, "Byron"));
    }
    if let Some(told) = bound.told() {
        assert!(told.is_ok() || played.faulty, "{told:?}");
        assert_eq!(census.member(user).is_some(), joining);
    }
}

#[rstest]
#[case::joins(true)]
#[case::leaves(false)]
#[tokio::test]
async fn a_members_name_is_the_users_name(#[case] joining: bool) {
    let server = server_on(Embedded).await.unwrap();
    let schedules = every(async |choices| bind_and_rename(&server, choices, 0, joining).await).await;
    assert!(schedules >= 6, "{schedules}");
    some(20, async |choices| bind_and_rename(&server, choices, 1, joining).await).await;
}

/// The only organization of somebody switches the account off, while it joins another one.
async fn switch_off_and_join(server: &Server, choices: &mut Choices, faults: usize, invited: bool) {
    let mut first = tenant(server).await;
    let role = first.role(server, "Clerk").await;
    let (user, email) = first.member(server, role).await;
    let mut second = tenant(server).await;
    let role = second.role(server, "Clerk").await;
    let (_, token) = second.invite(server, &email, role).await;
    first.recount(server).await;
    second.recount(server).await;
    let mut play = Play::new(server.app(), faults);
    let by = first.admin.clone();
    let switched = play.client("switches off", move |app| switch_off(app, by, user));
    let by = second.admin.clone();
    let joined = play.client("joins", async move |app: App| match invited {
        true => accept(app, user, token).await.is_ok(),
        false => bind(app, by, user, role).await.is_ok(),
    });
    let played = play.run(choices).await;

    let (there, elsewhere) = (first.census(server).await, second.census(server).await);
    let member = there.member(user).expect("a member");
    let is_off = member.member_state == Some(MemberState::Inactive);
    let account_is_off = !member.who.account_state.may_sign_in();
    // Either the account was nobody else's, or it is still let in.
    assert!(!account_is_off || (is_off && member.who.account_state == State::Inactive));
    if let Some(told) = switched.told() {
        let again = matches!(told, Err(Undone::Refused(NotSwitched::Already))) && played.faulty;
        assert!(told.is_ok() || again, "{told:?}");
        assert!(is_off && !member.is_in_force());
    }
    if !played.faulty {
        assert_eq!(joined.told(), Some(true));
        let commits: Vec<&String> = played.lines().iter().filter(|line| line.contains(": commit")).collect();
        let joined_first = commits.first().is_some_and(|line| line.starts_with("joins"));
        assert_eq!(account_is_off, !joined_first, "who comes first decides");
        assert!(elsewhere.member(user).is_some());
    }
}

#[rstest]
#[case::invited(true)]
#[case::added(false)]
#[tokio::test]
async fn an_account_is_switched_off_where_it_belongs_to_nobody_else(#[case] invited: bool) {
    let server = server_on(Embedded).await.unwrap();
    let schedules = every(async |choices| switch_off_and_join(&server, choices, 0, invited).await).await;
    assert!(schedules >= 6, "{schedules}");
    some(20, async |choices| {
        switch_off_and_join(&server, choices, 1, invited).await
    })
    .await;
    census_of_lists(&server).await;
}

/// Somebody leaves one of two organizations while both administrators switch it off.
async fn leave_and_be_switched_off(server: &Server, choices: &mut Choices, faults: usize) {
    let mut first = tenant(server).await;
    let role = first.role(server, "Clerk").await;
    let (user, _) = first.member(server, role).await;
    let mut second = tenant(server).await;
    let other = second.role(server, "Clerk").await;
    second.bind(server, user, other).await;
    first.recount(server).await;
    second.recount(server).await;
    let mut play = Play::new(server.app(), faults);
    let by = first.admin.clone();
    let left = play.client("leaves", move |app| unbind(app, by, user, role));
    let by = second.admin.clone();
    let switched = play.client("switches off", move |app| switch_off(app, by, user));
    let played = play.run(choices).await;

    let (_, there) = (first.census(server).await, second.census(server).await);
    let member = there.member(user).expect("a member");
    if !played.faulty {
        assert!(left.told().is_some_and(|told| told.is_ok()));
        assert!(switched.told().is_some_and(|told| told.is_ok()));
        assert!(!member.is_in_force());
    }
}

#[rstest]
#[tokio::test]
async fn whoever_leaves_one_organization_is_switched_off_in_the_other(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = server_on(table).await else { return };
    if table == Embedded {
        every(async |choices| leave_and_be_switched_off(&server, choices, 0).await).await;
    }
    let schedules = if table == Embedded { 20 } else { 8 };
    some(schedules, async |choices| {
        leave_and_be_switched_off(&server, choices, 1).await
    })
    .await;
}
