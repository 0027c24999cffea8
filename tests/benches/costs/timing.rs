//! Whether the time of an answer tells who has an account (ASVS 6.3.8): each way of asking about somebody, for accounts that there
//! are and others that there are not, in pairs whose order is drawn. The times are compared by their ranks, so that a machine that
//! is busy now and then spoils nothing. It runs against the server over loopback, which is nearer than any attacker gets.
//!
//! `TIMING_PAIRS` (300) says how many pairs there are for each way; more see smaller differences.

use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;
use serde_json::json;
use shared::ids::UserId;
use shared::random::Random;
use tests::barong::STRONG;
use tests::ranks::unlikelihood;
use tests::server::{CLIENT_ID, CLIENT_SECRET, user_of};
use tests::{Answer, Client, Server};

use super::{median, millis};

/// Accounts there are, and as many names of nobody. Each is asked about many times, so that both halves meet what they left behind.
const PEOPLE: usize = 16;

/// How often a run says of one way at least that it tells somebody, where none does.
const ERROR: f64 = 0.01;

/// Somebody whom there is, or is not.
struct Person {
    /// An account in use.
    email: String,
    /// One that waits for its confirmation.
    waiting: String,
    /// The account in use, as identity-server names it.
    uid: String,
}

type Way = (&'static str, u16, fn(&Client, &Person) -> BoxFuture<'static, Answer>);

/// Ways in which strangers ask about somebody, with what both are answered.
const WAYS: [Way; 14] = [
    ("`POST /api/v1/signin`, wrong password", 401, |client, person| {
        post(
            client,
            "/api/v1/signin",
            json!({ "username": person.email, "password": "not the password" }),
        )
    }),
    ("`POST /api/v1/user/reset`", 200, |client, person| {
        post(client, "/api/v1/user/reset", json!({ "email": person.email }))
    }),
    (
        "`POST /api/v1/user/changepassword`, wrong token",
        400,
        |client, person| {
            let body = json!({ "email": person.email, "password": "a different long phrase" });
            post(client, "/api/v1/user/changepassword/wrong", body)
        },
    ),
    ("`POST /api/v1/webauthn/login/begin`", 400, |client, person| {
        post(
            client,
            "/api/v1/webauthn/login/begin",
            json!({ "username": person.email }),
        )
    }),
    (
        "`POST /identity/v1/public/authenticate`, wrong password",
        401,
        |client, person| {
            let body = json!({ "email": person.email, "password": "not the password" });
            post(client, "/identity/v1/public/authenticate", body)
        },
    ),
    (
        "`POST /identity/v1/public/reset-password`, wrong password",
        401,
        |client, person| {
            let body =
                json!({ "user_uid": person.uid, "old_password": "wrong", "new_password": "a different long phrase" });
            post(client, "/identity/v1/public/reset-password", body)
        },
    ),
    (
        "`POST /api/v2/identity/sessions`, wrong password",
        401,
        |client, person| {
            let body = json!({ "email": person.email, "password": "not the password" });
            post(client, "/api/v2/identity/sessions", body)
        },
    ),
    (
        "`POST /api/v2/identity/users/password/generate_code`",
        201,
        |client, person| {
            post(
                client,
                "/api/v2/identity/users/password/generate_code",
                json!({ "email": person.email }),
            )
        },
    ),
    (
        "`POST /api/v2/identity/users/email/generate_code`",
        201,
        |client, person| {
            post(
                client,
                "/api/v2/identity/users/email/generate_code",
                json!({ "email": person.waiting }),
            )
        },
    ),
    ("`POST /auth/login`, wrong password", 401, |client, person| {
        post(
            client,
            "/auth/login",
            tests::arc::login(&person.email, "not the password"),
        )
    }),
    ("`POST /auth/login-token`, wrong password", 401, |client, person| {
        post(
            client,
            "/auth/login-token",
            tests::arc::login(&person.email, "not the password"),
        )
    }),
    ("`POST /auth/forget-password`", 204, |client, person| {
        let body = json!({ "username": person.email, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET });
        post(client, "/auth/forget-password", body)
    }),
    ("`POST /auth/send-otp`", 204, |client, person| {
        let body = json!({ "key": person.email, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET });
        post(client, "/auth/send-otp", body)
    }),
    ("`POST /auth/sign-up/create-token`", 204, |client, person| {
        post(client, "/auth/sign-up/create-token", json!({ "email": person.email }))
    }),
];

