//! What lists know a profile by: its place among all of them, and the facts that somebody may look for. A profile may be
//! long; these are small, so that looking through many of them is cheap.

use serde::{Deserialize, Serialize};

use crate::accounts::User;
use crate::accounts::customer::KycProfile;
use crate::ids::UserId;
use crate::store::query::Index;
use crate::store::record::{read, read_optional};
use crate::store::{Commit, Key, Query, Record, Store, StoreError, Tally};

/// How many profiles there are.
pub const PROFILES: Tally = Tally("PROFILES");

/// What may be looked for in a profile. All of it stands on each entry: who looks for a name and a country means one profile
/// that has both.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// Given name.
    pub first_name: Option<String>,
    /// Family name.
    pub last_name: Option<String>,
    /// Country, as it was written.
    pub country: Option<String>,
}

impl Facts {
    /// Whether a profile with these facts has each of those that `wanted` names.
    pub fn have(&self, wanted: &Self) -> bool {
        let has = |known: &Option<String>, wanted: &Option<String>| wanted.is_none() || known == wanted;
        has(&self.first_name, &wanted.first_name)
            && has(&self.last_name, &wanted.last_name)
            && has(&self.country, &wanted.country)
    }
}

/// A profile in lists: among all by age, and by its country.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The profile.
    pub profile_id: String,
    /// Whose.
    pub user_id: UserId,
    /// What may be looked for in it.
    #[serde(flatten)]
    pub facts: Facts,
}

impl Entry {
    /// The partition of the first index that shows all profiles by age.
    pub const EVERY: &'static str = "PROFILES";

    /// What the sort key of an entry begins with.
    pub const PREFIX: &'static str = "CARD#PROFILE#";

    fn of(profile: &KycProfile) -> Self {
        Self {
            profile_id: profile.id.clone(),
            user_id: profile.user_id,
            facts: Facts {
                first_name: profile.details.first_name.clone(),
                last_name: profile.details.last_name.clone(),
                country: profile.details.country.clone(),
            },
        }
    }

    /// In a partition of profiles that have something in common, those of one user stand together, and users by age.
    fn place_among_users(&self) -> String {
        format!("{}#{}", self.user_id, self.profile_id)
    }
}

impl Record for Entry {
    const KIND: &'static str = "profile entry";
    fn key(&self) -> Key {
        let place = format!("{}{}", Self::PREFIX, self.profile_id);
        Key::new(User::partition(self.user_id), place)
    }
    fn gsi1(&self) -> Option<Key> {
        Some(Key::new(Self::EVERY, &self.profile_id))
    }
    fn gsi2(&self) -> Option<Key> {
        let country = self.facts.country.as_deref()?;
        Some(Key::new(Fact::Country.partition(country), self.place_among_users()))
    }
}

/// The same profile by the names in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
struct Names(Entry);

impl Record for Names {
    const KIND: &'static str = "profile names";
    fn key(&self) -> Key {
        let place = format!("CARD#NAMES#{}", self.0.profile_id);
        Key::new(User::partition(self.0.user_id), place)
    }
    fn gsi1(&self) -> Option<Key> {
        let name = self.0.facts.first_name.as_deref()?;
        Some(Key::new(Fact::FirstName.partition(name), self.0.place_among_users()))
    }
    fn gsi2(&self) -> Option<Key> {
        let name = self.0.facts.last_name.as_deref()?;
        Some(Key::new(Fact::LastName.partition(name), self.0.place_among_users()))
    }
}

/// A fact that an index serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fact {
    /// Given name.
    FirstName,
    /// Family name.
    LastName,
    /// Country.
    Country,
}

impl Fact {
    fn partition(self, value: &str) -> String {
        match self {
            Fact::FirstName => format!("FIRSTNAME#{value}"),
            Fact::LastName => format!("LASTNAME#{value}"),
            Fact::Country => format!("COUNTRY#{value}"),
        }
    }

    /// The entries of profiles in which it is `value`, by the age of their users.
    pub fn query(self, value: &str) -> Query {
        let index = match self {
            Fact::FirstName => Index::Gsi1,
            Fact::LastName | Fact::Country => Index::Gsi2,
        };
        Query::partition(self.partition(value)).of(index)
    }
}

/// Adds to `commit`, which writes `profile`, that lists know what it says.
pub fn keep<E>(commit: &mut Commit<E>, profile: &KycProfile) {
    let entry = Entry::of(profile);
    commit.put(&entry);
    commit.put(&Names(entry));
}

/// Adds to `commit` that `user` has `more` profiles than before.
pub fn count<E>(commit: &mut Commit<E>, user: UserId, more: usize) {
    if let Some(more) = i64::try_from(more).ok().filter(|more| *more > 0) {
        PROFILES.add(commit, user.mark(), more);
    }
}

/// The facts of `user`'s profiles.
///
/// # Errors
/// [`StoreError`] when the table cannot be read.
pub async fn of_user(store: &Store, user: UserId) -> Result<Vec<Facts>, StoreError> {
    let query = Query::partition(User::partition(user)).begins(Entry::PREFIX);
    let entries = store.query_to_end(query).await?.into_iter().map(read::<Entry>);
    entries.map(|entry| Ok(entry?.facts)).collect()
}

/// The entry that an item of a partition of facts is.
///
/// # Errors
/// [`StoreError::Corrupt`] when it is something else.
pub fn entry(fact: Fact, item: crate::store::Item) -> Result<Entry, StoreError> {
    match fact {
        Fact::Country => read(item),
        Fact::FirstName | Fact::LastName => read::<Names>(item).map(|names| names.0),
    }
}

/// Profiles of all users, the oldest first, from the one after the first `skip`, and how many there are.
///
/// # Errors
/// [`StoreError`] when the table cannot be read.
pub async fn list(store: &Store, skip: usize, take: usize) -> Result<(Vec<KycProfile>, u64), StoreError> {
    let query = Query::partition(Entry::EVERY).of(Index::Gsi1);
    let (entries, total) = store.counted_slice(PROFILES.read(store), query, skip, take).await?;
    let entries = entries.into_iter().map(read::<Entry>).collect::<Result<Vec<_>, _>>()?;
    let keys = entries
        .iter()
        .map(|entry| KycProfile::key_of(entry.user_id, &entry.profile_id));
    let profiles = store.get_all(keys.collect()).await?;
    let profiles = profiles.into_iter().map(read_optional).collect::<Result<Vec<_>, _>>()?;
    Ok((profiles.into_iter().flatten().collect(), total))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(first: Option<&str>, last: Option<&str>, country: Option<&str>) -> Facts {
        let text = |text: Option<&str>| text.map(str::to_owned);
        Facts {
            first_name: text(first),
            last_name: text(last),
            country: text(country),
        }
    }

    #[test]
    fn one_profile_has_all_that_is_wanted() {
        let known = facts(Some("Ada"), Some("King"), None);
        for (wanted, has) in [
            (facts(None, None, None), true),
            (facts(Some("Ada"), None, None), true),
            (facts(Some("Ada"), Some("King"), None), true),
            (facts(Some("ada"), None, None), false),
            (facts(Some("Ada"), Some("Lovelace"), None), false),
            (facts(None, None, Some("GB")), false),
        ] {
            assert_eq!(known.have(&wanted), has, "{wanted:?}");
        }
    }
}
