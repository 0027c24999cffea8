//! The webauthn operations, with an authenticator in software.

use http::Method;
use rstest::rstest;
use serde_json::{Value, json};
use shared::accounts::State;
use tests::authenticator::{Authenticator, BACKUP_ELIGIBLE, Credential, PRESENT, with};
use tests::server::Table::{self, DynamoDbLocal, Embedded};
use tests::{Answer, Client, Server};

use super::{members, set_state, user_of};

const ADA: &str = "ada@example.com";
const REGISTER_BEGIN: &str = "/api/v1/webauthn/register/begin";
const REGISTER_FINISH: &str = "/api/v1/webauthn/register/finish";
const LOGIN_BEGIN: &str = "/api/v1/webauthn/login/begin";
const LOGIN_FINISH: &str = "/api/v1/webauthn/login/finish";
const CREDENTIALS: &str = "/api/v1/webauthn/credentials";

/// An authenticator behind a page of this server's.
fn authenticator(client: &Client) -> Authenticator {
    Authenticator::at(&client.url().replace("127.0.0.1", "localhost"))
}

async fn options(client: &Client, token: &str) -> Value {
    client
        .call(Method::POST, REGISTER_BEGIN, token)
        .await
        .expect(200)
        .json()
}

async fn register(client: &Client, token: &str, authenticator: &Authenticator) -> Credential {
    let (credential, response) = authenticator.register(&options(client, token).await);
    client
        .call_with(Method::POST, REGISTER_FINISH, token, &response)
        .await
        .expect(200);
    credential
}

async fn challenge(client: &Client, body: &Value) -> Value {
    client.post(LOGIN_BEGIN, body).await.expect(200).json()
}

/// Signs in without a name.
async fn sign_in(client: &Client, authenticator: &Authenticator, credential: &Credential) -> Answer {
    let response = authenticator.sign(&challenge(client, &json!({})).await, credential);
    client.post(LOGIN_FINISH, &response).await
}

async fn list(client: &Client, token: &str) -> Vec<Value> {
    let listed = client.call(Method::GET, CREDENTIALS, token).await.expect(200).json();
    listed.as_array().unwrap().clone()
}

#[rstest]
#[tokio::test]
async fn from_adding_to_removing(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let client = server.client();
    let token = client.join("Ada@example.com").await;
    assert!(list(&client, &token).await.is_empty());

    let authenticator = authenticator(&client);
    let (credential, response) = authenticator.register(&options(&client, &token).await);
    let path = format!("{REGISTER_FINISH}?name=My%20laptop");
    let added = client
        .call_with(Method::POST, &path, &token, &response)
        .await
        .expect(200)
        .json();
    assert_eq!(members(&added), ["credentialId", "message", "name"]);
    assert_eq!(
        (&added["message"], &added["name"]),
        (&json!("Credential registered successfully"), &json!("My laptop"))
    );
    let id = added["credentialId"].as_u64().unwrap();
    assert!(id < 1 << 53);

    let [listed] = &list(&client, &token).await[..] else {
        panic!("one passkey")
    };
    let now = format!("{:.0}", server.clock.read());
    assert_eq!(
        listed,
        &json!({ "id": id, "name": "My laptop", "createdAt": now, "discoverable": true, "transport": "internal,hybrid" })
    );

    let answer = sign_in(&client, &authenticator, &credential).await.expect(202);
    assert_eq!(answer.header("content-type"), Some("text/plain; charset=utf-8"));
    let by_passkey = answer.text();
    assert_eq!(user_of(&by_passkey), user_of(&token));
    client.me(&by_passkey).await.expect(200);

    let path = format!("{CREDENTIALS}/{id}");
    let answer = client.call(Method::DELETE, &path, &token).await;
    answer.expect_message("Credential deleted successfully");
    assert!(list(&client, &token).await.is_empty());
    sign_in(&client, &authenticator, &credential)
        .await
        .expect_engine_error(401, &[]);
    client
        .call(Method::DELETE, &path, &token)
        .await
        .expect_engine_error(404, &[]);
    // The session that the passkey opened goes on, and the credential may come back.
    client.me(&by_passkey).await.expect(200);
    let response = authenticator.register_as(&options(&client, &token).await, &credential);
    client
        .call_with(Method::POST, REGISTER_FINISH, &token, &response)
        .await
        .expect(200);
    sign_in(&client, &authenticator, &credential).await.expect(202);
}

