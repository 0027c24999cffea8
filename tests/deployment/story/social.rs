//! The chapter of providers: there and back through each, and signing out there.

use serde_json::{Value, json};
use tests::Answer;
use tests::provider::{Person, Provider};
use tests::server::{ADMIN, ADMIN_PASSWORD, CLIENT_ID, CLIENT_SECRET};
use tests::traveller::at_provider;

use super::{Api, Ask, People, Teller, ask};

/// The client says who it is in a form.
fn start(operation: &str, secret: &str) -> Ask {
    ask(operation).posting(&[("client_id", CLIENT_ID), ("client_secret", secret)])
}

/// What the provider sends back to the callback, which may be called with it.
async fn back(begun: &Answer, operation: &str) -> Ask {
    let arrival = at_provider(begun.header("location").unwrap()).await;
    match &arrival.form {
        Some(form) => {
            let members: Vec<(&str, &str)> = form.iter().map(|(name, value)| (&name[..], &value[..])).collect();
            ask(operation).posting(&members)
        }
        None => {
            let sent = |name: &str| arrival.sent(name).unwrap();
            ask(operation).asking_all(&[("code", &sent("code")), ("state", &sent("state"))])
        }
    }
}

pub async fn tell(teller: &mut Teller<'_, impl Api>, provider: &Provider, people: &People) {
    let mut codes = Vec::new();
    for (starts, callback) in [
        (&["google-start", "google-start-get"][..], "google-callback"),
        (&["facebook-start"], "facebook-callback"),
        (&["instagram-start"], "instagram-callback"),
        (&["apple-start"], "apple-callback-post"),
        (&["keycloak-start", "keycloak-start-get"], "keycloak-callback"),
    ] {
        let (name, _) = callback.split_once('-').unwrap();
        let subject = format!("{name} of {}", people.world);
        provider.vouches_for(Person::new(&subject, &people.address(name)));
        for operation in starts {
            let begun = match operation.ends_with("-get") {
                true => {
                    let query = [("client_id", CLIENT_ID), ("client_secret", CLIENT_SECRET)];
                    let query = query.map(|(name, value)| (name, value.replace(' ', "%20")));
                    let query = query.each_ref().map(|(name, value)| (*name, value.as_str()));
                    teller.tell(ask(operation).asking_all(&query), 302).await
                }
                false => {
                    teller.tell(start(operation, "wrong"), 401).await;
                    teller.tell(start(operation, CLIENT_SECRET), 302).await
                }
            };
            let landed = teller.tell(back(&begun, callback).await, 302).await;
            let (_, code) = landed.header("location").unwrap().rsplit_once("code=").unwrap();
            codes.push((name, code.to_owned()));
        }
        teller.tell(ask(callback), 401).await;
    }
    teller.tell(ask("apple-callback"), 401).await;
    for (name, code) in codes {
        let exchange = ask("token").with(&json!({ "code": code, "clientId": CLIENT_ID }));
        let tokens = teller.tell(exchange, 200).await.json();
        let operation = match name {
            "keycloak" => "keycloak-logout",
            _ => "google-logout",
        };
        teller.tell(log_out(operation, &tokens), 200).await;
        teller.tell(log_out(operation, &tokens), 401).await;
    }
    // Somebody with roles.
    let body = json!({
        "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "username": ADMIN, "password": ADMIN_PASSWORD,
    });
    let tokens = teller.tell(ask("login-token").with(&body), 200).await.json();
    teller.tell(log_out("google-logout", &tokens), 200).await;
    programs(teller, provider, people).await;
}

fn log_out(operation: &str, tokens: &Value) -> Ask {
    let body = json!({ "refreshToken": tokens["refreshToken"] });
    ask(operation).by(tokens["accessToken"].as_str().unwrap()).with(&body)
}

/// Programs that ask a provider on their own.
async fn programs(teller: &mut Teller<'_, impl Api>, provider: &Provider, people: &People) {
    let person = |name: &str| Person::new(&format!("{name} of {}", people.world), &people.address(name));
    provider.vouches_for(person("android"));
    let google = json!({ "idToken": provider.id_token() });
    teller.tell(ask("signin_google").with(&google), 202).await;
    teller
        .tell(ask("signin_google").with(&json!({ "idToken": "x" })), 400)
        .await;
    provider.vouches_for(person("phone"));
    let facebook = json!({ "accessToken": provider.access_token() });
    teller.tell(ask("signin_facebook").with(&facebook), 202).await;
    teller
        .tell(ask("signin_facebook").with(&json!({ "accessToken": "x" })), 401)
        .await;
}
