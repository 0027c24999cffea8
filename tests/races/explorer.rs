//! Plays clients against each other, one store call at a time.

use std::cell::Cell;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use shared::App;
use shared::app::Parts;
use shared::credentials::password::{Argon2Params, PasswordHasher};
use shared::random::Random;
use tests::Server;
use tests::server::Table;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::turnstile::{Turn, Turnstile};

/// More schedules than this are no space to be searched to its end.
const MOST: usize = 20_000;

/// Hashes that cost next to nothing: schedules are many.
pub fn hasher(kib: u32) -> PasswordHasher {
    let threads = NonZeroUsize::new(2).unwrap();
    PasswordHasher::new(Argon2Params::new(kib, 1, 1).unwrap(), threads, 256)
}

/// A server with cheap hashes; `None` where the engine is not there.
pub async fn server_on(table: Table) -> Option<Server> {
    let setup = Server::setup().with(|parts: &mut Parts| parts.passwords = hasher(16));
    setup.start_on(table).await
}

/// Plays one schedule only, in the part of a test that failed, as it was printed: `RACE_REPLAY=2:2/8,0/4,… cargo test -p tests <the
/// test's name>`.
const REPLAY: &str = "RACE_REPLAY";

/// Draws so many times as many schedules as tests ask for by themselves, which have to be quick.
const TIMES: &str = "RACE_SCHEDULES";

/// Which part of its test is played, from 1; each test has a thread of its own.
fn next_part() -> usize {
    thread_local! {
        static PARTS: Cell<usize> = const { Cell::new(0) };
    }
    PARTS.set(PARTS.get() + 1);
    PARTS.get()
}

/// Where a schedule goes at each of its forks.
pub struct Choices {
    part: usize,
    /// What was chosen, and among how many.
    made: Vec<(usize, usize)>,
    at: usize,
    random: Option<Random>,
}

impl Choices {
    /// From the first choice on, or drawn at random.
    fn new(part: usize, random: Option<Random>) -> Self {
        Self {
            part,
            made: Vec::new(),
            at: 0,
            random,
        }
    }

    /// Those that were printed, and behind them the first of everything.
    fn again(text: &str) -> Self {
        let number = |text: &str| text.parse().expect("a number in RACE_REPLAY");
        let (part, made) = text.split_once(':').expect("a part before the choices of RACE_REPLAY");
        let made = made.split(',').filter(|choice| !choice.is_empty()).map(|choice| {
            let (made, among) = choice.split_once('/').expect("choices like 2/8 in RACE_REPLAY");
            (number(made), number(among))
        });
        let mut choices = Self::new(number(part), None);
        choices.made.extend(made);
        choices
    }

    /// How it is asked for to be played again.
    fn text(&self) -> String {
        let made = self.made.iter().map(|(made, among)| format!("{made}/{among}"));
        format!("{}:{}", self.part, made.collect::<Vec<_>>().join(","))
    }

    fn choose(&mut self, among: usize) -> usize {
        if let Some((made, width)) = self.made.get(self.at) {
            assert_eq!(*width, among, "the same beginning led elsewhere");
            self.at += 1;
            return *made;
        }
        let made = match &self.random {
            Some(random) => usize::from(u16::from_be_bytes(random.bytes())) % among,
            None => 0,
        };
        self.made.push((made, among));
        self.at += 1;
        made
    }

    /// Goes on to the next schedule in the order of the choices; `false` after the last.
    fn advance(&mut self) -> bool {
        while let Some((made, among)) = self.made.pop() {
            if made + 1 < among {
                self.made.push((made + 1, among));
                self.at = 0;
                return true;
            }
        }
        false
    }
}

impl Drop for Choices {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("to play it again: {REPLAY}={}", self.text());
        }
    }
}

/// Plays the schedule that is asked for where it is one of this part. How many were played; `None` where none is asked for.
async fn replayed(part: usize, run: &mut impl AsyncFnMut(&mut Choices)) -> Option<usize> {
    let mut choices = Choices::again(&std::env::var(REPLAY).ok()?);
    if choices.part != part {
        return Some(0);
    }
    run(&mut choices).await;
    Some(1)
}

/// Runs every schedule there is, and says how many there were.
pub async fn every(mut run: impl AsyncFnMut(&mut Choices)) -> usize {
    let part = next_part();
    if let Some(played) = replayed(part, &mut run).await {
        return played;
    }
    let mut choices = Choices::new(part, None);
    for schedules in 1..=MOST {
        run(&mut choices).await;
        if !choices.advance() {
            println!("{schedules} schedules were played, all there are");
            return schedules;
        }
    }
    panic!("more than {MOST} schedules");
}

/// Runs so many schedules that are drawn at random, the same ones every time.
pub async fn some(schedules: u64, mut run: impl AsyncFnMut(&mut Choices)) {
    let part = next_part();
    if replayed(part, &mut run).await.is_some() {
        return;
    }
    let times = std::env::var(TIMES).map_or(1, |times| times.parse().expect("a number in RACE_SCHEDULES"));
    for seed in 0..schedules * times {
        run(&mut Choices::new(part, Some(Random::seeded(seed)))).await;
    }
    println!("{} schedules were played", schedules * times);
}

/// Clients that are about to be played against each other.
pub struct Play<'a> {
    app: &'a App,
    turnstile: Arc<Turnstile>,
    clients: Vec<(&'static str, JoinHandle<()>)>,
    /// How often a client may die or miss an answer.
    faults: usize,
}