#[tokio::test]
async fn what_a_browser_is_asked_for() {
    let server = Server::start().await;
    let client = server.client();
    let token = client.join(ADA).await;
    let creation = options(&client, &token).await;
    assert_eq!(members(&creation), ["publicKey"]);
    let wanted = &creation["publicKey"];
    assert_eq!(
        members(wanted),
        [
            "attestation",
            "authenticatorSelection",
            "challenge",
            "pubKeyCredParams",
            "rp",
            "timeout",
            "user"
        ]
    );
    assert_eq!(wanted["rp"], json!({ "id": "localhost", "name": "Countersign" }));
    assert_eq!(
        (&wanted["user"]["name"], &wanted["user"]["displayName"]),
        (&json!(ADA), &json!("Ada Lovelace"))
    );
    let handle = tests::authenticator::bytes(&wanted["user"]["id"]);
    assert_eq!(String::from_utf8(handle).unwrap(), user_of(&token).to_string());
    assert_eq!(tests::authenticator::bytes(&wanted["challenge"]).len(), 32);
    assert_eq!(
        wanted["pubKeyCredParams"][0],
        json!({ "type": "public-key", "alg": -7 })
    );
    assert_eq!(
        (&wanted["timeout"], &wanted["attestation"]),
        (&json!(300_000), &json!("none"))
    );
    assert_eq!(
        wanted["authenticatorSelection"],
        json!({ "requireResidentKey": true, "residentKey": "required", "userVerification": "preferred" })
    );

    let credential = register(&client, &token, &authenticator(&client)).await;
    let excluded = &options(&client, &token).await["publicKey"]["excludeCredentials"];
    let [excluded] = &excluded.as_array().unwrap()[..] else {
        panic!("{excluded}")
    };
    assert_eq!(tests::authenticator::bytes(&excluded["id"]), credential.id);
    assert_eq!(excluded["type"], "public-key");

    let request = challenge(&client, &json!({})).await;
    assert_eq!(members(&request), ["mediation", "publicKey"]);
    assert_eq!(request["mediation"], "conditional");
    let wanted = &request["publicKey"];
    assert_eq!(members(wanted), ["challenge", "rpId", "timeout", "userVerification"]);
    assert_eq!(
        (&wanted["rpId"], &wanted["timeout"], &wanted["userVerification"]),
        (&json!("localhost"), &json!(300_000), &json!("preferred"))
    );
    let request = challenge(&client, &json!({ "username": " ADA@example.com " })).await;
    assert_eq!(members(&request), ["publicKey"]);
    let [allowed] = &request["publicKey"]["allowCredentials"].as_array().unwrap()[..] else {
        panic!("{request}")
    };
    assert_eq!(tests::authenticator::bytes(&allowed["id"]), credential.id);
}

#[rstest]
#[case::no_body("", Some("conditional"))]
#[case::blanks("  \n", Some("conditional"))]
#[case::null("null", Some("conditional"))]
#[case::empty("{}", Some("conditional"))]
#[case::no_name(r#"{"username":""}"#, Some("conditional"))]
#[case::said(r#"{"mediation":" Optional "}"#, Some("optional"))]
#[case::with_a_name(r#"{"username":"ada@example.com"}"#, None)]
#[case::with_a_name_and_said(r#"{"username":"ada@example.com","mediation":"required"}"#, Some("required"))]
#[tokio::test]
async fn mediation(#[case] body: &str, #[case] told: Option<&str>) {
    let server = Server::start().await;
    let client = server.client();
    let token = client.join(ADA).await;
    register(&client, &token, &authenticator(&client)).await;
    let request = client.post_text(LOGIN_BEGIN, body).await.expect(200).json();
    assert_eq!(request["mediation"].as_str(), told);
}

#[tokio::test]
async fn begin_refuses_what_it_cannot_read() {
    let server = Server::start().await;
    let client = server.client();
    for body in ["{", "[]", "1", r#""ada@example.com""#] {
        client.post_text(LOGIN_BEGIN, body).await.expect_engine_error(400, &[]);
    }
    let answer = client.post(LOGIN_BEGIN, &json!({ "username": 7 })).await;
    answer.expect_engine_error(400, &["username"]);
    let answer = client.post(LOGIN_BEGIN, &json!({ "mediation": "immediate" })).await;
    answer.expect_engine_error(400, &["mediation"]);
}

