//! A credential that is good, of somebody who has not got the right.

use http::Method;
use serde_json::{Value, json};

use super::house::{HOME, Host, House};
use super::operation::{Operation, Surface};
use super::request::AN_ORGANIZATION;
use super::sweep::{Refusal, Sweep};
use super::warden::{By, Warden};
use super::{arc, barong, engine, identity_server};

/// Engine's operations that ask for no permission: they are about who calls them. What one may see of an organization is told
/// by the operation itself.
const OF_ENGINE: [&str; 12] = [
    "accept_invitation",
    "accept_invitation_post",
    "create_organization",
    "get_me",
    "get_organization",
    "renew_token",
    "signout",
    "update_profile",
    "webauthn_delete_credential",
    "webauthn_list_credentials",
    "webauthn_register_begin",
    "webauthn_register_finish",
];

/// The one that asks whether there is a permission, and is told.
const ASKING: &str = "authorize";

/// Those that anybody may call about themselves, or by their token alone.
const OF_IDENTITY: [&str; 2] = identity_server::BY_BODY;

const OF_ARC: [&str; 9] = [
    "change-password",
    "google-logout",
    "keycloak-logout",
    "logout",
    "me",
    "sign-up-create-user",
    "sign-up-verify-token",
    "switch-token",
    "token-refresh",
];

/// Whether more is asked for than to be somebody.
pub fn asks_for_a_right(operation: &Operation) -> bool {
    match operation.surface {
        Surface::Barong => operation.id.starts_with("admin."),
        _ => !is_for_anybody(operation),
    }
}

fn is_for_anybody(operation: &Operation) -> bool {
    let id = operation.id.as_str();
    match operation.surface {
        Surface::Engine => OF_ENGINE.contains(&id),
        Surface::IdentityServer => OF_IDENTITY.contains(&id),
        Surface::Arc => OF_ARC.contains(&id),
        Surface::Barong => false,
    }
}

/// Which permission an operation of engine's says that it needs.
fn needed(operation: &Operation) -> &str {
    match operation.id.as_str() {
        // Its twin says it.
        "revoke_other_sessions_source_path" => "session:all:delete",
        _ => {
            let mut quoted = operation.description.split('`');
            quoted.find(|text| text.matches(':').count() == 2).unwrap()
        }
    }
}

#[test]
fn what_is_for_anybody_is_written_down() {
    for id in OF_ENGINE.iter().chain(&OF_IDENTITY).chain(&OF_ARC) {
        assert!(!Operation::named(id).is_open(), "{id} is for everybody");
    }
    // The document says of which organization; of an operation that is for anybody it does not.
    for operation in Operation::guarded().filter(|operation| operation.surface == Surface::Engine) {
        assert_ne!(
            is_for_anybody(operation),
            operation.takes("X-Organization-Id"),
            "{}",
            operation.id
        );
    }
    // 403 is what all the others say.
    for operation in Operation::guarded().filter(|o| o.surface != Surface::Barong && o.id != ASKING) {
        assert!(
            is_for_anybody(operation) || operation.statuses.contains(&403),
            "{}",
            operation.id
        );
    }
}

/// What is said to somebody who may not.
fn refusal(operation: &Operation, is_member: bool) -> Refusal {
    match operation.surface {
        Surface::Engine if is_member => {
            let message = format!("You need the permission {} in this organization", needed(operation));
            engine::said(403, &message)
        }
        Surface::Engine => engine::said(403, "Name an organization that you belong to in X-Organization-Id"),
        Surface::IdentityServer => identity_server::said(403, &json!("Forbidden")),
        Surface::Arc => arc::said(403, &json!("NotAllowedAccess")),
        Surface::Barong => barong::said(401, "authz.invalid_permission"),
    }
}

