//! The chapter of what users do with their own account on barong's surface.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::Method;
use serde_json::json;
use tests::barong::{COOKIE, OTHER, STRONG, Session};
use tests::{Client, Codes};

use super::{Api, Ask, People, Teller, ask};

/// An operation by the cookie of a session.
pub fn own(session: &Session, operation: &str) -> Ask {
    let asked = ask(operation).by_nobody();
    let asked = asked.header("cookie", &format!("{COOKIE}={}", session.cookie));
    asked.header("x-csrf-token", &session.csrf)
}

/// Somebody who confirmed an address.
async fn join(teller: &mut Teller<'_, impl Api>, mail: &Client, email: &str) -> Session {
    let credentials = json!({ "email": email, "password": STRONG });
    teller.tell(ask("identity.users.create").with(&credentials), 201).await;
    let token = mail.barong().confirmation(email).await.unwrap();
    let confirm = ask("identity.users.email.confirm_code").with(&json!({ "token": token }));
    teller.tell(confirm, 201).await.expect_session(201)
}

/// The session that is left over is that of somebody whose codes are on.
pub async fn tell(teller: &mut Teller<'_, impl Api>, mail: &Client, people: &People) -> Session {
    let ada = join(teller, mail, &people.address("ada")).await;
    oneself(teller, &ada).await;
    labels_and_profiles(teller, &ada).await;
    documents(teller, &ada).await;
    phones(teller, mail, &ada, people.world).await;
    let kim = codes_and_keys(teller, mail, people).await;
    leaving(teller, mail, &ada, people).await;
    kim
}

async fn oneself(teller: &mut Teller<'_, impl Api>, ada: &Session) {
    teller.tell(own(ada, "resource.users.me.get"), 200).await;
    teller.tell(own(ada, "resource.users.me.update"), 200).await;
    teller.tell(own(ada, "resource.users.activity").at("all"), 200).await;
    teller
        .tell(own(ada, "resource.users.activity").at("nothing"), 422)
        .await;
    let wrong = json!({ "old_password": "wrong", "new_password": OTHER, "confirm_password": OTHER });
    teller.tell(own(ada, "resource.users.password").with(&wrong), 400).await;
    teller.tell(own(ada, "resource.users.password"), 201).await;
    teller.tell(own(ada, "resource.data_storage.create"), 201).await;
    teller.tell(own(ada, "resource.data_storage.create"), 422).await;
}

async fn labels_and_profiles(teller: &mut Teller<'_, impl Api>, ada: &Session) {
    teller.tell(own(ada, "resource.labels.create"), 201).await;
    teller.tell(own(ada, "resource.labels.create"), 422).await;
    teller.tell(own(ada, "resource.labels.list"), 200).await;
    teller.tell(own(ada, "resource.labels.get"), 200).await;
    teller.tell(own(ada, "resource.labels.update"), 200).await;
    teller.tell(own(ada, "resource.labels.delete").at("email"), 400).await;
    teller.tell(own(ada, "resource.labels.delete"), 204).await;
    teller.tell(own(ada, "resource.profiles.create"), 201).await;
    teller.tell(own(ada, "resource.profiles.update"), 200).await;
    teller.tell(own(ada, "resource.profiles.me"), 200).await;
}

async fn documents(teller: &mut Teller<'_, impl Api>, ada: &Session) {
    teller.tell(own(ada, "resource.documents.create"), 201).await;
    // A link is good for a moment, and never the same: only that there is one is compared.
    teller
        .tell(own(ada, "resource.documents.list").asking("x", "1"), 200)
        .await;
}

async fn phones(teller: &mut Teller<'_, impl Api>, mail: &Client, ada: &Session, world: &str) {
    // Each world has a number of its own.
    let digits = world.bytes().fold(0_u32, |sum, byte| sum * 7 + u32::from(byte)) % 100;
    let number = format!("+44207946{:04}", digits + 100);
    let form = json!({ "phone_number": number });
    teller.tell(own(ada, "resource.phones.create").with(&form), 201).await;
    teller.tell(own(ada, "resource.phones.create").with(&form), 400).await;
    teller
        .tell(own(ada, "resource.phones.send_code").with(&form), 201)
        .await;
    teller.tell(own(ada, "resource.phones.list"), 200).await;
    let wrong = json!({ "phone_number": number, "verification_code": "none" });
    teller.tell(own(ada, "resource.phones.verify").with(&wrong), 404).await;
    let request = mail.request(Method::GET, "/_local/sms").query(&[("to", &number)]);
    let messages = mail.send(request).await.expect(200).json();
    let codes = messages.as_array().unwrap().iter();
    let codes: Vec<&str> = codes
        .map(|message| message["text"].as_str().unwrap().rsplit(' ').next().unwrap())
        .collect();
    // Two messages of one moment are in no order: the newer code is the one that works.
    let mut told = 404;
    for code in codes {
        let form = json!({ "phone_number": number, "verification_code": code });
        if told == 404 {
            told = teller
                .try_tell(own(ada, "resource.phones.verify").with(&form), &[201, 404])
                .await;
        }
    }
    assert_eq!(told, 201);
}