#[tokio::test]
async fn who_has_no_passkey_is_not_told_from_who_does_not_exist() {
    let server = Server::start().await;
    let client = server.client();
    client.sign_up(ADA).await;
    let begin = async |name: &str| client.post(LOGIN_BEGIN, &json!({ "username": name })).await;
    let (known, unknown) = (begin(ADA).await, begin("nobody@example.com").await);
    assert_eq!(known.bytes, unknown.bytes);
    known.expect_engine_error(400, &["username"]);
    for name in [ADA, "nobody@example.com", "no address", &"x".repeat(5000)] {
        let request = client
            .request(Method::GET, "/api/v1/webauthn/check")
            .query(&[("username", name)]);
        assert_eq!(
            client.send(request).await.expect(200).json(),
            json!({ "has_credentials": false })
        );
    }
}

#[tokio::test]
async fn check_tells_whether_there_is_a_passkey() {
    let server = Server::start().await;
    let client = server.client();
    let token = client.join(ADA).await;
    register(&client, &token, &authenticator(&client)).await;
    let check = async |query: &str| client.get(&format!("/api/v1/webauthn/check{query}")).await;
    let answer = check("?username=ADA@example.com").await.expect(200);
    assert_eq!(answer.json(), json!({ "has_credentials": true }));
    check("").await.expect_engine_error(400, &["username"]);
    check("?username=").await.expect_engine_error(400, &["username"]);
}

#[tokio::test]
async fn verification_of_the_user_is_preferred_and_not_required() {
    let server = Server::start().await;
    let client = server.client();
    let token = client.join(ADA).await;
    let mut authenticator = authenticator(&client);
    authenticator.flags = PRESENT;
    let credential = register(&client, &token, &authenticator).await;
    assert_eq!(list(&client, &token).await[0]["discoverable"], false);
    sign_in(&client, &authenticator, &credential).await.expect(202);
    authenticator.flags = 0;
    sign_in(&client, &authenticator, &credential)
        .await
        .expect_engine_error(401, &[]);
}

#[tokio::test]
async fn a_challenge_is_consumed_by_the_first_answer_good_or_bad() {
    let server = Server::start().await;
    let client = server.client();
    let token = client.join(ADA).await;
    let authenticator = authenticator(&client);
    let credential = register(&client, &token, &authenticator).await;

    let first = challenge(&client, &json!({})).await;
    let good = authenticator.sign(&first, &credential);
    client.post(LOGIN_FINISH, &good).await.expect(202);
    client.post(LOGIN_FINISH, &good).await.expect_engine_error(401, &[]);

    let second = challenge(&client, &json!({})).await;
    let good = authenticator.sign(&second, &credential);
    let bad = with(good.clone(), "response.signature", json!("MAYCAQECAQE"));
    client.post(LOGIN_FINISH, &bad).await.expect_engine_error(401, &[]);
    client.post(LOGIN_FINISH, &good).await.expect_engine_error(401, &[]);

    let creation = options(&client, &token).await;
    let (_, good) = authenticator.register(&creation);
    let mut elsewhere = authenticator.clone();
    elsewhere.origin = "https://evil.example".into();
    let (_, bad) = elsewhere.register(&creation);
    let finish = async |body: &Value| client.call_with(Method::POST, REGISTER_FINISH, &token, body).await;
    finish(&bad).await.expect_engine_error(400, &["credential"]);
    finish(&good).await.expect_engine_error(400, &["challenge"]);
}

#[tokio::test]
async fn two_tabs_do_not_disturb_each_other() {
    let server = Server::start().await;
    let client = server.client();
    let token = client.join(ADA).await;
    let authenticator = authenticator(&client);
    let (one, other) = (options(&client, &token).await, options(&client, &token).await);
    for creation in [one, other] {
        let (_, response) = authenticator.register(&creation);
        client
            .call_with(Method::POST, REGISTER_FINISH, &token, &response)
            .await
            .expect(200);
    }
    let passkeys = list(&client, &token).await;
    assert_eq!(passkeys.len(), 2);
    assert_ne!(passkeys[0]["id"], passkeys[1]["id"]);
    assert_eq!(passkeys[0]["name"], "My Passkey");
}

