//! The story, one chapter for each function.

use serde_json::json;
use tests::client::{claims, user_id};
use tests::{Client, PASSWORD};

use super::{Api, Ask, HOME, NO_SESSION, NOBODY, People, Teller, ask};

pub async fn organizations(teller: &mut Teller<'_, impl Api>, people: &mut People) {
    let owner = people.owner.as_str();
    teller.tell(ask("create_organization").by_nobody(), 401).await;
    teller
        .tell(ask("create_organization").by(owner).with(&json!({})), 400)
        .await;
    let body = json!({ "name": "Difference Engines", "email": "office@example.com" });
    people.org = teller
        .text(ask("create_organization").by(owner).with(&body), 200, "/id")
        .await;
    // As the event says: a form with a logo.
    let logo = teller
        .text(ask("create_organization").by(owner), 200, "/logo_url")
        .await;
    teller
        .tell(ask("get_org_logo").at(logo.rsplit_once('/').unwrap().1), 200)
        .await;
    teller.tell(ask("get_org_logo"), 404).await;
    teller
        .tell(ask("get_organization").by(owner).at(&people.org), 200)
        .await;
    teller
        .tell(ask("get_organization").by(&people.guest).at(&people.org), 403)
        .await;
    teller.tell(ask("get_organization").by(owner).at(NOBODY), 404).await;
}

pub async fn roles(teller: &mut Teller<'_, impl Api>, people: &mut People) {
    let (owner, org) = (people.owner.as_str(), people.org.as_str());
    let by_owner = |operation| ask(operation).by(owner).inside(org);
    let named = |name: &str| json!({ "name": name, "description": "Reads", "extraAttrs": { "level": 2 } });
    teller.tell(ask("list_roles").by(&people.guest).inside(org), 403).await;
    let admin = teller.text(by_owner("list_roles"), 200, "/roles/0/id").await;
    people.role = create_role(teller, by_owner("create_role"), by_owner("list_roles"), "Auditor").await;
    teller.tell(by_owner("create_role").with(&named("auditor")), 409).await;
    let spare = create_role(teller, by_owner("create_role"), by_owner("list_roles"), "Spare").await;
    teller
        .tell(by_owner("update_role").at(&spare).with(&named("SPARE")), 201)
        .await;
    teller
        .tell(by_owner("update_role").at(&spare).with(&named("Reserve")), 201)
        .await;
    teller
        .tell(by_owner("update_role").at(NOBODY).with(&named("Nothing")), 404)
        .await;
    teller.tell(by_owner("delete_role").at(&spare), 200).await;
    teller.tell(by_owner("delete_role").at(&spare), 404).await;

    let grant = json!({ "role_id": people.role, "resource": "user", "scope": "org", "action": "read" });
    teller.tell(by_owner("bind_permission").with(&grant), 200).await;
    // Another word, that the catalogue does not know yet.
    let other = json!({ "role_id": people.role, "resource": people.world, "scope": "org", "action": "read" });
    teller.tell(by_owner("bind_permission").with(&json!({})), 400).await;
    teller.tell(by_owner("bind_permission").with(&other), 200).await;
    teller.tell(by_owner("unbind_permission").with(&other), 200).await;
    teller.tell(by_owner("unbind_permission").with(&json!({})), 409).await;
    teller
        .tell(by_owner("list_role_permissions").at(&people.role), 200)
        .await;
    teller.tell(by_owner("list_role_permissions").at(NOBODY), 404).await;
    teller
        .tell(by_owner("list_role_permissions_get").at(&people.role), 200)
        .await;
    teller.tell(by_owner("list_role_permissions_get").at(NOBODY), 404).await;

    let binding = |role: &str| json!({ "userId": user_id(&people.guest), "roleId": role, "orgId": org });
    teller
        .tell(by_owner("bind_user").with(&binding(&people.role)), 200)
        .await;
    teller.tell(by_owner("bind_user").with(&binding(&admin)), 200).await;
    teller.tell(by_owner("bind_user").with(&binding(&admin)), 409).await;
    teller.tell(by_owner("delete_role").at(&people.role), 400).await;
    teller
        .tell(by_owner("unbind_user").with(&binding(&people.role)), 200)
        .await;
    teller.tell(by_owner("unbind_user").with(&binding(&admin)), 200).await;
    teller.tell(by_owner("unbind_user").with(&binding(&admin)), 409).await;
}

