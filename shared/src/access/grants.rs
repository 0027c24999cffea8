//! Giving permissions to roles and taking them away. It acts on the next request of whoever has the role.

use std::fmt::Display;

use super::catalogue::Known;
use super::named::Named;
use super::permission::Permission;
use super::role::{Grant, Role};
use super::standing::Actor;
use crate::App;
use crate::act::Undone;
use crate::ids::{OrgId, RoleId};
use crate::store::record::read_optional;
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
    /// There is no such permission.
    #[error("there is no such permission")]
    UnknownPermission,
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
        number: None,
    });
    let mut commit = changed(app, actor, &read, &role, "bind permission", permission);
    if known.is_none() {
        commit.create(&Known::new(app, permission));
    }
    app.store.commit(commit).await
}

/// A commit that a role's grants have changed.
fn changed(
    app: &App,
    actor: &Actor,
    read: &Versioned<Role>,
    role: &Role,
    action: &str,
    permission: impl Display,
) -> Commit<Undone<NotBound>> {
    let mut commit = Commit::new();
    commit.replace(read, role);
    let activity = actor.activity(app, actor.user.id, "role", action);
    activity
        .about(format_args!("{} {permission}", role.id))
        .enter(&mut commit);
    commit
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
    let commit = changed(app, actor, &read, &role, "unbind permission", permission);
    app.store.commit(commit).await
}

/// Gives a role of the home organization the permission that has a number, and only a name otherwise.
///
/// # Errors
/// [`NotBound`].
pub async fn add_named(app: &App, actor: &Actor, role: RoleId, number: i64) -> Result<()> {
    retried(|| add_named_once(app, actor, role, number)).await
}

async fn add_named_once(app: &App, actor: &Actor, role: RoleId, number: i64) -> Result<()> {
    let keys = [Role::key_of(OrgId::HOME, role), Named::key_of(number)];
    let [role, named] = app.store.get(keys).await?;
    let (read, mut role) = editable(role)?;
    let Some(named) = read_optional::<Named>(named)?.filter(|named| !named.has_ended) else {
        return refused(NotBound::UnknownPermission);
    };
    if role.gives(number) {
        return refused(NotBound::AlreadyBound);
    }
    if role.grants.len() >= MOST {
        return refused(NotBound::TooMany);
    }
    role.grants.push(named.grant());
    let mut commit = changed(app, actor, &read, &role, "bind permission", &named.name);
    named.grant_to_role(&mut commit, || Undone::Refused(NotBound::UnknownPermission));
    app.store.commit(commit).await
}

/// Takes a permission that has a number from a role of the home organization.
///
/// # Errors
/// [`NotBound`].
pub async fn remove_named(app: &App, actor: &Actor, role: RoleId, number: i64) -> Result<()> {
    retried(|| remove_named_once(app, actor, role, number)).await
}

async fn remove_named_once(app: &App, actor: &Actor, role: RoleId, number: i64) -> Result<()> {
    let [role] = app.store.get([Role::key_of(OrgId::HOME, role)]).await?;
    let (read, mut role) = editable(role)?;
    let place = role.grants.iter().position(|grant| grant.number == Some(number));
    let Some(place) = place else {
        return refused(NotBound::NotThere);
    };
    let grant = role.grants.remove(place);
    let commit = changed(app, actor, &read, &role, "unbind permission", &grant.permission);
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
