//! Finding users by a [`Filter`]: a page of them, and how many there are.
//!
//! Nothing here reads the table from end to end. Where a counter says how many there are, a page costs what is on it and before
//! it. Where candidates have to be read to be counted, at most [`MOST_LOOKED_AT`] are: a page costs the same however many users
//! there are, and the total is of those that were looked at.

use std::collections::VecDeque;

use futures_util::stream;
use futures_util::{StreamExt as _, TryStreamExt as _};

use super::card::{Card, Cell, USERS};
use super::filter::{By, Filter, Plan};
use super::profiles::{self, Facts};
use crate::accounts::customer::labels::{DOCUMENT, PRIVATE, WAITING};
use crate::accounts::customer::{Customer, Label};
use crate::accounts::email::EmailClaim;
use crate::accounts::user::{UidClaim, User};
use crate::ids::UserId;
use crate::store::query::{Cursor, Index, Range};
use crate::store::record::{read, read_optional};
use crate::store::sieve::MOST_LOOKED_AT;
use crate::store::{Item, Query, Store, StoreError};

/// So many round trips are under way at a time.
const SIDE_BY_SIDE: usize = 8;

/// So many users of a page are read at a time, where all is shown that is known of them.
const AT_A_TIME: usize = 25;

/// Keys of a round trip.
const BATCH: usize = 100;

/// Which rows of a list are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rows {
    /// Rows before them.
    pub skip: usize,
    /// How many.
    pub take: usize,
    /// Whether the youngest account comes first.
    pub youngest_first: bool,
}

/// Users of a page, and how many there are on all pages.
#[derive(Debug, Default)]
pub struct Found {
    /// The page.
    pub users: Vec<User>,
    /// How many are meant, as far as they were looked at.
    pub total: u64,
}

impl Rows {
    fn of<T>(self, all: Vec<T>) -> Vec<T> {
        all.into_iter().skip(self.skip).take(self.take).collect()
    }

    fn end(self) -> usize {
        self.skip.saturating_add(self.take)
    }

    fn in_order(self, query: Query) -> Query {
        match self.youngest_first {
            true => query.descending(),
            false => query,
        }
    }
}

/// The users that are meant, by the age of their accounts.
///
/// # Errors
/// [`StoreError`] when the table cannot be read.
pub async fn search(store: &Store, filter: &Filter, rows: Rows) -> Result<Found, StoreError> {
    let plan = filter.plan();
    match &plan.by {
        By::Nobody => Ok(Found::default()),
        By::Uid(uid) => {
            let [claim] = store.get([UidClaim::key_of(uid)]).await?;
            let owner = read_optional::<UidClaim>(claim)?.map(|claim| claim.user_id);
            one(store, owner, &plan.rest, rows).await
        }
        By::Email(email) => {
            let [claim] = store.get([EmailClaim::key(email)]).await?;
            let owner = read_optional::<EmailClaim>(claim)?.map(|claim| claim.user_id);
            one(store, owner, &plan.rest, rows).await
        }
        By::Fact(fact, value) => {
            let query = rows.in_order(plan.aged(fact.query(value)));
            let mut ids: Vec<UserId> = Vec::new();
            for item in look(store, query).await?.0 {
                let entry = profiles::entry(*fact, item)?;
                if entry.facts.have(&plan.served.facts) && ids.last() != Some(&entry.user_id) {
                    ids.push(entry.user_id);
                }
            }
            of_candidates(store, ids, &plan.rest, rows).await
        }
        By::Change => by_change(store, filter, &plan, rows).await,
        By::Cells => by_cells(store, &plan, rows).await,
        By::Age => by_age(store, &plan, rows).await,
    }
}

/// The users that are meant whose documents wait for an administrator, the one first who waits longest. Whether the youngest
/// account comes first is nothing to this list.
///
/// # Errors
/// [`StoreError`] when the table cannot be read.
pub async fn waiting(store: &Store, filter: &Filter, rows: Rows) -> Result<Found, StoreError> {
    if filter.plan().by == By::Nobody {
        return Ok(Found::default());
    }
    let query = Query::partition(Label::DOCUMENTS).of(Index::Gsi2);
    let owner = |item: Item| read::<Label>(item).map(|label| label.user_id);
    if filter.is_empty() {
        let (labels, total) = store
            .counted_slice(count_waiting(store), query, rows.skip, rows.take)
            .await?;
        let ids = labels.into_iter().map(owner).collect::<Result<Vec<_>, _>>()?;
        let users = users(store, ids).await?;
        return Ok(Found { users, total });
    }
    let ids = look(store, query).await?.0.into_iter().map(owner);
    of_candidates(store, ids.collect::<Result<Vec<_>, _>>()?, filter, rows).await
}

