//! What somebody may do in one organization, as it is now: membership and grants are read with the session at every
//! request. A token only hints at what to read.

use super::office::Office;
use super::permission::{Question, Scope};
use super::role::Role;
use crate::App;
use crate::accounts::User;
use crate::activity::Activity;
use crate::ids::{OrgId, RoleId, SessionId, UserId};
use crate::organizations::Membership;
use crate::sessions::{self, Live, Origin, Session};
use crate::store::record::{read, read_optional};
use crate::store::{Item, Key, Store, StoreError};

/// Roles that are read because a token names them; a token that names more has them read after the membership.
const MOST_HINTS: usize = 90;

/// A member of an organization, with the roles it has there.
#[derive(Debug, Clone)]
pub struct Standing {
    /// The membership.
    pub membership: Membership,
    /// Its roles.
    pub roles: Vec<Role>,
}

impl Standing {
    /// The organization.
    pub fn org_id(&self) -> OrgId {
        self.membership.org_id
    }

    /// How widely the roles answer `question`: the widest scope of the grants that do. `None` for no answer.
    pub fn answer(&self, question: &Question<'_>) -> Option<Scope> {
        let answers = self.roles.iter().filter_map(|role| role.answer(question));
        answers.reduce(Scope::or_wider)
    }

    /// Whether one of the roles gives a permission that has only a name.
    pub fn gives(&self, name: &str) -> bool {
        let mut grants = self.roles.iter().flat_map(|role| &role.grants);
        grants.any(|grant| grant.permission == name)
    }

    /// Whether this administrates its organization.
    pub fn is_admin(&self) -> bool {
        self.membership.holds(Office::Organization)
    }

    /// Whether this administrates what `office` does. Whoever administrates an organization may do so there for all of it.
    pub fn fills(&self, office: Office) -> bool {
        self.is_admin() || self.membership.holds(office)
    }

    /// Whether this may give `role` to somebody, or invite into it: an administrator any role, everybody else a role that
    /// gives nothing which they do not have themselves. An administrator of identity-server has all of its permissions,
    /// and none of engine's by that.
    pub fn may_hand_out(&self, role: &Role) -> bool {
        let engine = |role: &Role| {
            role.permissions()
                .all(|permission| self.answer(&permission.question()).is_some())
        };
        let plain = |role: &Role| {
            let mut names = role.grants.iter().filter(|grant| grant.permission().is_none());
            names.all(|grant| self.gives(&grant.permission))
        };
        match role.office() {
            Some(office) => self.fills(office),
            None => self.is_admin() || (engine(role) && (self.fills(Office::Identity) || plain(role))),
        }
    }
}

/// Somebody who acts in an organization.
#[derive(Debug, Clone)]
pub struct Actor {
    /// The user, as it is now.
    pub user: User,
    /// The session.
    pub session: Session,
    /// What the user may do in the organization.
    pub standing: Standing,
    /// Where the request came from.
    pub origin: Origin,
}

impl Actor {
    /// The organization.
    pub fn org_id(&self) -> OrgId {
        self.standing.org_id()
    }

    /// The entry in the audit log for something that this did to `account`.
    pub fn activity(&self, app: &App, account: UserId, topic: &str, action: &str) -> Activity {
        Activity::new(app, account, &self.origin, topic, action).done_by(self.user.id)
    }
}

/// In which organization somebody wants to act.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// In this one.
    Named(OrgId),
    /// In one that cannot exist.
    Nowhere,
    /// Nothing was said: the home organization for its members, the only one for members of one, none otherwise.
    Unsaid,
}

/// What a token says about roles.
pub type Hint = (OrgId, RoleId);

/// Checks a session and reads what its user may do in the organization that is wanted: one round trip, where the hints
/// are up to date. `None` when the session is not in force; no standing for no member.
///
/// # Errors
/// [`StoreError`] when the table cannot be read: then nobody is let in.
pub async fn check(
    app: &App,
    user_id: UserId,
    session: SessionId,
    hints: &[Hint],
    wanted: Wanted,
) -> Result<Option<(Live, Option<Standing>)>, StoreError> {
    let guess = match wanted {
        Wanted::Named(org) => Some(org),
        Wanted::Nowhere => None,
        Wanted::Unsaid => guess(hints),
    };
    let hinted: Vec<Key> = hints
        .iter()
        .filter(|(org, _)| Some(*org) == guess)
        .map(|(org, role)| Role::key_of(*org, *role))
        .take(MOST_HINTS)
        .collect();
    let mut keys = vec![Session::key_of(user_id, session), User::key_of(user_id)];
    keys.extend(guess.map(|org| Membership::key_of(user_id, org)));
    keys.extend(hinted);
    let mut found = app.store.get_all(keys).await?.into_iter();
    let (session, user) = (found.next().flatten(), found.next().flatten());
    let Some(live) = sessions::live(session, user, app.clock.now())? else {
        return Ok(None);
    };
    let membership: Option<Membership> = match guess {
        Some(_) => read_optional(found.next().flatten())?,
        None => None,
    };
    let membership = match wanted {
        Wanted::Unsaid if !is_certain(membership.as_ref(), &live.user) => {
            only(sessions::memberships(app, user_id).await?)
        }
        _ => membership,
    };
    let Some(membership) = membership.filter(Membership::is_in_force) else {
        return Ok(Some((live, None)));
    };
    let roles = roles_of(&app.store, &membership, found.flatten().collect()).await?;
    Ok(Some((live, Some(Standing { membership, roles }))))
}

