//! `cargo bench --bench parts`: hash, tokens, decision and store, each by itself. Criterion measures them until it can say how sure
//! it is, and compares with the last time. What whole requests cost is measured by `costs`.

use std::num::NonZeroUsize;

use criterion::{Criterion, criterion_group, criterion_main};
use jiff::Timestamp;
use shared::credentials::password::{Argon2Params, Password, PasswordHasher, Verdict};
use shared::random::Random;
use shared::store::commit::Step;
use shared::store::{Commit, Condition, Key, Query, Store, StoreError};
use shared::tokens::Keyring;
use shared::tokens::access::{ENGINE, identity};
use shared::tokens::arc::arc;
use shared::tokens::jwt::{Checked, ForWhomever, TokenKind, check, sign};
use tests::decision::{ACCOUNTANT, Edge, MEMBER};
use tests::{PASSWORD, Server};
use tokio::runtime::Runtime;

/// What an account's password costs, with the wait for a thread; a whole one is what a sign-in waits for.
fn hash(criterion: &mut Criterion) {
    let runtime = Runtime::new().unwrap();
    let hasher = PasswordHasher::new(Argon2Params::default(), NonZeroUsize::MIN, 256);
    let password = Password::present(PASSWORD.to_owned()).unwrap();
    let kept = runtime.block_on(hasher.hash(&password, [7; 32])).unwrap();
    let mut group = criterion.benchmark_group("hash");
    group.sample_size(20);
    group.bench_function("make", |bencher| {
        bencher.iter(|| runtime.block_on(hasher.hash(&password, [7; 32])).unwrap());
    });
    group.bench_function("verify", |bencher| {
        bencher.iter(|| {
            let verdict = runtime.block_on(hasher.verify(&password, Some(&kept))).unwrap();
            assert!(!matches!(verdict, Verdict::Wrong));
        });
    });
    group.bench_function("verify for nobody", |bencher| {
        bencher.iter(|| runtime.block_on(hasher.verify(&password, None)).unwrap());
    });
}

/// One kind of each algorithm, with claims of a usual size; and what seals secrets at rest.
fn tokens(criterion: &mut Criterion) {
    let now = Timestamp::UNIX_EPOCH;
    let random = Random::system();
    let keyring = Keyring::parse(&Keyring::generate(now, &random).unwrap()).unwrap();
    let claims =
        serde_json::json!({ "sub": "01JNABCDEFGHJKMNPQRSTVWXYZ", "jti": "x".repeat(26), "user": "y".repeat(200) });
    let kinds: [(&str, TokenKind<'_>); 3] = [("ES256", ENGINE), ("RS256", arc("arc", 900)), ("RS512", identity("go"))];
    let mut group = criterion.benchmark_group("token");
    for (algorithm, kind) in kinds {
        let made = || sign(&keyring, kind, now, ForWhomever {}, claims.clone()).unwrap();
        group.bench_function(format!("sign {algorithm}"), |bencher| bencher.iter(made));
        let token = made();
        group.bench_function(format!("verify {algorithm}"), |bencher| {
            bencher.iter(|| -> Checked<ForWhomever, serde_json::Value> { check(&keyring, kind, now, &token).unwrap() });
        });
    }
    let sealed = keyring.seal(&random, "bench", PASSWORD).unwrap();
    group.bench_function("seal", |bencher| {
        bencher.iter(|| keyring.seal(&random, "bench", PASSWORD).unwrap());
    });
    group.bench_function("open", |bencher| {
        bencher.iter(|| keyring.open("bench", &sealed).unwrap());
    });
}

fn decisions(criterion: &mut Criterion) {
    let edge = Edge::with_many_rules();
    let mut group = criterion.benchmark_group("decision");
    for asked in [MEMBER, ACCOUNTANT] {
        group.bench_function(asked.0, |bencher| bencher.iter(|| edge.decide(asked)));
    }
}

async fn add(store: &Store, names: std::ops::Range<usize>) {
    let mut commit = Commit::<StoreError>::new();
    for name in names {
        commit.update(
            Key::new("BENCH", name.to_string()),
            Condition::Always,
            [Step::Add("count", 1)],
        );
    }
    store.commit(commit).await.unwrap();
}

/// On the embedded table, over loopback as the server does it.
fn store(criterion: &mut Criterion) {
    let runtime = Runtime::new().unwrap();
    let server = runtime.block_on(Server::start());
    let store = server.app().store.clone();
    runtime.block_on(add(&store, 0..10));
    let key = |name: usize| Key::new("BENCH", name.to_string());
    let mut group = criterion.benchmark_group("store");
    group.bench_function("get one", |bencher| {
        bencher.iter(|| runtime.block_on(store.get([key(0)])).unwrap());
    });
    group.bench_function("get three", |bencher| {
        bencher.iter(|| runtime.block_on(store.get([key(0), key(1), key(2)])).unwrap());
    });
    group.bench_function("query ten", |bencher| {
        bencher.iter(|| runtime.block_on(store.query(Query::partition("BENCH"))).unwrap());
    });
    group.bench_function("put one", |bencher| {
        bencher.iter(|| runtime.block_on(add(&store, 0..1)));
    });
    group.bench_function("transact six", |bencher| {
        bencher.iter(|| runtime.block_on(add(&store, 0..6)));
    });
}

criterion_group!(parts, hash, tokens, decisions, store);
criterion_main!(parts);
