//! authz.authorize with the cookie of a session.

use std::time::Duration;

use http::Method;
use rstest::rstest;
use serde_json::json;
use shared::store::commit::{Step, text};
use tests::Server;
use tests::barong::COOKIE;
use tests::client::{claims, header_of};
use tests::edge::{ME, somebody};
use tests::server::Table::{self, DynamoDbLocal, Embedded};

const ADA: &str = "ada@example.com";

#[rstest]
#[tokio::test]
async fn a_member_gets_a_token_to_send_on(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let client = server.client();
    let session = client.barong().join(ADA).await;
    let answer = client.ask(Method::GET, ME, &session).await;
    assert_eq!(answer.header("set-cookie"), None);
    let token = answer.expect_token();
    let header = header_of(&token);
    assert_eq!(
        (&header["alg"], &header["typ"]),
        (&json!("RS256"), &json!("barong+jwt"))
    );
    let said = claims(&token);
    let now = server.app().clock.now().as_second();
    assert_eq!(said["iat"], json!(now));
    assert_eq!(said["exp"], json!(now + 3600));
    for (name, value) in [
        ("sub", json!("session")),
        ("iss", json!("barong")),
        ("aud", json!(["peatio", "barong"])),
        ("uid", json!(session.uid)),
        ("email", json!(ADA)),
        ("role", json!("member")),
        ("state", json!("active")),
        ("referral_id", json!(null)),
    ] {
        assert_eq!(said[name], value, "{name}");
    }
    assert!(said["level"].is_u64());
    let jti = said["jti"].as_str().unwrap();
    assert!(
        jti.len() == 20 && jti.bytes().all(|byte| byte.is_ascii_hexdigit()),
        "{jti}"
    );
    server.clock.advance(Duration::from_secs(1));
    let again = claims(&client.ask(Method::GET, ME, &session).await.expect_token());
    assert_ne!(again["jti"], said["jti"]);
}

/// Within a second nothing but its name would be another; what has changed is said at once.
#[tokio::test]
async fn a_token_is_handed_out_again_while_it_says_what_holds() {
    let server = Server::start().await;
    let client = server.client();
    let session = client.barong().join(ADA).await;
    let eve = client.barong().join("eve@example.com").await;
    let first = client.ask(Method::GET, ME, &session).await.expect_token();
    assert_eq!(client.ask(Method::GET, ME, &session).await.expect_token(), first);
    assert_ne!(client.ask(Method::GET, ME, &eve).await.expect_token(), first);
    server.appoint(ADA, "support").await;
    let promoted = client.ask(Method::GET, ME, &session).await.expect_token();
    assert_eq!(claims(&promoted)["role"], json!("support"));
    server.adjust(ADA, Step::Set("state", text("banned"))).await;
    let refused = client.ask(Method::GET, ME, &session).await;
    refused.expect_keys(401, &["authz.user_not_active"]);

    let server = Server::setup().env("BARONG_JWT_REUSE", "0").start().await;
    let client = server.client();
    let session = client.barong().join(ADA).await;
    let first = client.ask(Method::GET, ME, &session).await.expect_token();
    let again = client.ask(Method::GET, ME, &session).await.expect_token();
    assert_ne!(claims(&again)["jti"], claims(&first)["jti"]);
}

#[tokio::test]
async fn both_bases_answer_and_the_query_is_not_the_path() {
    let server = Server::start().await;
    let client = server.client();
    let session = client.barong().join(ADA).await;
    for path in [
        "/api/v2/auth/api/v2/barong/resource/users/me?a=1",
        "/api/v2/barong/auth/api/v2/barong/resource/users/me",
        "/api/v2/auth/api/v2/resource/users/me",
        "/api/v2/auth//api/v2/barong/resource/users/me",
    ] {
        let request = client.request(Method::GET, path);
        let request = request.header("cookie", format!("{COOKIE}={}", session.cookie));
        client.send(request).await.expect_token();
    }
    client.get("/api/v2/auth/").await.expect(404);
    client.get("/api/v2/auth").await.expect(404);
}