/// Codes of one moment are three: before, now, after. Three people use them up.
async fn codes_and_keys(teller: &mut Teller<'_, impl Api>, mail: &Client, people: &People) -> Session {
    let form = |code: &str| json!({ "code": code });
    let (bob, codes, now) = enrolled(teller, mail, &people.address("bob-with-codes")).await;
    teller.tell(own(&bob, "resource.otp.generate_qrcode"), 400).await;
    teller
        .tell(own(&bob, "resource.otp.verify").with(&form(&codes.at(now - 30))), 201)
        .await;
    teller
        .tell(own(&bob, "resource.otp.disable").with(&form(&codes.at(now + 30))), 201)
        .await;

    let (eve, codes, now) = enrolled(teller, mail, &people.address("eve-with-keys")).await;
    let made = json!({ "algorithm": "HS256", "totp_code": codes.at(now - 30) });
    let key = teller
        .tell(own(&eve, "resource.api_keys.create").with(&made), 201)
        .await
        .json();
    let (kid, secret) = (key["kid"].as_str().unwrap(), key["secret"].as_str().unwrap());
    by_key(teller, kid, secret).await;
    teller.tell(own(&eve, "resource.api_keys.list"), 200).await;
    let change = json!({ "state": "inactive", "totp_code": codes.at(now + 30) });
    teller
        .tell(own(&eve, "resource.api_keys.update").at(kid).with(&change), 200)
        .await;

    let (kim, codes, now) = enrolled(teller, mail, &people.address("kim-with-keys")).await;
    let made = json!({ "algorithm": "HS256", "totp_code": codes.at(now - 30) });
    let made = teller
        .tell(own(&kim, "resource.api_keys.create").with(&made), 201)
        .await;
    let kid = made.json()["kid"].as_str().unwrap().to_owned();
    let code = codes.at(now + 30);
    teller
        .tell(
            own(&kim, "resource.api_keys.delete")
                .at(&kid)
                .asking("totp_code", &code),
            204,
        )
        .await;
    kim
}

/// Somebody whose codes are on, and when that was.
async fn enrolled(teller: &mut Teller<'_, impl Api>, mail: &Client, email: &str) -> (Session, Codes, i64) {
    let session = join(teller, mail, email).await;
    let shown = teller
        .tell(own(&session, "resource.otp.generate_qrcode"), 201)
        .await
        .json();
    let codes = Codes::scan(&STANDARD.decode(shown["data"]["barcode"].as_str().unwrap()).unwrap());
    let now = now(teller).await;
    teller
        .tell(
            own(&session, "resource.otp.enable").with(&json!({ "code": "none" })),
            422,
        )
        .await;
    let code = codes.at(now);
    teller
        .tell(own(&session, "resource.otp.enable").with(&json!({ "code": code })), 201)
        .await;
    (session, codes, now)
}

async fn now(teller: &mut Teller<'_, impl Api>) -> i64 {
    let answer = teller.tell(ask("identity.time"), 200).await;
    answer.json()["time"].as_i64().unwrap()
}

async fn by_key(teller: &mut Teller<'_, impl Api>, kid: &str, secret: &str) {
    let nonce = (now(teller).await * 1000).to_string();
    let signature = tests::owner::signature(&nonce, kid, secret);
    let asked = ask("resource.users.me.get").by_nobody();
    let asked = asked.header("x-auth-apikey", kid).header("x-auth-nonce", &nonce);
    teller.tell(asked.header("x-auth-signature", &signature), 200).await;
}

async fn leaving(teller: &mut Teller<'_, impl Api>, mail: &Client, ada: &Session, people: &People) {
    teller
        .tell(own(ada, "resource.users.me.delete").asking("password", "wrong"), 422)
        .await;
    teller
        .tell(own(ada, "resource.users.me.delete").asking("password", OTHER), 204)
        .await;
    let answer = mail.barong().enter(&people.address("ada"), OTHER).await;
    answer.expect_keys(401, &["identity.session.deleted"]);
}
