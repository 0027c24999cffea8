//! The keyring is turned while people work, and nobody notices.

use std::collections::VecDeque;
use std::time::Duration;

use futures_util::future::join_all;
use http::Method;
use jiff::Timestamp;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use serde_json::{Value, json};
use shared::random::Random;
use shared::tokens::access::EngineClaims;
use shared::tokens::keyring::PUBLISHED_BEFORE;
use shared::tokens::keys::KeyringSource;
use shared::tokens::{Keys, rotation};
use tests::arc::Pair;
use tests::barong::Session;
use tests::client::header_of;
use tests::edge::ME;
use tests::server::{CLIENT_ID, CLIENT_SECRET};
use tests::{Client, PASSWORD, Server};

const ADA: &str = "ada@example.com";
const GRACE: &str = "grace@example.com";
const JOAN: &str = "joan@example.com";
const MARY: &str = "mary@example.com";

/// How long a round of work takes: so long that processes read the keyring again in every other one.
const ROUND: Duration = Duration::from_secs(240);

/// Turns the keyring as the rotation does, for everybody who reads it from now on.
fn turn(server: &Server) {
    let path = server.data_dir().join("keyring.json");
    let (app, before) = (server.app(), std::fs::read_to_string(&path).unwrap());
    let after = rotation::turned(&app.config, &before, "before", app.clock.now(), &Random::system()).unwrap();
    let draft = path.with_extension("turned");
    std::fs::write(&draft, after.as_str()).unwrap();
    std::fs::rename(draft, path).unwrap();
}

/// A service that verifies tokens by itself, and keeps the public keys as long as it may.
struct Verifier {
    fetched_at: Timestamp,
    max_age: Duration,
    keys: JwkSet,
}

impl Verifier {
    async fn start(client: &Client, now: Timestamp) -> Self {
        let answer = client.get("/.well-known/jwks.json").await.expect(200);
        let (_, seconds) = answer.header("cache-control").unwrap().split_once("max-age=").unwrap();
        Self {
            fetched_at: now,
            max_age: Duration::from_secs(seconds.parse().unwrap()),
            keys: serde_json::from_slice(&answer.bytes).unwrap(),
        }
    }

    async fn verify(&mut self, client: &Client, now: Timestamp, tokens: &[&str]) {
        if now.duration_since(self.fetched_at).unsigned_abs() >= self.max_age {
            *self = Self::start(client, now).await;
        }
        for token in tokens {
            let header = header_of(token);
            let key = self.keys.find(header["kid"].as_str().unwrap());
            let key = key.unwrap_or_else(|| panic!("{header} was not published before it signed"));
            let algorithm: Algorithm = header["alg"].as_str().unwrap().parse().unwrap();
            let mut validation = Validation::new(algorithm);
            (validation.validate_exp, validation.validate_aud) = (false, false);
            decode::<Value>(token, &DecodingKey::from_jwk(key).unwrap(), &validation).unwrap();
        }
    }
}

/// What people hold.
struct Held {
    /// Of the last hour, which is how long they are good.
    engine: VecDeque<String>,
    identity: VecDeque<String>,
    arc: Pair,
    barong: Session,
}

impl Held {
    async fn begin(client: &Client) -> Self {
        Self {
            engine: [client.join(ADA).await].into(),
            identity: [client.identity().join(GRACE).await.1].into(),
            arc: client.arc().join(JOAN).await,
            barong: client.barong().join(MARY).await,
        }
    }

    /// Everybody works with all that is good, and gets something new. Returns the new tokens.
    async fn work(&mut self, client: &Client) -> [String; 3] {
        let newest = self.engine.back().unwrap();
        let (identity, arc) = (client.identity(), client.arc());
        let ((), (), renewed, signed_in, refreshed, decided) = tokio::join!(
            async {
                for answer in join_all(self.engine.iter().map(|token| client.me(token))).await {
                    answer.expect(200);
                }
            },
            async {
                for live in join_all(self.identity.iter().map(|token| identity.is_live(token))).await {
                    assert!(live);
                }
            },
            client.call(Method::POST, "/api/v1/renew", newest),
            identity.sign_in(GRACE, PASSWORD),
            arc.refresh(&self.arc),
            client.ask(Method::GET, ME, &self.barong),
        );
        self.arc = refreshed.expect_pair();
        arc.me(&self.arc.access).await.expect(200);
        let (engine, barong) = (renewed.expect(202).text(), decided.expect_token());
        // A round takes four minutes. Five sessions are a limit of its own.
        self.engine.push_back(engine.clone());
        self.identity.push_back(signed_in);
        for (tokens, most) in [(&mut self.engine, 14), (&mut self.identity, 4)] {
            while tokens.len() > most {
                tokens.pop_front();
            }
        }
        [engine, self.arc.access.clone(), barong]
    }
}

