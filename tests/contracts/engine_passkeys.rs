//! Adding, listing and removing passkeys, with an authenticator in software.

use http::Method;
use rstest::rstest;
use serde_json::{Value, json};
use tests::Server;
use tests::server::Table::{self, DynamoDbLocal, Embedded};

use super::{members, user_of};

const ADA: &str = "ada@example.com";
const REGISTER_FINISH: &str = "/api/v1/webauthn/register/finish";
const REGISTER_BEGIN: &str = "/api/v1/webauthn/register/begin";
const CREDENTIALS: &str = "/api/v1/webauthn/credentials";

#[rstest]
#[tokio::test]
async fn from_adding_to_removing(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let client = server.client();
    let token = client.join("Ada@example.com").await;
    assert!(client.passkeys(&token).await.is_empty());

    let authenticator = client.authenticator();
    let (credential, response) = authenticator.register(&client.passkey_options(&token).await);
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

    let [listed] = &client.passkeys(&token).await[..] else {
        panic!("one passkey")
    };
    let now = format!("{:.0}", server.clock.read());
    assert_eq!(
        listed,
        &json!({ "id": id, "name": "My laptop", "createdAt": now, "discoverable": true, "transport": "internal,hybrid" })
    );

    let answer = client.sign_in_by_passkey(&authenticator, &credential).await.expect(202);
    assert_eq!(answer.header("content-type"), Some("text/plain; charset=utf-8"));
    let by_passkey = answer.text();
    assert_eq!(user_of(&by_passkey), user_of(&token));
    client.me(&by_passkey).await.expect(200);

    let path = format!("{CREDENTIALS}/{id}");
    let answer = client.call(Method::DELETE, &path, &token).await;
    answer.expect_message("Credential deleted successfully");
    assert!(client.passkeys(&token).await.is_empty());
    client
        .sign_in_by_passkey(&authenticator, &credential)
        .await
        .expect_engine_error(401, &[]);
    client
        .call(Method::DELETE, &path, &token)
        .await
        .expect_engine_error(404, &[]);
    // The session that the passkey opened goes on, and the credential may come back.
    client.me(&by_passkey).await.expect(200);
    let response = authenticator.register_as(&client.passkey_options(&token).await, &credential);
    client.finish_passkey(&token, &response).await.expect(200);
    client.sign_in_by_passkey(&authenticator, &credential).await.expect(202);
}

#[tokio::test]
async fn what_a_browser_is_asked_for() {
    let server = Server::start().await;
    let client = server.client();
    let token = client.join(ADA).await;
    let creation = client.passkey_options(&token).await;
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

    let credential = client.add_passkey(&token, &client.authenticator()).await;
    let excluded = &client.passkey_options(&token).await["publicKey"]["excludeCredentials"];
    let [excluded] = &excluded.as_array().unwrap()[..] else {
        panic!("{excluded}")
    };
    assert_eq!(tests::authenticator::bytes(&excluded["id"]), credential.id);
    assert_eq!(excluded["type"], "public-key");

    let request = client.passkey_challenge(&json!({})).await;
    assert_eq!(members(&request), ["mediation", "publicKey"]);
    assert_eq!(request["mediation"], "conditional");
    let wanted = &request["publicKey"];
    assert_eq!(members(wanted), ["challenge", "rpId", "timeout", "userVerification"]);
    assert_eq!(
        (&wanted["rpId"], &wanted["timeout"], &wanted["userVerification"]),
        (&json!("localhost"), &json!(300_000), &json!("preferred"))
    );
    let request = client
        .passkey_challenge(&json!({ "username": " ADA@example.com " }))
        .await;
    assert_eq!(members(&request), ["publicKey"]);
    let [allowed] = &request["publicKey"]["allowCredentials"].as_array().unwrap()[..] else {
        panic!("{request}")
    };
    assert_eq!(tests::authenticator::bytes(&allowed["id"]), credential.id);
}

