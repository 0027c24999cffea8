//! How long it takes.

use std::fmt;
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use crate::arguments::Arguments;
use crate::people::Person;
use crate::scenario::Scenario;

/// Driven and not counted: connections are opened, caches filled.
const WARM_UP: Duration = Duration::from_secs(1);

/// One request: when it was answered, counted from the beginning, and how long that took.
#[derive(Debug, Clone, Copy)]
pub struct Sample {
    pub at: Duration,
    pub took: Duration,
}

/// What came of one scenario.
pub struct Measured {
    pub scenario: Scenario,
    /// In the order of what they took.
    pub samples: Vec<Sample>,
    pub failed: usize,
    pub time: Duration,
}

impl Measured {
    /// What stands over the rows.
    pub const HEADING: &'static str = "scenario     requests   failed    rate/s    p50 ms    p99 ms    max ms";

    fn of(scenario: Scenario, mut samples: Vec<Sample>, failed: usize, time: Duration) -> Self {
        samples.sort_unstable_by_key(|sample| sample.took);
        Self {
            scenario,
            samples,
            failed,
            time,
        }
    }

    /// Requests that were answered in a second.
    pub fn rate(&self) -> f64 {
        let answered = u32::try_from(self.samples.len()).unwrap_or(u32::MAX);
        f64::from(answered) / self.time.as_secs_f64()
    }

    /// The time within which so many hundredths were answered; nothing where nothing was.
    pub fn percentile(&self, hundredths: usize) -> Duration {
        percentile(&self.samples, hundredths)
    }
}

/// The same of samples in the order of what they took.
pub fn percentile(sorted: &[Sample], hundredths: usize) -> Duration {
    let rank = (sorted.len() * hundredths).div_ceil(100).max(1);
    sorted.get(rank - 1).map_or(Duration::ZERO, |sample| sample.took)
}

impl fmt::Display for Measured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = |time: Duration| time.as_secs_f64() * 1000.0;
        write!(
            f,
            "{:<10}{:>11}{:>9}{:>10.1}{:>10.2}{:>10.2}{:>10.2}",
            self.scenario.name(),
            self.samples.len(),
            self.failed,
            self.rate(),
            millis(self.percentile(50)),
            millis(self.percentile(99)),
            millis(self.percentile(100)),
        )
    }
}

/// Everybody does it over and over, each the next as soon as the last is answered.
pub async fn run(scenario: Scenario, people: &[Person], arguments: &Arguments) -> Result<Measured, String> {
    let began = Instant::now() + WARM_UP;
    let mut clients = JoinSet::new();
    for person in people {
        clients.spawn(repeat(scenario, person.clone(), began, arguments.time));
    }
    let progress = tokio::spawn(progress(scenario, began, arguments.time));
    let (mut samples, mut failed, mut why) = (Vec::new(), 0, None);
    while let Some(client) = clients.join_next().await {
        let (more, more_failed, last) = client.map_err(|error| error.to_string())?;
        samples.extend(more);
        failed += more_failed;
        why = why.or(last);
    }
    progress.abort();
    eprint!("\r\x1b[K");
    if let Some(why) = why {
        eprintln!("{}: {failed} requests failed, such as: {why}", scenario.name());
    }
    Ok(Measured::of(scenario, samples, failed, arguments.time))
}

/// One client's share: what was measured, how many failed, and how the last of these did.
async fn repeat(
    scenario: Scenario,
    mut person: Person,
    began: Instant,
    time: Duration,
) -> (Vec<Sample>, usize, Option<String>) {
    let (mut samples, mut failed, mut why) = (Vec::new(), 0, None);
    loop {
        let sent = Instant::now();
        if sent.saturating_duration_since(began) >= time {
            return (samples, failed, why);
        }
        let done = scenario.once(&mut person).await;
        let now = Instant::now();
        match done {
            Ok(()) if sent >= began => samples.push(Sample {
                at: now - began,
                took: now - sent,
            }),
            Ok(()) => {}
            Err(error) => {
                failed += 1;
                why = Some(error);
                // Where nobody listens a loop would only spin.
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
}

async fn progress(scenario: Scenario, began: Instant, time: Duration) {
    loop {
        let done = began.elapsed().min(time);
        eprint!(
            "\r\x1b[K{}: {} of {} s",
            scenario.name(),
            done.as_secs(),
            time.as_secs()
        );
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taking(millis: impl IntoIterator<Item = u64>) -> Measured {
        let samples = millis.into_iter().map(|millis| Sample {
            at: Duration::ZERO,
            took: Duration::from_millis(millis),
        });
        Measured::of(Scenario::Me, samples.collect(), 0, Duration::from_secs(2))
    }

    #[test]
    fn percentiles_are_of_what_was_answered() {
        let measured = taking((1..=200).rev());
        let millis = |hundredths| measured.percentile(hundredths).as_millis();
        assert_eq!((millis(50), millis(99), millis(100)), (100, 198, 200));
        assert!((measured.rate() - 100.0).abs() < f64::EPSILON);
        assert_eq!(taking([7]).percentile(50).as_millis(), 7);
        assert_eq!(taking([]).percentile(99), Duration::ZERO);
    }
}