/// Makes a role, and finds it by its name: the answer does not say its identifier.
async fn create_role(teller: &mut Teller<'_, impl Api>, create: Ask, list: Ask, name: &str) -> String {
    teller.tell(create.with(&json!({ "name": name })), 201).await;
    teller.text(list.asking("role_name", name), 200, "/roles/0/id").await
}

pub async fn invitations(teller: &mut Teller<'_, impl Api>, mail: &Client, people: &People) {
    let (owner, org) = (people.owner.as_str(), people.org.as_str());
    let by_owner = |operation| ask(operation).by(owner).inside(org);
    let to = |name: &str| json!({ "email": people.address(name), "roleId": people.role });
    teller.tell(by_owner("invite_user").with(&json!({})), 400).await;
    let first = teller
        .text(by_owner("invite_user").with(&to("member")), 201, "/id")
        .await;
    teller.tell(by_owner("invite_user").with(&to("member")), 400).await;
    teller.tell(by_owner("resend_invitation").at(&first), 200).await;
    teller.tell(by_owner("resend_invitation").at(NOBODY), 404).await;
    let token = mail.invitation_token(&people.address("member")).await;
    let accept = |operation, by: &str, token: &str| ask(operation).by(by).asking("token", token);
    teller
        .tell(accept("accept_invitation", &people.guest, &token), 417)
        .await;
    teller
        .tell(accept("accept_invitation", &people.member, &token), 200)
        .await;
    teller
        .tell(accept("accept_invitation", &people.member, &token), 409)
        .await;
    teller.tell(by_owner("invite_user").with(&to("member")), 400).await;

    for (operation, unknown) in [("revoke_invitation", 404), ("revoke_invitation_delete", 400)] {
        let guest = teller
            .text(by_owner("invite_user").with(&to("guest")), 201, "/id")
            .await;
        teller.tell(by_owner(operation).at(&guest), 200).await;
        teller.tell(by_owner(operation).at(&guest), 400).await;
        teller.tell(by_owner(operation).at(NOBODY), unknown).await;
    }
    let late = teller.join(&people.address("late")).await;
    teller.tell(by_owner("invite_user").with(&to("late")), 201).await;
    let token = mail.invitation_token(&people.address("late")).await;
    teller.tell(accept("accept_invitation_post", &late, "wrong"), 400).await;
    teller.tell(accept("accept_invitation_post", &late, &token), 200).await;
    teller.tell(by_owner("list_invitations"), 200).await;
    teller
        .tell(by_owner("list_invitations").asking("search", "late"), 200)
        .await;
    teller
        .tell(ask("list_invitations").by(&people.guest).inside(org), 403)
        .await;
}

pub async fn permissions(teller: &mut Teller<'_, impl Api>, people: &People) {
    let (owner, org) = (people.owner.as_str(), people.org.as_str());
    for operation in ["master_data_actions", "master_data_resources", "master_data_scopes"] {
        teller.tell(ask(operation).by(owner).inside(org), 200).await;
        teller.tell(ask(operation).by(&people.guest).inside(org), 403).await;
    }
    let question = json!({ "resource": "user", "scope": "org", "action": "read", "orgID": org });
    let asked = |by: &str| ask("authorize").by(by).with(&question);
    assert_eq!(teller.tell(asked(owner), 200).await.json()["status"], true);
    assert_eq!(teller.tell(asked(&people.guest), 200).await.json()["status"], false);
    teller.tell(ask("authorize").by(owner).with(&json!([])), 400).await;

    // Whoever may write the catalogue has a role of the home organization that says so.
    let at_home = |operation| ask(operation).by(&people.admin).inside(HOME);
    let permission = json!({ "resource": format!("{}_more", people.world), "scope": "org", "action": "read" });
    teller
        .tell(ask("create_permission").by(owner).inside(org).with(&permission), 403)
        .await;
    let name = format!("Catalogue {}", people.world);
    let role = create_role(
        teller,
        at_home("create_role"),
        at_home("list_roles"),
        &name.replace(' ', "-"),
    )
    .await;
    let grant = json!({ "role_id": role, "resource": "permission", "scope": "all", "action": "write" });
    teller.tell(at_home("bind_permission").with(&grant), 200).await;
    let binding = json!({ "userId": user_id(&people.admin), "roleId": role, "orgId": HOME });
    teller.tell(at_home("bind_user").with(&binding), 200).await;
    teller.tell(at_home("create_permission").with(&permission), 201).await;
    teller.tell(at_home("create_permission").with(&permission), 409).await;
}

