//! Removing roles: those that nobody has, as engine does, or from everybody who has them, as identity-server does.

use super::role::{ALL_ROLES, Role, RoleName};
use super::role_number;
use super::roles::{NotChanged, Result, find, refused};
use super::standing::Actor;
use crate::App;
use crate::accounts::User;
use crate::act::Undone;
use crate::ids::{OrgId, RoleId};
use crate::organizations::holders::{self, Holder};
use crate::organizations::membership::{Headcount, Membership};
use crate::organizations::{Organization, invitations};
use crate::store::commit::{Step, int, text};
use crate::store::{Commit, Condition, Record, StoreError, Versioned, retried};

/// Holders of a role that is gone who are seen to in one commit: four changes each, of a hundred.
const HOLDERS: usize = 20;

/// So many commits one request makes at most; the next one goes on.
const MOST_COMMITS: usize = 100;

/// Removes a role that nobody has and nobody is invited into. Who gets the role, or is invited into it, in the same moment
/// finds it there or not; a role never goes from under somebody.
///
/// # Errors
/// [`NotChanged::Unknown`], [`NotChanged::System`], [`NotChanged::HasMembers`], [`NotChanged::HasInvitations`].
pub async fn delete(app: &App, actor: &Actor, id: RoleId) -> Result<()> {
    retried(|| delete_once(app, actor, id)).await
}

async fn delete_once(app: &App, actor: &Actor, id: RoleId) -> Result<()> {
    let mut role = unheld(app, actor, id).await?;
    if role.invitations > 0 {
        // Overdue invitations are counted until somebody looks: they do not hold the role.
        invitations::settle_overdue(app, id).await?;
        role = unheld(app, actor, id).await?;
    }
    if role.invitations > 0 {
        return refused(NotChanged::HasInvitations);
    }
    let mut commit = Commit::<Undone<NotChanged>>::new();
    take_away(app, &mut commit, actor, &role, true);
    app.store.commit(commit).await
}

async fn unheld(app: &App, actor: &Actor, id: RoleId) -> Result<Role> {
    match removable(app, actor, id).await? {
        role if role.users > 0 => refused(NotChanged::HasMembers),
        role => Ok(role),
    }
}

async fn removable(app: &App, actor: &Actor, id: RoleId) -> Result<Role> {
    match find(app, actor.org_id(), id).await? {
        None => refused(NotChanged::Unknown),
        Some(Versioned { record: role, .. }) if role.is_system => refused(NotChanged::System),
        Some(Versioned { record: role, .. }) => Ok(role),
    }
}

/// Adds to `commit` that a role goes which nobody is invited into, and, where it is `unheld`, nobody has.
fn take_away(app: &App, commit: &mut Commit<Undone<NotChanged>>, actor: &Actor, role: &Role, unheld: bool) {
    let mut unused = vec![Condition::Equals("invitations", int(0))];
    if unheld {
        unused.push(Condition::Equals("users", int(0)));
        role_number::release(commit, role.number);
    }
    commit.delete(role.key(), Condition::All(unused));
    commit.delete(
        RoleName::key_of(role.org_id, &role.name),
        Condition::Equals("role_id", text(role.id)),
    );
    commit.update(
        Organization::key_of(role.org_id),
        Condition::Present,
        [Step::Add("roles", -1)],
    );
    ALL_ROLES.add(commit, role.id.mark(), -1);
    actor
        .activity(app, actor.user.id, "role", "delete")
        .about(role.id)
        .enter(commit);
}

