//! The chapter of barong's accounts and sessions.

use serde_json::json;
use tests::Client;
use tests::barong::{COOKIE, OTHER, STRONG, Session};

use super::{Api, Ask, People, Teller, ask};

/// What the cookie of a session is sent with.
fn with(asked: Ask, session: &Session) -> Ask {
    asked.header("cookie", &format!("{COOKIE}={}", session.cookie))
}

pub async fn tell(teller: &mut Teller<'_, impl Api>, mail: &Client, people: &People) {
    let barong = mail.barong();
    for operation in [
        "identity.ping",
        "identity.time",
        "identity.version",
        "identity.configs",
        "identity.users.register_geetest",
    ] {
        teller.tell(ask(operation), 200).await;
    }
    teller.tell(ask("identity.password.validate"), 201).await;

    let email = people.address("barong");
    let credentials = |password: &str| json!({ "email": email, "password": password });
    teller
        .tell(ask("identity.users.create").with(&credentials("password")), 422)
        .await;
    let made = teller
        .tell(ask("identity.users.create").with(&credentials(STRONG)), 201)
        .await;
    let first = made.expect_session(201);
    teller
        .tell(ask("identity.users.create").with(&credentials(STRONG)), 422)
        .await;
    let referred = json!({ "email": people.address("referred"), "password": STRONG, "refid": first.uid });
    teller.tell(ask("identity.users.create").with(&referred), 201).await;

    teller
        .tell(ask("identity.sessions.create").with(&credentials("wrong")), 401)
        .await;
    let nobody = json!({ "email": people.address("nobody-there"), "password": STRONG });
    teller.tell(ask("identity.sessions.create").with(&nobody), 401).await;
    let entered = teller
        .tell(ask("identity.sessions.create").with(&credentials(STRONG)), 201)
        .await;
    let session = entered.expect_session(201);
    edge(teller, &session).await;
    teller.tell(with(ask("identity.sessions.destroy"), &session), 204).await;
    teller.tell(with(ask("identity.sessions.destroy"), &session), 404).await;

    let address = json!({ "email": email });
    teller
        .tell(ask("identity.users.email.generate_code").with(&address), 201)
        .await;
    let token = barong.confirmation(&email).await.unwrap();
    teller.tell(ask("identity.users.email.confirm_code"), 422).await;
    let confirm = || ask("identity.users.email.confirm_code").with(&json!({ "token": token }));
    teller.tell(confirm(), 201).await;
    teller.tell(confirm(), 422).await;

    teller
        .tell(ask("identity.users.password.generate_code").with(&address), 201)
        .await;
    teller
        .tell(ask("identity.users.password.generate_code").with(&nobody), 201)
        .await;
    let token = barong.newest_reset(&email).await.unwrap();
    let reset = |password: &str| {
        let body = json!({ "reset_password_token": token, "password": password, "confirm_password": password });
        ask("identity.users.password.confirm_code").with(&body)
    };
    teller.tell(reset("password"), 422).await;
    teller.tell(reset(OTHER), 201).await;
    teller.tell(reset(OTHER), 422).await;

    teller.tell(ask("identity.users.access"), 422).await;
}

/// A gateway asks: for nobody, for somebody, for what they may not, and by an API key that is none.
async fn edge(teller: &mut Teller<'_, impl Api>, session: &Session) {
    let asked = || ask("authz.authorize");
    teller.tell(asked(), 401).await;
    teller.tell(with(asked(), session), 200).await;
    let open = "/api/v2/auth/api/v2/barong/identity/ping";
    teller.tell(asked().on(open), 200).await;
    let closed = "/api/v2/barong/auth/api/v2/barong/admin/users";
    let refused = with(asked().on("/api/v2/auth/api/v2/barong/admin/users"), session);
    teller.tell(refused, 401).await;
    teller.tell(asked().on(closed), 401).await;
    let by_key = asked()
        .header("x-auth-apikey", "0123456789abcdef")
        .header("x-auth-nonce", "1")
        .header("x-auth-signature", "00");
    teller.tell(by_key, 401).await;
}
