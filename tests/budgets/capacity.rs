//! What DynamoDB would bill: units, as the engines count them.

use std::collections::BTreeMap;

use http::Method;
use reqwest::RequestBuilder;
use rstest::rstest;
use serde_json::json;
use shared::notify::PREFIX;
use tests::identity::Link;
use tests::server::Table::{self, DynamoDbLocal, Embedded};
use tests::{Answer, Client, PASSWORD};

use super::tenants::{Counter, story};
use crate::store::wire::{Seen, Wire};

/// Read and write units of what came by, without the mailer's.
pub fn count(seen: Vec<Seen>) -> (f64, f64) {
    units(seen.into_iter().filter(|seen| !of_the_mailer(seen)))
}

/// The server's own mailer delivers at its own pace; nobody else touches a message that is there, and it makes none.
pub fn of_the_mailer(seen: &Seen) -> bool {
    let request = seen.request.to_string();
    request.contains(PREFIX) && !request.contains("\"Put\"") && seen.operation != "PutItem"
}

/// Read and write units.
pub fn units(seen: impl Iterator<Item = Seen>) -> (f64, f64) {
    let (mut read, mut written) = (0.0, 0.0);
    for Seen { operation, answer, .. } in seen {
        let consumed = &answer["ConsumedCapacity"];
        let all = consumed.as_array().cloned().unwrap_or_else(|| vec![consumed.clone()]);
        for consumed in all {
            let units = consumed["CapacityUnits"].as_f64().unwrap_or_default();
            match operation.as_str() {
                "GetItem" | "BatchGetItem" | "Query" => read += units,
                _ => written += units,
            }
        }
    }
    (read, written)
}

async fn bill(table: Table) -> Option<BTreeMap<&'static str, (f64, f64)>> {
    let (server, wire) = Wire::server(table).await?;
    let client = server.client();
    let mut bill = BTreeMap::new();
    macro_rules! measure {
        ($name:literal, $act:expr) => {{
            wire.take();
            let told = $act.await;
            bill.insert($name, count(wire.take()));
            told
        }};
    }
    measure!("signup", client.sign_up("ada@example.com"));
    let token = measure!("signin", client.sign_in("ada@example.com"));
    measure!("me", client.me(&token)).expect(200);
    measure!("renew", client.call(Method::POST, "/api/v1/renew", &token)).expect(202);
    let body = json!({ "email": "nobody@example.com" });
    measure!("reset", client.post("/api/v1/user/reset", &body)).expect(200);
    measure!("signin refused", client.sign_in_with("ada@example.com", "wrong")).expect(401);
    measure!("signout", client.call(Method::POST, "/api/v1/signout", &token)).expect(200);
    let reset = client.reset_token("ada@example.com").await;
    measure!(
        "changepassword",
        client.change_password(&reset, "ada@example.com", "another long phrase")
    )
    .expect(200);
    client.sign_in_with("ada@example.com", PASSWORD).await.expect(401);

    let identity = client.identity();
    measure!("register", identity.register("bob@example.com"));
    let link = identity.link("bob@example.com").await;
    let wrong = Link {
        code: "wrong".into(),
        ..link.clone()
    };
    measure!("activate refused", identity.activate(&wrong)).expect(404);
    measure!("activate", identity.activate(&link)).expect(200);
    let token = measure!("authenticate", identity.sign_in("bob@example.com", PASSWORD));
    measure!("validate", identity.validate(&token)).expect(200);
    measure!("users-find", identity.get_by(&token, &format!("/users/{}", link.uid))).expect(200);
    let admin = identity.admin().await;
    measure!("users-find-all, 3 users", identity.get_by(&admin, "/users")).expect(200);
    measure!(
        "reset-password refused",
        identity.reset_password(&link.uid, "wrong", "another long phrase")
    )
    .expect(401);
    measure!(
        "reset-password",
        identity.reset_password(&link.uid, PASSWORD, "another long phrase")
    )
    .expect(200);

    let post = async |path: &str, body| identity.post_by(&admin, path, &body).await;
    measure!(
        "permissions-create",
        post("/permissions/create", json!({ "name": "ReadBooks" }))
    )
    .expect(200);
    let made = measure!("roles-create", post("/roles/create", json!({ "name": "Clerk" }))).expect(200);
    let (_, role) = made.header("location").unwrap().rsplit_once('/').unwrap();
    measure!("roles-add-permission", identity.add(&admin, role, 1)).expect(200);
    measure!("roles-find", identity.get_by(&admin, &format!("/roles/{role}"))).expect(200);
    measure!("roles-find-all, 3 roles", identity.get_by(&admin, "/roles")).expect(200);
    measure!("roles-grant", identity.grant(&admin, role, &link.uid)).expect(200);
    measure!("roles-revoke", identity.revoke(&admin, role, &link.uid)).expect(200);
    identity.grant(&admin, role, &link.uid).await.expect(200);
    measure!("permissions-delete", identity.delete_by(&admin, "/permissions/1")).expect(200);
    measure!(
        "roles-delete, that one has",
        identity.delete_by(&admin, &format!("/roles/{role}"))
    )
    .expect(200);
    Some(bill)
}

