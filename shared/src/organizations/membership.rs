//! Membership: a user has at least one role in an organization.

use serde::{Deserialize, Serialize};

use super::Organization;
use crate::access::{Office, Role};
use crate::accounts::{State, User};
use crate::ids::{OrgId, RoleId, UserId};
use crate::store::commit::{Refusal, Step, text};
use crate::store::{Commit, Condition, Key, Record, Versioned};

/// Organizations that a user belongs to at most. All of a user's memberships change in one commit when the name changes.
pub const MOST: u64 = 80;

/// So many of them others may add somebody to without asking: strangers cannot use up the room for invitations and for
/// organizations of one's own.
pub const MOST_BY_OTHERS: u64 = 40;

/// Roles that a member has at most in one organization.
pub const MOST_ROLES: usize = 20;

/// How a member stands in one organization, whatever its account does elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MemberState {
    /// Activated here.
    Active,
    /// Switched off here: a member without rights.
    Inactive,
}

impl MemberState {
    /// The state that an account has which stands so.
    pub fn account_state(self) -> State {
        match self {
            MemberState::Active => State::Active,
            MemberState::Inactive => State::Inactive,
        }
    }

    /// As it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            MemberState::Active => "active",
            MemberState::Inactive => "inactive",
        }
    }
}

/// A user's roles in one organization.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Membership {
    /// The member.
    pub user_id: UserId,
    /// The organization.
    pub org_id: OrgId,
    /// The roles; never empty.
    pub role_ids: Vec<RoleId>,
    /// Whether the organization's system role is among them.
    pub is_admin: bool,
    /// How it stands in this organization, where that was decided here.
    pub member_state: Option<MemberState>,
    /// Who it is, so that lists are searched without reading every user. It changes in the same commit as the user.
    #[serde(flatten)]
    pub who: Who,
}

/// What lists of members show and search, copied from the user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Who {
    /// The address the user signs in with.
    pub username: String,
    /// Given name.
    pub first_name: String,
    /// Family name.
    pub last_name: String,
    /// What the account may do.
    pub account_state: State,
}

impl Who {
    /// What is copied of `user`.
    pub fn of(user: &User) -> Self {
        Self {
            username: user.email.typed().to_owned(),
            first_name: user.profile.first_name.clone(),
            last_name: user.profile.last_name.clone(),
            account_state: user.state,
        }
    }
}

impl Membership {
    /// What the sort key of every membership begins with.
    pub const PREFIX: &'static str = "MEMBER#";

    /// A membership of `user` by `role`.
    pub fn new(user: &User, role: &Role) -> Self {
        Self {
            user_id: user.id,
            org_id: role.org_id,
            role_ids: vec![role.id],
            is_admin: role.office() == Some(Office::Organization),
            member_state: None,
            who: Who::of(user),
        }
    }

    /// Where the membership of `user` in `org` is kept.
    pub fn key_of(user: UserId, org: OrgId) -> Key {
        Key::new(User::partition(user), format!("{}{org}", Self::PREFIX))
    }

    /// Whether the role of `office` is among its roles.
    pub fn holds(&self, office: Office) -> bool {
        match office {
            Office::Organization => self.is_admin,
            Office::Identity => self.role_ids.contains(&RoleId::IDENTITY_ADMIN),
        }
    }

    /// The same membership with a role more.
    #[must_use]
    pub fn with(&self, role: &Role) -> Self {
        let mut more = self.clone();
        more.role_ids.push(role.id);
        more.is_admin |= role.office() == Some(Office::Organization);
        more
    }

    /// The same membership with a role less; `None` when it was the last one, which ends it.
    pub fn without(&self, role: RoleId, office: Option<Office>) -> Option<Self> {
        let mut less = self.clone();
        less.role_ids.retain(|id| *id != role);
        less.is_admin &= office != Some(Office::Organization);
        Some(less).filter(|less| !less.role_ids.is_empty())
    }

    /// Whether it gives its roles.
    pub fn is_in_force(&self) -> bool {
        self.member_state != Some(MemberState::Inactive)
    }

    /// What its organization is shown: the account's state, unless the organization decided otherwise.
    pub fn shown_state(&self) -> State {
        match (self.who.account_state, self.member_state) {
            (State::Unactivated, Some(MemberState::Inactive)) => State::Inactive,
            (State::Unactivated, _) => State::Pending,
            (state, _) if !state.may_sign_in() => State::Inactive,
            (_, Some(MemberState::Active)) => State::Active,
            (_, Some(MemberState::Inactive)) => State::Inactive,
            (state, None) => state,
        }
    }
}

impl Record for Membership {
    const KIND: &'static str = "membership";
    fn key(&self) -> Key {
        Self::key_of(self.user_id, self.org_id)
    }
    fn gsi1(&self) -> Option<Key> {
        Some(Key::new(
            Organization::partition(self.org_id),
            format!("{}{}", Self::PREFIX, self.user_id),
        ))
    }
}

