//! Permissions that have only a name, and a number by which clients of identity-server know them. What they mean is the
//! business of whoever asks for them.
//!
//! A role is granted one by its name, as it is engine's; so no name may read as one of engine's, or whoever names permissions
//! could grant those.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::catalogue::Known;
use super::permission::Permission;
use super::role::{Grant, Role, canonical};
use super::standing::Actor;
use crate::App;
use crate::act::Undone;
use crate::ids::{OrgId, RoleId};
use crate::organizations::Organization;
use crate::store::commit::{Step, flag, int};
use crate::store::record::{read, read_optional};
use crate::store::{Commit, Condition, Key, Query, Record, Sequence, StoreError, Versioned, retried};

/// Named permissions that there are at most: all of them are listed at once.
pub const MOST: i64 = 1000;

/// Roles that lose a permission in one commit: each is written as a whole, and a commit has at most 4 MB.
const ROLES: usize = 10;

/// The numbers of named permissions.
const NUMBERS: Sequence = Sequence("PERMISSIONS");

/// A permission that has a name and a number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    /// The number, from 1.
    pub number: i64,
    /// The name; unique without regard to case.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Whether it is about to go: it is not shown, and no role gets it.
    pub has_ended: bool,
    /// When it was made.
    pub created_at: Timestamp,
}

impl Named {
    const PREFIX: &'static str = "NAMED#";

    /// Where a permission is kept: all of them in the order of their numbers.
    pub fn key_of(number: i64) -> Key {
        Key::new(Known::PARTITION, format!("{}{number:019}", Self::PREFIX))
    }

    /// What granting it writes into a role.
    pub fn grant(&self) -> Grant {
        Grant {
            permission: self.name.clone(),
            is_locked: false,
            number: Some(self.number),
        }
    }

    /// Adds to `commit` that a role gets it, which raises its version: whoever removes it at the same moment, and does not
    /// know of that role, reads again. `gone` is what it means that it is not there any more.
    pub fn grant_to_role<E>(&self, commit: &mut Commit<E>, gone: impl FnOnce() -> E + Send + 'static) {
        let is_there = Condition::Equals("has_ended", flag(false));
        commit.update(self.key(), is_there, []).otherwise(|_| gone());
    }
}

impl Record for Named {
    const KIND: &'static str = "named permission";
    fn key(&self) -> Key {
        Self::key_of(self.number)
    }
}

/// Says that a name belongs to a permission.
#[derive(Debug, Serialize, Deserialize)]
struct Name {
    name: String,
    number: i64,
}

impl Name {
    fn key_of(name: &str) -> Key {
        Key::new(Known::PARTITION, format!("NAME#{}", canonical(name)))
    }
}

impl Record for Name {
    const KIND: &'static str = "permission name";
    fn key(&self) -> Key {
        Self::key_of(&self.name)
    }
}

/// Why no permission was made or removed.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotNamed {
    /// The name reads as one of engine's permissions.
    #[error("a name of the form resource:scope:action is engine's")]
    Engines,
    /// Another permission has the name.
    #[error("another permission has this name")]
    NameTaken,
    /// There are as many as there may be.
    #[error("there are {MOST} permissions, which is the most")]
    TooMany,
    /// There is no such permission.
    #[error("there is no such permission")]
    Unknown,
}

type Result<T> = std::result::Result<T, Undone<NotNamed>>;

fn refused<T>(why: NotNamed) -> Result<T> {
    Err(Undone::Refused(why))
}

/// Makes a permission.
///
/// # Errors
/// [`NotNamed::Engines`], [`NotNamed::NameTaken`], [`NotNamed::TooMany`].
pub async fn create(app: &App, actor: &Actor, name: &str, description: &str) -> Result<Named> {
    if Permission::parse(&canonical(name)).is_some() {
        return refused(NotNamed::Engines);
    }
    retried(|| create_once(app, actor, name, description)).await
}

async fn create_once(app: &App, actor: &Actor, name: &str, description: &str) -> Result<Named> {
    let [sequence] = app.store.get([NUMBERS.key()]).await?;
    let next = NUMBERS.next(sequence.as_ref())?;
    let named = Named {
        number: next.number(),
        name: name.to_owned(),
        description: description.to_owned(),
        has_ended: false,
        created_at: app.clock.now(),
    };
    let mut commit = Commit::<Undone<NotNamed>>::new();
    let claim = Name {
        name: named.name.clone(),
        number: named.number,
    };
    commit
        .create(&claim)
        .otherwise(|_| Undone::Refused(NotNamed::NameTaken));
    if next.in_use() >= MOST {
        return refused(NotNamed::TooMany);
    }
    next.take(&mut commit);
    commit.create(&named);
    let activity = actor.activity(app, actor.user.id, "permission", "create");
    activity.about(&named.name).enter(&mut commit);
    app.store.commit(commit).await?;
    Ok(named)
}

