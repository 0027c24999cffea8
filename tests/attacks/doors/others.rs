//! What is somebody else's, named by somebody whose own credential is good: it is refused, and theirs stays as it is. Of
//! engine the same stands in `tenancy`; where an operation asks for a right, the right decides, in [`roles`](super::roles).

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Value, json};
use tests::identity::uid_of;
use tests::owner::step;

use super::super::tenancy::all;
use super::house::House;
use super::operation::{Operation, Surface};
use super::sweep::{Refusal, Sweep};
use super::warden::{By, Warden};
use super::{arc, barong, roles};

/// Names of what identifies something.
const IDENTIFIERS: [&str; 12] = [
    "id",
    "uid",
    "kid",
    "key",
    "email",
    "username",
    "phone_number",
    "refreshToken",
    "tenantId",
    "user_uid",
    "role_id",
    "permission_id",
];

/// Where somebody may name what is not theirs, about themselves.
const SLOTS: [(&str, &str); 18] = [
    ("change-password", "refreshToken"),
    ("change-password", "username"),
    ("google-logout", "refreshToken"),
    ("keycloak-logout", "refreshToken"),
    ("logout", "refreshToken"),
    ("resource.api_keys.delete", "kid"),
    ("resource.api_keys.update", "kid"),
    ("resource.labels.delete", "key"),
    ("resource.labels.get", "key"),
    ("resource.labels.update", "key"),
    ("resource.phones.create", "phone_number"),
    ("resource.phones.send_code", "phone_number"),
    ("resource.phones.verify", "phone_number"),
    ("sign-up-create-user", "email"),
    ("switch-token", "refreshToken"),
    ("switch-token", "tenantId"),
    ("token-refresh", "refreshToken"),
    ("token-refresh", "tenantId"),
];

/// It names what is made by it, for the caller.
const MAKES: (&str, &str) = ("resource.labels.create", "key");

#[test]
fn every_identifier_is_tried() {
    let mut found = BTreeSet::new();
    for operation in Operation::guarded().filter(|operation| operation.surface != Surface::Engine) {
        let names = operation.parameters.iter().chain(&operation.members);
        let names = names.filter(|name| IDENTIFIERS.contains(&name.as_str()));
        for name in names.filter(|_| !roles::asks_for_a_right(operation)) {
            found.insert((operation.id.as_str(), name.as_str()));
        }
    }
    assert!(found.remove(&MAKES), "{MAKES:?} is not there any more");
    assert_eq!(found, BTreeSet::from(SLOTS));
}

/// What is said to who names somebody else's.
fn refusal(slot: (&str, &str)) -> Refusal {
    match slot {
        (_, "refreshToken" | "email") => arc::said(401, &json!("Token Invalid")),
        (_, "tenantId") => arc::said(401, &json!("UserDoesNotExist")),
        (_, "username") => arc::said(403, &json!("NotAllowedAccess")),
        (_, "phone_number") => barong::said(400, "resource.phone.number_exist"),
        _ => barong::said(404, "record.not_found"),
    }
}

/// Somebody with a label, a number and a profile beside all the rest.
async fn theirs(house: &Arc<House>) -> Warden {
    let theirs = Warden::without_rights(house, "theirs").await;
    let owner = theirs.owner();
    let label = [("key", "colour"), ("value", "green")];
    owner.post("/labels", &label).await.expect(201);
    owner.verify_phone("+442079460018").await;
    let profile = [("first_name", "Theirs"), ("last_name", "Alone"), ("dob", "1990-01-01")];
    owner.post("/profiles", &profile).await.expect(201);
    theirs
}

/// All of the table that speaks of somebody.
async fn about(warden: &Warden) -> BTreeSet<String> {
    let mut items = all(&warden.house.server).await;
    items.retain(|item| item.contains(&warden.id));
    items
}

