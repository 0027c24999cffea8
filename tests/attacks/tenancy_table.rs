//! Every place at which an operation takes an identifier, and two organizations that have one of each kind.

use http::Method;
use serde_json::{Value, json};
use tests::client::{claims, user_id};
use tests::{Answer, Client, PASSWORD};

/// An organization with one of everything.
pub struct Tenant {
    pub name: String,
    /// The administrator's token.
    pub token: String,
    pub org: String,
    /// The system role.
    pub system: String,
    pub role: String,
    /// A member with `role`.
    pub user: String,
    pub member_token: String,
    /// The member's session.
    pub session: String,
    pub invitation: String,
    /// The number of the member's passkey.
    pub passkey: String,
    /// Addresses and names that belong to nobody else.
    pub marks: Vec<String>,
}

/// An identifier and what it names.
pub struct Named {
    pub kind: &'static str,
    pub id: String,
}

impl Named {
    /// One of the same shape that never was.
    pub fn ghost(&self) -> String {
        match self.kind {
            "session" => "3b241101-e2bb-4255-8caf-4136c566a962".into(),
            "passkey" => "4503599627370497".into(),
            _ => "01ARZ3NDEKTSV4RRFFQ69G5FAV".into(),
        }
    }
}

impl Tenant {
    pub async fn found(client: &Client, name: &str, prefix: &str) -> Self {
        let address = |who: &str| format!("{who}-of-{prefix}@example.com");
        let token = client.join(&address("boss")).await;
        let org = client.found(&token, name).await;
        let token = client.sign_in(&address("boss")).await;
        let role_name = format!("Clerk of {name}");
        let role = client.make_role(&token, &org, &role_name).await;
        client.grant(&token, &org, &role, "user:own:read").await.expect(200);
        let system = client.role_named(&token, &org, "Admin").await;
        let joined = client.join(&address("clerk")).await;
        let user = user_id(&joined);
        client.bind(&token, &org, &user, &role).await.expect(200);
        let member_token = client.sign_in(&address("clerk")).await;
        let invited = client.invite(&token, &org, &address("guest"), &role).await;
        let invitation = invited.expect(201).json()["id"].as_str().unwrap().to_owned();
        client.add_passkey(&member_token, &client.authenticator()).await;
        let passkey = client.passkeys(&member_token).await[0]["id"].to_string();
        Self {
            name: name.into(),
            passkey,
            session: claims(&member_token)["jti"].as_str().unwrap().to_owned(),
            marks: vec![address("boss"), address("clerk"), address("guest"), role_name],
            token,
            org,
            system,
            role,
            user,
            member_token,
            invitation,
        }
    }

    /// A further member, with a role that has these permissions: its token.
    pub async fn member_with(&self, client: &Client, email: &str, permissions: &[String]) -> String {
        let role = client
            .make_role(&self.token, &self.org, &format!("Role of {email}"))
            .await;
        for permission in permissions {
            client
                .grant(&self.token, &self.org, &role, permission)
                .await
                .expect(200);
        }
        let user = user_id(&client.join(email).await);
        client.bind(&self.token, &self.org, &user, &role).await.expect(200);
        client.sign_in_with(email, PASSWORD).await.expect(200).text()
    }

    /// One identifier of each kind.
    pub fn named(&self) -> Vec<Named> {
        let all = [
            ("user", &self.user),
            ("role", &self.role),
            ("system role", &self.system),
            ("invitation", &self.invitation),
            ("session", &self.session),
            ("organization", &self.org),
            ("passkey", &self.passkey),
        ];
        all.map(|(kind, id)| Named { kind, id: id.clone() }).into()
    }

    /// What nobody else should be shown.
    pub fn everything(&self) -> Vec<String> {
        let mut all: Vec<String> = self.named().into_iter().map(|named| named.id).collect();
        all.extend(self.marks.clone());
        all.push(self.name.clone());
        all
    }
}

/// A request that is about to be made.
pub struct Call {
    pub operation: &'static str,
    pub slot: &'static str,
    method: Method,
    path: String,
    org: String,
    body: Value,
}

impl Call {
    pub async fn send(&self, client: &Client, token: &str) -> Answer {
        client
            .call_in(&self.org, self.method.clone(), &self.path, token, &self.body)
            .await
    }
}

/// A place of an operation that takes an identifier.
pub struct Slot {
    pub operation: &'static str,
    /// As the document calls it.
    pub name: &'static str,
    method: Method,
    /// `{}` is where the identifier goes, where it is in the path or the query; `{user}` and so on are those of `b` where it
    /// is in the header.
    path: &'static str,
}

impl Slot {
    /// The request of `a`'s administrator with this identifier in its place, and what is right in all others: what `a` has
    /// itself, or what `b` has where it is about acting in another organization.
    pub fn call(&self, id: &str, a: &Tenant, b: &Tenant) -> Call {
        let in_header = self.name == "X-Organization-Id";
        let of = if in_header { b } else { a };
        let path = self.path.replace("{}", id);
        let path = path.replace("{role}", &of.role).replace("{user}", &of.user);
        let path = path
            .replace("{invitation}", &of.invitation)
            .replace("{session}", &of.session);
        Call {
            operation: self.operation,
            slot: self.name,
            method: self.method.clone(),
            path,
            org: if in_header { id.to_owned() } else { a.org.clone() },
            body: self.body(id, of),
        }
    }

