//! The table: everything Countersign remembers, but for uploaded files and keys.
//!
//! Three operations reach it, and no others: [`Store::get`], [`Store::query`], [`Store::commit`]. What is kept is a
//! [`Record`]: a serde type that knows its key. A business act collects its changes in a [`Commit`], gives each the
//! refusal it means when its condition does not hold, and commits all or nothing.
//!
//! Rooms: [`record`] items and their types, [`query`] reading, [`commit`] writing, [`table`] the only code that
//! speaks to DynamoDB, [`patience`] how long it waits, [`tally`] counters, [`sieve`] pages that are counted while they are looked for, [`sequence`] numbers, [`schema`] the table's definition, [`door`] the wrappers that tests put before it.

pub mod commit;
pub mod door;
mod error;
mod expression;
pub mod patience;
pub mod query;
pub mod record;
pub mod schema;
pub mod sequence;
pub mod sieve;
pub mod table;
pub mod tally;

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::try_join;

pub use commit::{Change, Commit, Condition};
pub use door::{Answer, Call, Door};
pub use error::StoreError;
pub use patience::Patience;
pub use query::{Page, Query};
pub use record::{Item, Key, Record, Versioned};
pub use sequence::Sequence;
pub use table::Table;
pub use tally::{Cells, Tally};

use commit::Outcome;

/// How often a read-modify-write that meets another writer is tried before the request fails.
const MOST_ATTEMPTS: u32 = 30;

/// And for how long, where the table itself steps aside for competitors each time.
const LONGEST: Duration = Duration::from_secs(8);

/// The table as the rest of the house sees it.
#[derive(Clone)]
pub struct Store {
    table: Arc<Table>,
    door: Option<Arc<dyn Door>>,
}

impl Store {
    /// Opens `table`; nothing is connected before the first call.
    pub fn new(table: Table) -> Self {
        Self {
            table: Arc::new(table),
            door: None,
        }
    }

    /// The same store with `door` before it.
    #[must_use]
    pub fn behind(self, door: Arc<dyn Door>) -> Self {
        Self {
            door: Some(door),
            ..self
        }
    }

    /// The table itself, for those that manage it.
    pub fn table(&self) -> &Table {
        &self.table
    }

    /// Reads items by key, strongly consistent, in the order of `keys`; `None` for those that are absent.
    /// One round trip for up to 100 keys.
    ///
    /// # Errors
    /// [`StoreError`] when the table cannot be read.
    pub async fn get<const N: usize>(&self, keys: [Key; N]) -> Result<[Option<Item>; N], StoreError> {
        let items = self.get_all(keys.to_vec()).await?;
        items
            .try_into()
            .map_err(|_| StoreError::corrupt("a batch get answered with another number of items"))
    }