/// Who has nothing, and two of whom each rules where the other has nothing.
#[tokio::test]
async fn without_the_right_no_door_opens() {
    let house = House::start().await;
    let nobody = Warden::without_rights(&house, "nobody").await;
    let (one, other) = (
        Warden::without_rights(&house, "one").await,
        Warden::without_rights(&house, "other").await,
    );
    one.rule_identity_server().await;
    one.rule_barong().await;
    other.rule_engine_and_arc().await;
    let mut tried = 0;
    for (warden, surfaces, is_member) in [
        (&nobody, &Surface::ALL[..], false),
        (&one, &[Surface::Engine, Surface::Arc], true),
        (&other, &[Surface::IdentityServer, Surface::Barong], true),
    ] {
        let mut sweep = Sweep::begin(warden).await;
        let there = Operation::guarded().filter(|operation| surfaces.contains(&operation.surface));
        for operation in there.filter(|operation| asks_for_a_right(operation)) {
            for by in operation.own() {
                if operation.id == ASKING {
                    let answer = warden.asks(ASKING, *by).await.expect(200);
                    assert_eq!(answer.json(), json!({ "status": false }));
                    continue;
                }
                let shown = warden.shown_to(operation, *by);
                let what = format!("by {by:?} of {}", warden.email);
                sweep
                    .refused(operation, &shown, &refusal(operation, is_member), &what)
                    .await;
            }
        }
        sweep.unchanged(&warden.email).await;
        tried += sweep.tried;
    }
    assert!(tried >= 338, "{tried}");
}

/// On barong every operation asks for a permission of the role: one that has none does nothing.
#[tokio::test]
async fn a_role_of_barongs_without_permissions_opens_no_door() {
    let warden = Warden::alone().await;
    warden.house.server.appoint(&warden.email, "nobody").await;
    let mut sweep = Sweep::begin(&warden).await;
    let refusal = barong::said(401, "authz.invalid_permission");
    for operation in Operation::guarded().filter(|operation| operation.surface == Surface::Barong) {
        for by in operation.own() {
            let shown = warden.shown_to(operation, *by);
            sweep
                .refused(operation, &shown, &refusal, &format!("as nobody by {by:?}"))
                .await;
        }
    }
    sweep.unchanged("as nobody").await;
    assert!(sweep.tried >= 230, "{}", sweep.tried);
}

/// Switched off in one organization of two: there it is as if one did not belong to it, and elsewhere nothing has changed.
#[tokio::test]
async fn a_suspended_member_opens_no_door_of_the_organization() {
    let house = House::start().await;
    let warden = Warden::without_rights(&house, "warden").await;
    let (client, Host { founder, org, .. }) = (house.server.client(), &house.host);
    let admin = client.role_named(founder, org, "Admin").await;
    for (token, org, role) in [(founder, org.as_str(), &admin), (&house.root, HOME, &house.role)] {
        client.bind(token, org, &warden.id, role).await.expect(200);
    }
    let there = |operation: &Operation| {
        let stand_ins = [vec![(AN_ORGANIZATION, org.clone())], warden.stand_ins(operation)].concat();
        warden.request_with(operation, &warden.shown_to(operation, By::Engine), &stand_ins)
    };
    let (users, asking) = (Operation::named("list_users"), Operation::named(ASKING));
    warden.sends(&there(users)).await.expect(200);
    let path = format!("/api/v1/users/{}/deactivate", warden.id);
    let answer = client.call_in(org, Method::PUT, &path, founder, &Value::Null).await;
    answer.expect(200);

    let mut sweep = Sweep::begin(&warden).await;
    let engine = Operation::guarded().filter(|operation| operation.surface == Surface::Engine);
    for operation in engine.filter(|operation| asks_for_a_right(operation) && operation.id != ASKING) {
        let refusal = refusal(operation, false);
        sweep.sent(operation, &there(operation), &refusal, "suspended").await;
    }
    let answer = warden.sends(&there(asking)).await.expect(200);
    assert_eq!(answer.json(), json!({ "status": false }));
    sweep.unchanged("suspended").await;
    assert!(sweep.tried >= 26, "{}", sweep.tried);
    warden.asks("list_users", By::Engine).await.expect(200);
}
