//! The chapter of what administrators do on barong's surface.

use serde_json::json;
use tests::barong::{STRONG, Session};
use tests::server::{ADMIN, ADMIN_PASSWORD};

use super::barong_resource::own;
use super::{Api, People, Teller, ask};

async fn enter(teller: &mut Teller<'_, impl Api>, email: &str, password: &str) -> Session {
    let credentials = json!({ "email": email, "password": password });
    let entered = teller
        .tell(ask("identity.sessions.create").with(&credentials), 201)
        .await;
    entered.expect_session(201)
}

pub async fn tell(teller: &mut Teller<'_, impl Api>, people: &People) {
    let admin = enter(teller, ADMIN, ADMIN_PASSWORD).await;
    teller.tell(own(&admin, "admin.levels.list"), 200).await;
    lists(teller, &admin).await;
    // Whoever may not is written down.
    let somebody = enter(teller, &people.address("referred"), STRONG).await;
    teller.tell(own(&somebody, "admin.levels.list"), 401).await;
    let by_key = ask("admin.levels.list")
        .by_nobody()
        .header("x-auth-apikey", "0123456789abcdef")
        .header("x-auth-nonce", "1")
        .header("x-auth-signature", "00");
    teller.tell(by_key, 401).await;
}

/// Each index serves some list.
async fn lists(teller: &mut Teller<'_, impl Api>, admin: &Session) {
    let filters: [&[(&str, &str)]; 11] = [
        &[],
        &[("from", "0")],
        &[("role", "member"), ("state", "active")],
        &[("range", "updated"), ("from", "0")],
        &[("first_name", "Ada")],
        &[("last_name", "King")],
        &[("country", "gb")],
        &[("uid", "ID0000000000")],
        &[("email", ADMIN), ("first_name", "Ada")],
        &[("limit", "2"), ("extended", "true")],
        &[("range", "read")],
    ];
    for filter in filters {
        let status = if filter.contains(&("range", "read")) { 422 } else { 200 };
        let asked = own(admin, "admin.users.list").asking_all(filter);
        teller.tell(asked, status).await;
    }
    for (operation, status) in [
        ("admin.users.documents_pending", 200),
        ("admin.users.labels.list_users", 200),
        ("admin.users.labels.list_values", 200),
        ("admin.profiles.list", 200),
    ] {
        teller.tell(own(admin, operation), status).await;
    }
    let nothing = own(admin, "admin.users.labels.list_users").asking_all(&[]);
    teller.tell(nothing, 422).await;
}
