//! There are no other doors than these, and what is genuine opens every one of them: so it is the credential that is refused
//! where the others are.

use std::collections::BTreeSet;

use http::Method;

use super::house::House;
use super::identity_server;
use super::operation::{Operation, Surface};
use super::warden::Warden;

/// Operations that end the credential by which they are called, or its owner, or what they need.
const ONCE: [&str; 11] = [
    "accept_invitation_post",
    "change-password",
    "google-logout",
    "keycloak-logout",
    "logout",
    "resource.users.me.delete",
    "resource.users.password",
    "sign-up-create-user",
    "signout",
    "switch-token",
    "token-refresh",
];

/// Operations behind whose door nothing is done by a request that is made up: what they say instead, and why.
const NOT_DONE: [(&str, u16, &str); 16] = [
    ("bind_user", 409, "it is so already"),
    ("delete_role", 400, "somebody is invited into it"),
    ("revoke_invitation", 400, "it was revoked by its twin"),
    ("revoke_session", 404, "it was ended by another operation"),
    ("webauthn_register_finish", 400, "no authenticator signed the response"),
    ("admin.users.data_storage.delete", 404, "there is nothing"),
    ("admin.users.update_post", 422, "it is so already"),
    ("resource.api_keys.create", 400, "there is no app"),
    ("resource.api_keys.delete", 400, "there is no app"),
    ("resource.api_keys.update", 400, "there is no app"),
    ("resource.data_storage.create", 422, "no title is configured"),
    ("resource.otp.disable", 400, "there is no app"),
    ("resource.otp.enable", 422, "the code is made up"),
    ("resource.otp.verify", 400, "there is no app"),
    ("resource.phones.verify", 404, "the code is made up"),
    ("auth-clients-replace", 409, "one was made of that name"),
];

#[test]
fn every_operation_is_open_or_guarded() {
    let all = Operation::all();
    let ids: BTreeSet<&str> = all.iter().map(|operation| operation.id.as_str()).collect();
    assert_eq!(ids.len(), all.len(), "an operation's name is there twice");
    for operation in all {
        assert_ne!(operation.is_open(), operation.wants_a_credential(), "{}", operation.id);
    }
    for surface in Surface::ALL {
        let by_body = match surface {
            Surface::IdentityServer => &identity_server::BY_BODY[..],
            _ => &[],
        };
        for id in surface.open().all().chain(by_body.iter().copied()) {
            let known = all.iter().find(|operation| operation.id == id);
            assert!(
                known.is_some_and(|known| known.surface == surface),
                "{id} is no operation of {surface:?}"
            );
        }
    }
    let count = |surface: Surface| Operation::guarded().filter(|o| o.surface == surface).count();
    assert_eq!(Surface::ALL.map(count), [39, 17, 21, 58], "so many are guarded");
}

#[tokio::test]
async fn what_is_genuine_opens_every_door() {
    let house = House::start().await;
    let warden = Warden::of(&house, "warden").await;
    let mut failures = Vec::new();
    let mut operations: Vec<_> = Operation::guarded()
        .filter(|o| !ONCE.contains(&o.id.as_str()))
        .collect();
    // What takes something away comes last.
    operations.sort_by_key(|o| o.method == Method::DELETE || o.id.contains("revoke"));
    for operation in operations {
        let (mut statuses, mut said) = (BTreeSet::new(), String::new());
        for by in operation.own() {
            let answer = warden.asks(&operation.id, *by).await;
            let status = answer.status.as_u16();
            if [401, 403].contains(&status) || !operation.statuses.contains(&status) {
                failures.push(format!("{} {by:?} {status} {}", operation.id, answer.text()));
            }
            statuses.insert(status);
            said = answer.text();
        }
        let not_done = NOT_DONE.iter().find(|(id, ..)| *id == operation.id);
        let is_as_said = match not_done {
            Some((_, status, _)) => statuses == BTreeSet::from([*status]),
            None => statuses.iter().any(|status| *status < 300),
        };
        if !is_as_said {
            failures.push(format!("{} {statuses:?} {said}", operation.id));
        }
    }
    for id in ONCE {
        let warden = Warden::without_rights(&house, &format!("warden-of-{id}")).await;
        // The app is one that nobody has.
        warden.asked_for_codes(false).await;
        let answer = warden.asks(id, Operation::named(id).own()[0]).await;
        if answer.status.as_u16() >= 300 {
            failures.push(format!("{id} {} {}", answer.status, answer.text()));
        }
    }
    assert!(failures.is_empty(), "{failures:#?}");
}
