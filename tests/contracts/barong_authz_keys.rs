//! authz.authorize with the headers of an API key.

use std::time::Duration;

use http::Method;
use rstest::rstest;
use serde_json::json;
use shared::credentials::api_key::{ApiKey, Kid};
use shared::store::commit::{Step, flag, text};
use shared::store::{Commit, Condition, Record, StoreError};
use tests::Server;
use tests::client::claims;
use tests::edge::{ME, Signer};
use tests::server::Table::{self, DynamoDbLocal, Embedded};

const ADA: &str = "ada@example.com";

async fn signer(server: &Server) -> Signer {
    server.client().barong().join(ADA).await;
    server.key_of(ADA).await
}

#[rstest]
#[tokio::test]
async fn a_key_passes_as_its_owner(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let (client, signer) = (server.client(), signer(&server).await);
    for method in [Method::GET, Method::POST, Method::DELETE] {
        let headers = signer.headers(&server.nonce());
        let token = client.ask_by_key(method, ME, &headers).await.expect_token();
        let said = claims(&token);
        assert_eq!((&said["email"], &said["kid"]), (&json!(ADA), &json!(signer.kid)));
        assert_eq!(said.get("sid"), None);
    }
    let headers = signer.headers(&server.nonce());
    let refused = client
        .ask_by_key(Method::GET, "api/v2/barong/admin/users", &headers)
        .await;
    refused.expect_keys(401, &["authz.invalid_permission"]);
    // What is kept opens nothing.
    assert!(!format!("{:?}", server.dump().await).contains(&signer.secret));
}

#[rstest]
#[tokio::test]
async fn a_nonce_works_once_where_that_is_wanted(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let setup = Server::setup().env("BARONG_APIKEY_NONCE_CACHE", "true");
    let Some(server) = setup.start_on(table).await else {
        return;
    };
    let (client, signer) = (server.client(), signer(&server).await);
    let other = server.key_of(ADA).await;
    let nonce = server.nonce();
    let ask = async |signer: &Signer, nonce: &str| client.ask_by_key(Method::GET, ME, &signer.headers(nonce)).await;
    // A signature that proves nothing uses nothing up.
    let wrong = Signer {
        secret: "x".into(),
        ..signer.clone()
    };
    ask(&wrong, &nonce).await.expect_keys(401, &["authz.invalid_signature"]);
    ask(&signer, &nonce).await.expect_token();
    for again in [nonce.clone(), format!("0{nonce}")] {
        ask(&signer, &again).await.expect_keys(401, &["authz.nonce_expired"]);
    }
    // Of another key, or another moment.
    ask(&other, &nonce).await.expect_token();
    let next = (nonce.parse::<u64>().unwrap() + 1).to_string();
    ask(&signer, &next).await.expect_token();
    // Here it is the same nonce as there.
    let request = client.request(Method::GET, "/api/v2/resource/users/me");
    let request = signer
        .headers(&next)
        .into_iter()
        .fold(request, |request, (name, value)| request.header(name, value));
    client.send(request).await.expect_keys(401, &["authz.nonce_expired"]);
}

/// Of many who send the same at the same moment one passes.
#[tokio::test(flavor = "multi_thread")]
async fn a_nonce_works_for_one_of_many() {
    let server = Server::setup().env("BARONG_APIKEY_NONCE_CACHE", "true").start().await;
    let (client, signer) = (server.client(), signer(&server).await);
    let headers = signer.headers(&server.nonce());
    let all = (0..8).map(|_| client.ask_by_key(Method::GET, ME, &headers));
    let answers = futures_util::future::join_all(all).await;
    let passed = answers.iter().filter(|answer| answer.status == 200).count();
    assert_eq!(passed, 1, "{answers:?}");
    assert!(
        answers
            .iter()
            .all(|answer| [200, 401].contains(&answer.status.as_u16()))
    );
}

