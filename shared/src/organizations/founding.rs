//! Making an organization: itself, its system role, and the one who made it as its administrator, in one commit.

use super::holders;
use super::membership::{self, Headcount, MOST, Membership};
use super::organization::{Details, Organization};
use crate::App;
use crate::access::role::{ALL_ROLES, Role};
use crate::access::role_number;
use crate::accounts::User;
use crate::act::Undone;
use crate::activity::Activity;
use crate::ids::{OrgId, RoleId, UserId};
use crate::sessions::Origin;
use crate::store::{Commit, Versioned, retried};

/// Why no organization was made.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotFounded {
    /// The user is gone.
    #[error("the user does not exist")]
    Gone,
    /// The user belongs to as many organizations as anybody may.
    #[error("belongs to {MOST} organizations, which is the most")]
    TooMany,
}

/// What is there when an organization was made.
#[derive(Debug)]
pub struct Founded {
    /// The organization.
    pub organization: Organization,
    /// Its roles, the system role first.
    pub roles: Vec<Role>,
    /// Who made it.
    pub founder: User,
    /// As its administrator.
    pub membership: Membership,
}

/// Makes an organization, of which `founder` is the administrator.
///
/// # Errors
/// [`NotFounded`]; nothing was made then.
pub async fn create(
    app: &App,
    founder: UserId,
    name: &str,
    details: &Details,
    origin: &Origin,
) -> Result<Founded, Undone<NotFounded>> {
    retried(|| create_once(app, founder, name, details, origin)).await
}

async fn create_once(
    app: &App,
    founder: UserId,
    name: &str,
    details: &Details,
    origin: &Origin,
) -> Result<Founded, Undone<NotFounded>> {
    let [user] = app.store.get([User::key_of(founder)]).await?;
    let user = Versioned::<User>::from_item(user.ok_or(Undone::Refused(NotFounded::Gone))?)?;
    if user.record.member_of >= MOST {
        return Err(Undone::Refused(NotFounded::TooMany));
    }
    let now = app.clock.now();
    let org = OrgId::generate(&app.clock, &app.random);
    let role = Role::system(RoleId::generate(&app.clock, &app.random), org, now);
    let organization = Organization::founded(org, name.to_owned(), details.clone(), now);
    let mut commit = Commit::<Undone<NotFounded>>::new();
    let made = found(&mut commit, organization, role, Vec::new(), &user.record);
    membership::count_memberships(&mut commit, founder, user.version, 1);
    Activity::new(app, founder, origin, "organization", "create")
        .about(org)
        .enter(&mut commit);
    app.store.commit(commit).await?;
    Ok(made)
}

/// Adds to `commit` an organization with its system role and `further` roles, and `founder`, who has all of them. That the
/// founder belongs to one organization more is for the caller to write, and that the numbers of roles are taken.
pub fn found<E>(
    commit: &mut Commit<E>,
    mut organization: Organization,
    role: Role,
    further: Vec<Role>,
    founder: &User,
) -> Founded {
    let membership = Membership::new(founder, &role);
    let membership = further.iter().fold(membership, |member, role| member.with(role));
    let mut roles = vec![role];
    roles.extend(further);
    organization.roles = roles.len() as u64;
    Headcount::between(None, Some(&membership)).begin(&mut organization);
    commit.create(&organization);
    for role in &mut roles {
        role.users = 1;
        commit.create(role);
        commit.create(&role.claim());
        role_number::claim(commit, role);
        holders::add(commit, role, founder.id);
    }
    // One shard counts all of them: a commit changes an item once.
    let mark = roles.first().map_or(0, |role| role.id.mark());
    ALL_ROLES.add(commit, mark, organization.roles.cast_signed());
    commit.create(&membership);
    Founded {
        organization,
        roles,
        membership,
        founder: founder.clone(),
    }
}
