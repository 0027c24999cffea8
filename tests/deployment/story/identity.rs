//! The chapter of identity-server.

use serde_json::{Value, json};
use tests::identity::NOBODY;
use tests::server::{ADMIN, ADMIN_PASSWORD};
use tests::{Client, PASSWORD};

use super::{Api, Ask, People, Teller, ask};

const NEW: &str = "another long phrase";

/// A page, without what the event of the list asks for.
fn list() -> Ask {
    ask("users-find-all").asking("limit", "2")
}

pub async fn tell(teller: &mut Teller<'_, impl Api>, mail: &Client, people: &People) {
    let identity = mail.identity();
    let mut uids = Vec::new();
    for (name, register, activate) in [
        ("first", "public-register", "public-activate"),
        ("second", "users-register", "users-activate"),
    ] {
        let email = people.address(name);
        let body = json!({ "name": "Ada Lovelace", "email": email, "password": PASSWORD });
        teller.tell(ask(register).with(&json!({})), 400).await;
        teller.tell(ask(register).with(&body), 200).await;
        // It waits, so that nobody takes its place.
        teller.tell(ask(register).with(&body), 400).await;
        let link = identity.link(&email).await;
        let post = format!("{activate}-post");
        teller.tell(ask(activate).at_all(&[&link.uid, "wrong"]), 404).await;
        teller.tell(ask(&post).at_all(&["wrong", &link.code]), 400).await;
        teller.tell(ask(activate).at_all(&[&link.uid, &link.code]), 200).await;
        teller.tell(ask(&post).at_all(&[&link.uid, &link.code]), 404).await;
        uids.push((link.uid, email));
    }
    let email = people.address("third");
    let body = json!({ "name": "Ada Lovelace", "email": email, "password": PASSWORD });
    for (register, activate) in [
        ("public-register", "public-activate-post"),
        ("users-register", "users-activate-post"),
    ] {
        let email = email.replace("third", activate);
        let mut body = body.clone();
        body["email"] = json!(email);
        teller.tell(ask(register).with(&body), 200).await;
        let link = identity.link(&email).await;
        teller.tell(ask(activate).at_all(&[&link.uid, &link.code]), 200).await;
    }

    let [(first, email), (second, other)] = uids.try_into().unwrap();
    let credentials = |email: &str, password: &str| json!({ "email": email, "password": password });
    let mut tokens = Vec::new();
    for (operation, email) in [("public-authenticate", &email), ("auth-authenticate", &other)] {
        teller.tell(ask(operation).with(&json!({})), 400).await;
        teller
            .tell(ask(operation).with(&credentials(email, "wrong")), 401)
            .await;
        let signed_in = ask(operation).with(&credentials(email, PASSWORD));
        tokens.push(teller.text(signed_in, 200, "/token").await);
    }
    let admin = ask("public-authenticate").with(&credentials(ADMIN, ADMIN_PASSWORD));
    let admin = teller.text(admin, 200, "/token").await;
    for operation in ["public-validate", "auth-validate"] {
        teller
            .tell(ask(operation).with(&json!({ "token": tokens[0] })), 200)
            .await;
        teller.tell(ask(operation), 401).await;
        teller.tell(ask(operation).with(&json!({})), 400).await;
    }
    teller.tell(ask("users-find").by(&tokens[0]).at(&first), 200).await;
    teller.tell(ask("users-find").by(&tokens[0]).at(&second), 403).await;
    let mine = teller
        .tell(ask("users-find").by(&tokens[0]).at(&first), 200)
        .await
        .json();
    assert_eq!(mine["roles"], Value::Array(Vec::new()));
    teller.tell(ask("users-find").by(&admin).at(NOBODY), 404).await;
    teller.tell(ask("users-find").by_nobody().at(&first), 401).await;
    teller.tell(list().by(&admin), 200).await;
    teller.tell(list().by(&tokens[1]), 403).await;

    for (operation, uid) in [("public-reset-password", &first), ("users-reset-password", &second)] {
        let body = |old: &str, new: &str| json!({ "user_uid": uid, "old_password": old, "new_password": new });
        teller.tell(ask(operation).with(&body("wrong", NEW)), 401).await;
        teller.tell(ask(operation).with(&body(PASSWORD, PASSWORD)), 400).await;
        teller.tell(ask(operation).with(&body(PASSWORD, NEW)), 200).await;
    }
}
