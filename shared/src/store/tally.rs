//! Counters of things that are spread over many partitions, such as all roles of all organizations. One item would make
//! every writer wait for every other, so a tally is kept in shards.

use super::commit::{Step, text};
use super::{Commit, Condition, Item, Key, Store, StoreError};

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