#[tokio::test]
async fn a_challenge_is_good_for_five_minutes() {
    let server = Server::start().await;
    let client = server.client();
    let token = client.join(ADA).await;
    let authenticator = authenticator(&client);
    let almost = std::time::Duration::from_secs(300) - std::time::Duration::from_micros(1);
    let credential = register(&client, &token, &authenticator).await;
    for (wait, status) in [(almost, 202), (std::time::Duration::from_secs(300), 401)] {
        let response = authenticator.sign(&challenge(&client, &json!({})).await, &credential);
        server.clock.advance(wait);
        client.post(LOGIN_FINISH, &response).await.expect(status);
    }
    let (_, response) = authenticator.register(&options(&client, &token).await);
    server.clock.advance(std::time::Duration::from_secs(300));
    let answer = client.call_with(Method::POST, REGISTER_FINISH, &token, &response).await;
    answer.expect_engine_error(400, &["challenge"]);
}

/// What may be wrong with an assertion.
#[rstest]
#[case::origin(|a: &mut Authenticator| a.origin = "https://evil.example".into())]
#[case::other_port(|a: &mut Authenticator| a.origin = "http://localhost:1".into())]
#[case::subdomain(|a: &mut Authenticator| a.origin = a.origin.replace("localhost", "x.localhost"))]
#[case::relying_party(|a: &mut Authenticator| a.rp_id = "evil.example".into())]
#[case::kind(|a: &mut Authenticator| a.kinds = ["webauthn.get".into(), "webauthn.create".into()])]
#[case::nobody_there(|a: &mut Authenticator| a.flags = 0)]
#[tokio::test]
async fn a_response_that_is_not_for_us_is_refused(#[case] change: fn(&mut Authenticator)) {
    let server = Server::start().await;
    let client = server.client();
    let token = client.join(ADA).await;
    let authenticator = authenticator(&client);
    let credential = register(&client, &token, &authenticator).await;
    let mut wrong = authenticator.clone();
    change(&mut wrong);
    sign_in(&client, &wrong, &credential)
        .await
        .expect_engine_error(401, &[]);
    let (_, response) = wrong.register(&options(&client, &token).await);
    let answer = client.call_with(Method::POST, REGISTER_FINISH, &token, &response).await;
    answer.expect_engine_error(400, &["credential"]);
    assert_eq!(list(&client, &token).await.len(), 1);
    sign_in(&client, &authenticator, &credential).await.expect(202);
}

#[tokio::test]
async fn a_signature_counter_must_rise() {
    let server = Server::start().await;
    let client = server.client();
    let token = client.join(ADA).await;
    let mut authenticator = authenticator(&client);
    authenticator.counter = 5;
    let credential = register(&client, &token, &authenticator).await;
    for (counter, status) in [
        (5, 401),
        (6, 202),
        (6, 401),
        (3, 401),
        (0, 401),
        (7, 202),
        (100, 202),
        (99, 401),
    ] {
        authenticator.counter = counter;
        sign_in(&client, &authenticator, &credential).await.expect(status);
    }
}

#[tokio::test]
async fn backup_eligibility_must_not_change() {
    let server = Server::start().await;
    let client = server.client();
    let token = client.join(ADA).await;
    let authenticator = authenticator(&client);
    let credential = register(&client, &token, &authenticator).await;
    let mut changed = authenticator.clone();
    changed.flags |= BACKUP_ELIGIBLE;
    sign_in(&client, &changed, &credential)
        .await
        .expect_engine_error(401, &[]);
    sign_in(&client, &authenticator, &credential).await.expect(202);
}

#[tokio::test]
async fn the_user_handle_decides_without_a_name_and_must_agree_with_one() {
    let server = Server::start().await;
    let client = server.client();
    let (ada, eve) = (client.join(ADA).await, client.join("eve@example.com").await);
    let authenticator = authenticator(&client);
    let credential = register(&client, &ada, &authenticator).await;
    register(&client, &eve, &authenticator).await;
    let handle = |token: &str| json!(tests::authenticator::text(user_of(token).to_string().as_bytes()));
    let named = json!({ "username": ADA });
    let path = format!("{LOGIN_FINISH}?username={ADA}");

    // Without a name it is needed, and it must be the credential's owner's.
    for (value, status) in [
        (Value::Null, 401),
        (json!(""), 401),
        (handle(&eve), 401),
        (json!("bm9ib2R5"), 401),
        (handle(&ada), 202),
    ] {
        let response = authenticator.sign(&challenge(&client, &json!({})).await, &credential);
        let answer = client
            .post(LOGIN_FINISH, &with(response, "response.userHandle", value.clone()))
            .await;
        assert_eq!(answer.status.as_u16(), status, "{value}");
    }
    // With one it may be absent.
    for (value, status) in [(Value::Null, 202), (handle(&ada), 202), (handle(&eve), 401)] {
        let response = authenticator.sign(&challenge(&client, &named).await, &credential);
        let answer = client
            .post(&path, &with(response, "response.userHandle", value.clone()))
            .await;
        assert_eq!(answer.status.as_u16(), status, "{value}");
    }
    // The name is the one that was given to begin.
    for (begun, finished, status) in [
        (&named, LOGIN_FINISH.to_owned(), 401),
        (&named, format!("{LOGIN_FINISH}?username=eve@example.com"), 401),
        (&named, format!("{LOGIN_FINISH}?username=ADA@example.com"), 202),
        (&json!({}), path.clone(), 401),
    ] {
        let response = authenticator.sign(&challenge(&client, begun).await, &credential);
        client.post(&finished, &response).await.expect(status);
    }
}

