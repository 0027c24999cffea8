//! A page of what has to be looked at to be found. Where no counter says how many there are, what passes by is counted, and
//! only so much of it that a page costs the same however much there is.

use super::query::Page;
use super::{Item, Query, Store, StoreError};

/// So many items are looked at for one page. What is found among them is shown and counted; a narrower range finds the rest.
pub const MOST_LOOKED_AT: usize = 10_000;

/// Keeps one page of what passes by, and counts all of it.
#[derive(Debug)]
pub struct Sieve<T> {
    skip: usize,
    take: usize,
    left: usize,
    /// The rows of the page.
    pub rows: Vec<T>,
    /// How many were found.
    pub total: u64,
}

impl<T> Sieve<T> {
    /// A page of `take` rows, after the first `skip`.
    pub fn new(skip: usize, take: usize) -> Self {
        Self {
            skip,
            take,
            left: MOST_LOOKED_AT,
            rows: Vec::new(),
            total: 0,
        }
    }

    /// Whether no more is looked at.
    pub fn is_full(&self) -> bool {
        self.left == 0
    }

    /// Looks at a range, as far as it goes: `pick` says what is wanted.
    ///
    /// # Errors
    /// [`StoreError`] when the table cannot be read, or what `pick` says.
    pub async fn look(
        &mut self,
        store: &Store,
        query: Query,
        mut pick: impl FnMut(Item) -> Result<Option<T>, StoreError>,
    ) -> Result<(), StoreError> {
        let mut next = query;
        while !self.is_full() {
            let wanted = u16::try_from(self.left).unwrap_or(u16::MAX);
            let Page { items, next: cursor } = store.query(next.clone().limit(wanted)).await?;
            self.left = self.left.saturating_sub(items.len());
            for item in items {
                if let Some(row) = pick(item)? {
                    self.keep(row);
                }
            }
            match cursor {
                Some(cursor) => next = next.after(cursor),
                None => break,
            }
        }
        Ok(())
    }

    fn keep(&mut self, row: T) {
        let place = usize::try_from(self.total).unwrap_or(usize::MAX);
        self.total += 1;
        if place >= self.skip && self.rows.len() < self.take {
            self.rows.push(row);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_kept_and_all_is_counted() {
        for (skip, take, rows) in [(0, 2, vec![1, 2]), (2, 2, vec![3, 4]), (4, 2, vec![5]), (6, 2, vec![])] {
            let mut sieve = Sieve::new(skip, take);
            (1..=5).for_each(|row| sieve.keep(row));
            assert_eq!((sieve.rows, sieve.total), (rows, 5), "{skip}");
        }
    }
}