#[tokio::test]
async fn headers_are_judged_in_their_order() {
    let server = Server::start().await;
    let (client, signer) = (server.client(), signer(&server).await);
    let (now, stale) = (server.nonce(), "1000");
    let unknown = Signer {
        kid: "0".repeat(16),
        ..signer.clone()
    };
    let wrong = Signer {
        secret: "x".into(),
        ..signer.clone()
    };
    server.adjust(ADA, Step::Add("api_key_epoch", 1)).await;
    for (signer, nonce, key) in [
        (&unknown, "x", "unexistent_apikey"),
        (&wrong, "x", "nonce_not_valid_timestamp"),
        (&wrong, "0", "nonce_not_valid_timestamp"),
        (&wrong, stale, "nonce_expired"),
        (&wrong, now.as_str(), "invalid_signature"),
        (&signer, now.as_str(), "apikey_not_active"),
    ] {
        let answer = client.ask_by_key(Method::GET, ME, &signer.headers(nonce)).await;
        answer.expect_keys(401, &[&format!("authz.{key}")]);
    }
    for kid in ["", "x", "../../USER", &"A".repeat(16)] {
        let mut headers = signer.headers(&now);
        headers[0].1 = kid.to_owned();
        let answer = client.ask_by_key(Method::GET, ME, &headers).await;
        match kid {
            "" => answer.expect_keys(422, &["authz.invalid_api_key_headers"]),
            _ => answer.expect_keys(401, &["authz.unexistent_apikey"]),
        };
    }
}

#[tokio::test]
async fn a_missing_header_is_told_whatever_else_there_is() {
    let server = Server::start().await;
    let client = server.client();
    let session = client.barong().join(ADA).await;
    let headers = server.key_of(ADA).await.headers(&server.nonce());
    for left_out in 0..3 {
        let mut some = headers.to_vec();
        some.remove(left_out);
        let cookie = format!("{}={}", tests::barong::COOKIE, session.cookie);
        some.push(("cookie", cookie));
        let answer = client.ask_by_key(Method::GET, ME, &some).await;
        answer.expect_keys(422, &["authz.invalid_api_key_headers"]);
    }
    // A key counts before a cookie.
    let mut all = headers.to_vec();
    all.push(("cookie", format!("{}=x", tests::barong::COOKIE)));
    client.ask_by_key(Method::GET, ME, &all).await.expect_token();
}

#[tokio::test]
async fn a_nonce_is_good_for_five_seconds_either_way() {
    let server = Server::start().await;
    let (client, signer) = (server.client(), signer(&server).await);
    let now: i64 = server.nonce().parse().unwrap();
    for (offset, passes) in [(-5000, false), (-4999, true), (0, true), (4999, true), (5000, false)] {
        let headers = signer.headers(&(now + offset).to_string());
        let answer = client.ask_by_key(Method::GET, ME, &headers).await;
        match passes {
            true => drop(answer.expect_token()),
            false => drop(answer.expect_keys(401, &["authz.nonce_expired"])),
        }
    }
    let wide = Server::setup()
        .env("BARONG_APIKEY_NONCE_LIFETIME", "60000")
        .start()
        .await;
    let signer = self::signer(&wide).await;
    let headers = signer.headers(&wide.nonce());
    wide.clock.advance(Duration::from_secs(59));
    wide.client().ask_by_key(Method::GET, ME, &headers).await.expect_token();
}

#[tokio::test]
async fn an_owner_who_may_not_have_keys_does_not_pass() {
    let server = Server::start().await;
    let (client, signer) = (server.client(), signer(&server).await);
    let ask = || {
        let headers = signer.headers(&server.nonce());
        let client = client.clone();
        async move { client.ask_by_key(Method::GET, ME, &headers).await }
    };
    ask().await.expect_token();
    server.adjust(ADA, Step::Set("two_factor", flag(false))).await;
    ask().await.expect_keys(401, &["authz.disabled_2fa"]);
    server.adjust(ADA, Step::Set("state", text("banned"))).await;
    ask().await.expect_keys(401, &["authz.invalid_session"]);
    server.adjust(ADA, Step::Set("state", text("pending"))).await;
    server.adjust(ADA, Step::Set("two_factor", flag(true))).await;
    ask().await.expect_token();
}

/// A process remembers whose key it is, and not whether it is there.
#[rstest]
#[tokio::test]
async fn a_key_that_is_gone_is_gone_on_the_next_request(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let (client, signer) = (server.client(), signer(&server).await);
    let headers = signer.headers(&server.nonce());
    client.ask_by_key(Method::GET, ME, &headers).await.expect_token();
    let (user, kid) = (server.account(ADA).await, Kid::parse(&signer.kid).unwrap());
    let [item] = server.app().store.get([ApiKey::key_of(user.id, &kid)]).await.unwrap();
    let key: ApiKey = shared::store::record::read(item.unwrap()).unwrap();
    let mut commit = Commit::<StoreError>::new();
    commit.delete(key.key(), Condition::Present);
    commit.delete(key.claim().key(), Condition::Present);
    server.app().store.commit(commit).await.unwrap();
    for _ in 0..2 {
        let answer = client.ask_by_key(Method::GET, ME, &headers).await;
        answer.expect_keys(401, &["authz.unexistent_apikey"]);
    }
}