/// The request of an operation by its owner, with what is another's in one place.
fn naming(mine: &Warden, slot: (&str, &str), others: Vec<(&'static str, String)>) -> Value {
    let operation = Operation::named(slot.0);
    let shown = mine.shown_to(operation, operation.own()[0]);
    mine.request_with(operation, &shown, &[others, mine.stand_ins(operation)].concat())
}

#[tokio::test]
async fn what_is_somebody_elses_is_none_of_ones_own() {
    let house = House::start().await;
    let (theirs, mine) = (theirs(&house).await, Warden::without_rights(&house, "mine").await);
    let (server, tenant) = (&house.server, uid_of(&house.host.org));
    let before = about(&theirs).await;
    let mut sweep = Sweep::begin(&mine).await;
    for slot in SLOTS.into_iter().filter(|(_, name)| *name != "kid") {
        let others = match slot.1 {
            "refreshToken" => vec![(arc::A_REFRESH_TOKEN, theirs.pair.refresh.clone())],
            "username" => vec![("ada@example.com", theirs.email.clone())],
            "email" => vec![("ada@example.com", theirs.guest.clone())],
            "tenantId" => vec![
                ("00000000-0000-0000-0000-000000000000", tenant.clone()),
                // The event of one names none.
                (r#"cdef"}"#, format!(r#"cdef", "tenantId": "{tenant}"}}"#)),
            ],
            // The number of the events is theirs, and so is the key of the labels.
            _ => Vec::new(),
        };
        let event = naming(&mine, slot, others);
        let what = format!("with {} of another", slot.1);
        sweep
            .sent(Operation::named(slot.0), &event, &refusal(slot), &what)
            .await;
        sweep.unchanged(&format!("{slot:?}")).await;
    }
    // The codes are right: it is the key that is not one's own.
    mine.asked_for_codes(false).await;
    let codes = mine.owner().enrol(server).await;
    for slot in SLOTS.into_iter().filter(|(_, name)| *name == "kid") {
        step(server);
        let others = vec![
            ("0123456789abcdef", theirs.key.kid.clone()),
            ("012345", codes.now(server)),
        ];
        let answer = mine.sends(&naming(&mine, slot, others)).await;
        answer.expect_keys(404, &["record.not_found"]);
    }
    assert_eq!(about(&theirs).await, before);
    theirs.asks("resource.users.me.get", By::Key).await.expect(200);
}

/// Whose account is meant is said by the credential, whatever else is sent: nothing of another's is shown, and nothing changes.
#[tokio::test]
async fn nobody_else_is_meant_by_saying_so() {
    let house = House::start().await;
    let (theirs, mine) = (theirs(&house).await, Warden::without_rights(&house, "mine").await);
    let marks = [
        &theirs.email,
        &theirs.cookie.uid,
        &theirs.key.kid,
        "442079460018",
        "Alone",
    ];
    let before = about(&theirs).await;
    let own = |operation: &&Operation| operation.id.starts_with("resource.");
    let mut operations: Vec<_> = Operation::guarded().filter(own).collect();
    operations.sort_by_key(|operation| operation.id == "resource.users.me.delete");
    for operation in operations {
        let mut event = mine.request(operation, &mine.shown(By::Cookie, &house.server));
        let named = format!(
            "uid={0}&user_uid={0}&user_id={1}&email={2}",
            theirs.cookie.uid, theirs.id, theirs.email
        );
        let query = event["rawQueryString"].as_str().unwrap_or_default();
        event["rawQueryString"] = json!(format!("{query}&{named}").trim_start_matches('&'));
        let answer = mine.sends(&event).await;
        let status = answer.status.as_u16();
        assert!(
            operation.statuses.contains(&status) && ![401, 403].contains(&status),
            "{} {status}",
            operation.id
        );
        let text = answer.text();
        for mark in marks {
            assert!(!text.contains(mark), "{} shows {mark}: {text}", operation.id);
        }
        assert_eq!(about(&theirs).await, before, "{}", operation.id);
    }
}
