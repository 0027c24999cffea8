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
    lists(teller, &admin).await;
    permissions(teller, &admin).await;
    restrictions(teller, &admin, people.world).await;
    logs(teller, &admin, &people.address("referred")).await;
    strangers(teller, people).await;
    labels(teller, &admin, lost).await;
    knowledge(teller, &admin, lost).await;
    rule(teller, &admin, lost).await;
}

/// Whoever may not is written down; whose key is none is not.
async fn strangers(teller: &mut Teller<'_, impl Api>, people: &People) {
    let somebody = enter(teller, &people.address("referred"), STRONG).await;
    for operation in [
        "admin.levels.list",
        "admin.metrics",
        "admin.permissions.list",
        "admin.restrictions.list",
        "admin.restrictions.whitelink",
        "admin.users.labels.list_values",
    ] {
        teller.tell(own(&somebody, operation), 401).await;
    }
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
    teller.tell(own(of, "resource.data_storage.create"), 201).await;
    let query = [("uid", of.uid.as_str()), ("title", "personal")];
    let remove = || own(admin, "admin.users.data_storage.delete").asking_all(&query);
    teller.tell(remove(), 204).await;
    teller.tell(remove(), 404).await;
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

/// The number of the newest row, which differs from table to table: it is asked for aside.
async fn newest(teller: &mut Teller<'_, impl Api>, admin: &Session, operation: &str, page: &[(&str, &str)]) -> String {
    let rows = teller.ask_aside(own(admin, operation).asking_all(page)).await.json();
    rows.as_array().unwrap().last().unwrap()["id"].to_string()
}

async fn permissions(teller: &mut Teller<'_, impl Api>, admin: &Session) {
    teller.tell(own(admin, "admin.permissions.create"), 201).await;
    teller
        .tell(own(admin, "admin.permissions.create").posting(&[("role", "none")]), 422)
        .await;
    // The rows that a new table has.
    let first = [("page", "1"), ("limit", "2")];
    let listed = teller
        .ask_aside(own(admin, "admin.permissions.list").asking_all(&first))
        .await;
    assert_eq!(listed.json()[0]["role"], "superadmin");
    let id = newest(
        teller,
        admin,
        "admin.permissions.list",
        &[("page", "2"), ("limit", "100")],
    )
    .await;
    let change = [("id", id.as_str()), ("action", "audit")];
    teller
        .tell(own(admin, "admin.permissions.update").posting(&change), 200)
        .await;
    let unknown = [("id", "999999"), ("action", "audit")];
    teller
        .tell(own(admin, "admin.permissions.update").posting(&unknown), 404)
        .await;
    teller
        .tell(own(admin, "admin.permissions.delete").asking("id", &id), 204)
        .await;
    // What lets superadmins do this.
    teller
        .tell(own(admin, "admin.permissions.delete").asking("id", "1"), 422)
        .await;
}

async fn restrictions(teller: &mut Teller<'_, impl Api>, admin: &Session, world: &str) {
    // Each world has an address of its own, which nobody comes from.
    let last = world.bytes().fold(0_u8, u8::wrapping_add);
    let address = format!("198.51.100.{last}");
    let rule = [("scope", "ip"), ("value", &address), ("category", "blacklist")];
    teller
        .tell(own(admin, "admin.restrictions.create").posting(&rule), 201)
        .await;
    teller
        .tell(own(admin, "admin.restrictions.create").posting(&rule), 422)
        .await;
    let of_its_kind = [("category", "blacklist"), ("scope", "ip")];
    let id = newest(teller, admin, "admin.restrictions.list", &of_its_kind).await;
    let change = [
        ("id", id.as_str()),
        ("scope", "ip_subnet"),
        ("value", "198.51.100.0/24"),
        ("state", "disabled"),
    ];
    teller
        .tell(own(admin, "admin.restrictions.update").posting(&change), 200)
        .await;
    teller
        .tell(own(admin, "admin.restrictions.delete").asking("id", &id), 204)
        .await;
    teller
        .tell(own(admin, "admin.restrictions.delete").asking("id", &id), 404)
        .await;
    let link = teller
        .ask_aside(own(admin, "admin.restrictions.whitelink"))
        .await
        .expect(201);
    assert_eq!(link.json()["whitelink_token"].as_str().unwrap().len(), 64);
}

/// Entries have times and numbers, which are alike nowhere: what is told is that there are none of a kind.
async fn logs(teller: &mut Teller<'_, impl Api>, admin: &Session, email: &str) {
    let uid = teller
        .ask_aside(own(admin, "admin.activities.list").asking("email", email))
        .await;
    let uid = uid.json()[0]["user"]["uid"].as_str().unwrap().to_owned();
    let nothing = ("topic", "nothing");
    for asked in [&[nothing][..], &[nothing, ("uid", &uid)]] {
        teller
            .tell(own(admin, "admin.activities.list").asking_all(asked), 200)
            .await;
        teller
            .tell(own(admin, "admin.activities.list_admin").asking_all(asked), 200)
            .await;
    }
    let to = [nothing, ("target_uid", uid.as_str())];
    teller
        .tell(own(admin, "admin.activities.list_admin").asking_all(&to), 200)
        .await;
    let all = teller
        .ask_aside(own(admin, "admin.activities.list_admin"))
        .await
        .expect(200);
    assert!(!all.json().as_array().unwrap().is_empty());
    let before = [("created_from", "2000-01-01"), ("created_to", "2000-01-02")];
    let counted = teller.ask_aside(own(admin, "admin.metrics").asking_all(&before)).await;
    assert_eq!(counted.json()["signups"], json!({}));
}

/// Each index serves some list.
async fn lists(teller: &mut Teller<'_, impl Api>, admin: &Session) {
    // What shows everybody shows more in every world: it is asked for aside.
    let everybody: [&[(&str, &str)]; 8] = [
        &[],
        &[("from", "0")],
        &[("role", "member"), ("state", "active")],
        &[("range", "updated"), ("from", "0")],
        &[("first_name", "Ada")],
        &[("last_name", "King")],
        &[("country", "gb")],
        &[("limit", "2"), ("extended", "true")],
    ];
    for filter in everybody {
        let asked = own(admin, "admin.users.list").asking_all(filter);
        teller.ask_aside(asked).await.expect(200);
    }
    for operation in [
        "admin.users.documents_pending",
        "admin.users.labels.list_users",
        "admin.users.labels.list_values",
        "admin.profiles.list",
    ] {
        teller.ask_aside(own(admin, operation)).await.expect(200);
    }
    let nobody = ("uid", "ID0000000000");
    let nothing = [("key", "nothing"), ("value", "nothing")];
    for (asked, status) in [
        (own(admin, "admin.users.list").asking_all(&[nobody]), 200),
        (
            own(admin, "admin.users.list").asking_all(&[("email", ADMIN), ("first_name", "Ada")]),
            200,
        ),
        (own(admin, "admin.users.list").asking("range", "read"), 422),
        (own(admin, "admin.users.documents_pending").asking_all(&[nobody]), 200),
        (own(admin, "admin.users.labels.list_users").asking_all(&nothing), 200),
        (own(admin, "admin.users.labels.list_users").asking_all(&[]), 422),
        (own(admin, "admin.profiles.list").asking("page", "nothing"), 422),
    ] {
        teller.tell(asked, status).await;
    }
}
