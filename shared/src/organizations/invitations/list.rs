//! Listing the invitations of an organization.
//!
//! In the order in which they were made, a page costs what is on it and before it. Any other order, and every filter,
//! reads all of the organization's invitations, and only these.

use std::cmp::Ordering;
use std::collections::HashMap;

use futures_util::future::try_join;
use jiff::Timestamp;

use super::{Invitation, Status};
use crate::App;
use crate::access::role::{Role, RoleName};
use crate::ids::{OrgId, RoleId, UserId};
use crate::organizations::Organization;
use crate::store::record::read;
use crate::store::{Item, Key, Query, StoreError};

/// What a list is sorted by; ties by identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// The address that is invited.
    Email,
    /// What became of it.
    Status,
    /// When it was made.
    #[default]
    CreatedAt,
    /// Until when it may be accepted.
    ExpiresAt,
    /// The role's name.
    RoleName,
    /// The address that the inviter signs in with.
    InviterName,
}

/// Which invitations are wanted, and in which order.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// What became of it; a name that no status has matches nothing.
    pub status: Option<String>,
    /// A part of the invited address or of the inviter's, whatever the case.
    pub search: Option<String>,
    /// Who invited.
    pub inviter: Option<UserId>,
    /// What it is sorted by.
    pub order: Order,
    /// The smallest first.
    pub ascending: bool,
}

impl Filter {
    /// Whether the table's own order is the wanted one, and nothing is left out. All invitations are valid equally long.
    fn is_plain(&self) -> bool {
        matches!(self.order, Order::CreatedAt | Order::ExpiresAt)
            && self.status.is_none()
            && self.search.is_none()
            && self.inviter.is_none()
    }

    /// Whether an invitation is wanted; `search` is the filter's in lower case.
    fn lets_through(&self, invitation: &Invitation, search: Option<&str>, now: Timestamp) -> bool {
        let contains = |search: &str| {
            invitation.email.canonical().contains(search) || invitation.inviter_username.to_lowercase().contains(search)
        };
        let status = invitation.status_at(now).as_str();
        self.status.as_deref().is_none_or(|wanted| wanted == status)
            && search.is_none_or(contains)
            && self.inviter.is_none_or(|inviter| inviter == invitation.inviter_id)
    }
}

/// Invitations of a page, and how many there are on all pages.
#[derive(Debug, Default)]
pub struct Page {
    /// The page; each with the name that its role has now.
    pub invitations: Vec<Invitation>,
    /// How many match, on all pages.
    pub total: u64,
}

/// Lists invitations of `org`, from the one after the first `skip`.
///
/// # Errors
/// [`StoreError`].
pub async fn list(app: &App, org: OrgId, filter: &Filter, skip: usize, take: usize) -> Result<Page, StoreError> {
    let all = Query::partition(Organization::partition(org)).begins(Invitation::PREFIX);
    if !filter.is_plain() {
        return sorted(app, org, filter, all, skip, take).await;
    }
    let count = Organization::count(&app.store, org, |organization| organization.invitations);
    let all = if filter.ascending { all } else { all.descending() };
    let (items, total) = app.store.counted_slice(count, all, skip, take).await?;
    let mut invitations: Vec<Invitation> = items.into_iter().map(read).collect::<Result<_, _>>()?;
    let mut named: Vec<RoleId> = invitations.iter().map(|invitation| invitation.role_id).collect();
    named.sort_unstable();
    named.dedup();
    let roles: Vec<Key> = named.iter().map(|role| Role::key_of(org, *role)).collect();
    let roles: Vec<Item> = app.store.get_all(roles).await?.into_iter().flatten().collect();
    let names = roles
        .into_iter()
        .map(|item| read::<Role>(item).map(|role| (role.id, role.name)));
    rename(&mut invitations, &names.collect::<Result<_, _>>()?);
    Ok(Page { invitations, total })
}

async fn sorted(
    app: &App,
    org: OrgId,
    filter: &Filter,
    all: Query,
    skip: usize,
    take: usize,
) -> Result<Page, StoreError> {
    let now = app.clock.now();
    let search = filter.search.as_deref().map(str::to_lowercase);
    let mut invitations: Vec<Invitation> = Vec::new();
    let wanted = app.store.visit(all, |item| {
        let invitation: Invitation = read(item)?;
        if filter.lets_through(&invitation, search.as_deref(), now) {
            invitations.push(invitation);
        }
        Ok(())
    });
    let names = Query::partition(Organization::partition(org)).begins(RoleName::PREFIX);
    let ((), names) = try_join(wanted, app.store.query_to_end(names)).await?;
    let names = names
        .into_iter()
        .map(|item| read::<RoleName>(item).map(|name| (name.role_id, name.name)));
    rename(&mut invitations, &names.collect::<Result<_, _>>()?);
    invitations.sort_by(|a, b| {
        let ordering = compare(filter.order, a, b, |invitation| invitation.status_at(now)).then(a.id.cmp(&b.id));
        if filter.ascending { ordering } else { ordering.reverse() }
    });
    Ok(Page {
        total: invitations.len() as u64,
        invitations: invitations.into_iter().skip(skip).take(take).collect(),
    })
}

fn compare(order: Order, a: &Invitation, b: &Invitation, status: impl Fn(&Invitation) -> Status) -> Ordering {
    match order {
        Order::Email => a.email.canonical().cmp(b.email.canonical()),
        Order::Status => status(a).cmp(&status(b)),
        Order::CreatedAt => a.created_at.cmp(&b.created_at),
        Order::ExpiresAt => a.valid_until.cmp(&b.valid_until),
        Order::RoleName => a.role_name.to_lowercase().cmp(&b.role_name.to_lowercase()),
        Order::InviterName => a
            .inviter_username
            .to_lowercase()
            .cmp(&b.inviter_username.to_lowercase()),
    }
}

/// Roles are shown by the name that they have now, or had when they were there.
fn rename(invitations: &mut [Invitation], names: &HashMap<RoleId, String>) {
    for invitation in invitations {
        if let Some(name) = names.get(&invitation.role_id) {
            invitation.role_name.clone_from(name);
        }
    }
}
