//! Giving permissions to roles and taking them away. It acts on the next request of whoever has the role.

use super::catalogue::Known;
use super::permission::Permission;
use super::role::{Grant, Role};
use super::standing::Actor;
use crate::App;
use crate::act::Undone;
use crate::ids::{OrgId, RoleId};
use crate::store::{Commit, Versioned, retried};

/// Permissions that a role has at most.
pub const MOST: usize = 500;

/// Who has this may write the catalogue that all organizations share.
const CATALOGUE: &str = "permission:all:write";

/// Why a role's permissions did not change.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotBound {
    /// The organization has no such role.
    #[error("there is no such role in this organization")]
    Unknown,
    /// It is a system role.
    #[error("the permissions of a system role cannot be changed")]
    System,
    /// The role has the permission already.
    #[error("the role has this permission already")]
    AlreadyBound,
    /// The role does not have the permission.
    #[error("the role does not have this permission")]
    NotThere,
    /// The binding is locked.
    #[error("this permission is locked")]
    Locked,
    /// The role has as many permissions as it may.
    #[error("the role has {MOST} permissions, which is the most")]
    TooMany,
    /// Whoever gives it does not have it.
    #[error("only administrators may grant what they do not have themselves")]
    BeyondOwnRights,
    /// Only the home organization's roles may have it.
    #[error("only the home organization may grant this permission")]
    HomeOnly,
}

type Result<T> = std::result::Result<T, Undone<NotBound>>;

fn refused<T>(why: NotBound) -> Result<T> {
    Err(Undone::Refused(why))
}

/// Gives a role of the actor's organization a permission, which becomes known if it was not.
///
/// # Errors
/// [`NotBound`].
pub async fn bind(app: &App, actor: &Actor, role: RoleId, permission: &Permission) -> Result<()> {
    let question = permission.question();
    if actor.org_id() != OrgId::HOME && Permission::parse(CATALOGUE).is_some_and(|catalogue| *permission == catalogue) {
        return refused(NotBound::HomeOnly);
    }
    if !actor.standing.is_admin() && actor.standing.answer(&question).is_none() {
        return refused(NotBound::BeyondOwnRights);
    }
    retried(|| bind_once(app, actor, role, permission)).await
}

async fn bind_once(app: &App, actor: &Actor, role: RoleId, permission: &Permission) -> Result<()> {
    let keys = [Role::key_of(actor.org_id(), role), Known::key_of(permission)];
    let [role, known] = app.store.get(keys).await?;
    let (read, mut role) = editable(role)?;
    if role.permissions().any(|bound| bound == *permission) {
        return refused(NotBound::AlreadyBound);
    }
    if role.grants.len() >= MOST {
        return refused(NotBound::TooMany);
    }
    role.grants.push(Grant {
        permission: permission.to_string(),
        is_locked: false,
    });
    let mut commit = Commit::<Undone<NotBound>>::new();
    commit.replace(&read, &role);
    if known.is_none() {
        commit.create(&Known::new(app, permission));
    }
    let activity = actor.activity(app, actor.user.id, "role", "bind permission");
    commit.create(&activity.about(format_args!("{} {permission}", role.id)));
    app.store.commit(commit).await
}

/// Takes a permission from a role of the actor's organization. It stays known.
///
/// # Errors
/// [`NotBound`].
pub async fn unbind(app: &App, actor: &Actor, role: RoleId, permission: &Permission) -> Result<()> {
    retried(|| unbind_once(app, actor, role, permission)).await
}

async fn unbind_once(app: &App, actor: &Actor, role: RoleId, permission: &Permission) -> Result<()> {
    let [role] = app.store.get([Role::key_of(actor.org_id(), role)]).await?;
    let (read, mut role) = editable(role)?;
    let place = role
        .grants
        .iter()
        .position(|grant| grant.permission().as_ref() == Some(permission));
    let Some(place) = place else {
        return refused(NotBound::NotThere);
    };
    if role.grants.remove(place).is_locked {
        return refused(NotBound::Locked);
    }
    let mut commit = Commit::<Undone<NotBound>>::new();
    commit.replace(&read, &role);
    let activity = actor.activity(app, actor.user.id, "role", "unbind permission");
    commit.create(&activity.about(format_args!("{} {permission}", role.id)));
    app.store.commit(commit).await
}

fn editable(item: Option<crate::store::Item>) -> Result<(Versioned<Role>, Role)> {
    let Some(item) = item else {
        return refused(NotBound::Unknown);
    };
    let read = Versioned::<Role>::from_item(item)?;
    match read.record.is_system {
        true => refused(NotBound::System),
        false => Ok((read.clone(), read.record)),
    }
}
