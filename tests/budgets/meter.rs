//! Counts what a request does at the table.

use std::num::NonZeroUsize;
use std::sync::Arc;

use shared::app::Parts;
use shared::credentials::password::{Argon2Params, PasswordHasher};
use shared::notify::PREFIX;
use shared::store::door::{Counting, Passage};
use shared::store::{Call, Key};
use tests::Server;
use tests::server::Setup;

/// What a request did, in short: such as `get2 [query1] | commit5`. A bar stands between waits that follow each other;
/// what hides behind a hash is in brackets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cost {
    /// Calls that follow each other and do not hide behind a hash.
    pub waits: usize,
    /// All calls.
    pub calls: usize,
    pub text: String,
}

/// A server behind a counting door, with hashes that take longer than any read does.
pub struct Metered {
    pub server: Server,
    door: Arc<Counting>,
}

impl Metered {
    pub async fn start(setup: Setup<'_>, table: tests::server::Table) -> Option<Self> {
        let door = Arc::new(Counting::default());
        let before = Arc::clone(&door);
        let adjust = move |parts: &mut Parts| {
            parts.store = parts.store.clone().behind(before);
            let threads = NonZeroUsize::new(2).unwrap();
            parts.passwords = PasswordHasher::new(Argon2Params::new(64 * 1024, 6, 1).unwrap(), threads, 256);
        };
        let server = setup.with(adjust).start_on(table).await?;
        let app = server.app().clone();
        door.watch(move || app.passwords.in_progress());
        Some(Self { server, door })
    }

    /// What `act` does at the table.
    pub async fn cost<T>(&self, act: impl Future<Output = T>) -> (T, Cost) {
        // A hash that nobody waits for any more would hide calls that it has nothing to do with.
        while self.server.app().passwords.in_progress() > 0 {
            tokio::task::yield_now().await;
        }
        self.door.take();
        let told = act.await;
        let mut passages = self.door.take();
        passages.retain(|passage| !of_the_mailer(&passage.call));
        (told, cost(&passages))
    }
}

/// The server's own mailer passes the same door, at its own pace. Nobody else touches a message alone.
pub fn of_the_mailer(call: &Call) -> bool {
    let message = |key: &Key| key.pk.starts_with(PREFIX);
    match call {
        Call::Get(keys) => keys.iter().all(message),
        Call::Query(_) => false,
        Call::Commit(changes) => changes.iter().all(|change| message(&change.key)),
    }
}

fn cost(passages: &[Passage]) -> Cost {
    let mut text = String::new();
    let (mut waits, mut under_way_until) = (0, 0);
    for passage in passages {
        let ended = passage.ended.unwrap_or(usize::MAX);
        let name = match &passage.call {
            Call::Get(keys) => format!("get{}", keys.len()),
            Call::Query(_) => "query".to_owned(),
            Call::Commit(changes) => format!("commit{}", changes.len()),
        };
        if passage.beside_hash {
            text += &format!(" [{name}]");
            continue;
        }
        // A call that begins after the end of the first one under way waited for it.
        if passage.began > under_way_until {
            waits += 1;
            under_way_until = ended;
            text += if text.is_empty() { "" } else { " |" };
        }
        text += &format!(" {name}");
        under_way_until = under_way_until.min(ended);
    }
    Cost {
        waits,
        calls: passages.len(),
        text: text.trim().to_owned(),
    }
}

#[test]
fn waits_are_what_follows_each_other() {
    let passage = |began, ended, beside_hash| Passage {
        call: Call::Get(Vec::new()),
        began,
        ended: Some(ended),
        beside_hash,
    };
    let waits = |passages: &[Passage]| cost(passages).waits;
    assert_eq!(waits(&[]), 0);
    assert_eq!(waits(&[passage(1, 2, false), passage(3, 4, false)]), 2);
    assert_eq!(waits(&[passage(1, 3, false), passage(2, 4, false)]), 1);
    assert_eq!(
        waits(&[passage(1, 6, false), passage(2, 3, false), passage(4, 5, false)]),
        2
    );
    assert_eq!(
        waits(&[passage(1, 2, false), passage(3, 4, true), passage(5, 6, false)]),
        2
    );
}
