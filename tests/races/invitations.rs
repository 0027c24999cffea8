//! Invitations: one place for each address, and whatever comes first decides.

use rstest::rstest;
use shared::App;
use shared::access::Actor;
use shared::accounts::Email;
use shared::act::Undone;
use shared::clock::Clock;
use shared::ids::{InvitationId, RoleId, UserId};
use shared::organizations::invitations::answer::{self, NotAccepted, NotRevoked};
use shared::organizations::invitations::invite::{self, NotInvited};
use shared::organizations::invitations::{Invitation, LIFETIME, Status};
use shared::organizations::members::NotBound;
use shared::tokens::Secret;
use tests::Server;
use tests::server::Table::{self, DynamoDbLocal, Embedded};

use super::explorer::{Choices, Play, every, server_on, some};
use super::people::{origin, succeeded, until_answered};
use super::tenants::{bind, stranger, tenant};

pub async fn accept(app: App, user: UserId, token: String) -> Result<Invitation, Undone<NotAccepted>> {
    let (token, origin) = (Secret::presented(token), origin());
    until_answered(|| answer::accept(&app, user, &token, &origin)).await
}

pub async fn revoke(app: App, by: Actor, id: InvitationId) -> Result<(), Undone<NotRevoked>> {
    until_answered(|| answer::revoke(&app, &by, id)).await
}

pub async fn invite(app: App, by: Actor, email: Email, role: RoleId) -> Result<Invitation, Undone<NotInvited>> {
    until_answered(|| invite::invite(&app, &by, &email, role)).await
}

pub async fn resend(app: App, by: Actor, id: InvitationId) -> Result<Invitation, Undone<NotInvited>> {
    until_answered(|| invite::resend(&app, &by, id)).await
}

/// The invited accepts from two sessions.
async fn accept_twice(server: &Server, choices: &mut Choices, faults: usize) {
    let tenant = tenant(server).await;
    let role = tenant.role(server, "Clerk").await;
    let (user, email) = stranger(server).await;
    let (_, token) = tenant.invite(server, &email, role).await;
    let mut play = Play::new(server.app(), faults);
    let fates = ["a", "b"].map(|name| {
        let token = token.clone();
        play.client(name, move |app| accept(app, user, token))
    });
    let played = play.run(choices).await;

    let census = tenant.census(server).await;
    let fates = fates.map(|fate| fate.told());
    let won = succeeded(&fates, &[NotAccepted::Closed(Status::Accepted)]);
    assert!(won <= 1, "{fates:?}");
    if fates.iter().any(Option::is_some) {
        assert_eq!(census.statuses(), ["accepted"]);
        assert_eq!(census.member(user).unwrap().role_ids, [role]);
    }
    assert_eq!(census.member(user).is_some(), census.statuses() == ["accepted"]);
    assert!(played.faulty || won == 1);
}

#[tokio::test]
async fn an_invitation_is_accepted_once() {
    let server = server_on(Embedded).await.unwrap();
    let schedules = every(async |choices| accept_twice(&server, choices, 0).await).await;
    assert!(schedules >= 20, "{schedules}");
    some(25, async |choices| accept_twice(&server, choices, 1).await).await;
}

/// The invited accepts from two sessions, one of which comes when it is too late: its process's clock says so.
async fn accept_and_expire(server: &Server, choices: &mut Choices, faults: usize) {
    let tenant = tenant(server).await;
    let role = tenant.role(server, "Clerk").await;
    let (user, email) = stranger(server).await;
    let (_, token) = tenant.invite(server, &email, role).await;
    let (late, _) = Clock::settable(server.app().clock.now() + LIFETIME);
    let mut play = Play::new(server.app(), faults);
    let again = token.clone();
    let in_time = play.client("in time", move |app| accept(app, user, token));
    let too_late = play.client_with(
        "too late",
        |parts| parts.clock = late,
        move |app| accept(app, user, again),
    );
    let played = play.run(choices).await;

    let census = tenant.census(server).await;
    let too_late = [too_late.told()];
    let closed = [Status::Expired, Status::Accepted].map(NotAccepted::Closed);
    assert_eq!(succeeded(&too_late, &closed), 0, "nobody accepts what has expired");
    let won = succeeded(&[in_time.told()], &[NotAccepted::Closed(Status::Accepted)]);
    assert_eq!(census.member(user).is_some(), census.statuses() == ["accepted"]);
    assert!(
        played.faulty || won == 1,
        "whoever comes in time gets in: {:?}",
        played.lines()
    );
}

