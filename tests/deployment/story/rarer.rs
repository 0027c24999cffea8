//! What happens rarely: it needs a clock that is set by hand, or an organization that all worlds share.

use std::time::Duration;

use serde_json::json;
use shared::access::edge::{kept, whitelink};
use shared::store::commit::{Step, text};
use shared::store::{Commit, Condition, StoreError};
use tests::barong::COOKIE;
use tests::client::user_id;
use tests::server::{ADMIN, ADMIN_PASSWORD};
use tests::{PASSWORD, Server};

use super::{Api, HOME, People, Teller, ask, barong_admin, identity_roles};

/// What happens with time, between organizations, and in the home organization.
pub async fn tell(teller: &mut Teller<'_, impl Api>, server: &Server, people: &People) {
    overdue_invitations(teller, server).await;
    at_home(teller, people).await;
    switched_elsewhere(teller, people).await;
    identity_at_home(teller, people).await;
    barong(teller, server, people).await;
    idle(teller, server, people).await;
    barong_admin::last_administrator(teller, server, people).await;
}

async fn sign_in(teller: &mut Teller<'_, impl Api>, name: &str) -> String {
    teller.sign_in(&format!("{name}@world_a.example.com"), PASSWORD).await
}

async fn found(teller: &mut Teller<'_, impl Api>, token: &str) -> String {
    let body = json!({ "name": "Analytical Engines", "email": "office@example.com" });
    let made = ask("create_organization").by(token).with(&body);
    teller.text(made, 200, "/id").await
}

/// An invitation that nobody answered, found by repeating it, by another one into another role, and by its role's end.
async fn overdue_invitations(teller: &mut Teller<'_, impl Api>, server: &Server) {
    let mut owner = sign_in(teller, "owner").await;
    let org = found(teller, &owner).await;
    let mut roles = Vec::new();
    for name in ["First", "Second"] {
        let by_owner = |operation| ask(operation).by(&owner).inside(&org);
        let made = by_owner("create_role").with(&json!({ "name": name }));
        teller.tell(made, 201).await;
        let listed = by_owner("list_roles").asking("role_name", name);
        roles.push(teller.text(listed, 200, "/roles/0/id").await);
    }
    let into = |role: &str| json!({ "email": "slow@example.com", "roleId": role });
    let invite = ask("invite_user").by(&owner).inside(&org).with(&into(&roles[0]));
    let first = teller.text(invite, 201, "/id").await;
    let later = [
        (ask("resend_invitation").at(&first), 200),
        (ask("invite_user").with(&into(&roles[1])), 201),
        (ask("delete_role").at(&roles[1]), 200),
    ];
    for (ask, status) in later {
        server.clock.advance(Duration::from_secs(8 * 24 * 60 * 60));
        owner = sign_in(teller, "owner").await;
        teller.tell(ask.by(&owner).inside(&org), status).await;
    }
}

/// The home organization sees the roles of all, and rules all accounts.
async fn at_home(teller: &mut Teller<'_, impl Api>, people: &People) {
    let admin = teller.sign_in(ADMIN, ADMIN_PASSWORD).await;
    let at_home = |operation| ask(operation).by(&admin).inside(HOME);
    teller.tell(at_home("list_roles"), 200).await;
    let named = at_home("list_roles").asking("role_name", "Catalogue-world_a");
    let role = teller.text(named, 200, "/roles/0/id").await;
    let owner = user_id(&people.owner);
    let binding = json!({ "userId": owner, "roleId": role, "orgId": HOME });
    teller.tell(at_home("bind_user").with(&binding), 200).await;
    teller.tell(at_home("deactivate_user").at(&owner), 200).await;
    teller.tell(at_home("activate_user").at(&owner), 200).await;
}

/// A role of the home organization that somebody is invited into is removed by identity-server.
async fn identity_at_home(teller: &mut Teller<'_, impl Api>, people: &People) {
    let (_, token) = identity_roles::admin(teller).await;
    let (uid, _) = identity_roles::role(teller, &token, "Usher").await;
    teller.tell(ask("roles-find-all").by(&token), 200).await;
    let admin = teller.sign_in(ADMIN, ADMIN_PASSWORD).await;
    let named = ask("list_roles").by(&admin).inside(HOME).asking("role_name", "Usher");
    let role = teller.text(named, 200, "/roles/0/id").await;
    let body = json!({ "email": people.address("usher"), "roleId": role });
    let invite = ask("invite_user").by(&admin).inside(HOME).with(&body);
    teller.tell(invite, 201).await;
    teller.tell(ask("roles-delete").by(&token).at(&uid), 200).await;
}

