//! `cargo bench --bench costs`: what things cost, as README shows it, and whether it tells who has an account. No test asserts
//! these numbers; machines differ. Parts by name: `cargo bench --bench costs -- timing`.

mod edge;
mod replay;
mod starts;
mod timing;

use std::hint::black_box;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::{Duration, Instant};

use argon2::{Algorithm, Argon2, Block, Params, Version};
use axum::Router;
use axum::body::Body;
use http::{HeaderMap, Request, StatusCode};
use replay::Replay;
use shared::App;
use shared::app::EMBEDDED_TABLE;
use shared::clock::Clock;
use shared::config::{Config, TableConfig};
use shared::http::layers;
use shared::random::Random;
use tests::{PASSWORD, Server};
use tower::ServiceExt as _;

const EMAIL: &str = "ada@example.com";

fn main() {
    // Requests are logged, as they are in production, to nowhere.
    tracing::subscriber::set_global_default(shared::http::log::subscriber(tracing::Level::INFO, std::io::sink))
        .unwrap();
    let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    // Cargo adds options of its own.
    let parts: Vec<String> = std::env::args().skip(1).filter(|part| !part.starts_with('-')).collect();
    let is_wanted = |part: &str| parts.is_empty() || parts.iter().any(|wanted| wanted == part);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    if ["requests", "edge", "starts"].into_iter().any(is_wanted) {
        println!("| what | measured here | goal |\n|---|---|---|");
    }
    if is_wanted("requests") {
        runtime.block_on(measure(cores));
    }
    if is_wanted("edge") {
        edge::measure();
    }
    if is_wanted("starts") {
        runtime.block_on(starts::measure());
    }
    if is_wanted("timing") {
        runtime.block_on(timing::measure());
    }
}

fn row(what: &str, measured: &str, goal: &str) {
    println!("| {what} | {measured} | {goal} |");
}

async fn measure(cores: usize) {
    let replay = Arc::new(Replay::default());
    let server = Server::setup()
        .env("THROTTLE", "on")
        .env("THROTTLE_SIGNIN_ADDRESS", "1000000/900");
    let server = server
        .with(|parts| parts.store = parts.store.clone().behind(replay.clone()))
        .start()
        .await;
    let client = server.client();
    client.sign_up(EMAIL).await;
    // The bench's own App has a clock that runs, and the same keys and table.
    let app = app(&server, &replay);
    let routes = layers::around(engine_auth::routes(app.clone()));
    // Each request is answered once by the table, and from memory after that.
    let token = call(&routes, sign_in(), StatusCode::OK).await;
    replay.freeze(true);
    let (hash, whole) = side_by_side(&routes).await;
    row(
        "argon2id alone (19 MiB, t=2, p=1), one core",
        &format!("{:.2} ms", millis(hash)),
        "",
    );
    let share = hash.as_secs_f64() / whole.as_secs_f64();
    let measured = format!("{:.2} ms: the hash is {:.0} % of it", millis(whole), share * 100.0);
    row(
        "a whole sign-in, store answers canned, one core",
        &measured,
        "hash at least 87 %",
    );
    replay.freeze(false);
    call(&routes, me(&token), StatusCode::OK).await;
    replay.freeze(true);
    let rate = per_second(&routes, || me(&token), Duration::from_secs(3)).await;
    row(
        "`/me`, store answers canned, one core",
        &format!("{rate:.0}/s"),
        "over 10,000/s",
    );

    replay.freeze(false);
    let begun = Instant::now();
    for _ in 0..50 {
        call(&routes, sign_in(), StatusCode::OK).await;
    }
    row(
        "a whole sign-in on the embedded table",
        &format!("{:.2} ms", millis(begun.elapsed()) / 50.0),
        "",
    );
    let token = call(&routes, sign_in(), StatusCode::OK).await;
    let rate = per_second(&routes, || me(&token), Duration::from_secs(3)).await;
    row(
        &format!("`/me` on the embedded table, one after another, {cores} cores"),
        &format!("{rate:.0}/s"),
        "",
    );
    edge::endpoint(&server, &app, &replay, cores).await;
}

/// An App on the server's table, behind the same door, with the machine's clock.
fn app(server: &Server, replay: &Arc<Replay>) -> App {
    let mut config: Config = server.app().config.clone();
    config.table = TableConfig::Named {
        name: EMBEDDED_TABLE.into(),
        create: false,
    };
    App::new(config, Clock::system(), Random::system())
        .with(|parts| parts.store = parts.store.clone().behind(replay.clone()))
}

fn sign_in() -> Request<Body> {
    let body = serde_json::json!({ "username": EMAIL, "password": PASSWORD });
    Request::post("/api/v1/signin")
        .body(Body::from(body.to_string()))
        .unwrap()
}

fn me(token: &str) -> Request<Body> {
    Request::get("/api/v1/me")
        .header("x-auth", token)
        .body(Body::empty())
        .unwrap()
}

async fn call(routes: &Router, request: Request<Body>, status: StatusCode) -> String {
    answer(routes, request, status).await.1
}

async fn answer(routes: &Router, request: Request<Body>, status: StatusCode) -> (HeaderMap, String) {
    let response = routes.clone().oneshot(request).await.unwrap();
    let (head, body) = response.into_parts();
    let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    let text = String::from_utf8(bytes.into()).unwrap();
    assert_eq!(head.status, status, "{text}");
    (head.headers, text)
}

/// Bare hashes and whole sign-ins in turns, so that both meet the same machine: the median of each.
async fn side_by_side(routes: &Router) -> (Duration, Duration) {
    let argon2 = Argon2::new(
        Algorithm::Argon2id,
        Version::V0x13,
        Params::new(19_456, 2, 1, Some(32)).unwrap(),
    );
    let mut memory = vec![Block::new(); argon2.params().block_count()];
    let (mut hashes, mut wholes) = (Vec::new(), Vec::new());
    for _ in 0..200 {
        let begun = Instant::now();
        let mut out = [0; 32];
        argon2
            .hash_password_into_with_memory(PASSWORD.as_bytes(), &[7; 32], &mut out, &mut memory)
            .unwrap();
        black_box(out);
        hashes.push(begun.elapsed());
        let begun = Instant::now();
        call(routes, sign_in(), StatusCode::OK).await;
        wholes.push(begun.elapsed());
    }
    (median(hashes), median(wholes))
}

async fn per_second(routes: &Router, request: impl Fn() -> Request<Body>, time: Duration) -> f64 {
    let (begun, mut done) = (Instant::now(), 0_u32);
    while begun.elapsed() < time {
        for _ in 0..50 {
            call(routes, request(), StatusCode::OK).await;
        }
        done += 50;
    }
    f64::from(done) / begun.elapsed().as_secs_f64()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
