//! Listing roles: an organization its own, the home organization those of all. In the order in which they were made.
//!
//! A page costs what is on it and before it, whoever else there is. Names are searched in claims, which are small; the
//! roles themselves are read for the page only.

use super::role::{ALL_ROLES, Role, RoleName, canonical, canonical_start, is_nameable};
use crate::App;
use crate::ids::{OrgId, RoleId};
use crate::organizations::Organization;
use crate::store::query::Index;
use crate::store::record::{read, read_optional};
use crate::store::{Item, Key, Query, StoreError};

/// Roles of a page, and how many there are on all pages.
#[derive(Debug, Default)]
pub struct Page {
    /// The page.
    pub roles: Vec<Role>,
    /// How many match, on all pages.
    pub total: u64,
}

/// Lists the roles that `org` may see, from the one after the first `skip`; with `prefix`, those whose name begins so,
/// whatever the case.
///
/// # Errors
/// [`StoreError`].
pub async fn list(app: &App, org: OrgId, prefix: Option<&str>, skip: usize, take: usize) -> Result<Page, StoreError> {
    match prefix.map(canonical_start).filter(|prefix| !prefix.is_empty()) {
        Some(prefix) if !is_nameable(&prefix) => Ok(Page::default()),
        Some(prefix) => by_name(app, org, &prefix, skip, take).await,
        None => all(app, org, skip, take).await,
    }
}

async fn all(app: &App, org: OrgId, skip: usize, take: usize) -> Result<Page, StoreError> {
    if org == OrgId::HOME {
        let everywhere = Query::partition(RoleName::EVERYWHERE).of(Index::Gsi2);
        let count = ALL_ROLES.read(&app.store);
        let (names, total) = app.store.counted_slice(count, everywhere, skip, take).await?;
        let roles = roles_of(app, names.into_iter().map(read).collect::<Result<_, _>>()?).await?;
        return Ok(Page { roles, total });
    }
    let own = Query::partition(Organization::partition(org)).begins(Role::PREFIX);
    let count = Organization::count(&app.store, org, |organization| organization.roles);
    let (items, total) = app.store.counted_slice(count, own, skip, take).await?;
    Ok(Page {
        roles: items.into_iter().map(read).collect::<Result<_, _>>()?,
        total,
    })
}

async fn by_name(app: &App, org: OrgId, prefix: &str, skip: usize, take: usize) -> Result<Page, StoreError> {
    let named = match org {
        OrgId::HOME => Query::partition(RoleName::EVERYWHERE).of(Index::Gsi1).begins(prefix),
        _ => Query::partition(Organization::partition(org)).begins(format!("{}{prefix}", RoleName::PREFIX)),
    };
    let items: Vec<Item> = app.store.query_to_end(named).await?;
    let mut names: Vec<RoleName> = items.into_iter().map(read).collect::<Result<_, _>>()?;
    // Behind the name, the index has a mark and an identifier: what begins with these has another name.
    names.retain(|name| canonical(&name.name).starts_with(prefix));
    let total = names.len() as u64;
    names.sort_by_key(|name| name.role_id);
    let page = names.into_iter().skip(skip).take(take).collect();
    Ok(Page {
        roles: roles_of(app, page).await?,
        total,
    })
}

async fn roles_of(app: &App, names: Vec<RoleName>) -> Result<Vec<Role>, StoreError> {
    let keys: Vec<Key> = names
        .iter()
        .map(|name| Role::key_of(name.org_id, name.role_id))
        .collect();
    let items = app.store.get_all(keys).await?;
    items.into_iter().flatten().map(read).collect()
}

/// The role of `org` that a filter means: by its identifier, or else by its exact name, whatever the case.
///
/// # Errors
/// [`StoreError`].
pub async fn meant(app: &App, org: OrgId, text: &str) -> Result<Option<RoleId>, StoreError> {
    // An identifier comes first: a role that is called like another one's identifier hides nothing.
    if let Some(id) = RoleId::parse(text) {
        return Ok(Some(id));
    }
    if !is_nameable(text) {
        return Ok(None);
    }
    let [claim] = app.store.get([RoleName::key_of(org, text)]).await?;
    let claim: Option<RoleName> = read_optional(claim)?;
    Ok(claim.map(|claim| claim.role_id))
}
