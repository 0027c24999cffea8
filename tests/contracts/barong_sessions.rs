//! identity.sessions.create and .destroy.

use std::time::Duration;

use http::Method;
use rstest::rstest;
use serde_json::json;
use shared::accounts::{State, User};
use shared::activity::{Activity, Outcome};
use shared::ids::UserId;
use shared::sessions::cookie::{self, Mismatch};
use shared::sessions::{Origin, Session};
use shared::store::Query;
use shared::store::record::read;
use tests::Server;
use tests::barong::{Barong, STRONG};
use tests::server::Table::{self, DynamoDbLocal, Embedded};

const ADA: &str = "ada@example.com";

/// Whose address this is.
async fn user(server: &Server, email: &str) -> User {
    let items = server.dump().await;
    let user = items.into_iter().filter(|item| item["kind"].as_s().unwrap() == "user");
    let users = user.map(|item| read::<User>(item).unwrap());
    users.into_iter().find(|user| user.email.typed() == email).unwrap()
}

async fn activity(server: &Server, user: UserId) -> Vec<(String, Outcome, Option<String>)> {
    let log = Query::partition(format!("ACTIVITY#{user}"));
    let log = server.app().store.query_to_end(log).await.unwrap();
    let entries = log.into_iter().map(|item| read::<Activity>(item).unwrap());
    entries.map(|entry| (entry.action, entry.outcome, entry.data)).collect()
}

