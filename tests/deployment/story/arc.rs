//! The chapter of arc's clients, one-time passwords and sign-ins. What it makes it removes, so that every world finds the same.

use serde_json::{Value, json};
use tests::client::claims;
use tests::managing::new_client;
use tests::server::{ADMIN, ADMIN_PASSWORD, CLIENT_ID, CLIENT_SECRET};
use tests::{Client, Codes, PASSWORD};

use super::{Api, People, Teller, ask};

/// The administrator, signed in for the first client.
pub async fn admin(mail: &Client) -> String {
    let body = json!({
        "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "username": ADMIN, "password": ADMIN_PASSWORD,
    });
    let tokens = mail.post("/auth/login-token", &body).await.expect(200).json();
    tokens["accessToken"].as_str().unwrap().to_owned()
}

pub async fn tell(teller: &mut Teller<'_, impl Api>, mail: &Client, people: &People) {
    let token = admin(mail).await;
    clients(teller, &token).await;
    sign_ins(teller, &token).await;
    one_time_passwords(teller, &token, people).await;
    codes(teller, mail, people).await;
    authenticator(teller, mail, people).await;
}

async fn clients(teller: &mut Teller<'_, impl Api>, token: &str) {
    let by_admin = |operation: &str| ask(operation).by(token);
    let body = new_client("web");
    teller
        .tell(ask("auth-clients-create").by_nobody().with(&body), 401)
        .await;
    teller.tell(by_admin("auth-clients-create").with(&json!({})), 422).await;
    let made = teller
        .tell(by_admin("auth-clients-create").with(&body), 200)
        .await
        .json();
    teller.tell(by_admin("auth-clients-create").with(&body), 409).await;
    let id = made["id"].to_string();
    teller.tell(by_admin("auth-clients-find"), 200).await;
    teller
        .tell(by_admin("auth-clients-find").asking("filter", "x"), 400)
        .await;
    teller.tell(by_admin("auth-clients-count"), 200).await;
    let change = json!({ "authCodeExpiration": 60 });
    let all = by_admin("auth-clients-update-all").asking("where[clientId]", "web");
    teller.tell(all.with(&change), 200).await;
    teller.tell(by_admin("auth-clients-get").at(&id), 200).await;
    teller.tell(by_admin("auth-clients-get").at("0"), 404).await;
    teller
        .tell(by_admin("auth-clients-replace").at(&id).with(&new_client("site")), 204)
        .await;
    teller
        .tell(by_admin("auth-clients-update").at(&id).with(&change), 204)
        .await;
    teller
        .tell(by_admin("auth-clients-update").at("0").with(&change), 404)
        .await;
    teller.tell(by_admin("auth-clients-delete").at("1"), 403).await;
    teller.tell(by_admin("auth-clients-delete").at(&id), 204).await;
    teller.tell(by_admin("auth-clients-delete").at("0"), 404).await;
}

async fn sign_ins(teller: &mut Teller<'_, impl Api>, token: &str) {
    let by_admin = |operation: &str| ask(operation).by(token);
    let first = by_admin("login-activity-find").asking("filter[limit]", "1");
    let id = teller.text(first, 200, "/0/id").await;
    teller.tell(by_admin("login-activity-get").at(&id), 200).await;
    teller.tell(by_admin("login-activity-get").at("0"), 404).await;
    let none = by_admin("login-activity-count").asking("where[id]", "0");
    teller.tell(none, 200).await;
    let dates = [("startDate", "2026-01-01"), ("endDate", "2026-12-31")];
    let nobody = [
        ("filter[inclusion]", "true"),
        ("filter[userIdentity]", "userName"),
        ("filter[userIdentifier][0]", "nobody"),
    ];
    let of_nobody = by_admin("active-users").asking_all(&[&dates[..], &nobody].concat());
    teller.tell(of_nobody, 200).await;
    teller.tell(by_admin("active-users").at("yearly"), 400).await;
}

async fn one_time_passwords(teller: &mut Teller<'_, impl Api>, token: &str, people: &People) {
    let member = people.address("member");
    let entry = json!({ "otp": "4711", "username": member });
    teller
        .tell(ask("otp-caches-create").by_nobody().with(&json!({})), 422)
        .await;
    teller
        .tell(ask("otp-caches-create").by_nobody().with(&entry), 200)
        .await;
    teller.tell(ask("otp-caches-create").by(token).with(&entry), 200).await;
    teller.tell(ask("otp-caches-get").by_nobody().at(&member), 200).await;
    teller.tell(ask("otp-caches-get").by(token).at(&member), 200).await;
    teller.tell(ask("otp-caches-delete").by_nobody().at(&member), 204).await;
    teller.tell(ask("otp-caches-delete").by(token).at(&member), 204).await;
}

async fn codes(teller: &mut Teller<'_, impl Api>, mail: &Client, people: &People) {
    let member = people.address("member");
    let wanted = |secret: &str| json!({ "client_id": CLIENT_ID, "client_secret": secret, "key": member });
    teller.tell(ask("send-otp").with(&wanted("x")), 401).await;
    teller.tell(ask("send-otp").with(&wanted(CLIENT_SECRET)), 204).await;
    let presented = |otp: &str| json!({ "key": member, "otp": otp });
    teller.tell(ask("verify-otp").with(&presented("")), 401).await;
    let mails = mail.mails(&member).await;
    let texts = mails.iter().filter_map(|mail: &Value| mail["text"].as_str());
    let mut lines = texts.flat_map(str::lines);
    let code = lines.find(|line| line.len() == 6 && line.bytes().all(|byte| byte.is_ascii_digit()));
    teller
        .tell(ask("verify-otp").with(&presented(code.expect("a code"))), 200)
        .await;
}

async fn authenticator(teller: &mut Teller<'_, impl Api>, mail: &Client, people: &People) {
    let careful = people.address("careful");
    let token = mail.join(&careful).await;
    let now = claims(&token)["iat"].as_i64().unwrap();
    let login = || ask("login").with(&tests::arc::login(&careful, PASSWORD));
    let code = teller.text(login(), 200, "/code").await;
    let checked = |code: &str| ask("check-qr-code").header("code", code).header("clientid", CLIENT_ID);
    teller.tell(checked("x"), 401).await;
    teller.tell(checked(&code), 200).await;
    let wanted = |code: &str| ask("create-qr-code").with(&json!({ "code": code, "clientId": CLIENT_ID }));
    teller.tell(wanted("x"), 401).await;
    let codes = Codes::scan_data_url(&teller.tell(wanted(&code), 200).await.json());
    let shown = |otp: &str| ask("verify-otp").with(&json!({ "key": careful, "otp": otp, "clientId": CLIENT_ID }));
    teller.tell(shown(""), 401).await;
    teller.tell(shown(&codes.at(now)), 200).await;
    teller.tell(login(), 200).await;
    teller.tell(shown(&codes.at(now + 30)), 200).await;
}
