//! The chapter of passkeys, with an authenticator in software.

use serde_json::{Value, json};
use tests::{Client, PASSWORD};

use super::{Api, People, Teller, ask};

pub async fn tell(teller: &mut Teller<'_, impl Api>, server: &Client, people: &People) {
    let authenticator = server.authenticator();
    let email = people.address("member");
    let member = teller.sign_in(&email, PASSWORD).await;
    let by_member = |operation| ask(operation).by(&member);
    for operation in ["webauthn_list_credentials", "webauthn_register_begin"] {
        teller.tell(ask(operation).by_nobody(), 401).await;
    }
    teller.tell(by_member("webauthn_list_credentials"), 200).await;
    let options = teller.tell(by_member("webauthn_register_begin"), 200).await.json();
    let (credential, response) = authenticator.register(&options);
    let finish = |response: &Value| by_member("webauthn_register_finish").with(response);
    teller.tell(finish(&json!({})), 400).await;
    let added = teller.tell(finish(&response), 200).await.json();
    teller.tell(finish(&response), 400).await;
    // Names the one that is there, so that it is not made again.
    let options = teller.tell(by_member("webauthn_register_begin"), 200).await.json();
    let again = authenticator.register_as(&options, &credential);
    teller.tell(finish(&again), 400).await;
    teller.tell(by_member("webauthn_list_credentials"), 200).await;

    for (name, status) in [(email.as_str(), 200), (&people.address("nobody"), 200), ("", 400)] {
        teller
            .tell(ask("webauthn_check").asking("username", name), status)
            .await;
    }
    let begin = |body: &Value| ask("webauthn_login_begin").with(body);
    let unknown = json!({ "username": people.address("nobody") });
    teller.tell(begin(&unknown), 400).await;
    // By name, and by whatever passkey the authenticator finds.
    let options = teller.tell(begin(&json!({ "username": email })), 200).await.json();
    let response = authenticator.sign(&options, &credential);
    let by_name = || ask("webauthn_login_finish").asking("username", &email).with(&response);
    teller.tell(by_name(), 202).await;
    teller.tell(by_name(), 401).await;
    let options = teller.tell(ask("webauthn_login_begin"), 200).await.json();
    let response = authenticator.sign(&options, &credential);
    let token = teller
        .tell(ask("webauthn_login_finish").with(&response), 202)
        .await
        .text();
    teller.tell(ask("webauthn_login_finish").with(&json!({})), 400).await;
    // As the event says: a challenge that was never given.
    teller.tell(ask("webauthn_login_finish"), 401).await;

    let id = added["credentialId"].to_string();
    let remove = |id: &str| ask("webauthn_delete_credential").by(&token).at(id);
    teller.tell(remove(&id), 200).await;
    teller.tell(remove(&id), 404).await;
    teller.tell(remove("99999999999999999999"), 400).await;
}
