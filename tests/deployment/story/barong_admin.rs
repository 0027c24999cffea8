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