#[tokio::test]
async fn a_credential_belongs_to_one_account() {
    let server = Server::start().await;
    let client = server.client();
    let (ada, eve) = (client.join(ADA).await, client.join("eve@example.com").await);
    let authenticator = authenticator(&client);
    let credential = register(&client, &ada, &authenticator).await;
    for token in [&ada, &eve] {
        let response = authenticator.register_as(&options(&client, token).await, &credential);
        let answer = client.call_with(Method::POST, REGISTER_FINISH, token, &response).await;
        let body = answer.expect_engine_error(400, &["credential"]).text();
        assert!(body.contains("in use"), "{body}");
    }
    assert!(list(&client, &eve).await.is_empty());
    // Nobody lists, removes, or finishes with what is another's.
    let id = list(&client, &ada).await[0]["id"].clone();
    let path = format!("{CREDENTIALS}/{id}");
    client
        .call(Method::DELETE, &path, &eve)
        .await
        .expect_engine_error(404, &[]);
    let (_, response) = authenticator.register(&options(&client, &ada).await);
    let answer = client.call_with(Method::POST, REGISTER_FINISH, &eve, &response).await;
    answer.expect_engine_error(400, &["challenge"]);
    // It was not Eve's to spend.
    client
        .call_with(Method::POST, REGISTER_FINISH, &ada, &response)
        .await
        .expect(200);
}

#[tokio::test]
async fn an_account_that_may_not_sign_in_may_not_by_passkey_either() {
    let server = Server::start().await;
    let client = server.client();
    let token = client.join(ADA).await;
    let authenticator = authenticator(&client);
    let credential = register(&client, &token, &authenticator).await;
    for state in [State::Inactive, State::Locked, State::Banned, State::Deleted] {
        set_state(&server, user_of(&token), state).await;
        sign_in(&client, &authenticator, &credential)
            .await
            .expect_engine_error(401, &[]);
    }
    set_state(&server, user_of(&token), State::Active).await;
    sign_in(&client, &authenticator, &credential).await.expect(202);
}

#[tokio::test]
async fn a_sixth_session_ends_the_oldest_however_it_began() {
    let server = Server::start().await;
    let client = server.client();
    let first = client.join(ADA).await;
    let authenticator = authenticator(&client);
    let credential = register(&client, &first, &authenticator).await;
    for _ in 0..5 {
        server.clock.advance(std::time::Duration::from_millis(1));
        sign_in(&client, &authenticator, &credential).await.expect(202);
    }
    client.me(&first).await.expect_engine_error(401, &[]);
}

#[tokio::test]
async fn responses_that_cannot_be_read_are_400() {
    let server = Server::start().await;
    let client = server.client();
    let token = client.join(ADA).await;
    let authenticator = authenticator(&client);
    let credential = register(&client, &token, &authenticator).await;
    let assertion = authenticator.sign(&challenge(&client, &json!({})).await, &credential);
    for path in [REGISTER_FINISH, LOGIN_FINISH] {
        for body in [
            "",
            "{",
            "[]",
            "null",
            "{}",
            r#"{"id":1}"#,
            r#"{"id":"x","rawId":"%","type":"public-key"}"#,
        ] {
            let request = client.request(Method::POST, path).header("x-auth", &token).body(body);
            assert_eq!(
                client.send(request).await.expect(400).json().as_object().unwrap().len(),
                2,
                "{body}"
            );
        }
    }
    for member in ["rawId", "response", "response.clientDataJSON", "response.signature"] {
        let answer = client
            .post(LOGIN_FINISH, &with(assertion.clone(), member, Value::Null))
            .await;
        answer.expect(400);
    }
    // Readable, but nonsense.
    for (member, value) in [
        ("response.clientDataJSON", "e30"),
        ("response.clientDataJSON", "AAAA"),
        ("response.authenticatorData", ""),
        ("response.authenticatorData", "AAAA"),
        ("response.signature", ""),
        ("rawId", "AAAA"),
    ] {
        let assertion = authenticator.sign(&challenge(&client, &json!({})).await, &credential);
        let answer = client.post(LOGIN_FINISH, &with(assertion, member, json!(value))).await;
        answer.expect_engine_error(401, &[]);
    }
}