#[tokio::test]
async fn two_tabs_do_not_disturb_each_other() {
    let server = Server::start().await;
    let client = server.client();
    let token = client.join(ADA).await;
    let authenticator = client.authenticator();
    let (one, other) = (
        client.passkey_options(&token).await,
        client.passkey_options(&token).await,
    );
    for creation in [one, other] {
        let (_, response) = authenticator.register(&creation);
        client.finish_passkey(&token, &response).await.expect(200);
    }
    let passkeys = client.passkeys(&token).await;
    assert_eq!(passkeys.len(), 2);
    assert_ne!(passkeys[0]["id"], passkeys[1]["id"]);
    assert_eq!(passkeys[0]["name"], "My Passkey");
}

#[tokio::test]
async fn a_credential_belongs_to_one_account() {
    let server = Server::start().await;
    let client = server.client();
    let (ada, eve) = (client.join(ADA).await, client.join("eve@example.com").await);
    let authenticator = client.authenticator();
    let credential = client.add_passkey(&ada, &authenticator).await;
    for token in [&ada, &eve] {
        let response = authenticator.register_as(&client.passkey_options(token).await, &credential);
        let answer = client.finish_passkey(token, &response).await;
        let body = answer.expect_engine_error(400, &["credential"]).text();
        assert!(body.contains("in use"), "{body}");
    }
    assert!(client.passkeys(&eve).await.is_empty());
    // Nobody lists, removes, or finishes with what is another's.
    let id = client.passkeys(&ada).await[0]["id"].clone();
    let path = format!("{CREDENTIALS}/{id}");
    client
        .call(Method::DELETE, &path, &eve)
        .await
        .expect_engine_error(404, &[]);
    let (_, response) = authenticator.register(&client.passkey_options(&ada).await);
    let answer = client.finish_passkey(&eve, &response).await;
    answer.expect_engine_error(400, &["challenge"]);
    // It was not Eve's to spend.
    client.finish_passkey(&ada, &response).await.expect(200);
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
    let authenticator = client.authenticator();
    for (name, status) in [
        ("x".repeat(101), 400),
        ("two\nlines".into(), 400),
        ("  ".into(), 200),
        ("ß".repeat(100), 200),
    ] {
        let (_, response) = authenticator.register(&client.passkey_options(&token).await);
        let request = client.request(Method::POST, REGISTER_FINISH).query(&[("name", &name)]);
        client
            .send(request.header("x-auth", &token).json(&response))
            .await
            .expect(status);
    }
    let names: Vec<Value> = client
        .passkeys(&token)
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
    client.add_passkey(&token, &client.authenticator()).await;
    let [added] = &client.mails(ADA).await[..] else {
        panic!("one mail")
    };
    assert_eq!(added["subject"], "A passkey was added");
    assert!(added["text"].as_str().unwrap().contains("My Passkey"));
    server.clock.advance(std::time::Duration::from_secs(1));
    let id = client.passkeys(&token).await[0]["id"].clone();
    client
        .call(Method::DELETE, &format!("{CREDENTIALS}/{id}"), &token)
        .await
        .expect(200);
    assert_eq!(client.mails(ADA).await[0]["subject"], "A passkey was removed");
}

#[tokio::test]
async fn twenty_passkeys_are_the_most() {
    let server = Server::start().await;
    let client = server.client();
    let token = client.join(ADA).await;
    let authenticator = client.authenticator();
    // Begun while there was room.
    let begun = client.passkey_options(&token).await;
    for _ in 0..20 {
        client.add_passkey(&token, &authenticator).await;
    }
    let answer = client.call(Method::POST, REGISTER_BEGIN, &token).await;
    answer.expect_engine_error(400, &["credential"]);
    let (_, response) = authenticator.register(&begun);
    let answer = client.finish_passkey(&token, &response).await;
    answer.expect_engine_error(400, &["credential"]);
    assert_eq!(client.passkeys(&token).await.len(), 20);
}
