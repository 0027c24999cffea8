//! What a process remembers between requests, so that a decision waits for the table once: the tables of the version that it
//! read last, and whose API keys are whose. The version is read with everything else that a request needs, so that a change
//! acts on the next request in every process.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use super::permission::Permission;
use super::places::Places;
use super::restriction::{Place, Restriction};
use super::signed::Signed;
use super::tables::{self, Tables};
use crate::App;
use crate::credentials::api_key::Kid;
use crate::ids::UserId;
use crate::store::commit::{Step, text};
use crate::store::record::{read, version_of};
use crate::store::{Commit, Condition, Item, Key, Query, Store, StoreError};

/// So many owners of keys are remembered; then it begins anew.
const MOST_OWNERS: usize = 10_000;

/// The memory.
#[derive(Debug, Default)]
pub struct Kept {
    tables: RwLock<(u64, Arc<Tables>)>,
    owners: Mutex<HashMap<Kid, UserId>>,
    /// Where addresses are.
    pub places: Places,
    /// Tokens of a moment ago.
    pub signed: Signed,
}

/// What is to be read with everything else that a request needs.
pub fn version_key() -> Key {
    Key::new(tables::PARTITION, "VERSION")
}

/// Adds to `commit` that rows or rules change: every process reads them again.
pub fn touch<E>(commit: &mut Commit<E>) {
    mark(commit, Condition::Always);
}

/// The tables as they are, for who changes them by what they say.
#[derive(Debug)]
pub struct Current {
    /// The tables.
    pub tables: Arc<Tables>,
    version: Option<u64>,
}

impl Current {
    /// The tables of what was read at [`version_key`].
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn of(app: &App, version: Option<&Item>) -> Result<Self, StoreError> {
        Ok(Self {
            tables: app.edge.tables(&app.store, version).await?,
            version: version.and_then(version_of),
        })
    }

    /// Reads them: one wait, in a process that knows them already.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn read(app: &App) -> Result<Self, StoreError> {
        let [version] = app.store.get([version_key()]).await?;
        Self::of(app, version.as_ref()).await
    }

    /// Adds to `commit` that rows or rules change, and requires that nobody else changed any since: whoever decided by all
    /// of them decided by what holds. What is remembered may be newer than the version, but then the version has risen.
    pub fn touch<E>(&self, commit: &mut Commit<E>) {
        mark(commit, self.version.map_or(Condition::Absent, Condition::Version));
    }
}

/// Adds to `commit` that the tables begin.
pub(super) fn begin<E>(commit: &mut Commit<E>) {
    mark(commit, Condition::Absent);
}

fn mark<E>(commit: &mut Commit<E>, condition: Condition) {
    // An update raises the version.
    commit.update(version_key(), condition, [Step::Default("kind", text("edge version"))]);
}

impl Kept {
    /// Nothing yet, with places by this file.
    pub fn new(places: Places) -> Self {
        Self {
            places,
            ..Self::default()
        }
    }

    /// The tables of what was read at [`version_key`]: those that are remembered, or one query. A table that was never
    /// begun has no rows, and lets nobody through.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn tables(&self, store: &Store, version: Option<&Item>) -> Result<Arc<Tables>, StoreError> {
        let version = version.and_then(version_of).unwrap_or_default();
        {
            let kept = self.tables.read().unwrap_or_else(PoisonError::into_inner);
            if kept.0 == version {
                return Ok(kept.1.clone());
            }
        }
        // What is read now is at least as new as the version. Where it is newer, the next request finds another version.
        let tables = Arc::new(load(store).await?);
        let mut kept = self.tables.write().unwrap_or_else(PoisonError::into_inner);
        *kept = (version, tables.clone());
        Ok(tables)
    }

    /// Where an address is, if a rule of `tables` wants to know.
    pub fn place(&self, tables: &Tables, ip: IpAddr) -> Option<Place> {
        match tables.restrictions.needs_place {
            true => self.places.of(ip),
            false => None,
        }
    }

    /// Whose key this is, if it is remembered. A key never changes its owner; whether it is still there is for the table.
    pub fn owner(&self, kid: &Kid) -> Option<UserId> {
        let owners = self.owners.lock().unwrap_or_else(PoisonError::into_inner);
        owners.get(kid).copied()
    }

    /// Remembers whose key this is.
    pub fn remember(&self, kid: Kid, owner: UserId) {
        let mut owners = self.owners.lock().unwrap_or_else(PoisonError::into_inner);
        if owners.len() >= MOST_OWNERS {
            owners.clear();
        }
        owners.insert(kid, owner);
    }

    /// Forgets whose key this was.
    pub fn forget(&self, kid: &Kid) {
        let mut owners = self.owners.lock().unwrap_or_else(PoisonError::into_inner);
        owners.remove(kid);
    }
}

async fn load(store: &Store) -> Result<Tables, StoreError> {
    let (first, last) = (Permission::PREFIX, format!("{}~", Restriction::PREFIX));
    let (mut permissions, mut restrictions) = (Vec::new(), Vec::new());
    let query = Query::partition(tables::PARTITION).between(first, last);
    let is_permission = |item: &Item| Key::of(item).is_some_and(|key| key.sk.starts_with(Permission::PREFIX));
    store
        .visit(query, |item| {
            match is_permission(&item) {
                true => permissions.push(read(item)?),
                false => restrictions.push(read(item)?),
            }
            Ok(())
        })
        .await?;
    Ok(Tables::new(permissions, restrictions))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;
    use crate::random::Random;

    #[test]
    fn memory_is_bounded() {
        let (kept, random) = (Kept::default(), Random::seeded(1));
        let owner = UserId::generate(&Clock::system(), &random);
        let first = Kid::generate(&random);
        kept.remember(first.clone(), owner);
        assert_eq!(kept.owner(&first), Some(owner));
        for _ in 0..MOST_OWNERS {
            kept.remember(Kid::generate(&random), owner);
        }
        assert_eq!(kept.owner(&first), None);
        assert!(kept.owners.lock().unwrap().len() <= MOST_OWNERS);
        kept.remember(first.clone(), owner);
        kept.forget(&first);
        assert_eq!(kept.owner(&first), None);
    }
}