    fn body(&self, id: &str, of: &Tenant) -> Value {
        let mut body = match self.operation {
            "bind_user" | "unbind_user" => json!({ "userId": of.user, "roleId": of.system, "orgId": of.org }),
            "bind_permission" => {
                json!({ "role_id": of.role, "resource": "user", "scope": "org", "action": "update" })
            }
            "unbind_permission" => {
                json!({ "role_id": of.role, "resource": "user", "scope": "own", "action": "read" })
            }
            "invite_user" => json!({ "email": "somebody@example.com", "roleId": of.role }),
            "create_role" | "update_role" => json!({ "name": "Another name" }),
            "create_permission" => json!({ "resource": "invoice", "scope": "org", "action": "read" }),
            "authorize" => json!({ "resource": "user", "scope": "all", "action": "write" }),
            _ => return Value::Null,
        };
        if body.get(self.name).is_some() || self.operation == "authorize" && self.name == "orgID" {
            body[self.name] = json!(id);
        }
        body
    }
}

macro_rules! slots {
    ($($operation:ident $method:ident $path:literal: $($name:literal)+;)*) => {
        /// The table. A test compares it with the document.
        pub const SLOTS: &[Slot] = &[$($(
            Slot { operation: stringify!($operation), name: $name, method: Method::$method, path: $path },
        )+)*];
    };
}

slots! {
    list_invitations GET "/api/v1/invitations": "X-Organization-Id";
    invite_user POST "/api/v1/invitations": "X-Organization-Id" "roleId";
    revoke_invitation_delete DELETE "/api/v1/invitations/{invitation}": "X-Organization-Id";
    revoke_invitation_delete DELETE "/api/v1/invitations/{}": "invitation_id";
    resend_invitation POST "/api/v1/invitations/{invitation}/resend": "X-Organization-Id";
    resend_invitation POST "/api/v1/invitations/{}/resend": "invitation_id";
    revoke_invitation PUT "/api/v1/invitations/{invitation}/revoke": "X-Organization-Id";
    revoke_invitation PUT "/api/v1/invitations/{}/revoke": "invitation_id";
    master_data_actions GET "/api/v1/master-data/actions": "X-Organization-Id";
    master_data_resources GET "/api/v1/master-data/resources": "X-Organization-Id";
    master_data_scopes GET "/api/v1/master-data/scopes": "X-Organization-Id";
    get_organization GET "/api/v1/organizations/{}": "org_id";
    create_permission POST "/api/v1/permissions": "X-Organization-Id";
    list_roles GET "/api/v1/roles": "X-Organization-Id";
    create_role POST "/api/v1/roles": "X-Organization-Id";
    bind_permission POST "/api/v1/roles/bind-permission": "X-Organization-Id" "role_id";
    unbind_permission POST "/api/v1/roles/unbind-permission": "X-Organization-Id" "role_id";
    bind_user POST "/api/v1/roles/bind-user": "X-Organization-Id" "userId" "roleId" "orgId";
    unbind_user POST "/api/v1/roles/unbind-user": "X-Organization-Id" "userId" "roleId" "orgId";
    delete_role DELETE "/api/v1/roles/{role}": "X-Organization-Id";
    delete_role DELETE "/api/v1/roles/{}": "role_id";
    update_role PUT "/api/v1/roles/{role}": "X-Organization-Id";
    update_role PUT "/api/v1/roles/{}": "role_id";
    list_role_permissions POST "/api/v1/roles/{role}/permissions": "X-Organization-Id";
    list_role_permissions POST "/api/v1/roles/{}/permissions": "role_id";
    list_role_permissions_get GET "/api/v1/roles/{role}/permissions": "X-Organization-Id";
    list_role_permissions_get GET "/api/v1/roles/{}/permissions": "role_id";
    list_user_sessions GET "/api/v1/sessions/users/{user}": "X-Organization-Id";
    list_user_sessions GET "/api/v1/sessions/users/{}": "user_id";
    revoke_other_sessions_source_path DELETE "/api/v1/sessions/users/{user}": "X-Organization-Id";
    revoke_other_sessions_source_path DELETE "/api/v1/sessions/users/{}": "user_id";
    revoke_session DELETE "/api/v1/sessions/{session}": "X-Organization-Id";
    revoke_session DELETE "/api/v1/sessions/{}": "session_id";
    revoke_other_sessions DELETE "/api/v1/users/{user}/sessions": "X-Organization-Id";
    revoke_other_sessions DELETE "/api/v1/users/{}/sessions": "user_id";
    authorize POST "/api/v1/user/authorize": "X-Organization-Id" "orgID";
    list_users GET "/api/v1/users": "X-Organization-Id";
    list_users GET "/api/v1/users?role_id={}": "role_id";
    list_users GET "/api/v1/users?org_id={}": "org_id";
    activate_user PUT "/api/v1/users/{user}/activate": "X-Organization-Id";
    activate_user PUT "/api/v1/users/{}/activate": "user_id";
    deactivate_user PUT "/api/v1/users/{user}/deactivate": "X-Organization-Id";
    deactivate_user PUT "/api/v1/users/{}/deactivate": "user_id";
    webauthn_delete_credential DELETE "/api/v1/webauthn/credentials/{}": "credential_id";
}
