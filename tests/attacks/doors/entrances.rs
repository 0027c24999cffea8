//! The other side of the doors: open operations by which somebody becomes somebody. Whoever was switched off comes in by none
//! of them, whichever way that was done, though what they bring was right a moment ago.

use http::Method;
use serde_json::{Value, json};
use shared::accounts::State;
use tests::arc::login;
use tests::authenticator::{Authenticator, Credential};
use tests::barong::STRONG;
use tests::server::{CLIENT_ID, CLIENT_SECRET};
use tests::{Answer, PASSWORD};

use super::super::text_of;
use super::house::{HOME, House};
use super::operation::Surface;
use super::sweep::Refusal;
use super::switched_off::Way;
use super::warden::Warden;
use super::{arc, barong, engine, identity_server};

/// Every one of them.
fn entrances() -> impl Iterator<Item = &'static str> {
    Surface::ALL
        .into_iter()
        .flat_map(|surface| surface.open().entrances)
        .copied()
}

/// What somebody brings.
pub struct Brought {
    code: String,
    otp: String,
    authenticator: Authenticator,
    passkey: Credential,
}

impl Brought {
    pub async fn by(warden: &Warden) -> Self {
        let client = warden.house.server.client();
        // The app is one that nobody has.
        warden.asked_for_codes(false).await;
        let body = login(&warden.email, STRONG);
        let code = client.post("/auth/login", &body).await.expect(200).json();
        let key = json!({ "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "key": warden.email });
        client.post("/auth/send-otp", &key).await.expect(204);
        let mails = client.mails(&warden.email).await;
        let lines = mails.iter().flat_map(|mail| mail["text"].as_str().unwrap().lines());
        let otp = { lines }.find(|line| line.len() == 6 && line.bytes().all(|byte| byte.is_ascii_digit()));
        let authenticator = client.authenticator();
        Self {
            code: code["code"].as_str().unwrap().to_owned(),
            otp: otp.unwrap().to_owned(),
            passkey: client.add_passkey(&warden.engine, &authenticator).await,
            authenticator,
        }
    }

    /// Comes to an entrance.
    async fn knock(&self, warden: &Warden, entrance: &str) -> Answer {
        let (client, email) = (warden.house.server.client(), &warden.email);
        let of_arc = login(email, STRONG);
        let of_identity = json!({ "email": email, "password": STRONG });
        let by_code = json!({ "code": self.code, "clientId": CLIENT_ID });
        let by_mail = json!({ "key": email, "otp": self.otp });
        let (path, body) = match entrance {
            "signin" => return client.sign_in_with(email, STRONG).await,
            "webauthn_login_finish" => return client.sign_in_by_passkey(&self.authenticator, &self.passkey).await,
            "check-qr-code" => {
                let request = client.request(Method::GET, "/auth/check-qr-code");
                let request = request.header("code", &self.code).header("clientid", CLIENT_ID);
                return client.send(request).await;
            }
            "identity.sessions.create" => return client.barong().enter(email, STRONG).await,
            "public-authenticate" => ("/identity/v1/public/authenticate", &of_identity),
            "auth-authenticate" => ("/identity/v1/auth/authenticate", &of_identity),
            "login" => ("/auth/login", &of_arc),
            "login-token" => ("/auth/login-token", &of_arc),
            "create-qr-code" => ("/auth/create-qr-code", &by_code),
            "token" => ("/auth/token", &by_code),
            "verify-otp" => ("/auth/verify-otp", &by_mail),
            other => panic!("{other}"),
        };
        client.post(path, body).await
    }
}

/// What is said to who comes after that.
fn refusal(entrance: &str, way: Way) -> Refusal {
    let checked = |message: &str| arc::said(401, &json!({ "message": message }));
    let inactive = way.leads_to() == "inactive";
    match entrance {
        "signin" | "webauthn_login_finish" => engine::said(401, "Wrong username or password"),
        "public-authenticate" | "auth-authenticate" if inactive => {
            identity_server::said(403, &json!("User Not Active"))
        }
        "public-authenticate" | "auth-authenticate" => identity_server::said(401, &json!("Invalid Credentials")),
        "login" | "login-token" | "verify-otp" if inactive => checked("UserInactive"),
        "login" | "login-token" | "verify-otp" => checked("Invalid Credentials"),
        "identity.sessions.create" => {
            let key = match way.leads_to() {
                "banned" => "banned",
                "deleted" => "deleted",
                _ => "not_active",
            };
            barong::said(401, &format!("identity.session.{key}"))
        }
        _ => arc::said(401, &json!("Invalid Credentials")),
    }
}

#[tokio::test]
async fn what_is_genuine_lets_somebody_in() {
    let warden = Warden::alone().await;
    let brought = Brought::by(&warden).await;
    for entrance in entrances() {
        let answer = brought.knock(&warden, entrance).await;
        assert!(answer.status.is_success(), "{entrance}: {}", answer.text());
    }
}

/// Somebody was switched off in this way: how often they knocked.
pub async fn let_in_nobody(warden: &Warden, brought: &Brought, way: Way) -> usize {
    warden.asked_for_codes(false).await;
    let before = sessions(warden).await;
    for entrance in entrances() {
        let answer = brought.knock(warden, entrance).await;
        let said = (answer.status, answer.text());
        assert!(
            refusal(entrance, way).is(&answer, false),
            "{entrance} after {way:?}: {said:?}"
        );
    }
    assert_eq!(sessions(warden).await, before, "{way:?}");
    entrances().count()
}

/// How many sessions there are.
async fn sessions(warden: &Warden) -> usize {
    let items = warden.house.server.dump().await;
    items.iter().filter(|item| text_of(item, "kind") == "session").count()
}

/// What a mail confirms was switched off before it was followed: it is still so afterwards.
#[tokio::test]
async fn a_mail_that_waited_does_not_switch_anybody_on() {
    let house = House::start().await;
    let (server, client) = (&house.server, house.server.client());
    let (barong, identity) = (client.barong(), client.identity());
    for (how, state) in [
        ("banned", State::Banned),
        ("locked", State::Locked),
        ("deleted", State::Deleted),
        ("deactivated", State::Inactive),
    ] {
        let (pending, waiting) = (
            format!("pending-{how}@example.com"),
            format!("waiting-{how}@example.com"),
        );
        barong.sign_up(&pending).await;
        identity.register(&waiting).await;
        let token = barong.confirmation(&pending).await.unwrap();
        let link = identity.link(&waiting).await;
        for email in [&pending, &waiting] {
            let account = server.account(email).await;
            if how == "deactivated" {
                let id = account.id.to_string();
                client.bind(&house.root, HOME, &id, &house.role).await.expect(200);
                let path = format!("/api/v1/users/{id}/deactivate");
                let answer = client
                    .call_in(HOME, Method::PUT, &path, &house.root, &Value::Null)
                    .await;
                answer.expect(200);
            } else {
                let form = [("uid", account.uid.as_str()), ("state", how)];
                house.admin.put("/users", &form).await.expect(200);
            }
            assert_eq!(server.account(email).await.state, state);
        }
        let answer = barong.confirm(&token).await;
        answer.expect_keys(422, &["identity.user.active_or_doesnt_exist"]);
        let answer = identity.activate(&link).await;
        assert_eq!(answer.status, 404, "{how}: {}", answer.text());
        for email in [&pending, &waiting] {
            assert_eq!(server.account(email).await.state, state, "{email}");
        }
        let answer = identity.authenticate(&waiting, PASSWORD).await;
        assert!(answer.status.is_client_error(), "{how}: {}", answer.text());
        barong.enter(&pending, STRONG).await.expect(401);
    }
}
