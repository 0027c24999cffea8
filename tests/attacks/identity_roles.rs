//! Attacks on identity-server's roles and permissions: roles of others, what a request may set, how many there may be.

use http::Method;
use serde_json::{Value, json};
use shared::access::Role;
use shared::access::named::Named;
use shared::ids::{AsUuid, OrgId, RoleId};
use shared::organizations::Organization;
use shared::store::commit::Step;
use shared::store::record::read;
use shared::store::{Commit, Condition, Key, StoreError};
use tests::Server;
use tests::client::user_id;
use tests::identity::{Identity, uid_of};

use super::tenancy::{all, assert_same};
use super::tenancy_table::Tenant;

/// Every operation that names a role, with this one: what it is answered.
async fn with_role(identity: &Identity, token: &str, role: &str, user: &str) -> Vec<(u16, Value)> {
    let of_permission = json!({ "role_id": role, "permission_id": 1 });
    let of_user = json!({ "role_id": role, "user_uid": user });
    let asked = [
        (Method::GET, format!("/roles/{role}"), Value::Null),
        (Method::DELETE, format!("/roles/{role}"), Value::Null),
        (Method::POST, "/roles/add-permission".into(), of_permission.clone()),
        (Method::POST, "/roles/remove-permission".into(), of_permission),
        (Method::POST, "/roles/grant".into(), of_user.clone()),
        (Method::POST, "/roles/revoke".into(), of_user),
    ];
    let mut answers = Vec::new();
    for (method, path, body) in asked {
        let answer = identity.call(method, &path, token, &body).await;
        answers.push((answer.status.as_u16(), answer.json()));
    }
    answers
}

/// The roles of this surface are the home organization's: another organization's is one that never existed, for its members
/// as well.
#[tokio::test]
async fn a_role_of_another_organization_is_as_good_as_none() {
    let server = Server::start().await;
    let (client, identity) = (server.client(), server.client().identity());
    let admin = identity.admin().await;
    identity.make_permission(&admin, "ReadBooks").await;
    let a = Tenant::found(&client, "Acme", "a").await;
    let user = uid_of(&a.user);
    let role = AsUuid(RoleId::parse(&a.role).unwrap()).to_string();
    let before = all(&server).await;
    let unknown = with_role(&identity, &admin, tests::identity::NOBODY, &user).await;
    assert!(unknown.iter().all(|(status, _)| *status == 404), "{unknown:?}");
    assert_eq!(with_role(&identity, &admin, &role, &user).await, unknown);
    assert_same(&before, &all(&server).await, "something changed");
    // And what the user has there is not shown here.
    assert_eq!(identity.has(&admin, &user).await, (vec![], vec![]));
}

/// A role that goes takes nothing from anybody in another organization.
#[tokio::test]
async fn what_somebody_has_elsewhere_stays() {
    let server = Server::start().await;
    let (client, identity) = (server.client(), server.client().identity());
    let admin = identity.admin().await;
    let a = Tenant::found(&client, "Acme", "a").await;
    let (clerk, _) = identity.make_role(&admin, "Clerk").await;
    identity
        .grant(&admin, clerk.as_str(), &uid_of(&a.user))
        .await
        .expect(200);
    let organization = async || {
        let [item] = server
            .app()
            .store
            .get([Organization::key_of(OrgId::parse(&a.org).unwrap())])
            .await
            .unwrap();
        item
    };
    let before = organization().await;
    identity.delete_by(&admin, &format!("/roles/{clerk}")).await.expect(200);
    assert_eq!(organization().await, before);
}

#[tokio::test]
async fn a_role_and_a_permission_are_ordinary_whatever_else_is_sent() {
    let server = Server::start().await;
    let identity = server.client().identity();
    let admin = identity.admin().await;
    let body = json!({
        "name": "Clerk", "description": "x", "id": 1, "uid": tests::identity::ADMIN_ROLE, "number": 2, "is_system": true,
        "org_id": "01KAQ7R4M2X8V5T9C3B6N1D0FG", "grants": [{ "permission": "user:all:write", "is_locked": false }],
        "permissions": [{ "id": 1, "name": "user:all:write" }], "users": 7, "invitations": 7, "extra_attrs": {},
        "extraAttrs": { "a": 1 }, "has_ended": true, "created_at": "1970-01-01T00:00:00Z",
    });
    let made = identity.post_by(&admin, "/roles/create", &body).await.expect(200);
    let (_, uid) = made.header("location").unwrap().rsplit_once('/').unwrap();
    let AsUuid(id) = AsUuid::<RoleId>::parse(uid).unwrap();
    let named = identity.post_by(&admin, "/permissions/create", &body).await.expect(200);
    assert_eq!(named.json(), json!({ "id": 1, "name": "Clerk", "description": "x" }));
    let keys = [Role::key_of(OrgId::HOME, id), Named::key_of(1)];
    let [role, named] = server.app().store.get(keys).await.unwrap();
    let (role, named): (Role, Named) = (read(role.unwrap()).unwrap(), read(named.unwrap()).unwrap());
    assert_eq!(
        (role.number, role.is_system, role.users, role.invitations),
        (Some(3), false, 0, 0)
    );
    assert!(role.grants.is_empty() && role.extra_attrs.is_none() && role.office().is_none());
    assert!(!named.has_ended && named.created_at > jiff::Timestamp::UNIX_EPOCH);
    // Nor does a grant give more than the role.
    let eve = uid_of(&user_id(&server.client().join("eve@example.com").await));
    let body = json!({
        "role_id": 3, "user_uid": eve, "is_admin": true, "role_ids": [1, 2], "member_state": "active", "state": "active",
    });
    identity
        .post_by(&admin, "/roles/grant", &body)
        .await
        .expect_json(200, &json!(true));
    assert_eq!(identity.has(&admin, &eve).await.0, ["Clerk"]);
}

/// Lists are shown whole, so that there is a bound to what an administrator may make.
#[tokio::test]
async fn there_is_a_bound_to_roles_and_permissions() {
    let server = Server::start().await;
    let identity = server.client().identity();
    let admin = identity.admin().await;
    identity.make_permission(&admin, "ReadBooks").await;
    let set = async |key: Key, name: &'static str, by: i64| {
        let mut commit = Commit::<StoreError>::new();
        commit.update(key, Condition::Present, [Step::Add(name, by)]);
        server.app().store.commit(commit).await.unwrap();
    };
    let home = || Organization::key_of(OrgId::HOME);
    set(home(), "roles", 998).await;
    let create = async |path: &str, name: &str| identity.post_by(&admin, path, &json!({ "name": name })).await;
    create("/roles/create", "Clerk")
        .await
        .expect_said(409, "Too Many Roles");
    set(home(), "roles", -1).await;
    create("/roles/create", "Clerk").await.expect(200);
    let sequence = || Key::new("SEQUENCE#PERMISSIONS", "LAST");
    set(sequence(), "in_use", 999).await;
    create("/permissions/create", "WriteBooks")
        .await
        .expect_said(409, "Too Many Permissions");
    // What goes makes room.
    identity.delete_by(&admin, "/permissions/1").await.expect(200);
    create("/permissions/create", "WriteBooks").await.expect(200);
}