/// Removes a role of the home organization from everybody who has it, and revokes the invitations into it.
///
/// The first commit removes the role: from then on it gives nothing, and nobody gets it. What is left are memberships that
/// name it, which are seen to in bounded commits afterwards; by its holders, whom nobody joins any more. If that is cut off,
/// or there are too many for one request, the same call goes on where it stopped: until then the role keeps its number.
///
/// # Errors
/// [`NotChanged::Unknown`], [`NotChanged::System`], [`NotChanged::Unfinished`].
pub async fn delete_from_all(app: &App, actor: &Actor, id: RoleId) -> Result<()> {
    let was_there = match retried(|| end_once(app, actor, id)).await {
        Ok(Left::Nothing) => return Ok(()),
        Ok(Left::Grants) => true,
        Err(Undone::Refused(NotChanged::Unknown)) => false,
        Err(undone) => return Err(undone),
    };
    let mut found_some = was_there;
    for _ in 0..MOST_COMMITS {
        match retried(|| see_to_some(app, actor, id)).await? {
            Seen::Nobody if found_some => return Ok(()),
            Seen::Nobody => return refused(NotChanged::Unknown),
            Seen::Last => return Ok(()),
            Seen::Some => found_some = true,
        }
    }
    refused(NotChanged::Unfinished)
}

/// What is left of a role that is gone.
enum Left {
    /// Nothing.
    Nothing,
    /// Memberships may name it.
    Grants,
}

async fn end_once(app: &App, actor: &Actor, id: RoleId) -> Result<Left> {
    let mut role = removable(app, actor, id).await?;
    if role.invitations > 0 {
        invitations::revoke_all(app, id).await?;
        role = removable(app, actor, id).await?;
    }
    let unheld = role.users == 0;
    let mut commit = Commit::<Undone<NotChanged>>::new();
    take_away(app, &mut commit, actor, &role, unheld);
    app.store.commit(commit).await?;
    Ok(if unheld { Left::Nothing } else { Left::Grants })
}

/// Whom a look at the holders of a role that is gone found.
enum Seen {
    Nobody,
    Some,
    Last,
}

async fn see_to_some(app: &App, actor: &Actor, role: RoleId) -> Result<Seen> {
    let wanted = u16::try_from(HOLDERS + 1).unwrap_or(u16::MAX);
    let mut found: Vec<Holder> = app.store.query(holders::of(role).limit(wanted)).await?.records()?;
    let is_last = found.len() <= HOLDERS;
    found.truncate(HOLDERS);
    let Some(number) = found.first().map(|holder| holder.number) else {
        return Ok(Seen::Nobody);
    };
    let keys = found
        .iter()
        .map(|holder| Membership::key_of(holder.user_id, OrgId::HOME));
    let memberships = app.store.get_all(keys.collect()).await?;
    let mut commit = Commit::<Undone<NotChanged>>::new();
    let mut leaving = 0;
    for (holder, membership) in found.iter().zip(memberships) {
        commit.delete(holder.key(), Condition::Always);
        let Some(membership) = membership.map(Versioned::<Membership>::from_item).transpose()? else {
            continue;
        };
        if membership.record.role_ids.contains(&role) {
            leaving += lose(&mut commit, &membership, role);
            let activity = actor.activity(app, holder.user_id, "membership", "unbind");
            activity.about(role).enter(&mut commit);
        }
    }
    let going = Headcount::default().leaving(leaving);
    going.count(&mut commit, OrgId::HOME, || StoreError::Conflict.into());
    if is_last {
        role_number::release(&mut commit, number);
    }
    app.store.commit(commit).await?;
    Ok(if is_last { Seen::Last } else { Seen::Some })
}

/// Adds to `commit` that a member has a role no longer which is gone; says how many members leave by that.
fn lose(commit: &mut Commit<Undone<NotChanged>>, read: &Versioned<Membership>, role: RoleId) -> i64 {
    match read.record.without(role, None) {
        Some(membership) => {
            commit.replace(read, &membership);
            0
        }
        None => {
            commit.delete(read.record.key(), Condition::Version(read.version));
            // Nothing of the user is copied, so that its version does not matter; that it rises tells everybody.
            commit.update(
                User::key_of(read.record.user_id),
                Condition::Present,
                [Step::Add("member_of", -1)],
            );
            1
        }
    }
}
