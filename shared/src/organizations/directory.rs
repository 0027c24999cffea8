//! Listing the members of an organization, the newest account first.
//!
//! The index shows memberships, each with a copy of what is searched; users and their sessions are read for the page only.
//! Without a filter a page costs what is on it and before it; with one, the organization's memberships.

use futures_util::StreamExt as _;
use futures_util::TryStreamExt as _;
use futures_util::future::try_join;
use futures_util::stream;

use super::membership::Membership;
use super::organization::Organization;
use crate::App;
use crate::access::{Role, role_list};
use crate::accounts::{Account, State, User};
use crate::ids::{OrgId, RoleId, UserId};
use crate::store::query::Index;
use crate::store::record::{read, read_optional};
use crate::store::{Key, Query, StoreError};

/// So many users of a page are read at a time.
const SIDE_BY_SIDE: usize = 25;

/// Which members are wanted. Nothing is everybody.
#[derive(Debug, Default, Clone)]
pub struct Filter {
    /// Whose address, given or family name begins so, whatever the case.
    pub prefix: Option<String>,
    /// Who is shown in this state.
    pub state: Option<State>,
    /// Who has this role: its identifier, or else its name.
    pub role: Option<String>,
    /// Only this one.
    pub only: Option<UserId>,
}

/// A member with what a list shows.
#[derive(Debug)]
pub struct Member {
    /// The membership.
    pub membership: Membership,
    /// The user.
    pub user: User,
    /// Its roles in the organization.
    pub roles: Vec<Role>,
    /// How many sessions it has in force.
    pub active_sessions: usize,
}

/// Members of a page, and how many there are on all pages.
#[derive(Debug, Default)]
pub struct Page {
    /// The page.
    pub members: Vec<Member>,
    /// How many match, on all pages.
    pub total: u64,
}

/// Lists members of `org`, from the one after the first `skip`.
///
/// # Errors
/// [`StoreError`].
pub async fn list(app: &App, org: OrgId, filter: &Filter, skip: usize, take: usize) -> Result<Page, StoreError> {
    let (memberships, total) = if filter.is_none() {
        let count = Organization::count(&app.store, org, |organization| organization.members);
        let (items, total) = app.store.counted_slice(count, everybody(org), skip, take).await?;
        (items.into_iter().map(read).collect::<Result<_, _>>()?, total)
    } else {
        matching(app, org, filter, skip, take).await?
    };
    Ok(Page {
        members: members(app, org, memberships).await?,
        total,
    })
}

/// The memberships of `org`, by age of the account.
fn everybody(org: OrgId) -> Query {
    Query::partition(Organization::partition(org))
        .of(Index::Gsi1)
        .begins(Membership::PREFIX)
        .descending()
}

/// Counts the memberships that a filter lets through, and keeps those of the page.
async fn matching(
    app: &App,
    org: OrgId,
    filter: &Filter,
    skip: usize,
    take: usize,
) -> Result<(Vec<Membership>, u64), StoreError> {
    let role = match &filter.role {
        None => None,
        Some(text) => match role_list::meant(app, org, text).await? {
            Some(role) => Some(role),
            None => return Ok((Vec::new(), 0)),
        },
    };
    let prefix = filter.prefix.as_deref().map(str::to_lowercase);
    let (mut total, mut page) = (0, Vec::new());
    let mut look = |item| {
        let membership: Membership = read(item)?;
        if filter.lets_through(&membership, prefix.as_deref(), role) {
            if total >= skip && page.len() < take {
                page.push(membership);
            }
            total += 1;
        }
        Ok(())
    };
    match filter.only {
        // One's own membership is found by its key.
        Some(user) => {
            let [membership] = app.store.get([Membership::key_of(user, org)]).await?;
            membership.into_iter().try_for_each(&mut look)?;
        }
        None => app.store.visit(everybody(org), &mut look).await?,
    }
    Ok((page, total as u64))
}

impl Filter {
    fn is_none(&self) -> bool {
        self.prefix.is_none() && self.state.is_none() && self.role.is_none() && self.only.is_none()
    }

