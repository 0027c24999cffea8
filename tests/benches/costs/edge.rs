//! What a decision of barong's edge costs: by itself, when everything that it needs was read, and as gateways ask for it.

use std::hint::black_box;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use http::{Request, StatusCode};
use shared::App;
use shared::access::edge::decision::Grant;
use shared::accounts::User;
use shared::http::{ClientAddress, layers};
use shared::random::Random;
use shared::tokens::barong::{BarongClaims, Stands};
use tests::Server;
use tests::barong::{COOKIE, STRONG};
use tests::decision::{ACCOUNTANT, Edge, MEMBER};

use super::replay::Replay;
use super::{answer, call, per_second, row};

const EMAIL: &str = "edge@example.com";

/// One core, for so long: decisions a second.
fn decisions(asked: (&str, &str, &str, Grant<'_>), time: Duration) -> f64 {
    let edge = Edge::with_many_rules();
    let (begun, mut decisions) = (Instant::now(), 0_u32);
    while begun.elapsed() < time {
        for _ in 0..10_000 {
            edge.decide(asked);
        }
        decisions += 10_000;
    }
    f64::from(decisions) / begun.elapsed().as_secs_f64()
}

/// A request from somewhere, as the gateway's door hands it on.
fn from_here(mut request: Request<Body>) -> Request<Body> {
    request.extensions_mut().insert(ClientAddress([192, 0, 2, 1].into()));
    request
}

/// The cookie of somebody who has just made an account.
async fn join(routes: &Router) -> String {
    let body = serde_json::json!({ "email": EMAIL, "password": STRONG });
    let request = Request::post("/api/v2/identity/users").header("content-type", "application/json");
    let request = request.body(Body::from(body.to_string())).unwrap();
    let (headers, _) = answer(routes, from_here(request), StatusCode::CREATED).await;
    let line = headers["set-cookie"].to_str().unwrap();
    let (pair, _) = line.split_once(';').unwrap();
    assert!(pair.starts_with(COOKIE));
    pair.to_owned()
}

/// The authz endpoint about a member's request: with the table's answers from memory, and on the embedded table.
pub async fn endpoint(server: &Server, app: &App, replay: &Replay, cores: usize) {
    let routes = barong_identity::routes(app.clone()).merge(barong_authz::routes(app.clone()));
    let routes = layers::around(routes);
    let cookie = join(&routes).await;
    let ask = || {
        let request = Request::get("/api/v2/auth/api/v2/barong/resource/users/me").header("cookie", &cookie);
        from_here(request.body(Body::empty()).unwrap())
    };
    let time = Duration::from_secs(3);
    // Everything is read once, and comes from memory after that.
    call(&routes, ask(), StatusCode::OK).await;
    replay.freeze(true);
    let rate = per_second(&routes, ask, time).await;
    row(
        "the authz endpoint by cookie, store answers canned, one core",
        &format!("{rate:.0}/s"),
        "over 10,000/s",
    );
    replay.freeze(false);
    let rate = per_second(&routes, ask, time).await;
    row(
        &format!("the authz endpoint by cookie on the embedded table, one after another, {cores} cores"),
        &format!("{rate:.0}/s"),
        "",
    );
    let user = server.account(EMAIL).await;
    let rate = signatures(app, &user, time).await;
    row(
        "tokens signed (RS256), one core: who asks for the first time within a second",
        &format!("{rate:.0}/s"),
        "",
    );
}

async fn signatures(app: &App, user: &User, time: Duration) -> f64 {
    let (keyring, random) = (app.keys.get().await.unwrap(), Random::system());
    let (begun, mut done) = (Instant::now(), 0_u32);
    while begun.elapsed() < time {
        let stands = Stands::Sid(shared::ids::SessionId::generate(&random));
        let claims = BarongClaims::new(user, stands, &random);
        black_box(claims.sign(&keyring, app.clock.now(), 3600).unwrap());
        done += 1;
    }
    f64::from(done) / begun.elapsed().as_secs_f64()
}

pub fn measure() {
    let time = Duration::from_secs(2);
    row(
        "a decision of barong's edge for a member, everything read, one core",
        &format!("{:.0}/s", decisions(MEMBER, time)),
        "over 1,000,000/s",
    );
    row(
        "the same for an accountant, who has the most rows",
        &format!("{:.0}/s", decisions(ACCOUNTANT, time)),
        "",
    );
}