/// The method that is asked about is that of the request.
#[rstest]
#[case("GET")]
#[case("HEAD")]
#[case("POST")]
#[case("PUT")]
#[case("PATCH")]
#[case("DELETE")]
#[case("OPTIONS")]
#[case("TRACE")]
#[tokio::test]
async fn whatever_the_method(#[case] method: &str) {
    let server = Server::start().await;
    let client = server.client();
    let session = client.barong().join(ADA).await;
    let method: Method = method.parse().unwrap();
    client.ask(method.clone(), ME, &session).await.expect_token();
    let refused = client.ask(method.clone(), "api/v2/barong/admin/users", &session).await;
    let refused = refused.expect(401);
    if method != Method::HEAD {
        refused.expect_keys(401, &["authz.invalid_permission"]);
    }
    client
        .send(client.asking(method, "api/v2/barong/identity/ping"))
        .await
        .expect_open();
}

#[tokio::test]
async fn paths_that_are_open_or_closed_ask_nobody() {
    let server = Server::start().await;
    let client = server.client();
    for path in [
        "api/v2/barong/identity/sessions",
        "api/v2/peatio/public/markets",
        "api/v2/identity",
    ] {
        client.send(client.asking(Method::POST, path)).await.expect_open();
    }
    let admin = somebody(&server, ADA, "superadmin").await;
    for path in [
        "api/v2/barong/management/users",
        "api/v2/peatio/management",
        "api/v2/management/x",
    ] {
        let answer = client.ask(Method::POST, path, &admin).await;
        answer.expect_keys(401, &["authz.permission_denied"]);
    }
}

#[tokio::test]
async fn without_a_session_nobody_passes() {
    let server = Server::start().await;
    let client = server.client();
    let get = client.send(client.asking(Method::GET, ME)).await;
    get.expect_keys(401, &["authz.invalid_session"]);
    let post = client.send(client.asking(Method::POST, ME)).await;
    post.expect_keys(401, &["authz.missing_csrf_token"]);
    let with = client.asking(Method::POST, ME).header("x-csrf-token", "0".repeat(20));
    client.send(with).await.expect_keys(401, &["authz.csrf_token_mismatch"]);
    for cookie in ["x", &"A".repeat(75), &"A".repeat(76)] {
        let request = client
            .asking(Method::GET, ME)
            .header("cookie", format!("{COOKIE}={cookie}"));
        client.send(request).await.expect_keys(401, &["authz.invalid_session"]);
    }
    // A token proves nobody here.
    let session = client.barong().join(ADA).await;
    let token = client.ask(Method::GET, ME, &session).await.expect_token();
    let request = client.asking(Method::GET, ME).bearer_auth(&token);
    client.send(request).await.expect_keys(401, &["authz.invalid_session"]);
}

#[rstest]
#[case("POST")]
#[case("PUT")]
#[case("PATCH")]
#[case("DELETE")]
#[case("TRACE")]
#[tokio::test]
async fn what_changes_something_needs_the_sessions_own_csrf_token(#[case] method: &str) {
    let server = Server::start().await;
    let client = server.client();
    let (ada, bob) = (
        client.barong().join(ADA).await,
        client.barong().join("bob@example.com").await,
    );
    let method: Method = method.parse().unwrap();
    let ask = |token: Option<&str>| {
        let mut request = client.asking(method.clone(), ME);
        if let Some(token) = token {
            request = request.header("x-csrf-token", token);
        }
        client.send(request.header("cookie", format!("{COOKIE}={}", ada.cookie)))
    };
    ask(None).await.expect_keys(401, &["authz.missing_csrf_token"]);
    for wrong in [&bob.csrf, &ada.csrf.to_uppercase(), "", &ada.csrf[..19]] {
        if wrong != ada.csrf {
            ask(Some(wrong)).await.expect_keys(401, &["authz.csrf_token_mismatch"]);
        }
    }
    ask(Some(&ada.csrf)).await.expect_token();
}

#[tokio::test]
async fn the_csrf_token_can_be_switched_off() {
    let server = Server::setup().env("BARONG_CSRF_PROTECTION", "false").start().await;
    let client = server.client();
    let session = client.barong().join(ADA).await;
    let request = client.asking(Method::POST, ME);
    let request = request.header("cookie", format!("{COOKIE}={}", session.cookie));
    client.send(request).await.expect_token();
}

