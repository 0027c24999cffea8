//! Making and changing roles.

use super::role::{ADMIN, ALL_ROLES, Role, SUPER_ADMIN, canonical};
use super::role_number;
use super::standing::Actor;
use crate::App;
use crate::act::Undone;
use crate::ids::{OrgId, RoleId};
use crate::organizations::Organization;
use crate::store::commit::{Step, text};
use crate::store::sequence::Next;
use crate::store::{Commit, Condition, Record, StoreError, Versioned, retried};

/// Roles that an organization has at most.
pub const MOST: i64 = 1000;

/// What a role is made of, apart from its grants.
#[derive(Debug, Clone)]
pub struct Draft {
    /// Name; compared without case.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Free form.
    pub extra_attrs: Option<serde_json::Value>,
}

/// Why a role was not made, changed or removed; removing is in [`removal`](super::removal).
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotChanged {
    /// The organization has no such role.
    #[error("there is no such role in this organization")]
    Unknown,
    /// It is a system role.
    #[error("it is a system role")]
    System,
    /// Another role has the name, or it is a system role's.
    #[error("another role has this name")]
    NameTaken,
    /// The organization has as many roles as it may.
    #[error("the organization has {MOST} roles, which is the most")]
    TooMany,
    /// Members have it.
    #[error("members have this role")]
    HasMembers,
    /// Somebody is invited into it.
    #[error("somebody is invited into this role")]
    HasInvitations,
    /// It is gone, but not from all who had it: the same once more does the rest.
    #[error("the role is gone, but more members had it than can be seen to at once")]
    Unfinished,
}

pub(super) type Result<T> = std::result::Result<T, Undone<NotChanged>>;

pub(super) fn refused<T>(why: NotChanged) -> Result<T> {
    Err(Undone::Refused(why))
}

fn is_reserved(name: &str) -> bool {
    [ADMIN, SUPER_ADMIN]
        .iter()
        .any(|reserved| canonical(reserved) == canonical(name))
}

/// Makes a role without grants.
///
/// # Errors
/// [`NotChanged::NameTaken`], [`NotChanged::TooMany`].
pub async fn create(app: &App, actor: &Actor, draft: Draft) -> Result<Role> {
    if is_reserved(&draft.name) {
        return refused(NotChanged::NameTaken);
    }
    // Where another role gets a number in the same moment, this one gets the next.
    retried(|| create_once(app, actor, draft.clone())).await
}

async fn create_once(app: &App, actor: &Actor, draft: Draft) -> Result<Role> {
    let number = role_number::next(&app.store, actor.org_id()).await?;
    let role = Role {
        id: RoleId::generate(&app.clock, &app.random),
        org_id: actor.org_id(),
        number: number.map(Next::number),
        name: draft.name,
        description: draft.description,
        is_system: false,
        extra_attrs: draft.extra_attrs,
        grants: Vec::new(),
        users: 0,
        invitations: 0,
        created_at: app.clock.now(),
    };
    let mut commit = Commit::<Undone<NotChanged>>::new();
    commit
        .create(&role.claim())
        .otherwise(|_| Undone::Refused(NotChanged::NameTaken));
    commit.create(&role);
    commit
        .update(
            Organization::key_of(role.org_id),
            Condition::All(vec![Condition::Present, Condition::Below("roles", MOST)]),
            [Step::Add("roles", 1)],
        )
        .otherwise(|_| Undone::Refused(NotChanged::TooMany));
    if let Some(number) = number {
        number.take(&mut commit);
    }
    role_number::claim(&mut commit, &role);
    ALL_ROLES.add(&mut commit, role.id.mark(), 1);
    actor
        .activity(app, actor.user.id, "role", "create")
        .about(role.id)
        .enter(&mut commit);
    app.store.commit(commit).await?;
    Ok(role)
}

/// Reads a role of `org`.
///
/// # Errors
/// [`StoreError`].
pub async fn find(app: &App, org: OrgId, id: RoleId) -> std::result::Result<Option<Versioned<Role>>, StoreError> {
    let [role] = app.store.get([Role::key_of(org, id)]).await?;
    role.map(Versioned::from_item).transpose()
}

/// Replaces name, description and free form of a role; what it gives and who has it stays.
///
/// # Errors
/// [`NotChanged::Unknown`], [`NotChanged::System`], [`NotChanged::NameTaken`].
pub async fn update(app: &App, actor: &Actor, id: RoleId, draft: &Draft) -> Result<Role> {
    retried(|| update_once(app, actor, id, draft.clone())).await
}

async fn update_once(app: &App, actor: &Actor, id: RoleId, draft: Draft) -> Result<Role> {
    let Some(read) = find(app, actor.org_id(), id).await? else {
        return refused(NotChanged::Unknown);
    };
    if read.record.is_system {
        return refused(NotChanged::System);
    }
    if is_reserved(&draft.name) {
        return refused(NotChanged::NameTaken);
    }
    let role = Role {
        name: draft.name,
        description: draft.description,
        extra_attrs: draft.extra_attrs,
        ..read.record.clone()
    };
    let mut commit = Commit::<Undone<NotChanged>>::new();
    commit.replace(&read, &role);
    let (before, after) = (read.record.claim(), role.claim());
    if before.key() != after.key() {
        commit.delete(before.key(), Condition::Equals("role_id", text(id)));
        commit
            .create(&after)
            .otherwise(|_| Undone::Refused(NotChanged::NameTaken));
    } else if before.name != after.name {
        commit.put(&after);
    }
    actor
        .activity(app, actor.user.id, "role", "update")
        .about(id)
        .enter(&mut commit);
    app.store.commit(commit).await?;
    Ok(role)
}