/// Checks a session and reads its user's membership in the home organization, if it is in force there: one round trip.
/// `None` when the session is not in force.
///
/// # Errors
/// [`StoreError`] when the table cannot be read: then nobody is let in.
pub async fn at_home(
    app: &App,
    user_id: UserId,
    session: SessionId,
) -> Result<Option<(Live, Option<Membership>)>, StoreError> {
    let keys = [
        Session::key_of(user_id, session),
        User::key_of(user_id),
        Membership::key_of(user_id, OrgId::HOME),
    ];
    let [session, user, membership] = app.store.get(keys).await?;
    let Some(live) = sessions::live(session, user, app.clock.now())? else {
        return Ok(None);
    };
    let membership = read_optional::<Membership>(membership)?;
    Ok(Some((live, membership.filter(Membership::is_in_force))))
}

/// What `user` may do in `org`; `None` for no member, and for one who is switched off there.
///
/// # Errors
/// [`StoreError`].
pub async fn of_member(app: &App, user: UserId, org: OrgId) -> Result<Option<Standing>, StoreError> {
    let [membership] = app.store.get([Membership::key_of(user, org)]).await?;
    let Some(membership) = read_optional::<Membership>(membership)?.filter(Membership::is_in_force) else {
        return Ok(None);
    };
    let roles = roles_of(&app.store, &membership, Vec::new()).await?;
    Ok(Some(Standing { membership, roles }))
}

/// Where somebody acts who does not say where, as far as a token tells.
fn guess(hints: &[Hint]) -> Option<OrgId> {
    let (first, _) = hints.first()?;
    match hints.iter().any(|(org, _)| *org == OrgId::HOME) {
        true => Some(OrgId::HOME),
        false => hints.iter().all(|(org, _)| org == first).then_some(*first),
    }
}

/// Whether a membership that was guessed is the one that [`only`] would choose.
fn is_certain(membership: Option<&Membership>, user: &User) -> bool {
    membership.is_some_and(|membership| membership.org_id == OrgId::HOME || user.member_of == 1)
}

/// Where somebody with these memberships acts who does not say where.
fn only(memberships: Vec<Membership>) -> Option<Membership> {
    let home = memberships
        .iter()
        .position(|membership| membership.org_id == OrgId::HOME);
    match (home, memberships.len()) {
        (Some(place), _) => memberships.into_iter().nth(place),
        (None, 1) => memberships.into_iter().next(),
        _ => None,
    }
}

/// Where the roles are kept that a token names.
pub(crate) fn hinted(org: OrgId, roles: &[RoleId]) -> impl Iterator<Item = Key> {
    let keys = roles.iter().map(move |role| Role::key_of(org, *role));
    keys.take(MOST_HINTS)
}

/// The roles of a membership: those that were read already, and the others in one more round trip.
pub(crate) async fn roles_of(
    store: &Store,
    membership: &Membership,
    read_already: Vec<Item>,
) -> Result<Vec<Role>, StoreError> {
    let mut roles: Vec<Role> = read_already.into_iter().map(read).collect::<Result<_, _>>()?;
    roles.retain(|role| membership.role_ids.contains(&role.id));
    let missing = membership
        .role_ids
        .iter()
        .filter(|id| !roles.iter().any(|role| role.id == **id));
    let missing: Vec<Key> = missing.map(|id| Role::key_of(membership.org_id, *id)).collect();
    for item in store.get_all(missing).await?.into_iter().flatten() {
        roles.push(read(item)?);
    }
    Ok(roles)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;
    use crate::random::Random;

    #[test]
    fn where_somebody_acts_who_does_not_say() {
        let (clock, random) = (Clock::system(), Random::seeded(1));
        let (a, b) = (OrgId::generate(&clock, &random), OrgId::generate(&clock, &random));
        let role = RoleId::generate(&clock, &random);
        assert_eq!(guess(&[]), None);
        assert_eq!(guess(&[(a, role)]), Some(a));
        assert_eq!(guess(&[(a, role), (a, role)]), Some(a));
        assert_eq!(guess(&[(a, role), (b, role)]), None);
        assert_eq!(guess(&[(a, role), (OrgId::HOME, role)]), Some(OrgId::HOME));
    }
}