/// Read and write units that an operation may cost. Small items: a unit is 4 KB read consistently or 1 KB written; a write
/// costs twice that in a transaction, and once more for each index that shows the item.
const MOST: [(&str, f64, f64); 26] = [
    ("signup", 0.0, 21.0),
    ("signin", 3.0, 16.0),
    ("signin refused", 4.0, 0.0),
    ("me", 3.0, 0.0),
    ("renew", 3.0, 0.0),
    ("reset", 1.0, 4.0),
    ("signout", 2.0, 2.0),
    ("changepassword", 3.0, 11.0),
    ("register", 0.0, 24.0),
    ("activate", 2.0, 26.0),
    ("activate refused", 2.0, 1.0),
    ("authenticate", 3.0, 15.0),
    ("validate", 3.0, 0.0),
    ("users-find", 5.0, 0.0),
    ("users-find-all, 3 users", 6.5, 0.0),
    ("reset-password", 3.0, 9.0),
    ("reset-password refused", 3.0, 0.0),
    ("permissions-create", 4.0, 9.0),
    ("roles-create", 4.0, 17.0),
    ("roles-add-permission", 5.0, 7.0),
    ("roles-find", 5.0, 0.0),
    ("roles-find-all, 3 roles", 5.0, 0.0),
    ("roles-grant", 7.0, 16.0),
    ("roles-revoke", 6.0, 14.0),
    ("permissions-delete", 5.0, 11.0),
    ("roles-delete, that one has", 6.0, 30.0),
];

/// How many times as much an engine may count as written. DynamoDB Local counts what an index shows of a transaction more
/// than once, which AWS does not.
pub fn lenience(table: Table) -> f64 {
    match table {
        Embedded => 1.0,
        DynamoDbLocal => 3.0,
    }
}

#[rstest]
#[tokio::test]
async fn no_operation_costs_more_units_than_these(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(bill) = bill(table).await else { return };
    assert_eq!(bill.len(), MOST.len());
    for (operation, most_read, most_written) in MOST {
        let (read, written) = bill[operation];
        assert!(
            read <= most_read && written <= most_written * lenience(table),
            "{operation}: {read} read, {written} written"
        );
        assert!(read + written > 0.0, "{operation} was not counted");
    }
}

/// Units of organizations, roles, permissions, users, invitations and sessions of others.
struct Units<'a> {
    wire: &'a Wire,
    client: Client,
    bill: Vec<(&'static str, f64, f64)>,
}

impl Counter for Units<'_> {
    async fn count(&mut self, name: &'static str, request: RequestBuilder) -> Answer {
        self.wire.take();
        let answer = self.client.send(request).await;
        let (read, written) = count(self.wire.take());
        self.bill.push((name, read, written));
        answer
    }
}

const MOST_OF_TENANTS: &[(&str, f64, f64)] = &[
    ("create_organization", 8.5, 25.0),
    ("get_organization", 7.5, 0.0),
    ("master_data_actions", 4.0, 0.0),
    ("a stale token", 4.0, 0.0),
    ("authorize", 4.0, 0.0),
    ("authorize, a stale token", 4.0, 0.0),
    ("create_role", 4.0, 17.0),
    ("update_role", 5.0, 5.0),
    ("update_role, another name", 5.0, 17.0),
    ("bind_permission", 6.0, 7.0),
    ("list_role_permissions", 5.0, 0.0),
    ("unbind_permission", 5.0, 5.0),
    ("bind_permission, a known one", 6.0, 5.0),
    ("bind_user, a stranger", 8.0, 21.0),
    ("bind_user, a member", 8.0, 17.0),
    ("unbind_user", 7.0, 13.0),
    ("delete_role", 5.0, 17.0),
    ("deactivate_user", 6.0, 23.0),
    ("activate_user", 6.0, 23.0),
    ("unbind_user, the last role", 7.0, 13.0),
    ("invite_user", 9.0, 29.0),
    ("invite_user, who has an account", 9.0, 29.0),
    ("resend_invitation", 10.0, 13.0),
    ("revoke_invitation", 5.0, 13.0),
    ("resend_invitation, an expired one", 11.0, 33.0),
    ("accept_invitation", 9.0, 17.0),
    ("list_user_sessions", 6.0, 0.0),
    ("revoke_session", 7.5, 13.0),
    ("revoke_other_sessions", 7.0, 5.0),
    ("list_users", 9.5, 0.0),
    ("list_users, searched", 8.5, 0.0),
    ("list_roles", 6.0, 0.0),
    ("list_roles, searched", 6.0, 0.0),
    ("list_invitations", 7.0, 0.0),
    ("list_invitations, searched", 6.0, 0.0),
];

#[rstest]
#[tokio::test]
async fn no_operation_of_organizations_costs_more_units_than_these(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some((server, wire)) = Wire::server(table).await else {
        return;
    };
    let mut units = Units {
        wire: &wire,
        client: server.client(),
        bill: Vec::new(),
    };
    story(&server, &mut units).await;
    assert_eq!(units.bill.len(), MOST_OF_TENANTS.len(), "{:#?}", units.bill);
    let mut beyond = Vec::new();
    for ((name, read, written), (known, most_read, most_written)) in units.bill.iter().zip(MOST_OF_TENANTS) {
        assert_eq!(name, known);
        assert!(read + written > 0.0, "{name} was not counted");
        if read > most_read || *written > most_written * lenience(table) {
            beyond.push(format!("{name}: {read} read, {written} written"));
        }
    }
    assert!(beyond.is_empty(), "{beyond:#?}");
}
