//! What the home organization of an older table lacks: numbers of its roles, the list of who has them, and identity-server's
//! administrator. Whatever was done already is not done again, so that it may be cut off at any point.

use super::BootstrapError;
use crate::App;
use crate::access::Role;
use crate::access::role::ALL_ROLES;
use crate::access::role_number::{self, ROLE_NUMBERS};
use crate::accounts::email::Email;
use crate::ids::{OrgId, RoleId, UserId};
use crate::organizations::membership::{Headcount, Membership};
use crate::organizations::{Organization, holders};
use crate::store::commit::{Step, int};
use crate::store::query::Index;
use crate::store::record::{read, read_optional};
use crate::store::sequence::Next;
use crate::store::{Commit, Condition, Query, Record, StoreError, Versioned, retried};

/// Completes the home organization where nobody administrates identity-server yet. Who does from then on is the configured
/// first administrator, or else the oldest Super Admin who may sign in.
///
/// # Errors
/// [`BootstrapError::Other`].
pub(super) async fn furnish(app: &App) -> Result<(), BootstrapError> {
    complete(app).await.map_err(|error| BootstrapError::Other(error.into()))
}

async fn complete(app: &App) -> Result<(), StoreError> {
    let query = Query::partition(Organization::partition(OrgId::HOME)).begins(Role::PREFIX);
    let found = app.store.query_to_end(query).await?;
    let roles: Vec<Role> = found.into_iter().map(read).collect::<Result<_, _>>()?;
    for role in roles.iter().filter(|role| role.number.is_none()) {
        retried(|| give_number(app, role.id)).await?;
    }
    if !roles.iter().any(|role| role.id == RoleId::IDENTITY_ADMIN) {
        retried(|| make_role(app)).await?;
    }
    let query = Query::partition(Organization::partition(OrgId::HOME))
        .of(Index::Gsi1)
        .begins(Membership::PREFIX);
    let mut admins = Vec::new();
    for item in app.store.query_to_end(query).await? {
        let member: Membership = read(item)?;
        list_holder(app, &member).await?;
        let may_sign_in = member.is_in_force() && member.who.account_state.may_sign_in();
        if member.is_admin && may_sign_in {
            admins.push(member);
        }
    }
    let configured = app.config.bootstrap_admin.email.canonical();
    let is_configured =
        |member: &&Membership| Email::parse(&member.who.username).is_ok_and(|email| email.canonical() == configured);
    match admins.iter().find(is_configured).or(admins.first()) {
        Some(member) => retried(|| appoint(app, member.user_id)).await,
        None => {
            tracing::warn!("no Super Admin may sign in: nobody administrates identity-server");
            Ok(())
        }
    }
}

/// The next number, and the role that it is for, as they are now.
async fn next(app: &App, role: RoleId) -> Result<(Next, Option<Role>), StoreError> {
    let keys = [ROLE_NUMBERS.key(), Role::key_of(OrgId::HOME, role)];
    let [sequence, role] = app.store.get(keys).await?;
    Ok((ROLE_NUMBERS.next(sequence.as_ref())?, read_optional(role)?))
}

async fn give_number(app: &App, id: RoleId) -> Result<(), StoreError> {
    let (number, role) = next(app, id).await?;
    let Some(mut role) = role.filter(|role| role.number.is_none()) else {
        return Ok(());
    };
    role.number = Some(number.number());
    let mut commit = Commit::<StoreError>::new();
    number.take(&mut commit);
    role_number::claim(&mut commit, &role);
    let steps = [Step::Set("number", int(number.number()))];
    commit.update(role.key(), Condition::Present, steps);
    app.store.commit(commit).await
}

async fn make_role(app: &App) -> Result<(), StoreError> {
    let (number, there) = next(app, RoleId::IDENTITY_ADMIN).await?;
    if there.is_some() {
        return Ok(());
    }
    let mut role = Role::identity_admin(app.clock.now());
    role.number = Some(number.number());
    let mut commit = Commit::<StoreError>::new();
    number.take(&mut commit);
    commit.create(&role);
    commit.create(&role.claim());
    role_number::claim(&mut commit, &role);
    let home = Organization::key_of(OrgId::HOME);
    commit.update(home, Condition::Present, [Step::Add("roles", 1)]);
    ALL_ROLES.add(&mut commit, role.id.mark(), 1);
    app.store.commit(commit).await
}

/// One commit for a member: it has twenty roles at most.
async fn list_holder(app: &App, member: &Membership) -> Result<(), StoreError> {
    let keys = member.role_ids.iter().map(|role| Role::key_of(OrgId::HOME, *role));
    let roles = app.store.get_all(keys.collect()).await?;
    let mut commit = Commit::<StoreError>::new();
    for role in roles.into_iter().flatten() {
        holders::add(&mut commit, &read(role)?, member.user_id);
    }
    app.store.commit(commit).await
}

async fn appoint(app: &App, user: UserId) -> Result<(), StoreError> {
    let keys = [
        Membership::key_of(user, OrgId::HOME),
        Role::key_of(OrgId::HOME, RoleId::IDENTITY_ADMIN),
    ];
    let [member, role] = app.store.get(keys).await?;
    let (Some(member), Some(role)) = (member, read_optional::<Role>(role)?) else {
        return Err(StoreError::Conflict);
    };
    let member = Versioned::<Membership>::from_item(member)?;
    if member.record.role_ids.contains(&role.id) {
        return Ok(());
    }
    let appointed = member.record.with(&role);
    let mut commit = Commit::<StoreError>::new();
    commit.replace(&member, &appointed);
    holders::add(&mut commit, &role, user);
    commit.update(role.key(), Condition::Present, [Step::Add("users", 1)]);
    let coming = Headcount::between(Some(&member.record), Some(&appointed));
    coming.count(&mut commit, OrgId::HOME, || StoreError::Conflict);
    app.store.commit(commit).await
}