fn post(client: &Client, path: &'static str, body: serde_json::Value) -> BoxFuture<'static, Answer> {
    let client = client.clone();
    Box::pin(async move { client.post(path, &body).await })
}

pub async fn measure() {
    let pairs = std::env::var("TIMING_PAIRS").map_or(300, |pairs| pairs.parse().unwrap());
    let server = Server::start().await;
    let client = server.client();
    let (known, unknown) = people(&server, &client).await;
    let least = ERROR / WAYS.len() as f64;
    println!("| way | of somebody | of nobody | difference | p | verdict |\n|---|---|---|---|---|---|");
    for (way, status, ask) in WAYS {
        let time = async |person: &Person| {
            let asked = ask(&client, person);
            let begun = Instant::now();
            let answer = asked.await;
            let took = begun.elapsed();
            answer.expect(status);
            took
        };
        let (ones, others) = in_turns(pairs, &known, &unknown, time).await;
        let p = unlikelihood(&ones, &others);
        let (one, other) = (millis(median(ones)), millis(median(others)));
        let verdict = if p < least { "**told apart**" } else { "alike" };
        println!(
            "| {way} | {one:.3} ms | {other:.3} ms | {:+.3} ms | {p:.4} | {verdict} |",
            one - other
        );
    }
    println!(
        "\n{pairs} pairs for each way; Mann-Whitney, two-sided; told apart where p < {least:.5}, so that {} % of such runs say it of a way that does not.",
        ERROR * 100.0
    );
}

/// As many accounts as names of nobody.
async fn people(server: &Server, client: &Client) -> (Vec<Person>, Vec<Person>) {
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    for n in 0..PEOPLE {
        let [email, waiting] = ["known", "later"].map(|name| format!("{name}{n:02}@example.com"));
        client.sign_up(&email).await;
        client.barong().create(&waiting, STRONG).await.expect(201);
        let key = user_of(server, &email).await;
        let uid = tests::identity::uid_of(key.pk.trim_start_matches("USER#"));
        known.push(Person { email, waiting, uid });
        let [email, waiting] = ["eve-n", "never"].map(|name| format!("{name}{n:02}@example.com"));
        let nobody = UserId::generate(&server.app().clock, &server.app().random);
        let uid = tests::identity::uid_of(&nobody.to_string());
        unknown.push(Person { email, waiting, uid });
    }
    (known, unknown)
}

/// Asks about one of each half in turns; which comes first is drawn, so that nothing that happens at intervals meets one of them only.
async fn in_turns(
    pairs: usize,
    known: &[Person],
    unknown: &[Person],
    time: impl AsyncFn(&Person) -> Duration,
) -> (Vec<Duration>, Vec<Duration>) {
    let random = Random::seeded(7);
    let (mut ones, mut others) = (Vec::new(), Vec::new());
    // The first of everything is slower.
    for person in known.iter().chain(unknown) {
        time(person).await;
    }
    for _ in 0..pairs {
        let [coin, one, other] = random.bytes();
        let (one, other) = (&known[usize::from(one) % PEOPLE], &unknown[usize::from(other) % PEOPLE]);
        for is_known in [coin % 2 == 0, coin % 2 != 0] {
            match is_known {
                true => ones.push(time(one).await),
                false => others.push(time(other).await),
            }
        }
    }
    (ones, others)
}