/// What a change of memberships does to the counters of their organization.
#[derive(Debug, Clone, Copy, Default)]
pub struct Headcount {
    /// Members who come or go.
    members: i64,
    /// Administrators of the organization who come or go.
    admins: i64,
    /// Administrators of identity-server who come or go.
    identity_admins: i64,
}

impl Headcount {
    /// What it does that a membership was so `before` and is so `after`; `None` where there is none.
    pub fn between(before: Option<&Membership>, after: Option<&Membership>) -> Self {
        let (before, after) = (Self::of(before), Self::of(after));
        Self {
            members: after.members - before.members,
            admins: after.admins - before.admins,
            identity_admins: after.identity_admins - before.identity_admins,
        }
    }

    fn of(membership: Option<&Membership>) -> Self {
        let Some(membership) = membership else {
            return Self::default();
        };
        let in_force = membership.is_in_force();
        // What a stranger's organization counts must not keep the home organization from shutting an account out, so an
        // organization counts whom it switched off itself. The home organization rules every account.
        let usable = in_force && membership.who.account_state.may_sign_in();
        Self {
            members: 1,
            admins: i64::from(in_force && membership.holds(Office::Organization)),
            identity_admins: i64::from(usable && membership.holds(Office::Identity)),
        }
    }

    /// Counts who is there when an organization is made.
    pub fn begin(self, organization: &mut Organization) {
        let Self {
            members,
            admins,
            identity_admins,
        } = self;
        let [members, admins, identity_admins] = [members, admins, identity_admins].map(|by| by.max(0).cast_unsigned());
        (organization.members, organization.admins) = (members, admins);
        organization.identity_admins = identity_admins;
    }

    /// The same and so many members who leave.
    #[must_use]
    pub fn leaving(self, members: i64) -> Self {
        Self {
            members: self.members - members,
            ..self
        }
    }

    /// Adds the counting to `commit`. The last administrator stays: whoever takes one away is refused with `last_admin` when
    /// there is no other, so that of two who take the last two away one succeeds.
    pub fn count<E>(self, commit: &mut Commit<E>, org: OrgId, last_admin: impl FnOnce() -> E + Send + 'static) {
        self.add(commit, org);
        if self.takes_away() {
            commit.otherwise(|_| last_admin());
        }
    }

    /// The same where nobody is told why: a commit that takes the last administrator away is refused as a conflict.
    fn add<E>(self, commit: &mut Commit<E>, org: OrgId) {
        let Some(steps) = self.steps() else { return };
        let going = self.offices().into_iter().filter(|(_, by)| *by < 0);
        let others: Vec<Condition> = going.map(|(counter, _)| Condition::Above(counter, 1)).collect();
        let condition = if others.is_empty() {
            Condition::Present
        } else {
            Condition::All(others)
        };
        commit.update(Organization::key_of(org), condition, steps);
    }

    fn takes_away(self) -> bool {
        self.offices().into_iter().any(|(_, by)| by < 0)
    }

    fn offices(self) -> [(&'static str, i64); 2] {
        [("admins", self.admins), ("identity_admins", self.identity_admins)]
    }

    fn steps(self) -> Option<Vec<Step>> {
        let counters = [("members", self.members)].into_iter().chain(self.offices());
        let changing = counters.filter(|(_, by)| *by != 0);
        let steps: Vec<Step> = changing.map(|(counter, by)| Step::Add(counter, by)).collect();
        Some(steps).filter(|steps| !steps.is_empty())
    }
}

/// Adds to `commit` that a user who was read at `version` belongs to one organization more, or fewer. The version makes
/// sure that the membership copies the user as it is, and tells everybody who changes the user that there is one.
pub fn count_memberships<E>(commit: &mut Commit<E>, user: UserId, version: u64, by: i64) {
    commit.update(
        User::key_of(user),
        Condition::Version(version),
        [Step::Add("member_of", by)],
    );
}

/// Adds to `commit` that the copies in a user's memberships follow the user, and that their organizations count an
/// administrator who may sign in again.
pub fn follow<E>(commit: &mut Commit<E>, memberships: &[Versioned<Membership>], who: &Who) {
    follow_or(commit, memberships, who, None);
}

/// The same, refused with `last_admin` where nobody would be left to administrate identity-server.
pub fn follow_or<E>(
    commit: &mut Commit<E>,
    memberships: &[Versioned<Membership>],
    who: &Who,
    mut last_admin: Option<Refusal<E>>,
) {
    let outdated = memberships.iter().filter(|read| read.record.who != *who);
    for Versioned { record, version } in outdated {
        let steps = [
            Step::Set("username", text(&who.username)),
            Step::Set("first_name", text(&who.first_name)),
            Step::Set("last_name", text(&who.last_name)),
            Step::Set("account_state", text(who.account_state.as_str())),
        ];
        commit.update(record.key(), Condition::Version(*version), steps);
        let after = Membership {
            who: who.clone(),
            ..record.clone()
        };
        let change = Headcount::between(Some(record), Some(&after));
        change.add(commit, record.org_id);
        // Of all organizations only the home organization counts by what an account may do.
        if let Some(last_admin) = last_admin.take_if(|_| change.takes_away()) {
            commit.or_else(last_admin);
        }
    }
}
