//! Finding out who has an account, by how long the answer takes (ASVS 6.3.8). Smoke tests: they see a hash that is left out,
//! which is what such attacks live on, and not a difference of microseconds; those are for `cargo bench --bench costs -- timing`.

use std::time::{Duration, Instant};

use serde_json::json;
use tests::ranks::unlikelihood;
use tests::{PASSWORD, Server};

const PAIRS: usize = 15;

/// The medians of two requests that are made in turns. Whatever else the machine does meanwhile hits both.
async fn medians(mut one: impl AsyncFnMut(usize), mut other: impl AsyncFnMut(usize)) -> (Duration, Duration) {
    let (mut ones, mut others) = (Vec::new(), Vec::new());
    for n in 0..PAIRS {
        // Which comes first alternates as well.
        for first in [n % 2 == 0, n % 2 != 0] {
            let begun = Instant::now();
            if first {
                one(n).await;
                ones.push(begun.elapsed());
            } else {
                other(n).await;
                others.push(begun.elapsed());
            }
        }
    }
    ones.sort_unstable();
    others.sort_unstable();
    (ones[PAIRS / 2], others[PAIRS / 2])
}

/// Tries three times: a busy machine may spoil one measurement, a hash that is left out spoils all of them.
pub async fn alike(one: impl AsyncFn(usize), other: impl AsyncFn(usize)) {
    let mut measured = Vec::new();
    for _ in 0..3 {
        let (a, b) = medians(&one, &other).await;
        let ratio = a.as_secs_f64() / b.as_secs_f64();
        if (0.5..=2.0).contains(&ratio) {
            return;
        }
        measured.push((a, b));
    }
    panic!("the medians differ: {measured:?}");
}

#[tokio::test]
async fn sign_in_takes_as_long_for_an_unknown_address() {
    let server = Server::start().await;
    let client = server.client();
    client.sign_up("ada@example.com").await;
    let wrong = async |email: &str| {
        client.sign_in_with(email, "not the password").await.expect(401);
    };
    alike(
        async |_| wrong("ada@example.com").await,
        async |n| wrong(&format!("eve{n}@example.com")).await,
    )
    .await;
}

#[tokio::test]
async fn asking_for_a_reset_takes_as_long_for_an_unknown_address() {
    let server = Server::start().await;
    let client = server.client();
    client.sign_up("ada@example.com").await;
    let ask = async |email: &str| {
        let body = json!({ "email": email });
        client.post("/api/v1/user/reset", &body).await.expect(200);
    };
    alike(
        async |_| ask("ada@example.com").await,
        async |n| ask(&format!("eve{n}@example.com")).await,
    )
    .await;
}

#[tokio::test]
async fn changing_a_password_takes_as_long_for_an_unknown_address() {
    let server = Server::start().await;
    let client = server.client();
    client.sign_up("ada@example.com").await;
    client.reset_token("ada@example.com").await;
    let wrong = async |email: &str| {
        client.change_password("wrong", email, PASSWORD).await.expect(400);
    };
    alike(
        async |_| wrong("ada@example.com").await,
        async |n| wrong(&format!("eve{n}@example.com")).await,
    )
    .await;
}

/// Nothing is hashed here; both wait for the table twice.
#[tokio::test]
async fn asking_for_passkeys_takes_as_long_for_an_unknown_address() {
    let server = Server::start().await;
    let client = server.client();
    client.sign_up("ada@example.com").await;
    let ask = async |email: &str| {
        client
            .get(&format!("/api/v1/webauthn/check?username={email}"))
            .await
            .expect(200);
        let body = json!({ "username": email });
        client.post("/api/v1/webauthn/login/begin", &body).await.expect(400);
    };
    alike(
        async |_| ask("ada@example.com").await,
        async |n| ask(&format!("eve{n}@example.com")).await,
    )
    .await;
}

/// The test by ranks that the benchmark judges by, against values of R's `wilcox.test(exact = FALSE)` and by what it is for.
#[test]
fn what_judges_the_benchmark_tells_apart_what_differs() {
    let near = |p: f64, wanted: f64| assert!((p - wanted).abs() < 5e-4, "{p} {wanted}");
    near(unlikelihood(&[1, 2, 3, 4, 5], &[6, 7, 8, 9, 10]), 0.012_19);
    near(unlikelihood(&[1, 4, 5, 8, 9], &[2, 3, 6, 7, 10]), 1.0);
    near(unlikelihood(&[3; 20], &[3; 20]), 1.0);
    // Three hundred times from 1,000 to 2,000, which a generator makes up; then a tenth more.
    let times = |seed: u64, more: u64| -> Vec<u64> {
        let mut state = seed;
        let next = |_| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            1_000 + (state >> 33) % 1_000 + more
        };
        (0..300).map(next).collect()
    };
    let found = |more: u64| {
        let runs = (0..40).map(|run| unlikelihood(&times(2 * run, 0), &times(2 * run + 1, more)));
        runs.filter(|p| *p < 0.01).count()
    };
    assert!(found(0) <= 3, "{}", found(0));
    assert_eq!(found(200), 40);
}
