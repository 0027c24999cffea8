//! How long the table is waited for, and how long those that compete for an item step aside.

use std::time::Duration;

use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;

use crate::random::Random;

/// So many requests may one call be that meets throttling, a fault of the table or a connection that is dead.
const REQUESTS: u32 = 3;

/// A value, so that tests need not wait as long. The usual one answers within a few milliseconds and is far from its end; a
/// function's own time-out (15 seconds) is behind it, so that whoever waits in vain is told so by the surface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// For a connection.
    pub connect: Duration,
    /// For the answer to one request. A connection that is dead without a word is left after this.
    pub request: Duration,
    /// For the answer to a call, however many requests that is.
    pub call: Duration,
    /// The first pause of a call that met a competing transaction; each next one is twice as long.
    pub pause: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(1),
            request: Duration::from_millis(2500),
            call: Duration::from_secs(8),
            pause: Duration::from_millis(10),
        }
    }
}

impl Patience {
    /// How long to step aside after attempt number `attempt`, from 0: by chance between half and all of what it may be, so that
    /// competitors do not meet again.
    pub fn pause_after(&self, attempt: u32, random: &Random) -> Duration {
        let most = self.pause.saturating_mul(2_u32.saturating_pow(attempt));
        let [chance] = random.bytes();
        most / 2 + most.saturating_mul(chance.into()) / 512
    }

    /// The same for the SDK, which repeats requests by itself.
    pub fn timeouts(&self) -> TimeoutConfig {
        TimeoutConfig::builder()
            .connect_timeout(self.connect)
            .operation_attempt_timeout(self.request)
            .operation_timeout(self.call)
            .build()
    }

    /// How often the SDK repeats a request. Its pauses are by chance too; they begin at a second by default, which is long beside
    /// a table that answers in five milliseconds.
    pub fn retries(&self) -> RetryConfig {
        RetryConfig::standard()
            .with_max_attempts(REQUESTS)
            .with_initial_backoff(self.pause.saturating_mul(10))
            .with_max_backoff(Duration::from_secs(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_is_between_half_and_all_of_twice_the_last_one() {
        let (patience, random) = (Patience::default(), Random::seeded(1));
        for attempt in 0..6 {
            let most = Duration::from_millis(10 << attempt);
            let pauses: Vec<_> = (0..500).map(|_| patience.pause_after(attempt, &random)).collect();
            assert!(pauses.iter().all(|pause| (most / 2..most).contains(pause)), "{attempt}");
            // All of that, and not only a part of it.
            assert!(pauses.iter().any(|pause| *pause < most * 9 / 16), "{attempt}");
            assert!(pauses.iter().any(|pause| *pause > most * 15 / 16), "{attempt}");
        }
        // Nobody waits that long; it is only not a panic.
        assert!(patience.pause_after(u32::MAX, &random) > Duration::from_secs(1));
    }

    #[test]
    fn two_competitors_step_aside_for_different_times() {
        let pauses = |seed| {
            let (patience, random) = (Patience::default(), Random::seeded(seed));
            [0, 1, 2, 3, 4, 5].map(|attempt| patience.pause_after(attempt, &random))
        };
        assert_ne!(pauses(1), pauses(2));
        assert_eq!(pauses(1), pauses(1));
    }

    /// What the SDK would do in the time of a call, and what is left of it for the pauses between.
    #[test]
    fn a_call_has_time_for_all_of_its_requests() {
        let patience = Patience::default();
        let pauses = patience.retries().initial_backoff() * 3;
        assert!(patience.request * REQUESTS + pauses < patience.call);
        assert!(patience.connect < patience.request);
    }
}
