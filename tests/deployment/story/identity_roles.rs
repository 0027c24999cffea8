//! The chapter of identity-server's roles and permissions. What it makes it removes, so that every world finds the same.

use serde_json::{Value, json};
use tests::client::user_id;
use tests::identity::{ADMIN_ROLE, NOBODY, uid_of};
use tests::server::{ADMIN, ADMIN_PASSWORD};

use super::{Api, Ask, People, Teller, ask};

/// The administrator, signed in: uid and token.
pub async fn admin(teller: &mut Teller<'_, impl Api>) -> (String, String) {
    let credentials = json!({ "email": ADMIN, "password": ADMIN_PASSWORD });
    let answer = teller.tell(ask("public-authenticate").with(&credentials), 200).await;
    let text = |member: &str| answer.json()[member].as_str().unwrap().to_owned();
    (text("uid"), text("token"))
}

/// A new role: the uid of its Location, and its number.
pub async fn role(teller: &mut Teller<'_, impl Api>, token: &str, name: &str) -> (String, i64) {
    let body = json!({ "name": name, "description": "Keeps the books" });
    let made = teller.tell(ask("roles-create").by(token).with(&body), 200).await;
    let (_, uid) = made.header("location").unwrap().rsplit_once('/').unwrap();
    let found = teller.tell(ask("roles-find").by(token).at(uid), 200).await.json();
    (uid.to_owned(), found["id"].as_i64().unwrap())
}

/// A new permission: its number.
pub async fn permission(teller: &mut Teller<'_, impl Api>, token: &str, operation: &str, name: &str) -> i64 {
    let body = json!({ "name": name });
    let made = teller.tell(ask(operation).by(token).with(&body), 200).await.json();
    made["id"].as_i64().unwrap()
}

pub async fn tell(teller: &mut Teller<'_, impl Api>, people: &People) {
    let (admin_uid, token) = admin(teller).await;
    let by_admin = |operation: &str| ask(operation).by(&token);
    for operation in ["roles-find-all", "permissions-find-all"] {
        teller.tell(ask(operation).by_nobody(), 401).await;
        // A token of engine is none here.
        teller.tell(ask(operation).by(&people.admin), 401).await;
    }
    let (uid, number) = role(teller, &token, "Clerk").await;
    let again = json!({ "name": "CLERK" });
    teller.tell(by_admin("roles-create").with(&again), 409).await;
    teller.tell(by_admin("roles-create").with(&json!({})), 400).await;
    teller.tell(by_admin("roles-find").at(&number.to_string()), 200).await;
    teller.tell(by_admin("roles-find").at(NOBODY), 404).await;
    teller.tell(by_admin("roles-find").at("x"), 400).await;

    let read = permission(teller, &token, "permissions-create", "ReadBooks").await;
    let write = permission(teller, &token, "permissions-create-alias", "WriteBooks").await;
    let again = json!({ "name": "readbooks" });
    teller.tell(by_admin("permissions-create").with(&again), 409).await;
    teller.tell(by_admin("permissions-find-all"), 200).await;
    teller
        .tell(by_admin("permissions-find").at(&read.to_string()), 200)
        .await;
    teller.tell(by_admin("permissions-find").at("0"), 404).await;

    let of = |permission: i64| json!({ "role_id": number, "permission_id": permission });
    for permission in [read, read, write] {
        let add = by_admin("roles-add-permission").with(&of(permission));
        teller.tell(add, 200).await;
    }
    let to_admin = json!({ "role_id": ADMIN_ROLE, "permission_id": read });
    teller.tell(by_admin("roles-add-permission").with(&to_admin), 403).await;
    teller.tell(by_admin("roles-add-permission").with(&of(0)), 404).await;
    for status in [200, 404] {
        let remove = by_admin("roles-remove-permission").with(&of(read));
        teller.tell(remove, status).await;
    }

    let guest = uid_of(&user_id(&people.guest));
    let to = |role: Value, user: &str| json!({ "role_id": role, "user_uid": user });
    let mut each = async |asked: Ask, status: u16| teller.tell(asked, status).await;
    each(by_admin("roles-grant").with(&to(json!(number), &guest)), 200).await;
    each(by_admin("roles-grant").with(&to(json!(uid), &guest)), 200).await;
    each(by_admin("roles-grant").with(&to(json!(uid), NOBODY)), 404).await;
    each(by_admin("roles-revoke").with(&to(json!(uid), &guest)), 200).await;
    each(by_admin("roles-revoke").with(&to(json!(uid), &guest)), 404).await;
    each(by_admin("roles-revoke").with(&to(json!(ADMIN_ROLE), &admin_uid)), 403).await;
    each(by_admin("roles-grant").with(&to(json!(uid), &guest)), 200).await;
    each(by_admin("roles-delete").at(ADMIN_ROLE), 403).await;
    each(by_admin("permissions-delete").at(&write.to_string()), 200).await;
    each(by_admin("permissions-delete").at(&write.to_string()), 404).await;
    each(by_admin("permissions-delete").at(&read.to_string()), 200).await;
    each(by_admin("roles-delete").at(&uid), 200).await;
    each(by_admin("roles-delete").at(&number.to_string()), 404).await;
}
