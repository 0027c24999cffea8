//! Inviting somebody, and mailing an invitation again.

use jiff::Timestamp;

use super::{Invitation, LIFETIME, PURPOSE, Pending, Status, TOKEN_KNOWN, Token};
use crate::App;
use crate::access::Role;
use crate::access::standing::Actor;
use crate::accounts::Email;
use crate::accounts::email::EmailClaim;
use crate::act::{Failure, Undone};
use crate::http::throttle::Gauge;
use crate::ids::{InvitationId, RoleId, UserId};
use crate::notify::{Message, Template};
use crate::organizations::{Membership, Organization};
use crate::store::commit::{Step, text};
use crate::store::record::read_optional;
use crate::store::{Commit, Condition, Item, Record, StoreError, Versioned, retried};
use crate::tokens::{Keyring, Secret};

/// Why nobody was invited.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotInvited {
    /// The organization has no such role.
    #[error("there is no such role in this organization")]
    UnknownRole,
    /// Whoever invites has less than the role gives.
    #[error("only administrators may invite into a role that may do more than they may")]
    BeyondOwnRights,
    /// The address belongs to a member.
    #[error("belongs to a member of this organization already")]
    AlreadyMember,
    /// The address is invited, and the invitation is in force.
    #[error("is invited already; resend or revoke that invitation")]
    AlreadyInvited,
    /// There is no such invitation in the organization.
    #[error("there is no such invitation")]
    UnknownInvitation,
    /// It was accepted or revoked.
    #[error("the invitation was accepted or revoked")]
    Final(Status),
}

type Result<T> = std::result::Result<T, Undone<NotInvited>>;

fn refused<T>(why: NotInvited) -> Result<T> {
    Err(Undone::Refused(why))
}

/// Invites `email` into a role of the actor's organization, and mails the link.
///
/// # Errors
/// [`NotInvited`]; nothing was made or mailed then.
pub async fn invite(app: &App, actor: &Actor, email: &Email, role: RoleId) -> Result<Invitation> {
    retried(|| invite_once(app, actor, email, role, None)).await
}

/// Mails an invitation again: the same one while it is in force, a new one when it has expired.
///
/// # Errors
/// [`NotInvited`]; nothing was made or mailed then.
pub async fn resend(app: &App, actor: &Actor, id: InvitationId) -> Result<Invitation> {
    retried(|| resend_once(app, actor, id)).await
}

async fn invite_once(
    app: &App,
    actor: &Actor,
    email: &Email,
    role: RoleId,
    resent: Option<InvitationId>,
) -> Result<Invitation> {
    let org = actor.org_id();
    let keys = [
        Role::key_of(org, role),
        Organization::key_of(org),
        Pending::key_of(org, email),
        EmailClaim::key(email),
    ];
    let [role, organization, pending, claim] = app.store.get(keys).await?;
    let (Some(role), Some(organization)) = (
        read_optional::<Role>(role)?,
        read_optional::<Organization>(organization)?,
    ) else {
        return refused(NotInvited::UnknownRole);
    };
    if !actor.standing.may_hand_out(&role) {
        return refused(NotInvited::BeyondOwnRights);
    }
    if is_member(app, actor, claim).await? {
        return refused(NotInvited::AlreadyMember);
    }
    let now = app.clock.now();
    let pending: Option<Versioned<Pending>> = pending.map(Versioned::from_item).transpose()?;
    if pending.as_ref().is_some_and(|pending| now < pending.record.valid_until) {
        return refused(NotInvited::AlreadyInvited);
    }

    let keyring = app.keys.get().await?;
    let token = Secret::generate_long(&app.random);
    let invitation = draft(app, actor, email, &role, now)?;
    let mut commit = Commit::<Undone<NotInvited>>::new();
    if let Some(gauge) = gauge_of(app, actor, resent) {
        gauge.count_in(&mut commit);
    }
    commit.create(&invitation);
    commit.create(&Token {
        hash: token.hash(),
        org_id: org,
        invitation_id: invitation.id,
        role_id: role.id,
        known_until: invitation
            .valid_until
            .checked_add(TOKEN_KNOWN)
            .map_err(StoreError::corrupt)?,
    });
    let place = Pending {
        org_id: org,
        email: email.clone(),
        invitation_id: invitation.id,
        role_id: role.id,
        sealed_token: keyring.seal(&app.random, PURPOSE, token.expose())?,
        valid_until: invitation.valid_until,
    };
    take_place(&mut commit, pending, &place);
    commit.update(
        Organization::key_of(org),
        Condition::Present,
        [Step::Add("invitations", 1)],
    );
    commit.create(&mail(app, &keyring, &invitation, &organization, &role, actor, &token)?);
    actor
        .activity(app, actor.user.id, "invitation", "create")
        .about(invitation.id)
        .enter(&mut commit);
    app.store.commit(commit).await?;
    Ok(invitation)
}

fn draft(app: &App, actor: &Actor, email: &Email, role: &Role, now: Timestamp) -> Result<Invitation> {
    Ok(Invitation {
        id: InvitationId::generate(&app.clock, &app.random),
        org_id: role.org_id,
        email: email.clone(),
        role_id: role.id,
        role_name: role.name.clone(),
        inviter_id: actor.user.id,
        inviter_username: actor.user.email.typed().to_owned(),
        status: Status::Pending,
        created_at: now,
        valid_until: now.checked_add(LIFETIME).map_err(StoreError::corrupt)?,
        accepted_at: None,
    })
}