/// An organization switches off a member who belongs to another one as well, and an administrator.
async fn switched_elsewhere(teller: &mut Teller<'_, impl Api>, people: &People) {
    let owner = sign_in(teller, "owner").await;
    let by_owner = |operation| ask(operation).by(&owner).inside(&people.org);
    let late = sign_in(teller, "late").await;
    found(teller, &late).await;
    let late = user_id(&late);
    teller.tell(by_owner("deactivate_user").at(&late), 200).await;
    teller.tell(by_owner("activate_user").at(&late), 200).await;
    let named = by_owner("list_roles").asking("role_name", "Admin");
    let admin = teller.text(named, 200, "/roles/0/id").await;
    let binding = json!({ "userId": late, "roleId": admin, "orgId": people.org });
    teller.tell(by_owner("bind_user").with(&binding), 200).await;
    teller.tell(by_owner("deactivate_user").at(&late), 200).await;
    teller.tell(by_owner("activate_user").at(&late), 200).await;
}

/// A link lets an address in; a member of an organization signs in by a cookie; an account that lost its confirmation gets it
/// again.
async fn barong(teller: &mut Teller<'_, impl Api>, server: &Server, people: &People) {
    let link = whitelink::create(server.app(), Duration::from_secs(60)).await.unwrap();
    let let_in = || ask("identity.users.access").with(&json!({ "whitelink_token": link.expose() }));
    teller.tell(let_in(), 201).await;
    teller.tell(let_in(), 422).await;
    let member = json!({ "email": people.address("late"), "password": PASSWORD });
    let entered = teller.tell(ask("identity.sessions.create").with(&member), 201).await;
    let cookie = format!("{COOKIE}={}", entered.expect_session(201).cookie);
    let asked = || ask("authz.authorize").header("cookie", &cookie);
    server.clock.advance(Duration::from_secs(61));
    // Rules have changed: whoever decides next reads them again.
    let mut commit = Commit::<StoreError>::new();
    kept::touch(&mut commit);
    server.app().store.commit(commit).await.unwrap();
    teller.tell(asked(), 200).await;
    by_key(teller, server, &people.address("referred")).await;
    teller.tell(asked().header("user-agent", "another client"), 401).await;
    // Whose role has no permission is refused, and that is written down.
    let entered = teller.tell(ask("identity.sessions.create").with(&member), 201).await;
    let cookie = format!("{COOKIE}={}", entered.expect_session(201).cookie);
    let user = tests::server::user_of(server, &people.address("late")).await;
    let mut commit = Commit::<StoreError>::new();
    commit.update(user, Condition::Present, [Step::Set("role", text("nobody"))]);
    server.app().store.commit(commit).await.unwrap();
    let refused = ask("resource.labels.list").by_nobody();
    teller.tell(refused.header("cookie", &cookie), 401).await;
}

/// A program asks with an API key, whose nonces work once.
async fn by_key(teller: &mut Teller<'_, impl Api>, server: &Server, owner: &str) {
    let signer = server.key_of(owner).await;
    let headers = signer.headers(&server.nonce());
    let signed = |operation: &str| {
        let asked = ask(operation).by_nobody();
        headers
            .iter()
            .fold(asked, |asked, (name, value)| asked.header(name, value))
    };
    teller.tell(signed("authz.authorize"), 200).await;
    teller.tell(signed("resource.labels.list"), 401).await;
}

/// A session that was not used for a minute says when it was; a request that names no organization looks for one.
async fn idle(teller: &mut Teller<'_, impl Api>, server: &Server, people: &People) {
    let late = sign_in(teller, "late").await;
    let question = json!({ "resource": "user", "scope": "org", "action": "read" });
    let asked = [
        (ask("get_me"), 200),
        (ask("get_organization").at(&people.org), 200),
        (ask("list_roles"), 403),
        (ask("master_data_actions"), 403),
        (ask("authorize").with(&question), 200),
        (ask("list_users"), 403),
        (ask("list_invitations"), 403),
        (ask("list_user_sessions").at(&user_id(&late)), 200),
    ];
    for (ask, status) in asked {
        server.clock.advance(Duration::from_secs(61));
        teller.tell(ask.by(&late), status).await;
    }
    let (_, token) = identity_roles::admin(teller).await;
    for operation in ["roles-find-all", "permissions-find-all"] {
        server.clock.advance(Duration::from_secs(61));
        teller.tell(ask(operation).by(&token), 200).await;
    }
    let token = super::arc::admin(&server.client()).await;
    server.clock.advance(Duration::from_secs(61));
    teller.tell(ask("auth-clients-get").by(&token).at("1"), 200).await;
}