/// Users with a label of this key and value, whatever its scope.
///
/// # Errors
/// [`StoreError`] when the table cannot be read.
pub async fn labelled(store: &Store, key: &str, value: &str, rows: Rows) -> Result<Found, StoreError> {
    // Nobody has a longer one.
    if key.len() > 255 || value.len() > 255 {
        return Ok(Found::default());
    }
    let query = Query::partition(Label::partition_of(key, value)).of(Index::Gsi1);
    let labels = look(store, rows.in_order(query))
        .await?
        .0
        .into_iter()
        .map(read::<Label>);
    let mut ids: Vec<UserId> = labels
        .map(|label| Ok(label?.user_id))
        .collect::<Result<_, StoreError>>()?;
    // Whoever has it in both scopes stands there twice, side by side.
    ids.dedup();
    of_candidates(store, ids, &Filter::default(), rows).await
}

/// These users with everything that is known about them, in this order.
///
/// # Errors
/// [`StoreError`] when the table cannot be read.
pub async fn whole(store: &Store, users: &[User]) -> Result<Vec<Customer>, StoreError> {
    let ids: Vec<UserId> = users.iter().map(|user| user.id).collect();
    let reads = stream::iter(ids).map(|id| Customer::read(store, id));
    let customers: Vec<Option<Customer>> = reads.buffered(AT_A_TIME).try_collect().await?;
    Ok(customers.into_iter().flatten().collect())
}

/// How many wait with their documents.
async fn count_waiting(store: &Store) -> Result<u64, StoreError> {
    let pairs = WAITING.map(|value| format!("{DOCUMENT}#{value}"));
    let cells = PRIVATE.read(store, Range::Begins(format!("{DOCUMENT}#"))).await?;
    Ok(pairs.iter().filter_map(|pair| cells.get(pair)).sum())
}

/// At most one user.
async fn one(store: &Store, owner: Option<UserId>, rest: &Filter, rows: Rows) -> Result<Found, StoreError> {
    of_candidates(store, owner.into_iter().collect(), rest, rows).await
}

/// The page of `candidates`, in their order, of whom `rest` is true.
async fn of_candidates(store: &Store, candidates: Vec<UserId>, rest: &Filter, rows: Rows) -> Result<Found, StoreError> {
    if rest.is_empty() {
        let total = candidates.len() as u64;
        let users = users(store, rows.of(candidates)).await?;
        return Ok(Found { users, total });
    }
    let mut fitting = users(store, candidates).await?;
    fitting.retain(|user| rest.fits(user));
    if rest.facts != Facts::default() {
        let asked = stream::iter(fitting).map(|user| async move {
            let profiles = profiles::of_user(store, user.id).await?;
            let has = profiles.iter().any(|facts| facts.have(&rest.facts));
            Ok::<_, StoreError>(has.then_some(user))
        });
        let asked: Vec<Option<User>> = asked.buffered(SIDE_BY_SIDE).try_collect().await?;
        fitting = asked.into_iter().flatten().collect();
    }
    let total = fitting.len() as u64;
    let users = rows.of(fitting);
    Ok(Found { users, total })
}

/// All users, in the order of their age.
async fn by_age(store: &Store, plan: &Plan, rows: Rows) -> Result<Found, StoreError> {
    let query = plan.aged(Query::partition(UidClaim::EVERYBODY).of(Index::Gsi1));
    let query = rows.in_order(query);
    let owner = |item: Item| read::<UidClaim>(item).map(|claim| claim.user_id);
    if plan.served.created.is_open() {
        let count = async { Ok(USERS.read(store, Range::All).await?.values().sum()) };
        let (claims, total) = store.counted_slice(count, query, rows.skip, rows.take).await?;
        let ids = claims.into_iter().map(owner).collect::<Result<Vec<_>, _>>()?;
        let users = users(store, ids).await?;
        return Ok(Found { users, total });
    }
    let ids = look(store, query).await?.0.into_iter().map(owner);
    of_candidates(store, ids.collect::<Result<Vec<_>, _>>()?, &Filter::default(), rows).await
}

/// Those who changed in a time. They are found by their change and shown by their age, so that all of them are read; where they
/// are more than that, all users are looked at by age.
async fn by_change(store: &Store, filter: &Filter, plan: &Plan, rows: Rows) -> Result<Found, StoreError> {
    let query = plan.changed(Query::partition(Card::BY_CHANGE).of(Index::Gsi2));
    let (items, is_all) = look(store, query).await?;
    if !is_all {
        return by_cells(store, &filter.by_age(), rows).await;
    }
    let cards = items.into_iter().map(read::<Card>).collect::<Result<Vec<_>, _>>()?;
    let fitting = cards.into_iter().filter(|card| plan.rest.fits_card(card));
    let mut ids: Vec<UserId> = fitting.map(|card| card.user_id).collect();
    ids.sort_unstable();
    if rows.youngest_first {
        ids.reverse();
    }
    let created = Filter {
        created: plan.rest.created,
        ..Filter::default()
    };
    of_candidates(store, ids, &created, rows).await
}