/// Adds to `commit` that an address has a new place, after an overdue one if there is one, and what the roles count.
fn take_place(commit: &mut Commit<Undone<NotInvited>>, overdue: Option<Versioned<Pending>>, place: &Pending) {
    let role_key = |role| Role::key_of(place.org_id, role);
    let mut by = 1;
    match overdue {
        None => {
            commit.create(place);
        }
        Some(overdue) => {
            commit.replace(&overdue, place);
            let old = overdue.record;
            commit.update(
                Invitation::key_of(old.org_id, old.invitation_id),
                Condition::Equals("status", text(Status::Pending.as_str())),
                [Step::Set("status", text(Status::Expired.as_str()))],
            );
            if old.role_id == place.role_id {
                by = 0;
            } else {
                commit.update(
                    role_key(old.role_id),
                    Condition::Present,
                    [Step::Add("invitations", -1)],
                );
            }
        }
    }
    commit
        .update(
            role_key(place.role_id),
            Condition::Present,
            [Step::Add("invitations", by)],
        )
        .otherwise(|_| Undone::Refused(NotInvited::UnknownRole));
}

async fn resend_once(app: &App, actor: &Actor, id: InvitationId) -> Result<Invitation> {
    let org = actor.org_id();
    let [item, organization] = app
        .store
        .get([Invitation::key_of(org, id), Organization::key_of(org)])
        .await?;
    let (Some(invitation), Some(organization)) = (
        read_optional::<Invitation>(item)?,
        read_optional::<Organization>(organization)?,
    ) else {
        return refused(NotInvited::UnknownInvitation);
    };
    match invitation.status_at(app.clock.now()) {
        status @ (Status::Accepted | Status::Revoked) => refused(NotInvited::Final(status)),
        Status::Expired => invite_once(app, actor, &invitation.email, invitation.role_id, Some(id)).await,
        Status::Pending => mail_again(app, actor, invitation, &organization).await,
    }
}

async fn mail_again(
    app: &App,
    actor: &Actor,
    invitation: Invitation,
    organization: &Organization,
) -> Result<Invitation> {
    let keys = [
        Pending::key_of(invitation.org_id, &invitation.email),
        Role::key_of(invitation.org_id, invitation.role_id),
        EmailClaim::key(&invitation.email),
    ];
    let [place, role, claim] = app.store.get(keys).await?;
    if is_member(app, actor, claim).await? {
        return refused(NotInvited::AlreadyMember);
    }
    // Between the two reads somebody may have accepted or revoked it: then it is read again.
    let (Some(place), Some(role)) = (read_optional::<Pending>(place)?, read_optional::<Role>(role)?) else {
        return Err(StoreError::Conflict.into());
    };
    if !actor.standing.may_hand_out(&role) {
        return refused(NotInvited::BeyondOwnRights);
    }
    let keyring = app.keys.get().await?;
    let token = Secret::presented(keyring.open(PURPOSE, &place.sealed_token)?.to_string());
    let mut commit = Commit::<Undone<NotInvited>>::new();
    if let Some(gauge) = gauge_of(app, actor, Some(invitation.id)) {
        gauge.count_in(&mut commit);
    }
    commit.check(place.key(), Condition::Equals("invitation_id", text(invitation.id)));
    commit.create(&mail(app, &keyring, &invitation, organization, &role, actor, &token)?);
    actor
        .activity(app, actor.user.id, "invitation", "resend")
        .about(invitation.id)
        .enter(&mut commit);
    app.store.commit(commit).await?;
    Ok(invitation)
}

/// Counts the mails that somebody causes to be sent to others.
pub fn gauge(app: &App, actor: &Actor) -> Option<Gauge> {
    let subject = actor.user.id.to_string();
    Gauge::account(app, "invite", |limits| limits.invite_account, &subject)
}

/// Counts invitations by who sends them, and repeated mails by the invitation.
fn gauge_of(app: &App, actor: &Actor, resent: Option<InvitationId>) -> Option<Gauge> {
    match resent {
        None => gauge(app, actor),
        Some(id) => Gauge::account(app, "resend", |limits| limits.resend_invitation, &id.to_string()),
    }
}

/// Whether the address that this claims belongs to a member of the actor's organization.
async fn is_member(app: &App, actor: &Actor, claim: Option<Item>) -> std::result::Result<bool, StoreError> {
    // Whether anybody has the address is not to be told by how long this takes: somebody who cannot exist is looked for too.
    let nobody = || UserId::generate(&app.clock, &app.random);
    let user = read_optional::<EmailClaim>(claim)?.map_or_else(nobody, |claim| claim.user_id);
    let [membership] = app.store.get([Membership::key_of(user, actor.org_id())]).await?;
    Ok(membership.is_some())
}

fn mail(
    app: &App,
    keyring: &Keyring,
    invitation: &Invitation,
    organization: &Organization,
    role: &Role,
    actor: &Actor,
    token: &Secret,
) -> Result<Message> {
    let template = Template::Invitation {
        organization: organization.name.clone(),
        role: role.name.clone(),
        inviter: actor.user.display_name(),
        until: invitation.valid_until.strftime("%-d %B %Y, %H:%M UTC").to_string(),
        link: format!("{}/auth/invitations/accept/{}", app.config.public_url, token.expose()),
    };
    Ok(Message::mail(app, keyring, &invitation.email, &template).map_err(Failure::from)?)
}
