//! What becomes of an invitation: the invited accepts it, or the organization takes it back. Whichever comes first.

use super::{Invitation, Status, Token, end};
use crate::App;
use crate::access::Role;
use crate::access::standing::Actor;
use crate::accounts::User;
use crate::act::Undone;
use crate::activity::Activity;
use crate::ids::{InvitationId, OrgId, UserId};
use crate::organizations::members;
use crate::organizations::membership::{MOST, Membership};
use crate::sessions::Origin;
use crate::store::commit::{Step, text};
use crate::store::record::read_optional;
use crate::store::{Commit, Condition, Record, StoreError, Versioned, retried};
use crate::tokens::Secret;

/// Why an invitation was not accepted.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAccepted {
    /// Nobody was sent such a token.
    #[error("there is no such invitation")]
    UnknownToken,
    /// It was accepted, revoked, or nobody accepted it in time.
    #[error("the invitation is not open any more")]
    Closed(Status),
    /// The user is gone.
    #[error("the user does not exist")]
    Gone,
    /// Another address was invited.
    #[error("another address was invited")]
    WrongAddress,
    /// The user belongs to the organization.
    #[error("belongs to the organization already")]
    AlreadyMember,
    /// The user belongs to as many organizations as anybody may.
    #[error("belongs to {MOST} organizations, which is the most")]
    TooMany,
}

type Accepted<T> = Result<T, Undone<NotAccepted>>;

/// Accepts the invitation that `token` was mailed for: status, membership and counters in one commit, so that it happens
/// once under any interleaving.
///
/// # Errors
/// [`NotAccepted`]; nothing has changed then.
pub async fn accept(app: &App, user: UserId, token: &Secret, origin: &Origin) -> Accepted<Invitation> {
    retried(|| accept_once(app, user, token, origin)).await
}

async fn accept_once(app: &App, user: UserId, token: &Secret, origin: &Origin) -> Accepted<Invitation> {
    let refused = |why| Err(Undone::Refused(why));
    let now = app.clock.now();
    let [found] = app.store.get([Token::key_of(&token.hash())]).await?;
    let Some(found) = read_optional::<Token>(found)?.filter(|found| now < found.known_until) else {
        return refused(NotAccepted::UnknownToken);
    };
    let keys = [
        Invitation::key_of(found.org_id, found.invitation_id),
        User::key_of(user),
        Membership::key_of(user, found.org_id),
        Role::key_of(found.org_id, found.role_id),
    ];
    let [invitation, user, membership, role] = app.store.get(keys).await?;
    let Some(invitation) = read_optional::<Invitation>(invitation)? else {
        return refused(NotAccepted::UnknownToken);
    };
    match invitation.status_at(now) {
        Status::Pending => {}
        status => return refused(NotAccepted::Closed(status)),
    }
    let Some(user) = user.map(Versioned::<User>::from_item).transpose()? else {
        return refused(NotAccepted::Gone);
    };
    if user.record.email.canonical() != invitation.email.canonical() {
        return refused(NotAccepted::WrongAddress);
    }
    if membership.is_some() {
        // The three were not read at one moment: it may be the membership that an acceptance made meanwhile.
        let key = Invitation::key_of(invitation.org_id, invitation.id);
        let [again] = app.store.get([key]).await?;
        let again = read_optional::<Invitation>(again)?.unwrap_or(invitation);
        return match again.status_at(now) {
            Status::Pending => refused(NotAccepted::AlreadyMember),
            status => refused(NotAccepted::Closed(status)),
        };
    }
    if user.record.member_of >= MOST {
        return refused(NotAccepted::TooMany);
    }
    // A role stays while somebody is invited into it: one that is gone was removed after the invitation ended.
    let role = read_optional::<Role>(role)?.ok_or(StoreError::Conflict)?;

    let mut commit = Commit::<Undone<NotAccepted>>::new();
    let accepted = vec![
        Step::Set("status", text(Status::Accepted.as_str())),
        Step::Set("accepted_at", text(now)),
    ];
    end(
        &mut commit,
        invitation.org_id,
        &invitation.email,
        invitation.id,
        accepted,
        || StoreError::Conflict.into(),
    );
    members::join(&mut commit, &user, &role);
    commit.update(
        role.key(),
        Condition::Present,
        [Step::Add("users", 1), Step::Add("invitations", -1)],
    );
    Activity::new(app, user.record.id, origin, "invitation", "accept")
        .about(invitation.id)
        .enter(&mut commit);
    app.store.commit(commit).await?;
    Ok(Invitation {
        status: Status::Accepted,
        accepted_at: Some(now),
        ..invitation
    })
}

/// Why an invitation was not revoked.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotRevoked {
    /// There is no such invitation in the organization.
    #[error("there is no such invitation")]
    Unknown,
    /// It was accepted, revoked, or nobody accepted it in time.
    #[error("the invitation is not open any more")]
    Closed(Status),
}

/// Takes an invitation of the actor's organization back; its token stops working at once.
///
/// # Errors
/// [`NotRevoked`]; nothing has changed then.
pub async fn revoke(app: &App, actor: &Actor, id: InvitationId) -> Result<(), Undone<NotRevoked>> {
    retried(|| revoke_once(app, actor, id)).await
}

async fn revoke_once(app: &App, actor: &Actor, id: InvitationId) -> Result<(), Undone<NotRevoked>> {
    let org: OrgId = actor.org_id();
    let [invitation] = app.store.get([Invitation::key_of(org, id)]).await?;
    let Some(invitation) = read_optional::<Invitation>(invitation)? else {
        return Err(Undone::Refused(NotRevoked::Unknown));
    };
    match invitation.status_at(app.clock.now()) {
        Status::Pending => {}
        status => return Err(Undone::Refused(NotRevoked::Closed(status))),
    }
    let mut commit = Commit::<Undone<NotRevoked>>::new();
    let revoked = vec![Step::Set("status", text(Status::Revoked.as_str()))];
    end(&mut commit, org, &invitation.email, id, revoked, || {
        StoreError::Conflict.into()
    });
    commit.update(
        Role::key_of(org, invitation.role_id),
        Condition::Present,
        [Step::Add("invitations", -1)],
    );
    actor
        .activity(app, actor.user.id, "invitation", "revoke")
        .about(id)
        .enter(&mut commit);
    app.store.commit(commit).await
}