/// Those of some cells, by age. Each cell is in this order; together they are read as one list.
async fn by_cells(store: &Store, plan: &Plan, rows: Rows) -> Result<Found, StoreError> {
    let counts = USERS.read(store, Range::All).await?.into_iter();
    let known = counts.filter_map(|(name, count)| Some((Cell::parse(&name)?, count)));
    let cells: Vec<(Cell, u64)> = known.filter(|(cell, _)| plan.served.fits_cell(cell)).collect();
    let total: u64 = cells.iter().map(|(_, count)| count).sum();
    let is_counted = plan.served.created.is_open() && plan.rest.is_empty();
    if is_counted && u64::try_from(rows.skip).is_ok_and(|skip| skip >= total) {
        return Ok(Found {
            users: Vec::new(),
            total,
        });
    }
    let wanted = if is_counted { rows.end() } else { MOST_LOOKED_AT };
    let queries = cells.iter().map(|(cell, count)| {
        let query = plan.aged(Query::partition(cell.partition()).of(Index::Gsi1));
        (rows.in_order(query), share(wanted, *count, total))
    });
    let mut merged = Merged::of(store, queries.collect(), rows.youngest_first).await?;
    let mut ids = Vec::new();
    for _ in 0..wanted {
        let Some(card) = merged.next(store).await? else { break };
        if plan.rest.fits_card(&card) {
            ids.push(card.user_id);
        }
    }
    let total = if is_counted { total } else { ids.len() as u64 };
    let users = users(store, rows.of(ids)).await?;
    Ok(Found { users, total })
}

/// How many of a cell's cards are probably among the first `wanted` of all, and a few more.
fn share(wanted: usize, count: u64, total: u64) -> u16 {
    let share = (wanted as u64).saturating_mul(count) / total.max(1);
    let probable = share.saturating_add(share / 4).saturating_add(5);
    u16::try_from(probable).unwrap_or(u16::MAX)
}

/// Cards of several partitions, each in the order of age, as one list in this order.
struct Merged {
    lanes: Vec<Lane>,
    youngest_first: bool,
}

/// A partition that is read a part at a time.
struct Lane {
    query: Query,
    cards: VecDeque<Card>,
    /// Where to go on; `None` at the end.
    next: Option<Cursor>,
}

impl Lane {
    async fn begin(store: &Store, query: Query, at_a_time: u16) -> Result<Self, StoreError> {
        let query = query.limit(at_a_time);
        let page = store.query(query.clone()).await?;
        let next = page.next.clone();
        let cards = page.records()?.into();
        Ok(Self { query, cards, next })
    }

    /// Reads on, where everything that was read is used up and there is more.
    async fn fill(&mut self, store: &Store) -> Result<(), StoreError> {
        while self.cards.is_empty() {
            let Some(cursor) = self.next.take() else { return Ok(()) };
            let page = store.query(self.query.clone().after(cursor)).await?;
            self.next.clone_from(&page.next);
            self.cards = page.records()?.into();
        }
        Ok(())
    }
}

impl Merged {
    async fn of(store: &Store, queries: Vec<(Query, u16)>, youngest_first: bool) -> Result<Self, StoreError> {
        let lanes = stream::iter(queries).map(|(query, at_a_time)| Lane::begin(store, query, at_a_time));
        Ok(Self {
            lanes: lanes.buffered(SIDE_BY_SIDE).try_collect().await?,
            youngest_first,
        })
    }

    async fn next(&mut self, store: &Store) -> Result<Option<Card>, StoreError> {
        let mut first: Option<(UserId, usize)> = None;
        for (place, lane) in self.lanes.iter_mut().enumerate() {
            lane.fill(store).await?;
            let Some(card) = lane.cards.front() else { continue };
            let is_before = first.is_none_or(|(id, _)| (card.user_id < id) != self.youngest_first);
            if is_before {
                first = Some((card.user_id, place));
            }
        }
        let lane = first.and_then(|(_, place)| self.lanes.get_mut(place));
        Ok(lane.and_then(|lane| lane.cards.pop_front()))
    }
}

/// The first items of a range, as many as are looked at, and whether they are all there are.
async fn look(store: &Store, query: Query) -> Result<(Vec<Item>, bool), StoreError> {
    let mut items = store.slice(query, 0, MOST_LOOKED_AT + 1).await?;
    let is_all = items.len() <= MOST_LOOKED_AT;
    items.truncate(MOST_LOOKED_AT);
    Ok((items, is_all))
}

/// These users, in this order, as they are now; without those that are gone.
async fn users(store: &Store, ids: Vec<UserId>) -> Result<Vec<User>, StoreError> {
    let batches = ids
        .chunks(BATCH)
        .map(|ids| ids.iter().map(|id| User::key_of(*id)).collect());
    let batches: Vec<Vec<_>> = batches.collect();
    let reads = stream::iter(batches).map(|keys| store.get_all(keys));
    let items: Vec<Vec<Option<Item>>> = reads.buffered(SIDE_BY_SIDE).try_collect().await?;
    items.into_iter().flatten().flatten().map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cells_share_is_what_is_probable() {
        assert_eq!(share(100, 50, 100), 67);
        assert_eq!(share(100, 1, 1_000_000), 5);
        assert_eq!(share(100, 0, 0), 5);
        assert_eq!(share(usize::MAX, u64::MAX, 1), u16::MAX);
    }
}