pub async fn users(teller: &mut Teller<'_, impl Api>, people: &People) {
    let by_owner = |operation| ask(operation).by(&people.owner).inside(&people.org);
    teller.tell(by_owner("list_users"), 200).await;
    teller
        .tell(by_owner("list_users").asking("search_prefix", "member"), 200)
        .await;
    teller
        .tell(by_owner("list_users").asking("role_id", "Auditor"), 200)
        .await;
    teller
        .tell(ask("list_users").by(&people.guest).inside(&people.org), 403)
        .await;
    let member = user_id(&people.member);
    teller.tell(by_owner("activate_user").at(&member), 200).await;
    teller.tell(by_owner("deactivate_user").at(&member), 200).await;
    teller.tell(by_owner("deactivate_user").at(&member), 400).await;
    teller.tell(by_owner("deactivate_user").at(NOBODY), 404).await;
    teller.tell(by_owner("activate_user").at(&member), 200).await;
    teller.tell(by_owner("activate_user").at(&member), 400).await;
}

pub async fn sessions(teller: &mut Teller<'_, impl Api>, people: &People) {
    let by_owner = |operation| ask(operation).by(&people.owner).inside(&people.org);
    let member = user_id(&people.member);
    let token = teller.sign_in(&people.address("member"), PASSWORD).await;
    let session = claims(&token)["jti"].as_str().unwrap().to_owned();
    teller.tell(by_owner("list_user_sessions").at(&member), 200).await;
    teller
        .tell(
            ask("list_user_sessions")
                .by(&people.guest)
                .inside(&people.org)
                .at(&member),
            403,
        )
        .await;
    teller.tell(by_owner("revoke_session").at(&session), 200).await;
    teller.tell(by_owner("revoke_session").at(&session), 404).await;
    teller.tell(by_owner("revoke_session").at(NO_SESSION), 404).await;
    for operation in ["revoke_other_sessions", "revoke_other_sessions_source_path"] {
        teller
            .tell(ask(operation).by(&people.guest).inside(&people.org).at(&member), 403)
            .await;
        teller.tell(by_owner(operation).at(&member), 200).await;
        teller.tell(by_owner(operation).at(&user_id(&people.owner)), 200).await;
    }
    let own = claims(&teller.sign_in(&people.address("owner"), PASSWORD).await)["jti"].clone();
    teller
        .tell(by_owner("revoke_session").at(own.as_str().unwrap()), 200)
        .await;
}

pub async fn account(teller: &mut Teller<'_, impl Api>, mail: &Client, people: &People) {
    teller.tell(ask("signin").with(&json!({})), 401).await;
    teller.tell(ask("signup").with(&json!({})), 400).await;
    teller.tell(ask("get_me").by(&people.owner), 200).await;
    teller.tell(ask("get_me").by_nobody(), 401).await;
    teller.tell(ask("update_profile").by(&people.owner), 200).await;
    let avatar = teller
        .text(ask("get_me").by(&people.owner), 200, "/profile/avatar")
        .await;
    teller
        .tell(ask("get_avatar").at(avatar.rsplit_once('/').unwrap().1), 200)
        .await;
    let token = teller.tell(ask("renew_token").by(&people.owner), 202).await.text();

    let email = people.address("guest");
    teller
        .tell(ask("send_reset_token").with(&json!({ "email": email })), 200)
        .await;
    teller
        .tell(
            ask("send_reset_token").with(&json!({ "email": people.address("nobody") })),
            200,
        )
        .await;
    let mails = mail.mails(&email).await;
    let texts = mails.iter().filter_map(|mail| mail["text"].as_str());
    let links: Vec<_> = texts
        .filter_map(|text| text.split_once("/auth/changepassword/"))
        .collect();
    let reset = links.first().expect("a link").1.split_once('?').expect("a query").0;
    let body = json!({ "email": email, "password": "a different long phrase" });
    teller.tell(ask("change_password").at("wrong").with(&body), 400).await;
    teller.tell(ask("change_password").at(reset).with(&body), 200).await;
    teller.tell(ask("signout").by(&token), 200).await;
    teller.tell(ask("signout").by(&token), 401).await;
}
