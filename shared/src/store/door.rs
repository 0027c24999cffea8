//! What tests put before the table: every call passes a door, which may count it, hold it, fail it, or lose its answer.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::future::BoxFuture;

use super::commit::{Change, Outcome};
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

/// Counts calls.
#[derive(Debug, Default)]
pub struct Counting {
    calls: Mutex<Vec<Call>>,
}

impl Counting {
    /// The calls since the last time this was asked.
    pub fn take(&self) -> Vec<Call> {
        std::mem::take(&mut *self.calls.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Door for Counting {
    fn pass<'a>(&'a self, call: Call, table: &'a Table) -> BoxFuture<'a, Result<Answer, StoreError>> {
        self.calls
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(call.clone());
        Box::pin(table.answer(call))
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
        self.plan.lock().unwrap_or_else(PoisonError::into_inner).extend(faults);
    }
}

impl Door for Faulty {
    fn pass<'a>(&'a self, call: Call, table: &'a Table) -> BoxFuture<'a, Result<Answer, StoreError>> {
        let fault = self.plan.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
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

/// Answers from a recording, without the table: what is left is our own work. The recording is played in a circle.
#[derive(Debug)]
pub struct Canned {
    answers: Vec<Answer>,
    next: AtomicUsize,
}

impl Canned {
    /// Plays `answers`.
    pub fn new(answers: Vec<Answer>) -> Self {
        Self {
            answers,
            next: AtomicUsize::new(0),
        }
    }
}

impl Door for Canned {
    fn pass<'a>(&'a self, _call: Call, _table: &'a Table) -> BoxFuture<'a, Result<Answer, StoreError>> {
        let turn = self.next.fetch_add(1, Ordering::Relaxed);
        let answer = turn
            .checked_rem(self.answers.len())
            .and_then(|turn| self.answers.get(turn))
            .cloned();
        Box::pin(async move { answer.ok_or_else(|| StoreError::corrupt("an empty recording")) })
    }
}

/// Keeps what the table answers, to be played by [`Canned`].
#[derive(Debug, Default)]
pub struct Recording {
    answers: Mutex<Vec<Answer>>,
}

impl Recording {
    /// What was answered since the last time this was asked.
    pub fn take(&self) -> Vec<Answer> {
        std::mem::take(&mut *self.answers.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Door for Recording {
    fn pass<'a>(&'a self, call: Call, table: &'a Table) -> BoxFuture<'a, Result<Answer, StoreError>> {
        Box::pin(async move {
            let answer = table.answer(call).await?;
            self.answers
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(answer.clone());
            Ok(answer)
        })
    }
}

/// Holds every call until the test lets it go on.
pub struct Gate(tokio::sync::Semaphore);

impl Gate {
    /// A gate that is shut: calls wait until [`Gate::open`] lets them through, so that a test decides who goes next.
    pub fn shut() -> Arc<Self> {
        Arc::new(Self(tokio::sync::Semaphore::new(0)))
    }

    /// Lets the next `calls` through.
    pub fn open(&self, calls: usize) {
        self.0.add_permits(calls);
    }
}

impl Door for Gate {
    fn pass<'a>(&'a self, call: Call, table: &'a Table) -> BoxFuture<'a, Result<Answer, StoreError>> {
        Box::pin(async move {
            match self.0.acquire().await {
                Ok(permit) => permit.forget(),
                Err(closed) => return Err(StoreError::Unavailable(closed.to_string())),
            }
            table.answer(call).await
        })
    }
}
