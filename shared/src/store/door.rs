//! What tests put before the table: every call passes a door, which may count it, hold it, fail it, or lose its answer.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Mutex, OnceLock, PoisonError};

use futures_util::future::BoxFuture;

use super::commit::{Change, Effect, Outcome};
use super::query::{Page, Query};
use super::record::{Item, Key};
use super::{StoreError, Table};

/// A call of one of the three operations.
#[derive(Debug, Clone)]
pub enum Call {
    /// Items by key.
    Get(Vec<Key>),
    /// A range.
    Query(Query),
    /// Changes.
    Commit(Vec<Change>),
}

/// What the table says to a [`Call`].
#[derive(Debug, Clone)]
pub enum Answer {
    /// To a get: in the order of the keys.
    Items(Vec<Option<Item>>),
    /// To a query.
    Page(Page),
    /// To a commit.
    Outcome(Outcome),
}

/// Stands between the store and its table.
pub trait Door: Send + Sync {
    /// Lets `call` through to `table`, or does not.
    fn pass<'a>(&'a self, call: Call, table: &'a Table) -> BoxFuture<'a, Result<Answer, StoreError>>;
}

/// A call in one line, for people: what it is and which items it names.
impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Call::Get(keys) => {
                write!(f, "get")?;
                keys.iter().try_for_each(|key| write!(f, " {}/{}", key.pk, key.sk))
            }
            Call::Query(query) => write!(f, "query {}/{:?}", query.pk, query.range),
            Call::Commit(changes) => {
                write!(f, "commit")?;
                changes.iter().try_for_each(|change| {
                    let verb = match change.effect {
                        Effect::Put(_) => "put",
                        Effect::Update(_) => "update",
                        Effect::Delete => "delete",
                        Effect::Check => "check",
                    };
                    write!(f, " {verb} {}/{}", change.key.pk, change.key.sk)
                })
            }
        }
    }
}

/// A call that passed a [`Counting`] door. Beginnings and ends are numbered in one row, in the order in which they came.
#[derive(Debug, Clone)]
pub struct Passage {
    /// What was called.
    pub call: Call,
    /// When it began.
    pub began: usize,
    /// When it was answered; never, where its caller lost interest.
    pub ended: Option<usize>,
    /// Whether a hash was being made when it began: such a call hides behind the hash and keeps nobody waiting.
    pub beside_hash: bool,
}

/// Counts calls, and remembers which of them were under way at the same time.
#[derive(Default)]
pub struct Counting {
    passages: Mutex<(usize, Vec<Passage>)>,
    hashes: OnceLock<Box<dyn Fn() -> usize + Send + Sync>>,
}

impl Counting {
    /// Tells how many hashes are in progress. The door stands before the hasher does, so it learns this later.
    pub fn watch(&self, hashes: impl Fn() -> usize + Send + Sync + 'static) {
        let _ = self.hashes.set(Box::new(hashes));
    }

    /// The calls since the last time this was asked. The numbers go on: one that is still under way ends as itself, and not as
    /// one of those to come.
    pub fn take(&self) -> Vec<Passage> {
        std::mem::take(&mut lock(&self.passages).1)
    }
}

impl Door for Counting {
    fn pass<'a>(&'a self, call: Call, table: &'a Table) -> BoxFuture<'a, Result<Answer, StoreError>> {
        let beside_hash = self.hashes.get().is_some_and(|hashes| hashes() > 0);
        let began = {
            let (now, passages) = &mut *lock(&self.passages);
            *now += 1;
            passages.push(Passage {
                call: call.clone(),
                began: *now,
                ended: None,
                beside_hash,
            });
            *now
        };
        Box::pin(async move {
            let answer = table.answer(call).await;
            let (now, passages) = &mut *lock(&self.passages);
            *now += 1;
            if let Some(passage) = passages.iter_mut().find(|passage| passage.began == began) {
                passage.ended = Some(*now);
            }
            answer
        })
    }
}

/// A way in which a call goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It goes through.
    None,
    /// The table throttles; nothing happened.
    Throttled,
    /// Another transaction holds an item; nothing happened.
    Conflict,
    /// The call never arrives.
    Lost,
    /// The call is answered, but the answer does not arrive.
    AnswerLost,
}

/// Makes calls go wrong, in the order given; calls beyond that go through.
#[derive(Debug, Default)]
pub struct Faulty {
    plan: Mutex<VecDeque<Fault>>,
}

impl Faulty {
    /// Appends faults, one for each call to come.
    pub fn plan(&self, faults: impl IntoIterator<Item = Fault>) {
        lock(&self.plan).extend(faults);
    }
}

impl Door for Faulty {
    fn pass<'a>(&'a self, call: Call, table: &'a Table) -> BoxFuture<'a, Result<Answer, StoreError>> {
        let fault = lock(&self.plan).pop_front();
        Box::pin(async move {
            match fault.unwrap_or(Fault::None) {
                Fault::None => table.answer(call).await,
                Fault::Throttled => Err(StoreError::Throttled),
                Fault::Conflict => Err(StoreError::Conflict),
                Fault::Lost => Err(StoreError::Unavailable("lost".into())),
                Fault::AnswerLost => {
                    table.answer(call).await?;
                    Err(StoreError::Unavailable("answer lost".into()))
                }
            }
        })
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
