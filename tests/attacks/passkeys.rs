//! Passkeys: what is kept of them, what is told of them, and what is logged of them (ASVS 6.1.3, 6.3.4, 6.3.8, 14.1.2).

use std::collections::BTreeSet;

use http::{HeaderMap, Method};
use rstest::rstest;
use serde_json::{Value, json};
use shared::accounts::{State, User};
use shared::store::commit::{Step, text};
use shared::store::{Commit, Condition, StoreError};
use tests::authenticator::{bytes, with};
use tests::server::Table::{self, DynamoDbLocal, Embedded};
use tests::{Answer, Server};

use super::{dump, user_of};

const ADA: &str = "ada@example.com";
const LOGIN_BEGIN: &str = "/api/v1/webauthn/login/begin";
const LOGIN_FINISH: &str = "/api/v1/webauthn/login/finish";

/// All that a client sees, but for what differs between any two answers.
fn seen(answer: &Answer) -> (u16, HeaderMap, Vec<u8>) {
    let mut headers = answer.headers.clone();
    for name in ["date", "x-request-id"] {
        headers.remove(name);
    }
    (answer.status.as_u16(), headers, answer.bytes.clone())
}

/// Whether these bytes are in the table, as anybody might write them.
fn is_kept(items: &[shared::store::Item], secret: &[u8]) -> bool {
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
    let all = format!("{items:?}");
    let hex: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
    let list = format!("{secret:?}");
    let list = list.trim_matches(['[', ']']);
    let spellings = [
        URL_SAFE_NO_PAD.encode(secret),
        STANDARD_NO_PAD.encode(secret),
        hex,
        list.replace(' ', ""),
    ];
    spellings.iter().any(|spelling| all.contains(spelling)) || all.contains(list)
}

#[rstest]
#[tokio::test]
async fn a_challenge_is_kept_hashed(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let client = server.client();
    let token = client.join(ADA).await;
    let credential = client.add_passkey(&token, &client.authenticator()).await;
    let registration = client.passkey_options(&token).await;
    let by_name = client.passkey_challenge(&json!({ "username": ADA })).await;
    let by_nobody = client.passkey_challenge(&json!({})).await;
    let items = dump(&server).await;
    let kinds = items.iter().filter(|item| super::text_of(item, "kind") == "challenge");
    assert_eq!(kinds.count(), 3, "the answered one is gone");
    for options in [&registration, &by_name, &by_nobody] {
        assert!(!is_kept(&items, &bytes(&options["publicKey"]["challenge"])));
    }
    // The look would have found it: a credential's identifier is no secret, and kept as it is.
    assert!(is_kept(&items, &credential.id));
}

#[tokio::test]
async fn beginning_with_a_passkey_does_not_tell_who_has_an_account() {
    let server = Server::start().await;
    let client = server.client();
    client.sign_up(ADA).await;
    let begin = async |name: &str| seen(&client.post(LOGIN_BEGIN, &json!({ "username": name })).await);
    let check = async |name: &str| {
        let request = client.request(Method::GET, "/api/v1/webauthn/check");
        seen(&client.send(request.query(&[("username", name)])).await)
    };
    let (begun, checked) = (begin(ADA).await, check(ADA).await);
    assert_eq!((begun.0, checked.0), (400, 200));
    for name in [
        "eve@example.com",
        " ADA@example.com",
        "no address",
        "a@b@c",
        "\u{0}",
        &"x".repeat(3000),
    ] {
        assert_eq!(begin(name).await, begun, "{name}");
        assert_eq!(check(name).await, checked, "{name}");
    }
}