    /// Whether a membership is wanted; `prefix` in lower case and `role` are those of the filter.
    fn lets_through(&self, membership: &Membership, prefix: Option<&str>, role: Option<RoleId>) -> bool {
        let who = &membership.who;
        let begins = |prefix: &str| {
            let mut texts = [&who.username, &who.first_name, &who.last_name].into_iter();
            texts.any(|text| text.to_lowercase().starts_with(prefix))
        };
        prefix.is_none_or(begins)
            && self.state.is_none_or(|state| membership.shown_state() == state)
            && role.is_none_or(|role| membership.role_ids.contains(&role))
    }
}

/// Reads what belongs to the memberships of a page: one query for each user, and the roles, side by side.
async fn members(app: &App, org: OrgId, memberships: Vec<Membership>) -> Result<Vec<Member>, StoreError> {
    let mut named: Vec<_> = memberships.iter().flat_map(|member| member.role_ids.clone()).collect();
    named.sort_unstable();
    named.dedup();
    let keys: Vec<Key> = named.into_iter().map(|role| Role::key_of(org, role)).collect();
    let users: Vec<UserId> = memberships.iter().map(|member| member.user_id).collect();
    let accounts = stream::iter(users.into_iter().map(|user| Account::read_sessions(&app.store, user)))
        .buffered(SIDE_BY_SIDE)
        .try_collect::<Vec<_>>();
    let (roles, accounts) = try_join(app.store.get_all(keys), accounts).await?;
    let roles: Vec<Role> = roles.into_iter().flatten().map(read).collect::<Result<_, _>>()?;
    let now = app.clock.now();
    let members = memberships.into_iter().zip(accounts);
    // An index may show somebody who is gone.
    let members = members.filter_map(|(membership, account)| {
        let account = account?;
        let held = membership.role_ids.iter();
        Some(Member {
            roles: held
                .filter_map(|id| roles.iter().find(|role| role.id == *id).cloned())
                .collect(),
            active_sessions: account
                .sessions
                .iter()
                .filter(|session| session.is_live(&account.user, now))
                .count(),
            user: account.user,
            membership,
        })
    });
    Ok(members.collect())
}

/// What a member sees of an organization: itself, and the members whose accounts are the newest.
#[derive(Debug)]
pub struct Portrait {
    /// The organization.
    pub organization: Organization,
    /// Members, at most [`MOST_SHOWN`].
    pub members: Vec<(Membership, User)>,
    /// Their roles.
    pub roles: Vec<Role>,
}

/// Members that a [`Portrait`] shows at most: as many as one round trip reads.
pub const MOST_SHOWN: usize = 100;

/// Whether there is such an organization.
///
/// # Errors
/// [`StoreError`].
pub async fn exists(app: &App, org: OrgId) -> Result<bool, StoreError> {
    let [organization] = app.store.get([Organization::key_of(org)]).await?;
    Ok(organization.is_some())
}

/// Reads an organization with its newest members; `None` when there is none.
///
/// # Errors
/// [`StoreError`].
pub async fn portrait(app: &App, org: OrgId) -> Result<Option<Portrait>, StoreError> {
    let organization = app.store.get([Organization::key_of(org)]);
    let ([organization], items) = try_join(organization, app.store.slice(everybody(org), 0, MOST_SHOWN)).await?;
    let Some(organization) = read_optional::<Organization>(organization)? else {
        return Ok(None);
    };
    let memberships: Vec<Membership> = items.into_iter().map(read).collect::<Result<_, _>>()?;
    let users = memberships.iter().map(|member| User::key_of(member.user_id)).collect();
    let mut named: Vec<_> = memberships.iter().flat_map(|member| member.role_ids.clone()).collect();
    named.sort_unstable();
    named.dedup();
    let roles = named.into_iter().map(|role| Role::key_of(org, role)).collect();
    let (users, roles) = try_join(app.store.get_all(users), app.store.get_all(roles)).await?;
    let mut members = Vec::new();
    for (membership, user) in memberships.into_iter().zip(users) {
        if let Some(user) = read_optional(user)? {
            members.push((membership, user));
        }
    }
    Ok(Some(Portrait {
        organization,
        members,
        roles: roles.into_iter().flatten().map(read).collect::<Result<_, _>>()?,
    }))
}