#[tokio::test]
async fn an_invitation_that_expires_is_accepted_in_time_or_not_at_all() {
    let server = server_on(Embedded).await.unwrap();
    every(async |choices| accept_and_expire(&server, choices, 0).await).await;
    some(25, async |choices| accept_and_expire(&server, choices, 1).await).await;
}

/// The invited accepts while it is taken back.
async fn accept_and_revoke(server: &Server, choices: &mut Choices, faults: usize) {
    let tenant = tenant(server).await;
    let role = tenant.role(server, "Clerk").await;
    let (user, email) = stranger(server).await;
    let (id, token) = tenant.invite(server, &email, role).await;
    let mut play = Play::new(server.app(), faults);
    let accepted = play.client("accepts", move |app| accept(app, user, token));
    let by = tenant.admin.clone();
    let revoked = play.client("revokes", move |app| revoke(app, by, id));
    let played = play.run(choices).await;

    let census = tenant.census(server).await;
    let (accepted, revoked) = ([accepted.told()], [revoked.told()]);
    let entered = succeeded(
        &accepted,
        &[
            NotAccepted::Closed(Status::Revoked),
            NotAccepted::Closed(Status::Accepted),
        ],
    );
    let withdrawn = succeeded(
        &revoked,
        &[
            NotRevoked::Closed(Status::Accepted),
            NotRevoked::Closed(Status::Revoked),
        ],
    );
    assert!(entered + withdrawn <= 1);
    assert_eq!(census.member(user).is_some(), census.statuses() == ["accepted"]);
    match (entered, withdrawn) {
        (1, _) => assert_eq!(census.statuses(), ["accepted"]),
        (_, 1) => assert_eq!(census.statuses(), ["revoked"]),
        _ => assert!(played.faulty),
    }
}

#[tokio::test]
async fn of_acceptance_and_revocation_one_happens() {
    let server = server_on(Embedded).await.unwrap();
    let schedules = every(async |choices| accept_and_revoke(&server, choices, 0).await).await;
    assert!(schedules >= 10, "{schedules}");
    some(25, async |choices| accept_and_revoke(&server, choices, 1).await).await;
}

/// The invited accepts while an administrator gives it a role: the one of the invitation, or another one.
async fn accept_and_be_bound(server: &Server, choices: &mut Choices, faults: usize, same: bool) {
    let tenant = tenant(server).await;
    let role = tenant.role(server, "Clerk").await;
    let given = match same {
        true => role,
        false => tenant.role(server, "Scribe").await,
    };
    let (user, email) = stranger(server).await;
    let (_, token) = tenant.invite(server, &email, role).await;
    let mut play = Play::new(server.app(), faults);
    let accepted = play.client("accepts", move |app| accept(app, user, token));
    let by = tenant.admin.clone();
    let bound = play.client("binds", move |app| bind(app, by, user, given));
    let played = play.run(choices).await;

    let census = tenant.census(server).await;
    let accepted = [accepted.told()];
    let entered = succeeded(
        &accepted,
        &[NotAccepted::AlreadyMember, NotAccepted::Closed(Status::Accepted)],
    );
    let bound = succeeded(&[bound.told()], &[NotBound::AlreadyBound]);
    let roles = census.member(user).map(|member| member.role_ids.clone());
    if entered + bound > 0 {
        assert!(roles.is_some());
    }
    if !played.faulty {
        // Whoever is bound first is no stranger whom one invites: the invitation stays open, and counted.
        let first_by_invitation = entered == 1;
        assert_eq!(
            census.statuses(),
            [if first_by_invitation { "accepted" } else { "pending" }]
        );
        assert_eq!(bound, usize::from(!same || !first_by_invitation));
        assert!(roles.unwrap().contains(&given));
    }
}

#[rstest]
#[case::into_the_same_role(true)]
#[case::into_another_role(false)]
#[tokio::test]
async fn whoever_accepts_and_is_bound_is_one_member(#[case] same: bool) {
    let server = server_on(Embedded).await.unwrap();
    every(async |choices| accept_and_be_bound(&server, choices, 0, same).await).await;
    some(25, async |choices| accept_and_be_bound(&server, choices, 1, same).await).await;
}