/// Elsewhere than it was begun, or too late, a session ends.
#[rstest]
#[tokio::test]
async fn a_session_that_does_not_fit_is_ended(
    #[values("agent", "network", "idle", "old")] how: &str,
    #[values(Embedded, DynamoDbLocal)] table: Table,
) {
    let Some(server) = Server::setup()
        .env("TRUSTED_PROXIES", "127.0.0.0/8")
        .start_on(table)
        .await
    else {
        return;
    };
    let client = server.client();
    let session = client.barong().join(ADA).await;
    let ask = |agent: &'static str, ip: &'static str| {
        let request = client.asking(Method::GET, ME).header("user-agent", agent);
        let request = request.header("x-forwarded-for", ip);
        client.send(request.header("cookie", format!("{COOKIE}={}", session.cookie)))
    };
    // The client of the tests names no agent.
    ask("", "127.0.255.1").await.expect_token();
    let (agent, ip) = match how {
        "agent" => ("curl/8", "127.0.0.1"),
        "network" => ("", "127.1.0.1"),
        "idle" => {
            server.clock.advance(Duration::from_secs(1800));
            ("", "127.0.0.1")
        }
        _ => {
            for _ in 0..48 {
                server.clock.advance(Duration::from_secs(1799));
                ask("", "127.0.0.1").await.expect_token();
            }
            server.clock.advance(Duration::from_secs(48));
            ("", "127.0.0.1")
        }
    };
    ask(agent, ip)
        .await
        .expect_keys(401, &["authz.client_session_mismatch"]);
    ask("", "127.0.0.1").await.expect_keys(401, &["authz.invalid_session"]);
}

#[tokio::test]
async fn who_does_not_know_the_cookie_ends_nobodys_session() {
    let server = Server::start().await;
    let client = server.client();
    let session = client.barong().join(ADA).await;
    // The same names, another secret.
    let mut forged = session.cookie.clone().into_bytes();
    let last = forged.len() - 2;
    forged[last] = if forged[last] == b'A' { b'B' } else { b'A' };
    let forged = String::from_utf8(forged).unwrap();
    let request = client.asking(Method::GET, ME).header("user-agent", "curl");
    let request = request.header("cookie", format!("{COOKIE}={forged}"));
    client.send(request).await.expect_keys(401, &["authz.invalid_session"]);
    client.ask(Method::GET, ME, &session).await.expect_token();
}

#[rstest]
#[case("banned")]
#[case("locked")]
#[case("deleted")]
#[case("inactive")]
#[tokio::test]
async fn a_state_acts_on_the_next_request(#[case] state: &str) {
    let server = Server::start().await;
    let client = server.client();
    let session = client.barong().join(ADA).await;
    server.adjust(ADA, Step::Set("state", text(state))).await;
    let answer = client.ask(Method::GET, ME, &session).await;
    answer.expect_keys(401, &["authz.user_not_active"]);
    // Where the session ended with the state, it is the state that is told.
    server.adjust(ADA, Step::Add("session_epoch", 1)).await;
    let answer = client.ask(Method::GET, ME, &session).await;
    answer.expect_keys(401, &["authz.user_not_active"]);
    server.adjust(ADA, Step::Set("state", text("active"))).await;
    let answer = client.ask(Method::GET, ME, &session).await;
    answer.expect_keys(401, &["authz.invalid_session"]);
}

#[rstest]
#[tokio::test]
async fn roles_and_rows_act_on_the_next_request(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let client = server.client();
    let session = client.barong().join(ADA).await;
    let users = "api/v2/barong/admin/users";
    let ask = || client.ask(Method::GET, users, &session);
    ask().await.expect_keys(401, &["authz.invalid_permission"]);
    server.appoint(ADA, "support").await;
    let said = claims(&ask().await.expect_token());
    assert_eq!(said["role"], json!("support"));
    server.permit("support get api/v2/barong/admin/users drop").await;
    ask().await.expect_keys(401, &["authz.invalid_permission"]);
    server.appoint(ADA, "newcomer").await;
    ask().await.expect_keys(401, &["authz.invalid_permission"]);
    server.permit("newcomer all api/v2/barong/admin accept").await;
    ask().await.expect_token();
    server.appoint(ADA, "nobody").await;
    ask().await.expect_keys(401, &["authz.invalid_permission"]);
}

#[tokio::test]
async fn who_referred_somebody_is_a_number() {
    let server = Server::start().await;
    let client = server.client();
    let barong = client.barong();
    let ada = barong.join(ADA).await;
    let form = [
        ("email", "bob@example.com"),
        ("password", tests::barong::STRONG),
        ("refid", ada.uid.as_str()),
    ];
    let bob = barong.post("/identity/users", &form).await.expect_session(201);
    let said = claims(&client.ask(Method::GET, ME, &bob).await.expect_token());
    let number = u64::from_str_radix(&ada.uid[2..], 16).unwrap();
    assert_eq!(said["referral_id"], json!(number));
    assert_eq!(said["state"], json!("pending"), "who is not confirmed yet passes");
}
