//! Making an organization: itself, its system role, and the one who made it as its administrator, in one commit.

use jiff::Timestamp;

use super::membership::{self, MOST, Membership};
use super::organization::{Details, Organization};
use crate::App;
use crate::access::role::{ALL_ROLES, Role};
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
    /// Its system role.
    pub role: Role,
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
    let org = OrgId::generate(&app.clock, &app.random);
    let role = RoleId::generate(&app.clock, &app.random);
    let mut commit = Commit::<Undone<NotFounded>>::new();
    let now = app.clock.now();
    let made = found(
        &mut commit,
        org,
        name.to_owned(),
        details.clone(),
        role,
        &user.record,
        now,
    );
    membership::count_memberships(&mut commit, founder, user.version, 1);
    commit.create(&Activity::new(app, founder, origin, "organization", "create").about(org));
    app.store.commit(commit).await?;
    Ok(made)
}

/// Adds to `commit` the organization `id` with its system role `role`, and `founder` as its administrator. That the
/// founder belongs to one organization more is for the caller to write.
pub fn found<E>(
    commit: &mut Commit<E>,
    id: OrgId,
    name: String,
    details: Details,
    role: RoleId,
    founder: &User,
    now: Timestamp,
) -> Founded {
    let mut organization = Organization::founded(id, name, details, now);
    (organization.members, organization.admins) = (1, 1);
    let mut role = Role::system(role, id, now);
    role.users = 1;
    commit.create(&organization);
    commit.create(&role);
    commit.create(&role.claim());
    let membership = Membership::new(founder, &role);
    commit.create(&membership);
    ALL_ROLES.add(commit, role.id.mark(), 1);
    Founded {
        organization,
        role,
        membership,
        founder: founder.clone(),
    }
}