#[tokio::test]
async fn two_rotations_under_load_fail_no_request() {
    let server = Server::start().await;
    let (client, app) = (server.client(), server.app());
    let mut held = Held::begin(&client).await;
    let mut verifier = Verifier::start(&client, app.clock.now()).await;
    // Another process, which reads the keyring at other times.
    let source = KeyringSource::File(server.data_dir().join("keyring.json"));
    let other = Keys::new(source, app.clock.clone(), Random::system());
    let mut signers: Vec<String> = Vec::new();
    let rounds = PUBLISHED_BEFORE.as_secs().div_ceil(ROUND.as_secs());
    // The first turn only makes the next keys.
    for _ in 0..3 {
        turn(&server);
        for _ in 0..rounds {
            let made = held.work(&client).await;
            server.clock.advance(ROUND);
            let now = app.clock.now();
            verifier.verify(&client, now, &[&made[0], &made[1], &made[2]]).await;
            let keyring = other.get().await.unwrap();
            let claims = EngineClaims::check(&keyring, now, &made[0]).expect("the other process knows the key");
            let from_there = claims.claims.sign(&keyring, now).unwrap();
            client.me(&from_there).await.expect(200);
            for token in [&made[0], &made[1]] {
                let kid = header_of(token)["kid"].to_string();
                if !signers.contains(&kid) {
                    signers.push(kid);
                }
            }
        }
    }
    assert_eq!(signers.len(), 6, "each family signed with three keys: {signers:?}");
    let states = client.get("/.well-known/jwks.json").await.expect(200).json();
    let published = states["keys"].as_array().unwrap();
    let signing = |kid: &Value| signers.contains(&kid.to_string());
    assert!(published.iter().any(|key| signing(&key["kid"])) && !published.iter().all(|key| signing(&key["kid"])));
    // A token of arc that has ended is shown to be exchanged, long after its key has retired.
    server.clock.advance(Duration::from_secs(20 * 3600));
    client.arc().refresh(&held.arc).await.expect_pair();
}

/// While Secrets Manager is away nobody notices, for half an hour.
#[tokio::test]
async fn a_keyring_that_cannot_be_read_again_is_believed_for_a_while() {
    let server = Server::start().await;
    let client = server.client();
    let token = client.join(ADA).await;
    let path = server.data_dir().join("keyring.json");
    let document = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, "{").unwrap();
    for _ in 0..7 {
        client.me(&token).await.expect(200);
        server.clock.advance(Duration::from_secs(255));
    }
    server.clock.advance(Duration::from_secs(20));
    client.me(&token).await.expect(503);
    std::fs::write(&path, document).unwrap();
    client.me(&token).await.expect(200);
}

/// What is short is kept as a mark, and a mark is made with a key that changes once a year.
#[tokio::test]
async fn codes_and_secrets_outlive_the_key_that_marked_them() {
    let server = Server::start().await;
    let client = server.client();
    client.sign_up(ADA).await;
    turn(&server);
    server.clock.advance(PUBLISHED_BEFORE);
    // The keyring is read here, and again five minutes later.
    client.arc().sign_in(ADA).await;
    server.clock.advance(Duration::from_secs(250));
    let body = json!({ "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "key": ADA });
    client.post("/auth/send-otp", &body).await.expect(204);
    let sealed_by = async || {
        let keyring = server.app().keys.get().await.unwrap();
        let sealed = keyring.seal(&Random::system(), "a", "b").unwrap();
        sealed.split_once('.').unwrap().0.to_owned()
    };
    let before = sealed_by().await;
    turn(&server);
    server.clock.advance(Duration::from_secs(60));
    assert_ne!(sealed_by().await, before);
    let mails = client.mails(ADA).await;
    let text = mails.first().unwrap()["text"].as_str().unwrap();
    let is_code = |line: &&str| line.len() == 6 && line.chars().all(|letter| letter.is_ascii_digit());
    let code = text.lines().find(is_code).expect("six digits");
    let body = json!({ "key": ADA, "otp": code });
    client.post("/auth/verify-otp", &body).await.expect(200);
    // The client's secret was marked with the older key, too.
    client.arc().sign_in(ADA).await;
}
