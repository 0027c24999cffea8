//! Counters of things that are spread over many partitions, such as all roles of all organizations. One item would make
//! every writer wait for every other, so a tally is kept in shards.

use std::collections::BTreeMap;

use super::commit::{Step, text};
use super::query::Range;
use super::{Commit, Condition, Item, Key, Query, Store, StoreError};

/// Items that a tally is spread over.
const SHARDS: u8 = 16;

/// A counter, by its name.
#[derive(Debug, Clone, Copy)]
pub struct Tally(pub &'static str);

impl Tally {
    fn key(self, shard: u8) -> Key {
        Key::new(format!("TALLY#{}#{shard}", self.0), "COUNT")
    }

    /// Adds `by` as a part of `commit`. Whatever is counted says by a `mark`, such as the last byte of its identifier,
    /// which shard counts it.
    pub fn add<E>(self, commit: &mut Commit<E>, mark: u8, by: i64) {
        let steps = [Step::Add("count", by), Step::Default("kind", text("tally"))];
        commit.update(self.key(mark % SHARDS), Condition::Always, steps);
    }

    /// The sum: one round trip.
    ///
    /// # Errors
    /// [`StoreError`] when the table cannot be read.
    pub async fn read(self, store: &Store) -> Result<u64, StoreError> {
        let shards = store
            .get_all((0..SHARDS).map(|shard| self.key(shard)).collect())
            .await?;
        let count = |item: Item| item.get("count")?.as_n().ok()?.parse::<i64>().ok();
        let sum: i64 = shards.into_iter().flatten().filter_map(count).sum();
        Ok(sum.max(0).cast_unsigned())
    }
}

/// Counters of one name, a cell each: users by role and state, sign-ins by day. Cells are one partition, so that one query
/// reads those that begin alike, and a cell is there as soon as something is counted in it.
#[derive(Debug, Clone, Copy)]
pub struct Cells(pub &'static str);

/// What comes before the shard in a sort key. No cell's name has one in it.
const SHARD: char = '~';

impl Cells {
    fn partition(self) -> String {
        format!("TALLY#{}", self.0)
    }

    fn key(self, cell: &str, shard: u8) -> Key {
        Key::new(self.partition(), format!("{cell}{SHARD}{shard}"))
    }

    /// Adds `by` to a cell as a part of `commit`, in the shard of `mark`, as [`Tally::add`] does.
    pub fn add<E>(self, commit: &mut Commit<E>, cell: &str, mark: u8, by: i64) {
        let steps = [Step::Add("count", by), Step::Default("kind", text("tally"))];
        commit.update(self.key(cell, mark % SHARDS), Condition::Always, steps);
    }

    /// The cells whose names are in `range`, and how much is counted in each; empty ones are left out. [`Range::Between`]
    /// includes whatever begins like its end. One query.
    ///
    /// # Errors
    /// [`StoreError`] when the table cannot be read.
    pub async fn read(self, store: &Store, range: Range) -> Result<BTreeMap<String, u64>, StoreError> {
        let query = Query::partition(self.partition());
        let query = match range {
            Range::All => query,
            Range::Begins(prefix) => query.begins(prefix),
            Range::Between(first, last) => query.between(first, format!("{last}{SHARD}{SHARD}")),
        };
        let mut cells: BTreeMap<String, i64> = BTreeMap::new();
        for item in store.query_to_end(query).await? {
            if let Some((cell, count)) = counted(&item) {
                *cells.entry(cell.to_owned()).or_default() += count;
            }
        }
        let seen = |(cell, count): (String, i64)| Some((cell, u64::try_from(count).ok().filter(|count| *count > 0)?));
        Ok(cells.into_iter().filter_map(seen).collect())
    }
}

/// The cell that an item counts in, and how much.
fn counted(item: &Item) -> Option<(&str, i64)> {
    let (cell, _) = item.get("sk")?.as_s().ok()?.rsplit_once(SHARD)?;
    Some((cell, item.get("count")?.as_n().ok()?.parse().ok()?))
}