/// The permission that has a number.
///
/// # Errors
/// [`StoreError`].
pub async fn find(app: &App, number: i64) -> std::result::Result<Option<Named>, StoreError> {
    let [named] = app.store.get([Named::key_of(number)]).await?;
    Ok(read_optional::<Named>(named)?.filter(|named| !named.has_ended))
}

/// All permissions, in the order of their numbers.
///
/// # Errors
/// [`StoreError`].
pub async fn list(app: &App) -> std::result::Result<Vec<Named>, StoreError> {
    let query = Query::partition(Known::PARTITION).begins(Named::PREFIX);
    let mut all = Vec::new();
    app.store
        .visit(query, |item| {
            all.push(read::<Named>(item)?);
            Ok(())
        })
        .await?;
    all.retain(|named| !named.has_ended);
    Ok(all)
}

/// The named permissions that a role gives, in the order of their numbers.
///
/// # Errors
/// [`StoreError`].
pub async fn of_role(app: &App, role: &Role) -> std::result::Result<Vec<Named>, StoreError> {
    let numbers = role.grants.iter().filter_map(|grant| grant.number);
    let found = app.store.get_all(numbers.map(Named::key_of).collect()).await?;
    let mut named: Vec<Named> = found
        .into_iter()
        .flatten()
        .map(read)
        .collect::<std::result::Result<_, _>>()?;
    named.retain(|named| !named.has_ended);
    named.sort_by_key(|named| named.number);
    Ok(named)
}

/// Removes a permission, also from every role that has it.
///
/// Where few roles have it, all of it is one commit. Where many have it, the first commit ends the permission, which is not
/// shown or granted any more; then the roles lose it, some at a time; the last commit frees its name. If that is cut off, the
/// same call goes on.
///
/// # Errors
/// [`NotNamed::Unknown`].
pub async fn delete(app: &App, actor: &Actor, number: i64) -> Result<()> {
    loop {
        let having = match retried(|| delete_once(app, actor, number)).await? {
            Left::Nothing => return Ok(()),
            Left::In(roles) => roles,
        };
        for roles in having.chunks(ROLES) {
            retried(|| withdraw(app, number, roles)).await?;
        }
    }
}

/// What is left after one commit.
enum Left {
    Nothing,
    /// The permission has ended, but these roles had it.
    In(Vec<RoleId>),
}

async fn delete_once(app: &App, actor: &Actor, number: i64) -> Result<Left> {
    let [named] = app.store.get([Named::key_of(number)]).await?;
    let Some(named) = named.map(Versioned::<Named>::from_item).transpose()? else {
        return refused(NotNamed::Unknown);
    };
    let Versioned { record: named, version } = named;
    let mut having = Vec::new();
    let roles = Query::partition(Organization::partition(OrgId::HOME)).begins(Role::PREFIX);
    app.store
        .visit(roles, |item| {
            let read = Versioned::<Role>::from_item(item)?;
            if read.record.gives(number) {
                having.push(read);
            }
            Ok(())
        })
        .await?;
    let mut commit = Commit::<Undone<NotNamed>>::new();
    if having.len() > ROLES {
        commit.update(named.key(), Condition::Present, [Step::Set("has_ended", flag(true))]);
        app.store.commit(commit).await?;
        return Ok(Left::In(having.iter().map(|read| read.record.id).collect()));
    }
    commit.delete(named.key(), Condition::Version(version));
    commit.delete(Name::key_of(&named.name), Condition::Equals("number", int(number)));
    NUMBERS.give_back(&mut commit);
    for read in &having {
        commit.replace(read, &without(&read.record, number));
    }
    let activity = actor.activity(app, actor.user.id, "permission", "delete");
    activity.about(&named.name).enter(&mut commit);
    app.store.commit(commit).await?;
    Ok(Left::Nothing)
}

async fn withdraw(app: &App, number: i64, roles: &[RoleId]) -> Result<()> {
    let keys = roles.iter().map(|role| Role::key_of(OrgId::HOME, *role));
    let mut commit = Commit::<Undone<NotNamed>>::new();
    for item in app.store.get_all(keys.collect()).await?.into_iter().flatten() {
        let read = Versioned::<Role>::from_item(item)?;
        if read.record.gives(number) {
            commit.replace(&read, &without(&read.record, number));
        }
    }
    app.store.commit(commit).await
}

fn without(role: &Role, number: i64) -> Role {
    let mut less = role.clone();
    less.grants.retain(|grant| grant.number != Some(number));
    less
}
