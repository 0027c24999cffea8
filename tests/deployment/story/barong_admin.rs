//! The chapter of what administrators do on barong's surface.

use serde_json::{Value, json};
use tests::barong::{STRONG, Session};
use tests::server::{ADMIN, ADMIN_PASSWORD};
use tests::{PASSWORD, Server};

use super::barong_resource::own;
use super::{Api, People, Teller, ask};

async fn enter(teller: &mut Teller<'_, impl Api>, email: &str, password: &str) -> Session {
    let credentials = json!({ "email": email, "password": password });
    let entered = teller
        .tell(ask("identity.sessions.create").with(&credentials), 201)
        .await;
    entered.expect_session(201)
}

/// `lost` is the session of somebody who will have lost the telephone that codes are made with.
pub async fn tell(teller: &mut Teller<'_, impl Api>, lost: &Session, people: &People) {
    let admin = enter(teller, ADMIN, ADMIN_PASSWORD).await;
    teller.tell(own(&admin, "admin.levels.list"), 200).await;
    strangers(teller, people).await;
    labels(teller, &admin, lost).await;
    knowledge(teller, &admin, lost).await;
    rule(teller, &admin, lost).await;
}

/// Whoever may not is written down; whose key is none is not.
async fn strangers(teller: &mut Teller<'_, impl Api>, people: &People) {
    let somebody = enter(teller, &people.address("referred"), STRONG).await;
    teller.tell(own(&somebody, "admin.levels.list"), 401).await;
    let by_key = ask("admin.levels.list")
        .by_nobody()
        .header("x-auth-apikey", "0123456789abcdef")
        .header("x-auth-nonce", "1")
        .header("x-auth-signature", "00");
    teller.tell(by_key, 401).await;
}

async fn labels(teller: &mut Teller<'_, impl Api>, admin: &Session, of: &Session) {
    let label = |value: &str| json!({ "uid": of.uid, "key": "document", "scope": "private", "value": value });
    let asked = |operation, body: &Value| own(admin, operation).with(body);
    teller
        .tell(asked("admin.users.labels.update_put", &label("verified")), 404)
        .await;
    teller
        .tell(asked("admin.users.labels.create", &label("pending")), 201)
        .await;
    teller
        .tell(asked("admin.users.labels.create", &label("pending")), 422)
        .await;
    teller
        .tell(asked("admin.users.labels.update_put", &label("rejected")), 200)
        .await;
    teller
        .tell(asked("admin.users.labels.update_post", &label("verified")), 201)
        .await;
    let query = [("uid", of.uid.as_str()), ("key", "document"), ("scope", "private")];
    teller
        .tell(own(admin, "admin.users.labels.delete").asking_all(&query), 204)
        .await;
}

async fn knowledge(teller: &mut Teller<'_, impl Api>, admin: &Session, of: &Session) {
    let profile = json!({ "first_name": "Ada", "confirm": true });
    teller
        .tell(own(of, "resource.profiles.create").with(&profile), 201)
        .await;
    let decision = json!({ "uid": of.uid, "state": "verified" });
    teller
        .tell(own(admin, "admin.profiles.update").with(&decision), 200)
        .await;
    teller
        .tell(own(admin, "admin.profiles.update").with(&decision), 404)
        .await;
    teller.tell(own(admin, "admin.users.get").at(&of.uid), 200).await;
    teller.tell(own(admin, "admin.users.get").at("ID0000000000"), 404).await;
    teller
        .tell(own(admin, "admin.api_keys.list").asking("uid", &of.uid), 200)
        .await;
    let query = [("uid", of.uid.as_str()), ("title", "personal")];
    teller
        .tell(own(admin, "admin.users.data_storage.delete").asking_all(&query), 404)
        .await;
}

async fn rule(teller: &mut Teller<'_, impl Api>, admin: &Session, of: &Session) {
    let change = |operation, name: &str, value: Value| {
        let mut body = json!({ "uid": of.uid });
        body[name] = value;
        own(admin, operation).with(&body)
    };
    teller
        .tell(change("admin.users.update_put", "otp", false.into()), 200)
        .await;
    teller
        .tell(change("admin.users.update_put", "otp", false.into()), 422)
        .await;
    teller
        .tell(change("admin.users.role", "role", "support".into()), 201)
        .await;
    teller
        .tell(change("admin.users.role", "role", "nothing".into()), 422)
        .await;
    teller
        .tell(change("admin.users.update_put", "state", "banned".into()), 200)
        .await;
    teller
        .tell(change("admin.users.update_post", "state", "active".into()), 201)
        .await;
}

/// An administrator of identity-server is banned, unless there is no other.
pub async fn last_administrator(teller: &mut Teller<'_, impl Api>, server: &Server, people: &People) {
    let email = people.address("late");
    server.appoint(&email, "superadmin").await;
    let late = enter(teller, &email, PASSWORD).await;
    let body = json!({ "uid": server.account(ADMIN).await.uid, "state": "banned" });
    let asked = own(&late, "admin.users.update_put").with(&body);
    teller.try_tell(asked, &[200, 422]).await;
}