#[rstest]
#[case::not_a_number("abc", 404)]
#[case::negative("-1", 404)]
#[case::fraction("1.5", 404)]
#[case::nobodys("1", 404)]
#[case::out_of_range("99999999999999999999", 400)]
#[tokio::test]
async fn removing_what_is_not_there(#[case] id: &str, #[case] status: u16) {
    let server = Server::start().await;
    let client = server.client();
    let token = client.join(ADA).await;
    client
        .call(Method::DELETE, &format!("{CREDENTIALS}/{id}"), &token)
        .await
        .expect(status);
}

#[tokio::test]
async fn a_name_is_one_line_of_at_most_100_characters() {
    let server = Server::start().await;
    let client = server.client();
    let token = client.join(ADA).await;
    let authenticator = authenticator(&client);
    for (name, status) in [
        ("x".repeat(101), 400),
        ("two\nlines".into(), 400),
        ("  ".into(), 200),
        ("ß".repeat(100), 200),
    ] {
        let (_, response) = authenticator.register(&options(&client, &token).await);
        let request = client.request(Method::POST, REGISTER_FINISH).query(&[("name", &name)]);
        client
            .send(request.header("x-auth", &token).json(&response))
            .await
            .expect(status);
    }
    let names: Vec<Value> = list(&client, &token)
        .await
        .iter()
        .map(|passkey| passkey["name"].clone())
        .collect();
    assert!(names.contains(&json!("My Passkey")) && names.contains(&json!("ß".repeat(100))));
}

#[tokio::test]
async fn the_owner_is_told() {
    let server = Server::start().await;
    let client = server.client();
    let token = client.join(ADA).await;
    register(&client, &token, &authenticator(&client)).await;
    let [added] = &client.mails(ADA).await[..] else {
        panic!("one mail")
    };
    assert_eq!(added["subject"], "A passkey was added");
    assert!(added["text"].as_str().unwrap().contains("My Passkey"));
    server.clock.advance(std::time::Duration::from_secs(1));
    let id = list(&client, &token).await[0]["id"].clone();
    client
        .call(Method::DELETE, &format!("{CREDENTIALS}/{id}"), &token)
        .await
        .expect(200);
    assert_eq!(client.mails(ADA).await[0]["subject"], "A passkey was removed");
}

#[tokio::test]
async fn questions_and_attempts_are_limited() {
    let limits = Server::setup()
        .env("THROTTLE", "on")
        .env("THROTTLE_PASSKEY_ADDRESS", "3/4000000000");
    let server = limits.start().await;
    let client = server.client();
    for _ in 0..3 {
        client.get("/api/v1/webauthn/check?username=x").await.expect(200);
    }
    let answer = client
        .get("/api/v1/webauthn/check?username=x")
        .await
        .expect_engine_error(429, &[]);
    assert!(answer.header("retry-after").is_some());
    client.post(LOGIN_BEGIN, &json!({})).await.expect_engine_error(429, &[]);
}

#[tokio::test]
async fn twenty_passkeys_are_the_most() {
    let server = Server::start().await;
    let client = server.client();
    let token = client.join(ADA).await;
    let authenticator = authenticator(&client);
    // Begun while there was room.
    let begun = options(&client, &token).await;
    for _ in 0..20 {
        register(&client, &token, &authenticator).await;
    }
    let answer = client.call(Method::POST, REGISTER_BEGIN, &token).await;
    answer.expect_engine_error(400, &["credential"]);
    let (_, response) = authenticator.register(&begun);
    let answer = client.call_with(Method::POST, REGISTER_FINISH, &token, &response).await;
    answer.expect_engine_error(400, &["credential"]);
    assert_eq!(list(&client, &token).await.len(), 20);
}