    /// As [`Store::get`], for a number of keys that is known at run time only.
    ///
    /// # Errors
    /// [`StoreError`] when the table cannot be read.
    pub async fn get_all(&self, keys: Vec<Key>) -> Result<Vec<Option<Item>>, StoreError> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        match self.pass(Call::Get(keys)).await? {
            Answer::Items(items) => Ok(items),
            _ => Err(StoreError::corrupt("a door answered a get with something else")),
        }
    }

    /// Reads one partition of the table or of an index.
    ///
    /// # Errors
    /// [`StoreError`] when the table cannot be read.
    pub async fn query(&self, query: Query) -> Result<Page, StoreError> {
        match self.pass(Call::Query(query)).await? {
            Answer::Page(page) => Ok(page),
            _ => Err(StoreError::corrupt("a door answered a query with something else")),
        }
    }

    /// Reads a range to its end. For ranges that are small by nature, such as one user's own items.
    ///
    /// # Errors
    /// [`StoreError`] when the table cannot be read.
    pub async fn query_to_end(&self, query: Query) -> Result<Vec<Item>, StoreError> {
        let mut items = Vec::new();
        self.visit(query, |item| {
            items.push(item);
            Ok(())
        })
        .await?;
        Ok(items)
    }

    /// Shows every item of a range to `look`, a megabyte in memory at a time. For ranges that may be long.
    ///
    /// # Errors
    /// [`StoreError`] when the table cannot be read, or what `look` says.
    pub async fn visit(
        &self,
        query: Query,
        mut look: impl FnMut(Item) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let mut next = query;
        loop {
            let page = self.query(next.clone()).await?;
            page.items.into_iter().try_for_each(&mut look)?;
            match page.next {
                Some(cursor) => next = next.after(cursor),
                None => return Ok(()),
            }
        }
    }

    /// Reads `take` items of a range, from the one after the first `skip`. The items that are skipped are read as well:
    /// DynamoDB finds a place by its key, not by its number.
    ///
    /// # Errors
    /// [`StoreError`] when the table cannot be read.
    pub async fn slice(&self, query: Query, skip: usize, take: usize) -> Result<Vec<Item>, StoreError> {
        let (mut skip, mut items, mut next) = (skip, Vec::new(), query);
        while items.len() < take {
            let wanted = u16::try_from(skip + take - items.len()).unwrap_or(u16::MAX);
            let page = self.query(next.clone().limit(wanted)).await?;
            let passed = skip.min(page.items.len());
            items.extend(page.items.into_iter().skip(passed));
            skip -= passed;
            match page.next {
                Some(cursor) => next = next.after(cursor),
                None => break,
            }
        }
        Ok(items)
    }

    /// The same, with how many items there are, which is counted elsewhere. The first page is read beside its count; for
    /// any other the count comes first, so that a page behind the end costs nothing more.
    ///
    /// # Errors
    /// [`StoreError`] when the table cannot be read.
    pub async fn counted_slice(
        &self,
        count: impl Future<Output = Result<u64, StoreError>>,
        query: Query,
        skip: usize,
        take: usize,
    ) -> Result<(Vec<Item>, u64), StoreError> {
        if skip == 0 {
            return try_join(self.slice(query, 0, take), count).await;
        }
        let count = count.await?;
        match u64::try_from(skip) {
            Ok(skipped) if skipped < count => Ok((self.slice(query, skip, take).await?, count)),
            _ => Ok((Vec::new(), count)),
        }
    }

    /// Makes all changes of `commit` or none of them.
    ///
    /// # Errors
    /// The refusal given to the first change whose condition does not hold ([`StoreError::Conflict`] where none was
    /// given), or what `E` makes of a [`StoreError`].
    pub async fn commit<E: From<StoreError>>(&self, commit: Commit<E>) -> Result<(), E> {
        let (changes, mut refusals) = commit.into_parts()?;
        match self.pass(Call::Commit(changes)).await? {
            Answer::Outcome(Outcome::Done) => Ok(()),
            Answer::Outcome(Outcome::Refused { index, existing }) => {
                match refusals.get_mut(index).and_then(Option::take) {
                    Some(refusal) => Err(refusal(existing)),
                    None => Err(StoreError::Conflict.into()),
                }
            }
            _ => Err(StoreError::corrupt("a door answered a commit with something else").into()),
        }
    }

    async fn pass(&self, call: Call) -> Result<Answer, StoreError> {
        match &self.door {
            // In a box: whoever waits for the table would carry the whole of its client's state.
            None => Box::pin(self.table.answer(call)).await,
            Some(door) => door.pass(call, &self.table).await,
        }
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Store({})", self.table.name())
    }
}

/// Repeats a read-modify-write while somebody else writes between its read and its commit, thirty times and for eight seconds at
/// most: `retried(|| read_and_commit(app)).await`.
///
/// # Errors
/// Those of the last attempt.
pub async fn retried<T, E: AsConflict, F>(mut attempt: impl FnMut() -> F) -> Result<T, E>
where
    F: Future<Output = Result<T, E>>,
{
    let mut attempts = Attempts::default();
    loop {
        let tried = attempt().await;
        if !attempts.again(&tried) {
            return tried;
        }
    }
}

/// Counts attempts, where one of them needs to know that it is not the first; see [`retried`].
#[derive(Debug)]
pub struct Attempts {
    made: u32,
    begun: Instant,
}

impl Default for Attempts {
    fn default() -> Self {
        Self {
            made: 0,
            begun: Instant::now(),
        }
    }
}

impl Attempts {
    /// Whether to try again: the attempt ended in a conflict, was not the thirtieth, and there is time.
    pub fn again<T, E: AsConflict>(&mut self, tried: &Result<T, E>) -> bool {
        self.made += 1;
        let is_over = self.made >= MOST_ATTEMPTS || self.begun.elapsed() >= LONGEST;
        !is_over && tried.as_ref().is_err_and(AsConflict::is_conflict)
    }
}

/// Errors that may carry a [`StoreError::Conflict`].
pub trait AsConflict {
    /// Whether another writer came in between, so that trying again makes sense.
    fn is_conflict(&self) -> bool;
}

impl AsConflict for StoreError {
    fn is_conflict(&self) -> bool {
        matches!(self, StoreError::Conflict)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOST: Result<(), StoreError> = Err(StoreError::Conflict);

    #[test]
    fn only_a_conflict_is_tried_again_and_not_for_ever() {
        let mut attempts = Attempts::default();
        let tried = (0..100).take_while(|_| attempts.again(&LOST)).count();
        assert_eq!(tried + 1, 30);
        for settled in [
            Ok(()),
            Err(StoreError::Throttled),
            Err(StoreError::Unavailable("lost".into())),
        ] {
            assert!(!Attempts::default().again(&settled), "{settled:?}");
        }
    }

    #[test]
    fn whoever_has_tried_for_eight_seconds_gives_up() {
        let begun = Instant::now().checked_sub(LONGEST).unwrap();
        assert!(!Attempts { made: 0, begun }.again(&LOST));
    }
}