/// Two administrators invite the same address, spelled differently, into different roles.
async fn invite_twice(server: &Server, choices: &mut Choices, faults: usize) {
    let tenant = tenant(server).await;
    let other = tenant.second_admin(server).await;
    let (a, b) = (tenant.role(server, "Clerk").await, tenant.role(server, "Scribe").await);
    let address = format!("guest-of-{}@example.com", tenant.org);
    let mut play = Play::new(server.app(), faults);
    let invited = [
        ("a", tenant.admin.clone(), address.to_lowercase(), a),
        ("b", other, address.to_uppercase(), b),
    ];
    let fates = invited.map(|(name, by, address, role)| {
        let email = Email::parse(&address).unwrap();
        play.client(name, move |app| invite(app, by, email, role))
    });
    let played = play.run(choices).await;

    let census = tenant.census(server).await;
    let fates = fates.map(|fate| fate.told());
    let won = succeeded(&fates, &[NotInvited::AlreadyInvited]);
    assert!(won <= 1 && census.places.len() <= 1, "{fates:?}");
    assert!(census.invitations.len() <= 1, "{census:#?}");
    if fates.iter().any(Option::is_some) {
        assert_eq!(census.statuses(), ["pending"]);
    }
    assert!(played.faulty || won == 1);
}

#[rstest]
#[tokio::test]
async fn an_address_has_one_pending_invitation(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = server_on(table).await else { return };
    if table == Embedded {
        every(async |choices| invite_twice(&server, choices, 0).await).await;
    }
    let schedules = if table == Embedded { 25 } else { 8 };
    some(schedules, async |choices| invite_twice(&server, choices, 1).await).await;
}

/// Two mail an invitation again that has expired.
async fn resend_twice(server: &Server, choices: &mut Choices, faults: usize) {
    let tenant = tenant(server).await;
    let other = tenant.second_admin(server).await;
    let role = tenant.role(server, "Clerk").await;
    let (user, email) = stranger(server).await;
    let (id, old) = tenant.invite(server, &email, role).await;
    server.clock.advance(LIFETIME);
    let mut play = Play::new(server.app(), faults);
    let fates =
        [("a", tenant.admin.clone()), ("b", other)].map(|(name, by)| play.client(name, move |app| resend(app, by, id)));
    let played = play.run(choices).await;

    let census = tenant.census(server).await;
    let fates = fates.map(|fate| fate.told());
    let won = succeeded(&fates, &[NotInvited::AlreadyInvited]);
    assert!(won <= 1, "{fates:?}");
    let statuses = census.statuses();
    assert!(
        statuses == ["pending"] || statuses == ["expired", "pending"],
        "{statuses:?}"
    );
    if fates.iter().any(Option::is_some) {
        assert_eq!(statuses.len(), 2);
    }
    assert!(played.faulty || won == 1);
    let late = accept(server.app().clone(), user, old).await;
    assert!(
        matches!(late, Err(Undone::Refused(NotAccepted::Closed(Status::Expired)))),
        "{late:?}"
    );
}

#[tokio::test]
async fn an_expired_invitation_that_two_send_again_is_sent_again_once() {
    let server = server_on(Embedded).await.unwrap();
    every(async |choices| resend_twice(&server, choices, 0).await).await;
    some(25, async |choices| resend_twice(&server, choices, 1).await).await;
}

/// One mails an invitation again while the invited accepts it, or while it is taken back: no mail for a closed one.
async fn resend_and_close(server: &Server, choices: &mut Choices, faults: usize, accepting: bool) {
    let tenant = tenant(server).await;
    let role = tenant.role(server, "Clerk").await;
    let (user, email) = stranger(server).await;
    let (id, token) = tenant.invite(server, &email, role).await;
    let mut play = Play::new(server.app(), faults);
    let by = tenant.admin.clone();
    let resent = play.client("resends", move |app| resend(app, by, id));
    let by = tenant.admin.clone();
    let closed = play.client("closes", async move |app: App| match accepting {
        true => accept(app, user, token).await.is_ok(),
        false => revoke(app, by, id).await.is_ok(),
    });
    let played = play.run(choices).await;

    let census = tenant.census(server).await;
    let end = if accepting { Status::Accepted } else { Status::Revoked };
    succeeded(&[resent.told()], &[NotInvited::Final(end), NotInvited::AlreadyMember]);
    assert_eq!(census.invitations.len(), 1);
    if !played.faulty {
        assert_eq!(closed.told(), Some(true));
        assert_eq!(census.statuses(), [end.as_str()]);
    }
}

#[rstest]
#[case::by_acceptance(true)]
#[case::by_revocation(false)]
#[tokio::test]
async fn an_invitation_that_is_sent_again_may_be_closed_meanwhile(#[case] accepting: bool) {
    let server = server_on(Embedded).await.unwrap();
    every(async |choices| resend_and_close(&server, choices, 0, accepting).await).await;
    some(20, async |choices| {
        resend_and_close(&server, choices, 1, accepting).await
    })
    .await;
}
