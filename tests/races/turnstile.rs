//! A door at which calls wait for their turn.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::future::BoxFuture;
use shared::store::{Answer, Call, Door, StoreError, Table};
use tokio::sync::oneshot;

/// What becomes of a call that waits at a [`Turnstile`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// It goes through.
    Pass,
    /// It goes through, but its answer does not arrive.
    AnswerLost,
    /// Its client dies before it is sent: it is never answered.
    DiesBefore,
    /// Its client dies while it is under way: it goes through, and is never answered.
    DiesAfter,
}

/// Holds the calls of several clients, each until it is told that it is its turn, so that a test decides who goes next.
#[derive(Default)]
pub struct Turnstile {
    lanes: Mutex<Vec<Lane>>,
    changed: tokio::sync::Notify,
}

type Done = oneshot::Sender<()>;

/// One client's calls, in the order of their arrival.
#[derive(Default)]
struct Lane {
    held: VecDeque<(String, oneshot::Sender<(Turn, Done)>)>,
    left: bool,
}

/// The door of one client of a [`Turnstile`].
pub struct Entrance {
    turnstile: Arc<Turnstile>,
    lane: usize,
}

impl Turnstile {
    /// The door of a further client.
    pub fn enter(self: &Arc<Self>) -> Entrance {
        let mut lanes = lock(&self.lanes);
        lanes.push(Lane::default());
        Entrance {
            turnstile: Arc::clone(self),
            lane: lanes.len() - 1,
        }
    }

    /// A client has ended, or died: nothing is expected of it any more.
    pub fn leave(&self, lane: usize) {
        if let Some(lane) = lock(&self.lanes).get_mut(lane) {
            lane.left = true;
            lane.held.clear();
        }
        self.changed.notify_one();
    }

    /// Waits until every client that has not ended holds a call here, and says which ones and what they call.
    pub async fn ready(&self) -> Vec<(usize, String)> {
        loop {
            if let Some(ready) = self.settled() {
                return ready;
            }
            self.changed.notified().await;
        }
    }

    fn settled(&self) -> Option<Vec<(usize, String)>> {
        let mut lanes = lock(&self.lanes);
        let present = lanes.iter_mut().enumerate().filter(|(_, lane)| !lane.left);
        present
            .map(|(place, lane)| {
                // Calls that nobody waits for any more are forgotten.
                lane.held.retain(|(_, turn)| !turn.is_closed());
                lane.held.front().map(|(call, _)| (place, call.clone()))
            })
            .collect()
    }

    /// Gives the oldest call of a client its turn, and waits until it is answered.
    pub async fn turn(&self, lane: usize, turn: Turn) {
        let held = lock(&self.lanes).get_mut(lane).and_then(|lane| lane.held.pop_front());
        let (done, answered) = oneshot::channel();
        if let Some((_, go)) = held
            && go.send((turn, done)).is_ok()
        {
            // An error means that the client has gone meanwhile, which ends the call as well.
            let _ = answered.await;
        }
    }
}

impl Entrance {
    /// Which of the turnstile's clients this is.
    pub fn lane(&self) -> usize {
        self.lane
    }
}

impl Door for Entrance {
    fn pass<'a>(&'a self, call: Call, table: &'a Table) -> BoxFuture<'a, Result<Answer, StoreError>> {
        let (go, told) = oneshot::channel();
        if let Some(lane) = lock(&self.turnstile.lanes).get_mut(self.lane) {
            lane.held.push_back((call.to_string(), go));
        }
        self.turnstile.changed.notify_one();
        Box::pin(async move {
            let Ok((turn, done)) = told.await else {
                return std::future::pending().await;
            };
            let answer = match turn {
                Turn::DiesBefore => None,
                _ => Some(table.answer(call).await),
            };
            // Nobody listens where the test has ended.
            let _ = done.send(());
            match (turn, answer) {
                (Turn::Pass, Some(answer)) => answer,
                (Turn::AnswerLost, Some(_)) => Err(StoreError::Unavailable("answer lost".into())),
                _ => std::future::pending().await,
            }
        })
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