#[rstest]
#[tokio::test]
async fn opens_a_session_for_whoever_knows_the_password(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let (client, barong) = (server.client(), server.client().barong());
    let first = barong.sign_up(ADA).await;
    server.clock.advance(Duration::from_secs(1));
    let session = barong.enter("ADA@example.com", STRONG).await.expect_session(201);
    assert_eq!(session.uid, first.uid);
    assert_ne!((&session.cookie, &session.csrf), (&first.cookie, &first.csrf));
    let id = user(&server, ADA).await.id;
    assert_eq!(
        activity(&server, id).await.last().unwrap(),
        &(
            "login".to_owned(),
            Outcome::Succeed,
            Some(r#"{"note":"Detected suspicious browser"}"#.to_owned())
        )
    );

    let told = &barong.events("system.session.create").await[0]["record"];
    assert_eq!(
        (&told["user"]["uid"], &told["user_ip"]),
        (&json!(session.uid), &json!("127.0.0.1"))
    );
    let mail = &client.mails(ADA).await[0];
    assert_eq!(mail["subject"], "New Login");
    assert!(mail["text"].as_str().unwrap().contains("127.0.0.1"));

    // What is kept opens nothing.
    let kept = format!("{:?}", server.dump().await);
    for secret in [&session.cookie, &session.csrf, &first.cookie] {
        assert!(!kept.contains(secret.as_str()));
    }
}

#[rstest]
#[case(&[], &["identity.session.missing_email", "identity.session.missing_password"])]
#[case(&[("email", ADA)], &["identity.session.missing_password"])]
#[case(&[("password", STRONG)], &["identity.session.missing_email"])]
#[tokio::test]
async fn what_is_missing(#[case] form: &[(&str, &str)], #[case] keys: &[&str]) {
    let server = Server::start().await;
    server
        .client()
        .barong()
        .post("/identity/sessions", form)
        .await
        .expect_keys(422, keys);
}

#[tokio::test]
async fn a_captcha_is_a_text_or_an_object() {
    let server = Server::start().await;
    let body = json!({ "email": ADA, "password": STRONG, "captcha_response": 1 });
    let answer = server.client().barong().post_json("/identity/sessions", &body).await;
    answer.expect_keys(422, &["identity.session.invalid_captcha_format"]);
}

#[rstest]
#[case(ADA, "wrong")]
#[case(ADA, "")]
#[case("", STRONG)]
#[case("bob@example.com", STRONG)]
#[case("not an address", STRONG)]
#[tokio::test]
async fn who_is_wrong_is_not_told_what_is(#[case] email: &str, #[case] password: &str) {
    let server = Server::start().await;
    let barong = server.client().barong();
    barong.sign_up(ADA).await;
    let answer = barong
        .enter(email, password)
        .await
        .expect_keys(401, &["identity.session.invalid_params"]);
    assert_eq!(answer.header("set-cookie"), None);
    barong
        .enter(ADA, &"x".repeat(2000))
        .await
        .expect_keys(401, &["identity.session.invalid_params"]);
}

/// A state is told to whoever knows the password, and to nobody else.
#[rstest]
#[case(State::Banned, "banned")]
#[case(State::Deleted, "deleted")]
#[case(State::Locked, "not_active")]
#[case(State::Inactive, "not_active")]
#[case(State::Unactivated, "not_active")]
#[tokio::test]
async fn a_state_is_told_after_the_password(#[case] state: State, #[case] key: &str) {
    let server = Server::start().await;
    let barong = server.client().barong();
    barong.sign_up(ADA).await;
    let id = user(&server, ADA).await.id;
    super::set_state(&server, id, state).await;
    barong
        .enter(ADA, "wrong")
        .await
        .expect_keys(401, &["identity.session.invalid_params"]);
    barong
        .enter(ADA, STRONG)
        .await
        .expect_keys(401, &[&format!("identity.session.{key}")]);
    let log = activity(&server, id).await;
    let failed: Vec<_> = log
        .iter()
        .filter(|(_, outcome, _)| *outcome == Outcome::Failed)
        .collect();
    assert_eq!(failed.len(), 2, "{log:?}");
    assert!(
        failed
            .iter()
            .all(|(action, _, data)| action == "login" && data.as_ref().unwrap().contains("reason"))
    );
}

/// Failures are nobody's sign-ins.
#[tokio::test]
async fn a_failure_is_written_down_for_its_owner_only() {
    let server = Server::start().await;
    let barong = server.client().barong();
    barong.sign_up(ADA).await;
    let before = server.dump().await.len();
    barong.enter("bob@example.com", "wrong").await.expect(401);
    assert_eq!(server.dump().await.len(), before, "nothing is kept of strangers");
    barong.enter(ADA, "wrong").await.expect(401);
    let dump = server.dump().await;
    // The entry, and the count of the day.
    assert_eq!(dump.len(), before + 2);
    let failed = dump.iter().filter(|item| {
        item.get("outcome")
            .is_some_and(|outcome| outcome.as_s().unwrap() == "failed")
    });
    assert!(failed.clone().count() == 1 && failed.clone().all(|item| !item.contains_key("gsi1pk")));
}

async fn sign_out(barong: &Barong, cookie: &str) -> tests::Answer {
    barong.call(Method::DELETE, "/identity/sessions", cookie).await
}

#[rstest]
#[tokio::test]
async fn ends_the_session_of_the_cookie_and_no_other(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let barong = server.client().barong();
    let first = barong.sign_up(ADA).await;
    let second = barong.sign_in(ADA).await;
    server.clock.advance(Duration::from_secs(1));
    let answer = sign_out(&barong, &first.cookie).await.expect(204);
    let taken = answer.header("set-cookie").unwrap();
    assert_eq!(taken, "_barong_session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax");
    assert!(answer.bytes.is_empty());
    let id = user(&server, ADA).await.id;
    assert_eq!(super::sessions_of(&server, id).await.len(), 1);
    assert_eq!(activity(&server, id).await.last().unwrap().0, "logout");
    sign_out(&barong, &first.cookie)
        .await
        .expect_keys(404, &["identity.session.not_found"]);
    sign_out(&barong, &second.cookie).await.expect(204);
}

#[tokio::test]
async fn a_cookie_that_is_none_ends_nothing() {
    let server = Server::start().await;
    let barong = server.client().barong();
    let session = barong.sign_up(ADA).await;
    let not_found = ["identity.session.not_found"];
    barong
        .send(barong.request(Method::DELETE, "/identity/sessions"))
        .await
        .expect_keys(404, &not_found);
    let mut other = session.cookie.clone();
    let last = if other.pop() == Some('A') { 'B' } else { 'A' };
    other.push(last);
    for wrong in [
        "",
        "x",
        &session.cookie[1..],
        &format!("{}A", session.cookie),
        &other,
        &session.csrf,
    ] {
        sign_out(&barong, wrong).await.expect_keys(404, &not_found);
    }
    sign_out(&barong, &session.cookie).await.expect(204);
}

#[tokio::test]
async fn a_session_of_another_surface_goes_by_no_cookie() {
    let server = Server::start().await;
    let (client, barong) = (server.client(), server.client().barong());
    barong.sign_up(ADA).await;
    let token = client.sign_in_with(ADA, STRONG).await.expect(200).text();
    sign_out(&barong, &token).await.expect(404);
    client.me(&token).await.expect(200);
}

/// A session is over after a day, whatever was done with it, and whoever presents its cookie then has none.
#[tokio::test]
async fn a_session_ends_by_itself() {
    let server = Server::start().await;
    let barong = server.client().barong();
    let session = barong.sign_up(ADA).await;
    server.clock.advance(Duration::from_secs(24 * 3600));
    sign_out(&barong, &session.cookie).await.expect(404);
}

/// What the edge asks of a session, on one that was made over HTTP.
#[tokio::test]
async fn a_session_is_bound_to_its_client_and_ends_when_it_is_idle() {
    let server = Server::start().await;
    let barong = server.client().barong();
    let form = json!({ "email": ADA, "password": STRONG });
    let request = barong
        .request(Method::POST, "/identity/users")
        .header("user-agent", "Browser/1");
    barong.send(request.json(&form)).await.expect_session(201);
    let kept = async || -> Session {
        let id = user(&server, ADA).await.id;
        super::sessions_of(&server, id).await.into_iter().next().unwrap()
    };
    let now = || server.app().clock.now();
    let at = |ip: &str, agent: &str| Origin::new(ip.parse().unwrap(), agent);
    let session = kept().await;
    assert_eq!(cookie::judge(&session, &at("127.0.200.1", "Browser/1"), now()), Ok(()));
    assert_eq!(
        cookie::judge(&session, &at("127.0.0.1", "Browser/2"), now()),
        Err(Mismatch::UserAgent)
    );
    assert_eq!(
        cookie::judge(&session, &at("127.1.0.1", "Browser/1"), now()),
        Err(Mismatch::Network)
    );
    server.clock.advance(Duration::from_secs(1799));
    assert_eq!(cookie::judge(&session, &at("127.0.0.1", "Browser/1"), now()), Ok(()));
    // Used within its time it lives on; not used, it is over.
    cookie::slide(server.app(), &session).await;
    server.clock.advance(Duration::from_secs(1));
    assert_eq!(
        cookie::judge(&session, &at("127.0.0.1", "Browser/1"), now()),
        Err(Mismatch::Over)
    );
    let moved = kept().await;
    assert_eq!(cookie::judge(&moved, &at("127.0.0.1", "Browser/1"), now()), Ok(()));
    server.clock.advance(Duration::from_secs(1799));
    assert_eq!(
        cookie::judge(&moved, &at("127.0.0.1", "Browser/1"), now()),
        Err(Mismatch::Over)
    );
    assert!(moved.valid_until == session.valid_until, "a day is a day");
}

#[tokio::test]
async fn a_cookie_travels_by_https_only_where_the_address_is_one() {
    let server = Server::setup()
        .env("PUBLIC_URL", "https://id.example.com")
        .env("BARONG_SESSION_NAME", "__Host-session")
        .start()
        .await;
    let answer = server.client().barong().create(ADA, STRONG).await.expect(201);
    let line = answer.header("set-cookie").unwrap();
    assert!(
        line.starts_with("__Host-session=") && line.ends_with("; HttpOnly; SameSite=Lax; Secure"),
        "{line}"
    );
}

/// The limits of a sign-in are those of every surface.
#[tokio::test]
async fn guesses_are_limited_over_all_surfaces() {
    let server = Server::setup()
        .env("THROTTLE", "on")
        .env("THROTTLE_SIGNIN_ACCOUNT", "3/900")
        .start()
        .await;
    let (client, barong) = (server.client(), server.client().barong());
    barong.sign_up(ADA).await;
    barong.enter(ADA, "wrong").await.expect(401);
    client.sign_in_with(ADA, "wrong").await.expect(401);
    barong.enter(ADA, "wrong").await.expect(401);
    let answer = barong
        .enter(ADA, STRONG)
        .await
        .expect_keys(429, &["identity.session.too_many_requests"]);
    assert!(answer.header("retry-after").is_some());
    server.clock.advance(Duration::from_secs(900));
    barong.enter(ADA, STRONG).await.expect_session(201);
}

/// A user has five sessions, whatever they go by.
#[tokio::test]
async fn a_sixth_session_ends_the_oldest() {
    let server = Server::start().await;
    let barong = server.client().barong();
    let first = barong.sign_up(ADA).await;
    for _ in 0..4 {
        server.clock.advance(Duration::from_secs(1));
        barong.sign_in(ADA).await;
    }
    server.clock.advance(Duration::from_secs(1));
    server.client().sign_in_with(ADA, STRONG).await.expect(200);
    sign_out(&barong, &first.cookie).await.expect(404);
}
