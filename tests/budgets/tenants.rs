//! A story in which every operation on organizations, roles, permissions, users, invitations and sessions happens once, so
//! that whatever is counted is counted for each.

use std::time::Duration;

use http::Method;
use reqwest::RequestBuilder;
use rstest::rstest;
use serde_json::{Value, json};
use tests::client::{claims, user_id};
use tests::server::Table::{self, DynamoDbLocal, Embedded};
use tests::{Answer, Client, PASSWORD, Server};

use super::meter::{Cost, Metered};
use super::operations::assert_costs;

pub const BOSS: &str = "boss@example.com";
const CLERK: &str = "clerk@example.com";

/// Counts what one request does, and returns its answer.
pub trait Counter {
    async fn count(&mut self, name: &'static str, request: RequestBuilder) -> Answer;
}

/// A request in an organization; `null` is no body.
fn request(client: &Client, org: &str, token: &str, method: Method, path: &str, body: &Value) -> RequestBuilder {
    let request = client.request(method, path).header("x-auth", token);
    let request = request.header("x-organization-id", org);
    if body.is_null() { request } else { request.json(body) }
}

/// Tells the story. Tokens are fresh, so that they say which roles to read, but where a name says otherwise.
pub async fn story(server: &Server, counter: &mut impl Counter) {
    let client = &server.client();
    let null = Value::Null;
    let stale = client.join(BOSS).await;
    let body = json!({ "name": "Acme", "email": "office@example.com" });
    let founding = client
        .request(Method::POST, "/api/v1/organizations")
        .header("x-auth", &stale);
    let made = counter.count("create_organization", founding.json(&body)).await;
    let org = made.expect(200).json()["id"].as_str().unwrap().to_owned();
    let boss = client.sign_in(BOSS).await;
    let system = claims(&boss)["user"]["roles"][0]["roleID"].as_str().map(str::to_owned);
    macro_rules! step {
        ($name:literal, $status:literal, $method:ident $path:expr, $body:expr) => {
            step!($name, $status, $method $path, $body, &boss)
        };
        ($name:literal, $status:literal, $method:ident $path:expr, $body:expr, $token:expr) => {{
            let request = request(client, &org, $token, Method::$method, &$path, &$body);
            counter.count($name, request).await.expect($status)
        }};
    }
    step!("get_organization", 200, GET format!("/api/v1/organizations/{org}"), null);
    step!("master_data_actions", 200, GET "/api/v1/master-data/actions", null);
    step!("a stale token", 200, GET "/api/v1/master-data/actions", null, &stale);
    let question = json!({ "resource": "user", "scope": "org", "action": "read" });
    step!("authorize", 200, POST "/api/v1/user/authorize", question);
    step!("authorize, a stale token", 200, POST "/api/v1/user/authorize", question, &stale);

    let made = step!("create_role", 201, POST "/api/v1/roles", json!({ "name": "Clerk" }));
    let role = made.json()["id"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/roles/{role}");
    step!("update_role", 201, PUT path, json!({ "name": "Clerk", "description": "Writes" }));
    step!("update_role, another name", 201, PUT path, json!({ "name": "Notary" }));
    let grant = json!({ "role_id": role, "resource": "invoice", "scope": "org", "action": "read" });
    step!("bind_permission", 200, POST "/api/v1/roles/bind-permission", grant);
    step!("list_role_permissions", 200, GET format!("{path}/permissions"), null);
    step!("unbind_permission", 200, POST "/api/v1/roles/unbind-permission", grant);
    step!("bind_permission, a known one", 200, POST "/api/v1/roles/bind-permission", grant);

    let clerk = client.join(CLERK).await;
    let id = user_id(&clerk);
    let binding = json!({ "userId": id, "roleId": role, "orgId": org });
    step!("bind_user, a stranger", 200, POST "/api/v1/roles/bind-user", binding);
    let other = client.make_role(&boss, &org, "Scribe").await;
    let second = json!({ "userId": id, "roleId": other, "orgId": org });
    step!("bind_user, a member", 200, POST "/api/v1/roles/bind-user", second);
    step!("unbind_user", 200, POST "/api/v1/roles/unbind-user", second);
    step!("delete_role", 200, DELETE format!("/api/v1/roles/{other}"), null);
    step!("deactivate_user", 200, PUT format!("/api/v1/users/{id}/deactivate"), null);
    step!("activate_user", 200, PUT format!("/api/v1/users/{id}/activate"), null);
    step!("unbind_user, the last role", 200, POST "/api/v1/roles/unbind-user", binding);

    let invited = |email: &str| json!({ "email": email, "roleId": role });
    step!("invite_user", 201, POST "/api/v1/invitations", invited("guest@example.com"));
    let made = step!("invite_user, who has an account", 201, POST "/api/v1/invitations", invited(CLERK));
    let invitation = |made: Answer| made.json()["id"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/invitations/{}", invitation(made));
    step!("resend_invitation", 200, POST format!("{path}/resend"), null);
    step!("revoke_invitation", 200, PUT format!("{path}/revoke"), null);
    let overdue = invitation(client.invite(&boss, &org, CLERK, &role).await.expect(201));
    server.clock.advance(Duration::from_secs(8 * 24 * 3600));
    let boss = client.sign_in(BOSS).await;
    let path = format!("/api/v1/invitations/{overdue}/resend");
    step!("resend_invitation, an expired one", 200, POST path, null, &boss);
    let clerk = client.sign_in_with(CLERK, PASSWORD).await.expect(200).text();
    let token = client.invitation_token(CLERK).await;
    let path = "/api/v1/invitations/accept";
    let accepting = client.request(Method::GET, path).query(&[("token", &token)]);
    let accepted = counter
        .count("accept_invitation", accepting.header("x-auth", &clerk))
        .await;
    accepted.expect(200);

    let clerk = client.sign_in(CLERK).await;
    let session = claims(&clerk)["jti"].as_str().unwrap().to_owned();
    step!("list_user_sessions", 200, GET format!("/api/v1/sessions/users/{id}"), null, &boss);
    step!("revoke_session", 200, DELETE format!("/api/v1/sessions/{session}"), null, &boss);
    let path = format!("/api/v1/users/{id}/sessions");
    step!("revoke_other_sessions", 200, DELETE path, null, &boss);
    step!("list_users", 200, GET "/api/v1/users", null, &boss);
    step!("list_users, searched", 200, GET "/api/v1/users?search_prefix=ada", null, &boss);
    step!("list_roles", 200, GET "/api/v1/roles", null, &boss);
    step!("list_roles, searched", 200, GET "/api/v1/roles?role_name=no", null, &boss);
    step!("list_invitations", 200, GET "/api/v1/invitations", null, &boss);
    step!("list_invitations, searched", 200, GET "/api/v1/invitations?search=clerk", null, &boss);
    let role = client.role_named(&boss, &org, "Admin").await;
    assert!(system.is_none_or(|system| system == role));
}

/// Counts waits and calls.
pub struct Costs<'a> {
    pub metered: &'a Metered,
    pub costs: Vec<(&'static str, Cost)>,
}

impl Counter for Costs<'_> {
    async fn count(&mut self, name: &'static str, request: RequestBuilder) -> Answer {
        let client = self.metered.server.client();
        let (answer, cost) = self.metered.cost(client.send(request)).await;
        self.costs.push((name, cost));
        answer
    }
}

pub async fn costs_of_tenants(metered: &Metered) -> Vec<(&'static str, Cost)> {
    let mut counter = Costs {
        metered,
        costs: Vec::new(),
    };
    story(&metered.server, &mut counter).await;
    counter.costs
}

/// An authorised request waits once, for session, user, membership and the roles that its token names; a stale token names
/// none, and its roles are read after the membership.
const TENANTS: &[(&str, usize, &str)] = &[
    ("create_organization", 3, "get2 | get1 | commit7"),
    ("get_organization", 5, "get2 | get1 | get1 | get1 query | get1 get1"),
    ("master_data_actions", 1, "get4"),
    ("a stale token", 2, "get3 | get1"),
    ("authorize", 1, "get4"),
    ("authorize, a stale token", 2, "get3 | get1"),
    ("create_role", 2, "get4 | commit5"),
    ("update_role", 3, "get4 | get1 | commit2"),
    ("update_role, another name", 3, "get4 | get1 | commit4"),
    ("bind_permission", 3, "get4 | get2 | commit3"),
    ("list_role_permissions", 2, "get4 | get1"),
    ("unbind_permission", 3, "get4 | get1 | commit2"),
    ("bind_permission, a known one", 3, "get4 | get2 | commit2"),
    ("bind_user, a stranger", 3, "get4 | get4 | commit6"),
    ("bind_user, a member", 3, "get4 | get4 | commit4"),
    ("unbind_user", 3, "get4 | get3 | commit3"),
    ("delete_role", 3, "get4 | get1 | commit5"),
    ("deactivate_user", 3, "get4 | query get1 | commit6"),
    ("activate_user", 3, "get4 | query get1 | commit6"),
    ("unbind_user, the last role", 3, "get4 | get3 | commit5"),
    ("invite_user", 4, "get4 | get4 | get1 | commit7"),
    ("invite_user, who has an account", 4, "get4 | get4 | get1 | commit7"),
    ("resend_invitation", 5, "get4 | get2 | get3 | get1 | commit3"),
    ("revoke_invitation", 3, "get4 | get1 | commit4"),
    (
        "resend_invitation, an expired one",
        5,
        "get4 | get2 | get4 | get1 | commit8",
    ),
    ("accept_invitation", 6, "get2 | get1 | get4 | commit7 | query | get1"),
    ("list_user_sessions", 2, "get4 | get1 query"),
    ("revoke_session", 5, "get4 | get1 | query | get1 get1 | commit2"),
    ("revoke_other_sessions", 4, "get4 | get1 | get2 | commit2"),
    ("list_users", 3, "get4 | query get1 | get2 query query"),
    ("list_users, searched", 3, "get4 | query | get2 query query"),
    ("list_roles", 2, "get4 | query get1"),
    ("list_roles, searched", 3, "get4 | query | get1"),
    ("list_invitations", 3, "get4 | query get1 | get1"),
    ("list_invitations, searched", 2, "get4 | query query"),
];

/// A counter travels in the commit.
const TENANTS_WITH_LIMITS: &[(&str, usize, &str)] = &[
    ("invite_user", 4, "get4 | get4 | get1 | commit8"),
    ("invite_user, who has an account", 4, "get4 | get4 | get1 | commit8"),
    ("resend_invitation", 5, "get4 | get2 | get3 | get1 | commit4"),
    (
        "resend_invitation, an expired one",
        5,
        "get4 | get2 | get4 | get1 | commit9",
    ),
    ("accept_invitation", 6, "get2 | get1 | get4 | commit7 | query | get1"),
    ("bind_user, a stranger", 3, "get4 | get4 | commit7"),
];

#[rstest]
#[case::without_limits("off", TENANTS)]
#[case::with_limits("on", TENANTS_WITH_LIMITS)]
#[tokio::test(flavor = "multi_thread")]
async fn what_each_operation_of_organizations_costs(
    #[values(Embedded, DynamoDbLocal)] table: Table,
    #[case] throttle: &str,
    #[case] expected: &[(&'static str, usize, &str)],
) {
    let setup = Server::setup().env("THROTTLE", throttle);
    let Some(metered) = Metered::start(setup, table).await else {
        return;
    };
    let costs = costs_of_tenants(&metered).await;
    assert_eq!(costs.len(), TENANTS.len(), "{costs:#?}");
    assert_costs(&costs, expected);
}

/// Whoever asks with a token that names its roles waits once before the work of the operation begins.
#[test]
fn an_authorised_request_waits_once_before_its_own_work() {
    for (name, waits, text) in TENANTS {
        let first = text.split(" | ").next().unwrap();
        assert!(["get2", "get3", "get4"].contains(&first), "{name}: {text}");
        assert_eq!(text.split(" | ").count(), *waits, "{name}: {text}");
    }
    let waits = |wanted: &str| TENANTS.iter().find(|(name, ..)| *name == wanted).unwrap().1;
    assert_eq!((waits("authorize"), waits("authorize, a stale token")), (1, 2));
    assert_eq!((waits("master_data_actions"), waits("a stale token")), (1, 2));
}