/// Whatever is wrong with an answer, and whoever it is of, it is the same 401.
#[tokio::test]
async fn finishing_with_a_passkey_does_not_tell_what_is_wrong() {
    let server = Server::start().await;
    let client = server.client();
    let token = client.join(ADA).await;
    let credential = client.add_passkey(&token, &client.authenticator()).await;
    let authenticator = client.authenticator();
    let sign = async || authenticator.sign(&client.passkey_challenge(&json!({})).await, &credential);
    let finish = async |response: &Value| seen(&client.answer_challenge(response).await);
    let never = json!({ "publicKey": { "challenge": "A".repeat(43) } });
    let wrong = finish(&authenticator.sign(&never, &credential)).await;
    assert_eq!(wrong.0, 401);
    for (member, value) in [
        ("response.signature", json!("MAYCAQECAQE")),
        ("response.userHandle", json!("MDFBUlozTkRFS1RTVjRSUkZGUTY5RzVGQVY")),
        ("response.userHandle", Value::Null),
        ("rawId", json!("AAAA")),
        ("response.authenticatorData", json!("AAAA")),
    ] {
        let response = with(sign().await, member, value);
        assert_eq!(finish(&response).await, wrong, "{member}");
    }
    let response = sign().await;
    let named = client.post(&format!("{LOGIN_FINISH}?username={ADA}"), &response).await;
    assert_eq!(seen(&named), wrong);
    // Nor that an account is switched off.
    let mut commit = Commit::<StoreError>::new();
    let inactive = [Step::Set("state", text(State::Inactive.as_str()))];
    commit.update(User::key_of(user_of(&token)), Condition::Present, inactive);
    server.app().store.commit(commit).await.unwrap();
    assert_eq!(finish(&sign().await).await, wrong);
}

/// Ways to sign in, by the document: operations that give a token to somebody who has none.
fn sign_in_paths() -> BTreeSet<String> {
    let engine = serde_json::to_value(countersign::engine_document()).unwrap();
    let identity = serde_json::to_value(countersign::identity_document()).unwrap();
    let bare = |success: &Value| success["content"]["text/plain"].is_object();
    let with_user = |success: &Value| {
        let schema = &success["content"]["application/json"]["schema"]["$ref"];
        schema == "#/components/schemas/Authenticated"
    };
    let mut paths = opening(&engine, "X-Auth", bare);
    paths.append(&mut opening(&identity, "Authorization", with_user));
    paths
}

/// The operations that give a token to who has none.
fn opening(document: &Value, header: &str, gives_token: impl Fn(&Value) -> bool) -> BTreeSet<String> {
    let mut paths = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
            let closed = parameters.iter().any(|parameter| parameter["name"] == header);
            let successes = operation["responses"].as_object().unwrap().iter();
            let mut successes = successes.filter(|(status, _)| status.starts_with('2'));
            if !closed && successes.any(|(_, success)| gives_token(success)) {
                paths.insert(format!("{} {path}", method.to_uppercase()));
            }
        }
    }
    paths
}

#[tokio::test]
async fn every_way_to_sign_in_is_listed_with_its_strength() {
    let readme = include_str!("../../README.md");
    let (_, table) = readme.split_once("<!-- ways to sign in -->").unwrap();
    let (table, _) = table.split_once("<!-- /ways to sign in -->").unwrap();
    // arc gives codes and pairs of tokens, not a token; its rows are proved by its contract's tests.
    let is_known = |line: &&str| {
        let way = line.split('|').nth(1).unwrap_or_default();
        ["/api/v1/", "/identity/v1/"].iter().any(|base| way.contains(base))
    };
    let rows = table.lines().filter(is_known);
    let listed: BTreeSet<String> = rows
        .map(|row| {
            let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
            assert!(cells.len() == 3 && cells.iter().all(|cell| !cell.is_empty()), "{row}");
            cells[0].trim_matches('`').to_owned()
        })
        .collect();
    assert_eq!(listed, sign_in_paths());
    // What opens a session by itself, and nothing else, is such a way.
    let server = Server::start().await;
    let client = server.client();
    let token = client.join(ADA).await;
    let credential = client.add_passkey(&token, &client.authenticator()).await;
    let options = client.passkey_challenge(&json!({ "username": ADA })).await;
    let sessions = async || {
        let items = dump(&server).await;
        items
            .iter()
            .filter(|item| super::text_of(item, "kind") == "session")
            .count()
    };
    assert_eq!(
        sessions().await,
        1,
        "neither adding a passkey nor a challenge opens a session"
    );
    let response = client.authenticator().sign(&options, &credential);
    let path = format!("{LOGIN_FINISH}?username={ADA}");
    client.post(&path, &response).await.expect(202);
    assert_eq!(sessions().await, 2);
}
