//! Heavy work on blocking threads: so much at a time, so much waiting, and no more.

use std::{
    num::NonZeroUsize,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use tokio::sync::Semaphore;

/// More hashes are wanted than can run or wait. The caller may try again in a moment.
#[derive(thiserror::Error, Debug, PartialEq, Eq, Clone, Copy)]
#[error("too many passwords are being checked at the moment")]
pub struct Busy;

/// Turns on the blocking threads, given in the order of asking.
pub(super) struct Turns {
    free: Arc<Semaphore>,
    places: Arc<AtomicUsize>,
    most: usize,
}

impl Turns {
    /// At most `threads` have their turn, and at most `queue` wait for theirs.
    pub(super) fn new(threads: NonZeroUsize, queue: usize) -> Self {
        let threads = threads.get().min(Semaphore::MAX_PERMITS);
        Self {
            free: Arc::new(Semaphore::new(threads)),
            places: Arc::default(),
            most: threads.saturating_add(queue),
        }
    }

    /// How many run or wait.
    pub(super) fn taken(&self) -> usize {
        self.places.load(Ordering::SeqCst)
    }

    /// Does `work` on a blocking thread, in its turn. The turn ends with the work and not with the future, so that
    /// clients who hang up do not make room for more work than there are threads.
    pub(super) async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Busy> {
        let place = Place::take(&self.places, self.most)?;
        let turn = Arc::clone(&self.free).acquire_owned().await.map_err(|_| Busy)?;
        let work = tokio::task::spawn_blocking(move || {
            let _held = (place, turn);
            work()
        });
        work.await.map_err(|_| Busy)
    }
}

/// One of the places among those who run or wait.
struct Place(Arc<AtomicUsize>);

impl Place {
    fn take(places: &Arc<AtomicUsize>, most: usize) -> Result<Self, Busy> {
        places
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |taken| {
                (taken < most).then_some(taken + 1)
            })
            .map(|_| Self(Arc::clone(places)))
            .map_err(|_| Busy)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::mpsc, time::Duration};

    use super::*;

    fn turns(threads: usize, queue: usize) -> Arc<Turns> {
        Arc::new(Turns::new(NonZeroUsize::new(threads).unwrap(), queue))
    }

    async fn until(mut done: impl FnMut() -> bool) {
        for _ in 0..2_000 {
            if done() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        panic!("it did not come to pass within two seconds");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn so_many_run_so_many_wait_and_the_rest_are_told_so() {
        let turns = turns(2, 3);
        let (start, started) = mpsc::channel();
        let held: Vec<mpsc::Sender<()>> = std::iter::repeat_with(|| {
            let (release, released) = mpsc::channel();
            let (turns, start) = (Arc::clone(&turns), start.clone());
            let work = move || (start.send(()).unwrap(), released.recv().unwrap_err());
            tokio::spawn(async move { turns.run(work).await });
            release
        })
        .take(5)
        .collect();
        until(|| turns.taken() == 5).await;
        let mut running = 0;
        until(|| {
            running += started.try_iter().count();
            running == 2
        })
        .await;
        assert_eq!(turns.run(|| ()).await, Err(Busy));
        assert_eq!((started.try_iter().count(), turns.free.available_permits()), (0, 0));

        drop(held);
        until(|| turns.taken() == 0).await;
        assert_eq!(started.try_iter().count(), 3);
        assert_eq!(turns.run(|| 1).await, Ok(1));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn never_more_at_a_time_than_threads() {
        let turns = turns(3, 200);
        let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let all = (0..200).map(|_| {
            let (turns, now, most) = (Arc::clone(&turns), Arc::clone(&now), Arc::clone(&most));
            let work = move || {
                most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                std::thread::yield_now();
                now.fetch_sub(1, Ordering::SeqCst);
            };
            tokio::spawn(async move { turns.run(work).await })
        });
        for done in all.collect::<Vec<_>>() {
            assert_eq!(done.await.unwrap(), Ok(()));
        }
        assert!((1..=3).contains(&most.load(Ordering::SeqCst)));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn who_hangs_up_leaves_the_queue_but_not_a_turn_that_has_begun() {
        let turns = turns(1, 1);
        let (release, released) = mpsc::channel::<()>();
        let (first, second) = (Arc::clone(&turns), Arc::clone(&turns));
        let running = tokio::spawn(async move { first.run(move || released.recv()).await });
        until(|| turns.free.available_permits() == 0).await;
        let waiting = tokio::spawn(async move { second.run(|| ()).await });
        until(|| turns.taken() == 2).await;
        waiting.abort();
        until(|| turns.taken() == 1).await;
        running.abort();
        running.await.unwrap_err();
        assert_eq!((turns.taken(), turns.free.available_permits()), (1, 0));
        drop(release);
        until(|| turns.taken() == 0).await;
    }

    #[tokio::test]
    async fn a_failed_task_is_busy_and_gives_its_turn_back() {
        let turns = turns(1, 0);
        assert_eq!(turns.run(|| panic!("as a bug would")).await, Err::<(), _>(Busy));
        assert_eq!((turns.taken(), turns.free.available_permits()), (0, 1));
        assert_eq!(turns.run(|| 1).await, Ok(1));
    }
}
