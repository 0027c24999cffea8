//! Giving roles to users and taking them away. The first role makes a member, losing the last one ends it.

use super::holders;
use super::invitations::invite;
use super::membership::{self, Headcount, MOST, MOST_BY_OTHERS, MOST_ROLES, Membership};
use super::organization::Organization;
use crate::App;
use crate::access::Role;
use crate::access::standing::Actor;
use crate::accounts::{State, User};
use crate::act::{Failure, Undone};
use crate::ids::{OrgId, RoleId, UserId};
use crate::notify::{Message, Template};
use crate::store::commit::Step;
use crate::store::record::read_optional;
use crate::store::{Commit, Condition, Item, Record, StoreError, Versioned, retried};

/// Why a role was not given or taken.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotBound {
    /// There is no such user, or, where a role is taken, no such member.
    #[error("there is no such user")]
    UnknownUser,
    /// The organization has no such role.
    #[error("there is no such role in this organization")]
    UnknownRole,
    /// The user has the role.
    #[error("the user has this role already")]
    AlreadyBound,
    /// The user does not have the role.
    #[error("the user does not have this role")]
    NotThere,
    /// The user has as many roles, or belongs to as many organizations, as anybody may.
    #[error("the user has as many roles, or belongs to as many organizations, as anybody may")]
    TooMany,
    /// Whoever gives the role has less than it gives, or takes a system role without administrating what it does.
    #[error("only administrators may give a role that may do more than they may, or take an administrator's")]
    BeyondOwnRights,
    /// Nobody would be left to administrate.
    #[error("cannot remove the last admin role from the organization")]
    LastAdmin,
}

type Result<T> = std::result::Result<T, Undone<NotBound>>;

fn refused<T>(why: NotBound) -> Result<T> {
    Err(Undone::Refused(why))
}

/// Gives `user` a role of the actor's organization, and tells the user by mail.
///
/// # Errors
/// [`NotBound`].
pub async fn bind(app: &App, actor: &Actor, user: UserId, role: RoleId) -> Result<()> {
    retried(|| bind_once(app, actor, user, role)).await
}

async fn bind_once(app: &App, actor: &Actor, user: UserId, role: RoleId) -> Result<()> {
    let org = actor.org_id();
    let keys = [
        Role::key_of(org, role),
        User::key_of(user),
        Membership::key_of(user, org),
        Organization::key_of(org),
    ];
    let [role, user, membership, organization] = app.store.get(keys).await?;
    let Some(role) = read_optional::<Role>(role)? else {
        return refused(NotBound::UnknownRole);
    };
    let Some(user) = versioned::<User>(user)?.filter(|user| user.record.state != State::Deleted) else {
        return refused(NotBound::UnknownUser);
    };
    if !actor.standing.may_hand_out(&role) {
        return refused(NotBound::BeyondOwnRights);
    }
    let by_others = user.record.id != actor.user.id;
    let mut commit = Commit::<Undone<NotBound>>::new();
    match versioned::<Membership>(membership)? {
        None => {
            // The home organization is no stranger's.
            let most = if by_others && org != OrgId::HOME {
                MOST_BY_OTHERS
            } else {
                MOST
            };
            if user.record.member_of >= most {
                return refused(NotBound::TooMany);
            }
            join(&mut commit, &user, &role);
        }
        Some(read) => add(&mut commit, &read, &role)?,
    }
    commit
        .update(role.key(), Condition::Present, [Step::Add("users", 1)])
        .otherwise(|_| Undone::Refused(NotBound::UnknownRole));
    actor
        .activity(app, user.record.id, "membership", "bind")
        .about(role.id)
        .enter(&mut commit);
    if let Some(organization) = read_optional::<Organization>(organization)?.filter(|_| by_others) {
        let template = Template::RoleGiven {
            organization: organization.name,
            role: role.name,
            by: actor.user.display_name(),
        };
        let keyring = app.keys.get().await?;
        let message = Message::mail(app, &keyring, &user.record.email, &template).map_err(Failure::from)?;
        commit.create(&message);
        // It is a mail to somebody who did not ask for it, as an invitation is.
        if let Some(gauge) = invite::gauge(app, actor) {
            gauge.count_in(&mut commit);
        }
    }
    app.store.commit(commit).await
}

/// Adds to `commit` that a user becomes a member by `role`. What the role counts is for the caller to write.
pub fn join<E: From<StoreError>>(commit: &mut Commit<E>, user: &Versioned<User>, role: &Role) {
    let membership = Membership::new(&user.record, role);
    commit.create(&membership);
    membership::count_memberships(commit, user.record.id, user.version, 1);
    holders::add(commit, role, user.record.id);
    Headcount::between(None, Some(&membership)).count(commit, role.org_id, || StoreError::Conflict.into());
}

fn add(commit: &mut Commit<Undone<NotBound>>, read: &Versioned<Membership>, role: &Role) -> Result<()> {
    if read.record.role_ids.contains(&role.id) {
        return refused(NotBound::AlreadyBound);
    }
    if read.record.role_ids.len() >= MOST_ROLES {
        return refused(NotBound::TooMany);
    }
    let membership = read.record.with(role);
    commit.replace(read, &membership);
    holders::add(commit, role, membership.user_id);
    let coming = Headcount::between(Some(&read.record), Some(&membership));
    coming.count(commit, role.org_id, || StoreError::Conflict.into());
    Ok(())
}

/// Takes a role of the actor's organization from `user`.
///
/// # Errors
/// [`NotBound`].
pub async fn unbind(app: &App, actor: &Actor, user: UserId, role: RoleId) -> Result<()> {
    retried(|| unbind_once(app, actor, user, role)).await
}

async fn unbind_once(app: &App, actor: &Actor, user: UserId, role: RoleId) -> Result<()> {
    let org = actor.org_id();
    let keys = [
        Role::key_of(org, role),
        User::key_of(user),
        Membership::key_of(user, org),
    ];
    let [role, user, membership] = app.store.get(keys).await?;
    let Some(role) = read_optional::<Role>(role)? else {
        return refused(NotBound::UnknownRole);
    };
    // Who has an account and does not belong here is as unknown as nobody: identifiers tell nothing of other organizations.
    let (Some(user), Some(read)) = (versioned::<User>(user)?, versioned::<Membership>(membership)?) else {
        return refused(NotBound::UnknownUser);
    };
    if !read.record.role_ids.contains(&role.id) {
        return refused(NotBound::NotThere);
    }
    if role.office().is_some_and(|office| !actor.standing.fills(office)) {
        return refused(NotBound::BeyondOwnRights);
    }
    let membership = read.record.without(role.id, role.office());
    let mut commit = Commit::<Undone<NotBound>>::new();
    match &membership {
        Some(membership) => commit.replace(&read, membership),
        None => {
            membership::count_memberships(&mut commit, user.record.id, user.version, -1);
            commit.delete(read.record.key(), Condition::Version(read.version))
        }
    };
    holders::remove(&mut commit, org, role.id, user.record.id);
    let going = Headcount::between(Some(&read.record), membership.as_ref());
    going.count(&mut commit, org, || Undone::Refused(NotBound::LastAdmin));
    commit.update(role.key(), Condition::Present, [Step::Add("users", -1)]);
    actor
        .activity(app, user.record.id, "membership", "unbind")
        .about(role.id)
        .enter(&mut commit);
    app.store.commit(commit).await
}

fn versioned<R: Record>(item: Option<Item>) -> std::result::Result<Option<Versioned<R>>, StoreError> {
    item.map(Versioned::from_item).transpose()
}