/// What was played: says so when the test fails while this is alive.
#[must_use]
pub struct Played {
    lines: Vec<String>,
    /// Whether anything went wrong on purpose.
    pub faulty: bool,
}

impl Played {
    /// One line for each turn: whose, what became of it, and the call.
    pub fn lines(&self) -> &[String] {
        &self.lines
    }
}

impl Drop for Played {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the schedule was:\n  {}", self.lines.join("\n  "));
        }
    }
}

/// What a client came to; nothing, if it died.
pub struct Fate<T>(oneshot::Receiver<T>);

impl<T> Fate<T> {
    pub fn told(mut self) -> Option<T> {
        self.0.try_recv().ok()
    }
}

impl<'a> Play<'a> {
    /// Clients of the same table as `app`, whose parts they share otherwise.
    pub fn new(app: &'a App, faults: usize) -> Self {
        Self {
            app,
            turnstile: Arc::default(),
            clients: Vec::new(),
            faults,
        }
    }

    /// A client that does `act` with an app of its own, whose store calls wait for their turn.
    pub fn client<T: Send + 'static, F>(&mut self, name: &'static str, act: impl FnOnce(App) -> F) -> Fate<T>
    where
        F: Future<Output = T> + Send + 'static,
    {
        self.client_with(name, |_| {}, act)
    }

    /// As [`Play::client`], with other parts.
    pub fn client_with<T: Send + 'static, F>(
        &mut self,
        name: &'static str,
        adjust: impl FnOnce(&mut Parts),
        act: impl FnOnce(App) -> F,
    ) -> Fate<T>
    where
        F: Future<Output = T> + Send + 'static,
    {
        let app = self.app;
        let entrance = self.turnstile.enter();
        let lane = entrance.lane();
        let its_own = App::new(app.config.clone(), app.clock.clone(), app.random.clone()).with(|parts| {
            parts.store = app.store.clone().behind(Arc::new(entrance));
            parts.passwords = hasher(16);
            adjust(parts);
        });
        let (tell, told) = oneshot::channel();
        let (act, turnstile) = (act(its_own), Arc::clone(&self.turnstile));
        let task = tokio::spawn(async move {
            // Whoever is not interested does not ask.
            let _ = tell.send(act.await);
            turnstile.leave(lane);
        });
        self.clients.push((name, task));
        Fate(told)
    }

    /// Plays until every client has ended.
    pub async fn run(mut self, choices: &mut Choices) -> Played {
        let mut played = Played {
            lines: Vec::new(),
            faulty: false,
        };
        loop {
            let ready = tokio::time::timeout(Duration::from_secs(60), self.turnstile.ready()).await;
            let ready = ready.expect("a client neither calls nor ends");
            if ready.is_empty() {
                for (name, client) in self.clients {
                    if let Err(error) = client.await {
                        assert!(error.is_cancelled(), "{name} panicked");
                    }
                }
                return played;
            }
            let turns: &[Turn] = match self.faults {
                0 => &[Turn::Pass],
                _ => &[Turn::Pass, Turn::AnswerLost, Turn::DiesBefore, Turn::DiesAfter],
            };
            let choice = choices.choose(ready.len() * turns.len());
            let ((lane, call), turn) = (&ready[choice / turns.len()], turns[choice % turns.len()]);
            played.lines.push(format!("{} {turn:?}: {call}", self.clients[*lane].0));
            self.turnstile.turn(*lane, turn).await;
            if turn != Turn::Pass {
                played.faulty = true;
                self.faults -= 1;
            }
            if matches!(turn, Turn::DiesBefore | Turn::DiesAfter) {
                self.clients[*lane].1.abort();
                self.turnstile.leave(*lane);
            }
        }
    }
}

#[tokio::test]
async fn every_order_is_played_once() {
    let server = server_on(Table::Embedded).await.unwrap();
    let key = || shared::store::Key::new("x", "x");
    let mut orders = std::collections::BTreeSet::new();
    let schedules = every(async |choices| {
        let mut play = Play::new(server.app(), 0);
        for name in ["a", "b"] {
            let _ = play.client(name, async move |app: App| {
                app.store.get([key()]).await.unwrap();
                app.store.get([key()]).await.unwrap();
            });
        }
        let played = play.run(choices).await;
        orders.insert(played.lines.clone());
    })
    .await;
    // Two calls of each of two: 4! / (2! 2!).
    assert_eq!((schedules, orders.len()), (6, 6));
}

#[test]
fn a_schedule_that_failed_is_played_again_as_it_was() {
    let mut choices = Choices::new(2, Some(Random::seeded(7)));
    let made: Vec<usize> = [8, 4, 2].map(|among| choices.choose(among)).to_vec();
    let mut again = Choices::again(&choices.text());
    assert_eq!(again.part, 2);
    assert_eq!([8, 4, 2].map(|among| again.choose(among)).to_vec(), made);
    // Behind what was printed it goes on with the first of everything.
    assert_eq!(again.choose(3), 0);
}

#[tokio::test]
async fn every_fault_is_played_once() {
    let server = server_on(Table::Embedded).await.unwrap();
    let mut fates = Vec::new();
    let schedules = every(async |choices| {
        let mut play = Play::new(server.app(), 1);
        let fate = play.client("a", async |app: App| {
            app.store.get([shared::store::Key::new("x", "x")]).await.is_ok()
        });
        let played = play.run(choices).await;
        fates.push((played.faulty, fate.told()));
    })
    .await;
    assert_eq!(schedules, 4);
    assert_eq!(
        fates,
        [(false, Some(true)), (true, Some(false)), (true, None), (true, None)]
    );
}
